# shellcheck shell=bash
# What the job scripts have in common; they source it. A job
#  - hands SIGUSR1, which Slurm sends before the time limit (--signal=B:USR1@...), to the program, which then writes
#    checkpoints and ends with code 75;
#  - puts itself back into the queue when it ended so, up to GSRGNN_MAX_REQUEUES times (100), and not when it was
#    cancelled;
#  - otherwise ends with the program's exit code.
#
#   GSRGNN_PROGRAM    the program (that which is installed with the scripts, or build/release/bin/gsrgnn)
#   GSRGNN_LAUNCHER   srun, or mpirun where Slurm has no PMIx

signalled=0 cancelled=0 caught=0 child=

hand_on() {
  caught=1
  if [[ $1 == TERM ]]; then cancelled=1; else signalled=1; fi
  if [[ -n "${child}" ]]; then kill -s USR1 "${child}" 2>/dev/null || true; fi
}
# Before anything else: the signal may come at any moment.
trap 'hand_on USR1' USR1
trap 'hand_on TERM' TERM

: "${GSRGNN_ROOT:?"source job.sh from a job script"}"
installed=${GSRGNN_ROOT}/../../bin/gsrgnn  # whose scripts are in share/gsrgnn
if [[ -z "${GSRGNN_PROGRAM:-}" && -x "${installed}" ]]; then GSRGNN_PROGRAM=${installed}; fi
GSRGNN_PROGRAM=${GSRGNN_PROGRAM:-${GSRGNN_ROOT}/build/release/bin/gsrgnn}
if [[ ! -x "${GSRGNN_PROGRAM}" ]]; then
  echo "${GSRGNN_PROGRAM}: not built; run scripts/build.sh, or set GSRGNN_PROGRAM" >&2
  exit 2
fi
if (($# == 0)); then
  echo "usage: sbatch [OPTION ...] ${SLURM_JOB_NAME:-SCRIPT} DECK.yaml [key=value ...]" >&2
  exit 2
fi

# A rank has the cores that Slurm gives a task. (srun no longer takes their number from the job by itself.)
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-${SLURM_CPUS_PER_TASK:-1}}
export OMP_PROC_BIND=${OMP_PROC_BIND:-spread} OMP_PLACES=${OMP_PLACES:-threads}
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

# Runs a command on the ranks of the job, bound to their cores. With --gpus-per-task, srun shows each rank its own GPUs
# (CUDA_VISIBLE_DEVICES); under mpirun, Kokkos picks one by the rank's number on its node.
launch() {
  case "${GSRGNN_LAUNCHER:-srun}" in
    # A rank that ends with 75 must not have the others killed, whose code would then be srun's. One that dies does:
    # PMIx sees to it.
    srun) set -- srun --mpi=pmix --kill-on-bad-exit=0 --cpu-bind=cores "$@" ;;
    mpirun) set -- mpirun --map-by "slot:PE=${SLURM_CPUS_PER_TASK:-1}" --bind-to core "$@" ;;
    *)
      echo "GSRGNN_LAUNCHER is '${GSRGNN_LAUNCHER}'; it can be srun or mpirun" >&2
      exit 2
      ;;
  esac
  run "$@"
}

# Runs a command as the job's one process, bound to its cores: also where Slurm has no PMIx.
launch_alone() {
  run srun --ntasks=1 --mpi=none --kill-on-bad-exit=0 --cpu-bind=cores "$@"
}

# Runs a command and waits for its end, through the signals; its exit code is in `code`.
run() {
  code=75
  if ((signalled || cancelled)); then return; fi
  "$@" &
  child=$!
  while :; do
    caught=0 code=0
    wait "${child}" || code=$?
    ((caught)) || break
  done
  child=
}

# Ends the job by the code of its command.
finish() {
  # 138: it died of SIGUSR1, which came before it could catch it.
  if ((code == 138 && signalled)); then code=75; fi
  if ((code != 75 || cancelled)); then exit "${code}"; fi
  local restarts=${SLURM_RESTART_COUNT:-0}
  if ((restarts >= ${GSRGNN_MAX_REQUEUES:-100})); then
    echo "job ${SLURM_JOB_ID}: stopped before it was done, and not requeued again after ${restarts} times" >&2
    exit 75
  fi
  # A job that is being cancelled is not to come back.
  if [[ "$(scontrol show job --oneliner "${SLURM_JOB_ID}")" == *' JobState=RUNNING '* ]]; then
    echo "job ${SLURM_JOB_ID}: stopped before it was done; it goes back into the queue"
    scontrol requeue "${SLURM_JOB_ID}" ||
      echo "job ${SLURM_JOB_ID}: cannot be requeued; submit it again to go on" >&2
  fi
  exit 75
}
