#!/usr/bin/env bash
# The performance regression, once a night:  sbatch --begin=02:00 scripts/slurm/nightly_performance.sh [DECK.yaml ...]
# from the project's folder. It hands itself in again for the next night first, so that a bad night is not the last one
# (scancel --name=gsrgnn-nightly ends it). The node is its own, for others would disturb what is measured.
#SBATCH --job-name=gsrgnn-nightly
##SBATCH --partition=PARTITION
##SBATCH --account=ACCOUNT
#SBATCH --time=02:00:00
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --exclusive
##SBATCH --gpus-per-task=1
#SBATCH --open-mode=append
#SBATCH --output=%x.log
set -euo pipefail
GSRGNN_ROOT=${GSRGNN_ROOT:-${SLURM_SUBMIT_DIR:?"hand it to sbatch"}}

if [[ "${SLURM_RESTART_COUNT:-0}" == 0 && "${GSRGNN_NIGHTLY:-1}" == 1 ]]; then
  sbatch --begin=tomorrow+2hours "${GSRGNN_ROOT}/scripts/slurm/nightly_performance.sh" "$@"
fi
echo "nightly performance of $(date +%F) on ${SLURMD_NODENAME:-$(hostname)}"
exec "${GSRGNN_ROOT}/perf_tests/regression/run.sh" "$@"
