#!/usr/bin/env bash
# From a fresh checkout to a training run:  run.sh DECK.yaml [key=value ...]
set -euo pipefail

scripts=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
if (($# == 0)); then
  echo "usage: run.sh DECK.yaml [key=value ...]" >&2
  exit 2
fi
if [[ ! -f "$1" || ! -r "$1" ]]; then
  echo "run.sh: $1: no such deck, or not readable; the decks that come with the program are in inputs/" >&2
  exit 2
fi

"${scripts}/setup.sh"
"${scripts}/build.sh" --preset release --target gsrgnn_program

program=${scripts}/../build/release/bin/gsrgnn
if ((EUID == 0)); then  # Open MPI refuses to start as root (in containers, say) without these
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
echo "run: gsrgnn train $*"
exec "${program}" train "$@"
