#!/usr/bin/env bash
# The job scripts with a real Slurm: submitted, signalled, requeued, finished and collected; GPUs are fake devices.
# Usage: job_scripts_test.sh PROGRAM PROJECT. Exit code 77: skipped.
set -euo pipefail

program=$1 project=$2
skip() {
  echo "SKIPPED: $*"
  exit 77
}
for tool in slurmctld slurmd munged; do
  [[ -x /usr/sbin/${tool} ]] || skip "Slurm is not installed here (${tool}); scripts/setup.sh --slurm installs it"
done
((EUID == 0)) || skip "only root can start a Slurm of its own"
unshare --uts true 2>/dev/null || skip "this container allows no host name of its own"

# shellcheck source=unit_tests/slurm/cluster.sh
source "${project}/unit_tests/slurm/cluster.sh"
work=$(mktemp -d /tmp/gsrgnn_slurm.XXXXXX)
chmod 755 "${work}"  # munge has a user of its own
failed=0
leave() {
  code=$?
  stop_cluster || true
  if ((code == 0 && failed == 0)); then
    rm -rf "${work}"
  else
    echo "what is left of it: ${work}"
    ((code != 0)) || code=1
  fi
  exit "${code}"
}
trap leave EXIT
say() { echo "[${SECONDS} s] $*"; }
fail() {
  echo "FAILED: $*"
  failed=1
}
expect_in() { # FILE WORDS
  grep -qF -- "$2" "$1" || fail "'$2' is not in $1:$(printf '\n'; cat "$1")"
}
expect_not_in() {
  if grep -qF -- "$2" "$1"; then fail "'$2' is in $1:$(printf '\n'; cat "$1")"; fi
}

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
# Two "nodes" of one machine confuse Open MPI's choice among its ways of one-sided communication.
export OMPI_MCA_osc=pt2pt
start_cluster "${work}/cluster" || {
  tail -n 5 "${work}"/cluster/log/* "${work}"/cluster/munge/*.log || true
  echo "FAILED: Slurm is installed and does not start"
  exit 1
}
say "a cluster of two nodes is up"

# The project's scripts, and a program that notes which device it was given.
root=${work}/project
mkdir -p "${root}/perf_tests/regression"
ln -s "${project}/scripts" "${root}/scripts"
cat >"${root}/program" <<EOF
#!/bin/sh
echo "\${SLURM_JOB_ID} \${SLURM_RESTART_COUNT:-0} \${SLURMD_NODENAME} \${SLURM_PROCID} \${CUDA_VISIBLE_DEVICES:-none}" >>'${work}/devices'
exec '${program}' "\$@"
EOF
cat >"${root}/perf_tests/regression/run.sh" <<'EOF'
#!/bin/sh
echo "measured with $*"
EOF
chmod +x "${root}/program" "${root}/perf_tests/regression/run.sh"
export GSRGNN_ROOT=${root} GSRGNN_PROGRAM=${root}/program
cd "${root}"
cat >deck.yaml <<'EOF'
circuit:
  generate: {cells: 200, seed: 1}
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 4000, split: [0.6, 0.2, 0.2]}
sweep: {layers: [1, 2], seed: [0, 1, 2]}
EOF
runs=6

state() { scontrol show job --oneliner "$1" 2>/dev/null | sed -n 's/.* JobState=\([A-Z]*\) .*/\1/p' | sort -u; }
wait_for() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
# Some run of the folder has ended, others are under way.
under_way() { compgen -G "$1/*.h5" >/dev/null; }
ended() { [[ "$(state "$1")" =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
requeued() { [[ "$(state "$1")" == *PENDING* ]] && grep -qs 'goes back into the queue' "$2"; }
# A requeued job waits about ten seconds, for its old credentials to expire. Started before by hand, it can be killed for
# them.
started_again() { [[ "$(state "$1")" != *PENDING* ]]; }
submit() { # SCRIPT FOLDER [OPTIONS]: sets job and collection
  local text
  text=$(GSRGNN_SBATCH="${3:-}" scripts/slurm/submit.sh "$1" deck.yaml "output=$2")
  read -r job collection <<<"$(sed -n 's/^job \([0-9]*\): the sweep; job \([0-9]*\):.*/\1 \2/p' <<<"${text}")"
}
check_results() { # FOLDER COLLECTION
  wait_for 40 ended "$2" || fail "the collection of $1 does not end: $(squeue)"
  [[ "$(state "$2")" == COMPLETED ]] || fail "the collection of $1 ended as $(state "$2")"
  [[ "$("${program}" info --json "$1.h5" | grep -o '"status":"done"' | wc -l)" == "${runs}" ]] ||
    fail "$1.h5 does not hold ${runs} runs"
  local run
  for run in undisturbed/*.h5; do
    h5diff -q --exclude-path /measured --exclude-path /deck "${run}" "$1/${run##*/}" ||
      fail "$1/${run##*/} is not that of an undisturbed sweep"
  done
  if compgen -G "$1/*.checkpoint*" >/dev/null; then fail "checkpoints are left in $1"; fi
}
different_devices() { # JOB: those of the ranks of a node, in each start
  awk -v job="$1" '$1 == job { print $2, $3, $4, $5 }' "${work}/devices" | sort -u |
    awk '$4 == "none" { bad = 1 } seen[$1 " " $2 " " $4]++ { bad = 1 } END { exit bad || NR == 0 }' ||
    fail "the ranks of job $1 share devices: $(grep "^$1 " "${work}/devices")"
}

"${program}" sweep deck.yaml output=undisturbed >/dev/null &
undisturbed=$!
for seed in 0 1 2 3 4; do "${program}" generate --cells 200 --seed "${seed}" -o "c${seed}.h5" >/dev/null; done
cat >joint.yaml <<'EOF'
mode: joint
circuits: {training: [c0.h5, c1.h5, c2.h5, c3.h5], test: [c4.h5]}
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 400}
EOF

# Two jobs at a time: one whose batch script gets the signal, as before the time limit, and an array of which one task
# does.
gpus="--gpus-per-task=1"
submit one_node.sh one "--ntasks-per-node=2 ${gpus}"
one=${job} one_collection=${collection}
wait_for 30 under_way one || fail "one_node.sh does not get to work: $(cat gsrgnn-"${one}".log)"
scancel --signal=USR1 --batch "${one}"
wait_for 15 requeued "${one}" "gsrgnn-${one}.log" || fail "one_node.sh was not requeued: $(cat gsrgnn-"${one}".log)"
say "one_node.sh was signalled and requeued"
submit array.sh array "--array=0-1 ${gpus}"
array=${job} array_collection=${collection}
wait_for 30 under_way array || fail "array.sh does not get to work"
scancel --signal=USR1 --batch "${array}_0"
wait_for 15 requeued "${array}_0" "gsrgnn-${array}_0.log" || fail "array.sh was not requeued"
say "a task of array.sh was signalled and requeued"
wait_for 30 started_again "${one}" || fail "one_node.sh does not start again"
wait_for 30 started_again "${array}_0" || fail "array.sh does not start again"

submit many_nodes.sh many "--nodes=2 --ntasks-per-node=2 ${gpus}"
many=${job} many_collection=${collection}
wait_for 40 under_way many || fail "many_nodes.sh does not get to work: $(cat gsrgnn-"${many}".log)"
scancel --signal=USR1 --batch "${many}"
wait_for 15 requeued "${many}" "gsrgnn-${many}.log" || fail "many_nodes.sh was not requeued"
say "many_nodes.sh was signalled and requeued"
wait_for 30 started_again "${many}" || fail "many_nodes.sh does not start again"

# Not to be requeued: a mistake in the deck; a sweep that was cancelled, which leaves its checkpoints all the same.
bad=$(sbatch --parsable --ntasks-per-node=1 scripts/slurm/one_node.sh deck.yaml sweep.layer=[1])
nightly=$(GSRGNN_NIGHTLY=0 sbatch --parsable scripts/slurm/nightly_performance.sh a.yaml)
wait "${undisturbed}" || fail "the undisturbed sweep failed"
check_results one "${one_collection}"
check_results array "${array_collection}"
check_results many "${many_collection}"
say "three sweeps were finished and collected"
for log in "gsrgnn-${one}.log" "gsrgnn-${many}.log" "gsrgnn-${array}_0.log"; do
  expect_in "${log}" "the same sweep goes on"
  expect_in "${log}" "${runs} of ${runs} runs done"
done
expect_in "gsrgnn-${one}.log" "goes on after "
expect_in "gsrgnn-${many}.log" "rank 3: n1  pid"
different_devices "${one}"
different_devices "${many}"
for task in 0 1; do
  different_devices "$(scontrol show job --oneliner "${array}_${task}" | sed -n '1 s/^JobId=\([0-9]*\) .*/\1/p')"
done
# What a rank says of itself.
for rank in 0 1 2 3; do
  grep -qE "rank ${rank}: n$((rank / 2))  pid [0-9]+  [A-Za-z]+ on .+, [0-9]+ threads?  [0-9.]+ GB" \
    "gsrgnn-${many}.log" || fail "rank ${rank} does not say what it has: $(cat "gsrgnn-${many}.log")"
done

# One joint training by ranks of two nodes, signalled and requeued. (There are more of them than this machine has cores.)
export OMPI_MCA_mpi_yield_when_idle=1
joint=$(sbatch --parsable --nodes=2 --ntasks-per-node=1 "${gpus}" scripts/slurm/train.sh joint.yaml output=joint.h5)
wait_for 30 grep -qs '/400  loss' "gsrgnn-${joint}.log" || fail "train.sh does not get to work: $(cat "gsrgnn-${joint}.log")"
scancel --signal=USR1 --batch "${joint}"
wait_for 15 requeued "${joint}" "gsrgnn-${joint}.log" || fail "train.sh was not requeued: $(cat "gsrgnn-${joint}.log")"
say "train.sh was signalled and requeued"
"${program}" train joint.yaml output=alone.h5 >/dev/null || fail "the undisturbed joint training failed"
wait_for 90 ended "${joint}" || fail "train.sh does not end: $(cat "gsrgnn-${joint}.log")"
expect_in "gsrgnn-${joint}.log" "goes on after "
expect_in "gsrgnn-${joint}.log" "rank 1: n1  pid"
expect_in "gsrgnn-${joint}.log" "Exited with exit code 75"
expect_not_in "gsrgnn-${joint}.log" "Killed"
different_devices "${joint}"
h5diff -q --exclude-path /measured --exclude-path /memory --exclude-path /deck alone.h5 joint.h5 ||
  fail "joint.h5 is not that of an undisturbed training by one rank"
say "a joint training by two nodes was finished"

wait_for 20 ended "${bad}" || fail "a deck with a mistake runs on"
scontrol show job "${bad}" | grep -q 'ExitCode=2:0' || fail "a deck with a mistake: $(scontrol show job "${bad}")"
expect_in "gsrgnn-${bad}.log" "did you mean 'layers'"
wait_for 20 ended "${nightly}" || fail "nightly_performance.sh does not end"
expect_in gsrgnn-nightly.log "measured with a.yaml"

cancelled=$(GSRGNN_LAUNCHER=mpirun sbatch --parsable --ntasks-per-node=2 scripts/slurm/one_node.sh deck.yaml \
  output=cancelled train.epochs=1000000)
wait_for 20 grep -qs 'sweep: ' "gsrgnn-${cancelled}.log" || fail "mpirun does not get to work"
sleep 0.5
scancel "${cancelled}"
wait_for 20 ended "${cancelled}" || fail "the cancelled sweep does not end"
sleep 1
[[ "$(state "${cancelled}")" == CANCELLED ]] || fail "the cancelled sweep is $(state "${cancelled}")"
expect_not_in "gsrgnn-${cancelled}.log" "goes back into the queue"
compgen -G "cancelled/*.checkpoint" >/dev/null || fail "cancelled without a checkpoint: $(cat "gsrgnn-${cancelled}.log")"
say "a cancelled sweep left checkpoints and did not come back"
((failed == 0)) && say "all well"
