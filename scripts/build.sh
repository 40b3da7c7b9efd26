#!/usr/bin/env bash
# Configures and builds:  build.sh [--preset NAME] [--target TARGET]
# Presets: release (the default), debug, cuda-a6000. Target: everything, if none is given.
# Quiet; what the tools said is in build/NAME/build.log and is shown when something fails. With CI set in the
# environment, a compiler warning is an error.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
target=all
while (($# > 0)); do
  case "$1" in
    --preset)
      preset=${2:?"build.sh: --preset needs a name"}
      shift 2
      ;;
    --preset=*)
      preset=${1#*=}
      shift
      ;;
    --target)
      target=${2:?"build.sh: --target needs a name"}
      shift 2
      ;;
    *)
      echo "usage: build.sh [--preset NAME] [--target TARGET]" >&2
      exit 2
      ;;
  esac
done

# As many jobs as there are cores, and 2 GB of memory for each.
jobs=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)  # nproc heeds those, which are about the program
if [[ -r /proc/meminfo ]]; then
  fit=$(awk '/^MemAvailable:/ { print int($2 / 2097152) }' /proc/meminfo)
  if ((fit < jobs)); then
    jobs=$((fit > 0 ? fit : 1))
  fi
fi

werror=OFF
if [[ -n "${CI:-}" ]]; then
  werror=ON
fi

cd -- "${root}"
if ! command -v cmake >/dev/null; then
  echo "build: cmake is not on the PATH; install it (scripts/setup.sh says how) or load its module" >&2
  exit 1
fi
# A Kokkos that scripts/kokkos.sh built, unless another is given. What was found before it is found anew.
own=${root}/build/kokkos/installed/lib/cmake
kokkos=()
if [[ -f "${root}/build/kokkos/installed/sources" && -z "${Kokkos_ROOT:-}" && "${preset}" != cuda-* ]]; then
  kokkos=("-DKokkos_DIR=${own}/Kokkos" "-DKokkosKernels_DIR=${own}/KokkosKernels")
  grep -qsF "Kokkos_DIR:PATH=${own}/Kokkos" "build/${preset}/CMakeCache.txt" || kokkos+=(--fresh)
fi
log=${root}/build/${preset}/build.log
mkdir -p -- "$(dirname -- "${log}")"
echo "build: preset ${preset}, ${jobs} jobs, log in build/${preset}/build.log"
start=${SECONDS}
if ! {
  cmake --preset "${preset}" -DGSRGNN_WERROR=${werror} "${kokkos[@]}" &&
    cmake --build --preset "${preset}" --parallel "${jobs}" --target "${target}"
} >"${log}" 2>&1; then
  # The errors, where they can be told from the rest: a parallel build ends with lines of other files.
  errors=$(grep -nE -A 8 'error:|CMake Error' "${log}" || true)
  if [[ -n "${errors}" ]]; then
    head -n 60 <<<"${errors}" >&2
  else
    tail -n 40 "${log}" >&2
  fi
  echo "build: failed; the whole log is build/${preset}/build.log" >&2
  exit 1
fi
echo "build: done in $((SECONDS - start)) s"
