#!/usr/bin/env bash
# A test of scripts/gsrgnn or of the pages of scripts/plot.py, by the first Python that has the modules which it needs.
# Usage: python_test.sh TEST.py PROGRAM PROJECT MODULE ... Exit code 77: skipped, for no Python has them.
set -euo pipefail

test=$1 program=$2 project=$3
shift 3
for python in python3 /usr/bin/python3; do
  command -v "${python}" >/dev/null || continue
  if "${python}" -c "import $(IFS=,; echo "$*")" 2>/dev/null; then
    export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
    PYTHONPATH=${project}/scripts GSRGNN_PROGRAM=${program} exec "${python}" "${test}" -v
  fi
done
echo "SKIPPED: no Python here has all of $*; scripts/setup.sh --pictures --python installs them"
exit 77
