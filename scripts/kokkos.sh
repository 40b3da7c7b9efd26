#!/usr/bin/env bash
# Builds a Kokkos with threads (OpenMP), and its Kernels, for scripts/build.sh to use from then on; Debian's runs on one
# core. From sources of one release of both, 4.6 or later, each an archive as it was downloaded or a folder:
#   KOKKOS_SOURCE=kokkos-4.6.01.tar.gz KOKKOS_KERNELS_SOURCE=kokkos-kernels-4.6.01.tar.gz scripts/kokkos.sh
# They are installed in build/kokkos/installed; without that folder, scripts/build.sh takes what the system has.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
place=${root}/build/kokkos
installed=${place}/installed
log=${place}/build.log

refuse() {
  echo "kokkos: $*" >&2
  exit 2
}
if (($# > 0)) || [[ -z "${KOKKOS_SOURCE:-}" || -z "${KOKKOS_KERNELS_SOURCE:-}" ]]; then
  refuse "usage: KOKKOS_SOURCE=ARCHIVE_OR_FOLDER KOKKOS_KERNELS_SOURCE=ARCHIVE_OR_FOLDER kokkos.sh"
fi
for source in "${KOKKOS_SOURCE}" "${KOKKOS_KERNELS_SOURCE}"; do
  [[ -e "${source}" ]] || refuse "${source}: no such archive or folder; check the path"
done
command -v cmake >/dev/null || refuse "cmake is not on the PATH; install it (scripts/setup.sh says how) or load its module"

stamp() { stat --printf '%n %Y %s\n' -- "$(realpath -- "${KOKKOS_SOURCE}")" "$(realpath -- "${KOKKOS_KERNELS_SOURCE}")"; }
if [[ -f "${installed}/sources" && "$(<"${installed}/sources")" == "$(stamp)" ]]; then
  echo "kokkos: is built, in build/kokkos/installed"
  exit 0
fi

# The folder of a source, unpacked if need be, that has the name in its CMakeLists.txt.
folder_of() {
  local source=$1 name=$2 folder
  folder=$(realpath -- "${source}")
  if [[ -f "${source}" ]]; then
    rm -rf -- "${place:?}/${name}"
    mkdir -p -- "${place}/${name}"
    (cd -- "${place}/${name}" && cmake -E tar xf "${folder}") >"${log}" 2>&1 || refuse "${source}: is no archive that can be unpacked; download it again"
    folder=$(find "${place}/${name}" -mindepth 1 -maxdepth 1 -type d -print -quit)
  fi
  if ! grep -qs "${name}_VERSION_MAJOR" "${folder}/CMakeLists.txt"; then
    refuse "${source}: is no source of ${name}; give the archive of a release, or its folder"
  fi
  printf '%s' "${folder}"
}

mkdir -p -- "${place}"
kokkos=$(folder_of "${KOKKOS_SOURCE}" Kokkos)
kernels=$(folder_of "${KOKKOS_KERNELS_SOURCE}" KokkosKernels)
rm -rf -- "${installed}" "${place}/build"  # not before it is known that there is something to build
jobs=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
build() {  # NAME SOURCE OPTION ...
  local name=$1 source=$2
  cmake -S "${source}" -B "${place}/build/${name}" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_EXTENSIONS=OFF \
    -DCMAKE_INSTALL_PREFIX="${installed}" -DCMAKE_INSTALL_LIBDIR=lib "${@:3}" &&
    cmake --build "${place}/build/${name}" --parallel "${jobs}" --target install
}
echo "kokkos: building Kokkos with OpenMP, and its Kernels, ${jobs} jobs, log in build/kokkos/build.log"
start=${SECONDS}
# Of the Kernels the program needs those that call a BLAS.
if ! {
  build kokkos "${kokkos}" -DKokkos_ENABLE_OPENMP=ON -DKokkos_ENABLE_SERIAL=ON -DKokkos_ARCH_NATIVE=ON &&
    build kernels "${kernels}" -DKokkos_DIR="${installed}/lib/cmake/Kokkos" \
      -DKokkosKernels_ENABLE_ALL_COMPONENTS=OFF -DKokkosKernels_ENABLE_COMPONENT_BLAS=ON \
      -DKokkosKernels_ENABLE_TPL_BLAS=ON -DKokkosKernels_INST_FLOAT=ON -DKokkosKernels_INST_LAYOUTRIGHT=ON
} >"${log}" 2>&1; then
  rm -rf -- "${installed}"
  grep -nE -A 8 'error:|CMake Error' "${log}" | head -n 40 >&2 || tail -n 40 "${log}" >&2
  echo "kokkos: failed; the whole log is build/kokkos/build.log" >&2
  exit 1
fi
stamp >"${installed}/sources"
rm -rf -- "${place}/build"
echo "kokkos: done in $((SECONDS - start)) s; scripts/build.sh uses it from now on"
