#!/usr/bin/env bash
# A sweep as a job array, without MPI:  sbatch --array=0-7 scripts/slurm/array.sh DECK.yaml [key=value ...]
# from the project's folder. Change what follows, or give it to sbatch. The tasks of the array share the runs through
# the locks of the sweep's folder, and start whenever the cluster has room for one; each ends when there is nothing left
# to start, but for one that waits for the last runs, and takes over those of a task that dies.
#SBATCH --job-name=gsrgnn
##SBATCH --partition=PARTITION
##SBATCH --account=ACCOUNT
#SBATCH --time=08:00:00
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --array=0-3
#SBATCH --cpus-per-task=1
##SBATCH --gpus-per-task=1
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log
set -euo pipefail
GSRGNN_ROOT=${GSRGNN_ROOT:-${SLURM_SUBMIT_DIR:?"hand it to sbatch"}}
# shellcheck source=scripts/slurm/job.sh
source "${GSRGNN_ROOT}/scripts/slurm/job.sh"

launch_alone "${GSRGNN_PROGRAM}" sweep --leave "$@"
finish
