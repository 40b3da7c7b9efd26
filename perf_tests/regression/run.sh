#!/usr/bin/env bash
# Whether the program has become slower, or needs more memory: for nightly jobs, or before a merge.
#   run.sh --against REVISION       builds that revision beside this tree and runs both in turns
#   run.sh --save                   measures this tree and stores it as this machine's baseline
#   run.sh                          compares this tree with the baseline
# Options: --rounds 5  --tolerance 10 (percent)  --circuits 7157-R (files and names of the paper's Table 1, by commas)
#          --layers 2 and --hidden 384 (of whole epochs)  --filter REGEX (names of benchmarks)  --min-time 0.05
#          --baseline FILE (default: build/regression/baseline.json)
# It exits with 0 when nothing is slower, 1 when something is or a result is wrong, 2 when there was nothing to compare.
#
# The benchmarks (perf_tests/kernels.cpp, epochs.cpp) run --rounds times, two revisions in turns. Slower is what has a
# ratio of medians past the tolerance, the fastest round of both agreeing, and still has it after a second look with
# twice the rounds. Prefer --against: both then see the same state of the machine. A baseline is only compared on the
# same processor with the same number of threads. A revision from before these benchmarks is measured with today's.
# OMP_NUM_THREADS says how many threads (default 1, timed in processor time, which neighbours on the machine disturb
# least). In a batch job:  srun --exclusive perf_tests/regression/run.sh --against origin/main
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "${here}/../.." && pwd)
folder=${root}/build/regression

against=""
baseline=${folder}/baseline.json
rest=()
while (($# > 0)); do
  case "$1" in
    --against | --baseline)
      if (($# < 2)); then
        echo "run.sh: $1 needs a value" >&2
        exit 2
      fi
      if [[ "$1" == --against ]]; then against=$2; else baseline=$2; fi
      shift 2
      ;;
    -h | --help)
      sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      rest+=("$1")
      shift
      ;;
  esac
done

if [[ -n "${against}" ]] &&
  ! commit=$(git -C "${root}" rev-parse --verify --quiet "${against}^{commit}"); then
  echo "run.sh: ${against}: no such revision" >&2
  exit 2
fi
"${root}/scripts/build.sh" --target benchmarks >&2 || exit 2
before=()
if [[ -n "${against}" ]]; then
  tree=${folder}/${commit:0:12}
  if [[ ! -d "${tree}" ]]; then
    git -C "${root}" worktree prune
    git -C "${root}" worktree add --quiet --detach "${tree}" "${commit}"
  fi
  if [[ ! -f "${tree}/perf_tests/scene.hpp" ]]; then
    cp -r "${root}"/perf_tests/*.?pp "${root}/perf_tests/CMakeLists.txt" "${tree}/perf_tests/"
  fi
  # Built as this tree is: same compiler, same Kokkos.
  names='CMAKE_(BUILD_TYPE|CXX_COMPILER|CXX_FLAGS|CUDA_ARCHITECTURES|PREFIX_PATH)|GSRGNN_NATIVE'
  names+='|Kokkos(Kernels)?_(ROOT|DIR)'
  mapfile -t settings < <(sed -nE "s/^((${names}):[A-Z]+=.*)/-D\1/p" "${root}/build/release/CMakeCache.txt")
  echo "run.sh: building ${against} (${commit:0:12}), log in ${tree#"${root}"/}/build.log" >&2
  if ! {
    cmake -S "${tree}" -B "${tree}/build/release" -G Ninja -DGSRGNN_TESTS=OFF "${settings[@]}" &&
      cmake --build "${tree}/build/release" --target benchmark_kernels benchmark_epochs
  } >"${tree}/build.log" 2>&1; then
    grep -nE -A 8 'error:|CMake Error' "${tree}/build.log" >&2 || tail -n 40 "${tree}/build.log" >&2
    echo "run.sh: ${against} cannot be built" >&2
    exit 2
  fi
  before=(--before "${tree}/build/release/bin")
fi
exec python3 -B "${here}/regression.py" --now "${root}/build/release/bin" --baseline "${baseline}" \
  "${before[@]}" "${rest[@]}"
