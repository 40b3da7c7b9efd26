#!/usr/bin/env bash
# Builds and runs all tests:  test.sh [--preset NAME] [-- CTEST_OPTION ...]
# With CI set in the environment, a compiler warning is an error, and what scripts/plot.py and the tests of
# scripts/slurm need is installed too, so that no test skips.
set -euo pipefail

scripts=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
preset=release
while (($# > 0)); do
  case "$1" in
    --preset)
      preset=${2:?"test.sh: --preset needs a name"}
      shift 2
      ;;
    --preset=*)
      preset=${1#*=}
      shift
      ;;
    --)
      shift
      break
      ;;
    *)
      echo "usage: test.sh [--preset NAME] [-- CTEST_OPTION ...]" >&2
      exit 2
      ;;
  esac
done

start=${SECONDS}
if [[ -n "${CI:-}" ]]; then
  "${scripts}/setup.sh" --pictures --slurm
else
  "${scripts}/setup.sh"
fi
"${scripts}/build.sh" --preset "${preset}"

# One thread a test: some compare bit for bit. Tests run beside each other, so threads must not be bound to cores.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}
export OMP_PROC_BIND=${OMP_PROC_BIND:-false}
if ((EUID == 0)); then  # containers: Open MPI refuses to start as root, and to start more ranks than cores
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
fi

cores=$(env -u OMP_NUM_THREADS nproc)
cd -- "${scripts}/.."
echo "test: preset ${preset}, setup and build took $((SECONDS - start)) s"
exec ctest --preset "${preset}" --output-on-failure --parallel "$((cores > 2 ? cores : 2))" "$@"
