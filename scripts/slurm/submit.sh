#!/usr/bin/env bash
# Hands in a sweep, and its collection to follow:  submit.sh SCRIPT DECK.yaml [key=value ...]
# SCRIPT: one_node.sh, many_nodes.sh or array.sh, of this folder or your own. Options to sbatch for both jobs can be
# given in its variables (SBATCH_PARTITION, SBATCH_ACCOUNT, ...), those of the sweep in GSRGNN_SBATCH ("--time=1:00:00").
set -euo pipefail

if (($# < 2)); then
  echo "usage: submit.sh SCRIPT DECK.yaml [key=value ...]" >&2
  exit 2
fi
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export GSRGNN_ROOT=${GSRGNN_ROOT:-${here%/scripts/slurm}}
script=$1
if [[ ! -f "${script}" ]]; then script=${here}/${script##*/}; fi
for file in "${script}" "$2"; do
  if [[ ! -f "${file}" ]]; then
    echo "submit.sh: ${file}: no such file" >&2
    exit 2
  fi
done
shift

# shellcheck disable=SC2086  # several options
job=$(sbatch --parsable ${GSRGNN_SBATCH:-} "${script}" "$@")
# After any end: what is there is worth collecting, and a requeue is no end.
collection=$(sbatch --parsable --dependency="afterany:${job%%;*}" "${here}/collect.sh" "$@")
echo "job ${job%%;*}: the sweep; job ${collection%%;*}: its collection, afterwards"
