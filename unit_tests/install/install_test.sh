#!/usr/bin/env bash
# Installs into a folder of its own what was built, and uses it from another: the program, its decks and scripts, and
# the library, by which a small project predicts what the program does.
# Usage: install_test.sh BUILD_FOLDER PROJECT
set -euo pipefail

build=$1 project=$2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d /tmp/gsrgnn_install.XXXXXX)
trap 'rm -rf "${work}"' EXIT
say() { echo "[${SECONDS} s] $*"; }
fail() {
  echo "FAILED: $*"
  exit 1
}
quietly() { "$@" >"${work}/log" 2>&1 || fail "$*: $(cat "${work}/log")"; }
# As a user who has nothing but the installed folder.
unset GSRGNN_ROOT GSRGNN_PROGRAM
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

prefix=${work}/prefix
quietly cmake --install "${build}" --prefix "${prefix}"
program=${prefix}/bin/gsrgnn
say "installed"

mkdir "${work}/elsewhere"
cd "${work}/elsewhere"
quietly "${program}" generate --cells 300 --seed 7 -o circuit.h5
quietly "${program}" train "${prefix}/share/gsrgnn/inputs/quickstart.yaml" circuit=circuit.h5 train.epochs=2 \
  model.layers=2 output=run.h5
quietly "${program}" predict --model run.h5 --circuit circuit.h5 -o program.csv
# A job script finds the program beside which it is installed; without a deck it tells so.
code=0
usage=$(GSRGNN_ROOT=${prefix}/share/gsrgnn "${prefix}/share/gsrgnn/scripts/slurm/one_node.sh" 2>&1) || code=$?
[[ ${code} == 2 && ${usage} == usage:* ]] || fail "one_node.sh: code ${code}, ${usage}"
[[ $(head -c 12 "${prefix}/share/man/man1/gsrgnn.1") == ".TH GSRGNN 1" ]] || fail "the manual page is not there"
# plot.py with all its parts, those of its pages among them, and the Python module.
parts_of() { (cd "$1/scripts" && find plot.py plots gsrgnn -type f ! -path '*__pycache__*' | sort); }
diff <(parts_of "${project}") <(parts_of "${prefix}/share/gsrgnn") || fail "plot.py or the Python module is not all there"
# In a shell that finds the program on its PATH, as bash would ask.
completed=$(PATH=${prefix}/bin:${PATH} bash -c 'source "$0"; COMP_WORDS=(gsrgnn pre) COMP_CWORD=1; _gsrgnn gsrgnn
  echo "${COMPREPLY[@]}"' "${prefix}/share/bash-completion/completions/gsrgnn")
[[ ${completed} == predict ]] || fail "'gsrgnn pre' is completed to '${completed}'"
[[ -f ${prefix}/share/zsh/site-functions/_gsrgnn ]] || fail "zsh's completion is not there"
quietly "${program}" predict --model "${prefix}/share/gsrgnn/inputs/models/sky130.h5" --circuit circuit.h5 -o sky130.csv
say "the program trains, predicts, also with a model that comes with it, and is completed"
for python in python3 /usr/bin/python3; do
  "${python}" -c "import h5py, numpy" 2>/dev/null || continue
  cells=$(PYTHONPATH=${prefix}/share/gsrgnn/scripts "${python}" -c \
    'import gsrgnn; print(gsrgnn.read_circuit("circuit.h5").cells)')
  [[ ${cells} == 300 ]] || fail "the Python module reads ${cells} cells"
  say "the Python module reads the circuit"
  break
done

# By what built the program, for there may be no make, which CMake would choose: set-up installs Ninja.
CMAKE_GENERATOR=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "${build}/CMakeCache.txt")
export CMAKE_GENERATOR
quietly cmake -S "${here}" -B consumer "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_CXX_FLAGS=-O0
grep -qF "gsrgnn_DIR:PATH=${prefix}/" consumer/CMakeCache.txt || fail "another gsrgnn was found"
quietly cmake --build consumer
quietly consumer/predict_cells run.h5 circuit.h5 library.csv
(($(wc -l <program.csv) == 301)) || fail "no 300 cells in program.csv: $(head program.csv)"
cmp program.csv library.csv || fail "the library predicts something else"
grep -qF "this processor lacks" consumer/predict_cells || fail "the project's program would not check its processor"
say "a project that finds the package predicts the same"

# A project that the sources are part of has neither their tests nor their benchmarks.
mkdir parent
cat >parent/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES C CXX)
add_subdirectory(${project} gsrgnn)
get_property(folders DIRECTORY ${project} PROPERTY SUBDIRECTORIES)
message(STATUS "parts: \${folders}.")
END
quietly cmake -S parent -B parent/build
grep -qF -- "-- parts: ${project}/src." "${work}/log" || fail "more than src is built: $(cat "${work}/log")"
say "a project that the sources are part of builds src alone"
