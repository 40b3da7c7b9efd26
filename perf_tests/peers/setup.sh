#!/usr/bin/env bash
# Makes the virtual environment of the scripts in this folder (argument: where; default: build/peers-venv), or
# completes it.
# PyTorch comes with its GPU libraries, a download of 2 GB and 5 GB installed; everything here runs on the CPU.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${1:-"$(cd "${here}/../.." && pwd)/build/peers-venv"}

if ! python3 -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 11))'; then
  echo "setup: PyTorch 2.1.2 and h5py 3.16 share Python 3.10 and 3.11; here python3 is $(python3 --version)" >&2
  exit 1
fi
[[ -x "${venv}/bin/python" ]] || python3 -m venv "${venv}"
"${venv}/bin/pip" install --quiet --requirement "${here}/requirements.txt"
echo "setup: ${venv}/bin/python runs the scripts of $(basename "${here}")"
