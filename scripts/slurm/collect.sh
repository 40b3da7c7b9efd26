#!/usr/bin/env bash
# Collects the runs of a sweep into one results file beside its folder; submit.sh hands it in to follow a sweep's job:
#   sbatch --dependency=afterany:JOB scripts/slurm/collect.sh DECK.yaml [key=value ...]
#SBATCH --job-name=gsrgnn-collect
##SBATCH --partition=PARTITION
##SBATCH --account=ACCOUNT
#SBATCH --time=00:30:00
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail
GSRGNN_ROOT=${GSRGNN_ROOT:-${SLURM_SUBMIT_DIR:?"hand it to sbatch"}}
# shellcheck source=scripts/slurm/job.sh
source "${GSRGNN_ROOT}/scripts/slurm/job.sh"

run "${GSRGNN_PROGRAM}" collect "$@"
exit "${code}"
