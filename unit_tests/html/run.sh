#!/usr/bin/env bash
# Runs a test of pages with a Python that can make them.  Usage: run.sh TEST.py PROGRAM PROJECT. Exit code 77: skipped.
set -euo pipefail

test=$1 program=$2 project=$3
for python in python3 /usr/bin/python3; do
  if "${python}" -c 'import h5py, matplotlib, numpy, plotly' 2>/dev/null; then
    export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
    exec "${python}" "${project}/unit_tests/html/${test}" "${program}" "${project}"
  fi
done
echo "SKIPPED: no Python here has h5py, matplotlib and plotly; scripts/setup.sh --pictures installs them"
exit 77
