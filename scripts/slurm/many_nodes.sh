#!/usr/bin/env bash
# A sweep on many nodes, a run a rank at a time:  sbatch scripts/slurm/many_nodes.sh DECK.yaml [key=value ...]
# from the project's folder, which all nodes must see. Change what follows, or give it to sbatch. A rank is a task: one
# for each GPU, or with cores only, as many as fit a node's cores and memory (gsrgnn sweep --validate tells a run's).
#SBATCH --job-name=gsrgnn
##SBATCH --partition=PARTITION
##SBATCH --account=ACCOUNT
#SBATCH --time=08:00:00
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=1
##SBATCH --gpus-per-task=1
#SBATCH --signal=B:USR1@180
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail
GSRGNN_ROOT=${GSRGNN_ROOT:-${SLURM_SUBMIT_DIR:?"hand it to sbatch"}}
# shellcheck source=scripts/slurm/job.sh
source "${GSRGNN_ROOT}/scripts/slurm/job.sh"

launch "${GSRGNN_PROGRAM}" sweep "$@"
finish
