#!/usr/bin/env bash
# One training on the ranks of a job:  sbatch scripts/slurm/train.sh DECK.yaml [key=value ...]
# from the project's folder. A joint deck (mode: joint) uses all ranks, at most as many as an update has circuits; any
# other is for --ntasks-per-node=1. Change what follows, or give it to sbatch. A requeued job goes on from its checkpoint.
#SBATCH --job-name=gsrgnn
##SBATCH --partition=PARTITION
##SBATCH --account=ACCOUNT
#SBATCH --time=08:00:00
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=1
##SBATCH --gpus-per-task=1
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail
GSRGNN_ROOT=${GSRGNN_ROOT:-${SLURM_SUBMIT_DIR:?"hand it to sbatch"}}
# shellcheck source=scripts/slurm/job.sh
source "${GSRGNN_ROOT}/scripts/slurm/job.sh"

launch "${GSRGNN_PROGRAM}" train --resume "$@"
finish
