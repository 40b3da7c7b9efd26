#!/usr/bin/env bash
# Makes sure that everything the build needs is installed (Debian and Ubuntu), and does nothing when it is.
# setup.sh --pictures: what scripts/plot.py needs too (some 450 MB, which training and reporting do without).
# setup.sh --browser: a Chromium, for the tests of its pages (Debian; some 440 MB).
# setup.sh --python: what scripts/gsrgnn can use (pandas, SciPy, PyTorch; some 700 MB).
# setup.sh --slurm: a Slurm, for the tests of scripts/slurm.
# setup.sh --fuzz: clang, for unit_tests/fuzz. All of them can be given.
# KOKKOS_SOURCE=... KOKKOS_KERNELS_SOURCE=...: a Kokkos with threads too (kokkos.sh says more); Debian's has none.
# GSRGNN_SKIP_SETUP=1 skips the packages, for machines whose Kokkos, HDF5, ... come from modules or Spack.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config
  libtrilinos-kokkos-dev libtrilinos-kokkos-kernels-dev
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev hdf5-tools
  libyaml-cpp-dev libcli11-dev libfmt-dev nlohmann-json3-dev zlib1g-dev libopenblas-dev
  libgtest-dev libbenchmark-dev
)
for option in "$@"; do
  case "${option}" in
    --pictures) packages+=(python3-h5py python3-matplotlib python3-plotly) ;;
    --browser) packages+=(chromium chromium-driver python3-selenium) ;;
    --python) packages+=(python3-h5py python3-pandas python3-scipy python3-torch) ;;
    --slurm) packages+=(slurmctld slurmd slurm-client munge libpmix2) ;;
    --fuzz) packages+=(clang) ;;
    *)
      echo "usage: setup.sh [--pictures] [--browser] [--python] [--slurm] [--fuzz]" >&2
      exit 2
      ;;
  esac
done

say() { printf 'setup: %s\n' "$*"; }

find_missing() {
  local installed package
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
  missing=()
  for package in "${packages[@]}"; do
    grep -qxF "installed ${package}" <<<"${installed}" || missing+=("${package}")
  done
  command -v git >/dev/null || missing+=(git)
}

install_packages() {
  if [[ "${GSRGNN_SKIP_SETUP:-0}" == 1 ]]; then
    say "skipped (GSRGNN_SKIP_SETUP=1)"
    return
  fi

  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "not a Debian or Ubuntu: nothing is installed here; the build looks for what it needs on CMAKE_PREFIX_PATH and Kokkos_ROOT"
    say "it needs (Debian's names): ${packages[*]}"
    return
  fi

  find_missing
  if ((${#missing[@]} == 0)); then
    say "everything the build needs is installed"
    return
  fi

  as_root=()
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      say "these packages are missing and only root can install them: ${missing[*]}"
      say "  for the administrator:  apt-get install --no-install-recommends ${missing[*]}"
      say "  with installations of your own (modules, Spack): set Kokkos_ROOT and CMAKE_PREFIX_PATH; GSRGNN_SKIP_SETUP=1 skips this step"
      say "going on, in case they are there by other means"
      return
    fi
  fi

  apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
  }

  log=$(mktemp)
  trap 'rm -f "${log}"' EXIT
  install() { apt install --yes --no-install-recommends "${missing[@]}" >"${log}" 2>&1; }

  say "installing ${missing[*]}"
  if ! install; then
    say "the package lists are missing or old: apt-get update"
    if ! { apt update >"${log}" 2>&1 && install; }; then
      tail -n 20 "${log}" >&2
      say "apt-get failed (its last lines are above); install by hand or give own installations with Kokkos_ROOT and CMAKE_PREFIX_PATH and GSRGNN_SKIP_SETUP=1" >&2
      exit 1
    fi
  fi
  say "installed"
}

install_packages
if [[ -n "${KOKKOS_SOURCE:-}${KOKKOS_KERNELS_SOURCE:-}" ]]; then
  "$(dirname -- "${BASH_SOURCE[0]}")/kokkos.sh"
fi
