#!/usr/bin/env bash
# gsrgnn against PyTorch Geometric, on the same circuit, widths, depth and threads, in one run:
#   compare.sh [--circuit FILE.h5] [--layers 10] [--hidden 384] [--k 4 16] [--epochs 3] [--rounds 3] [--threads 1]
# Builds gsrgnn and makes the virtual environment (setup.sh; once, 5 GB) when needed. The table of seconds an epoch,
# peak memory and ratios goes to the terminal, and with all numbers into build/peers. More options: compare.sh --help.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "${here}/../.." && pwd)
case " $* " in
  *" --help "* | *" -h "*) exec python3 "${here}/compare.py" "$@" ;; # installs nothing
esac
python=${root}/build/peers-venv/bin/python
if ! "${python}" -c 'import torch, torch_geometric, dgl, h5py' 2>/dev/null; then
  "${here}/setup.sh"
fi
case " $* " in
  *" --program"*) ;;
  *) "${root}/scripts/build.sh" --target gsrgnn_program >&2 ;;
esac
exec "${python}" "${here}/compare.py" "$@"
