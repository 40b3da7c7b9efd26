#!/usr/bin/env bash
# Builds and runs all tests:  test.sh [--preset NAME] [-- CTEST_OPTION ...]
# On a GPU (preset cuda-a6000) it then trains the models of the paper's Table 2 and prints a Table 2 of this machine.
# With CI set in the environment, a compiler warning is an error, and what scripts/plot.py, the tests of its pages,
# scripts/gsrgnn and the tests of scripts/slurm need is installed too, so that no test skips.
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
  "${scripts}/setup.sh" --pictures --browser --python --slurm
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
run_tests() { ctest --preset "${preset}" --output-on-failure --parallel "$1" "${@:2}"; }
if [[ "${preset}" != cuda-* ]]; then
  run_tests "$((cores + 1))" "$@"  # some wait more than they work
  exit
fi

# Two tests at a time, for they share one GPU. Table 2 is printed whatever the tests say.
log=build/${preset}/test.log
table=build/${preset}/table_2
program=build/${preset}/bin/gsrgnn
rm -rf -- "${table}" "${table}.h5"  # or what was measured before would not be measured again
{
  "${program}" --version
  status=0
  run_tests 2 "$@" || status=$?
  echo "test: seconds an epoch, as the paper's Table 2; the runs are in ${table}.h5"
  "${program}" sweep inputs/paper/table_2.yaml "output=${table}" || status=$?
  "${program}" collect "${table}" -o "${table}.h5" || status=$?
  "${program}" report "${table}.h5" || status=$?
  exit "${status}"
} 2>&1 | tee "${log}"
