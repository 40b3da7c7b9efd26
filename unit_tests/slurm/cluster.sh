# shellcheck shell=bash
# A Slurm of its own for a test, on this machine: a controller and two nodes, n0 and n1, with 4 CPUs and 4 fake GPUs
# each. Source it; start_cluster FOLDER (as root), then stop_cluster. Daemons, ports and files are the folder's own.

start_cluster() {
  local folder=$1 host port=$((20000 + $$ % 20000)) node
  host=$(hostname -s)
  cluster=${folder}
  export SLURM_CONF=${folder}/slurm.conf
  mkdir -p "${folder}"/{state,spool.n0,spool.n1,tmp.n0,tmp.n1,log,munge}
  chmod 755 "${folder}"
  chmod 1777 "${folder}"/tmp.n?
  head -c 1024 /dev/urandom >"${folder}/munge/munge.key"
  chmod 400 "${folder}/munge/munge.key"
  chown -R munge: "${folder}/munge"
  # cred_expire: how long a requeued job waits before it starts again.
  cat >"${SLURM_CONF}" <<EOF
ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/munge.sock,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool.%n
TmpFS=${folder}/tmp.%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.%n.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
MpiDefault=pmix
ReturnToService=2
MinJobAge=3600
KillWait=5
JobRequeue=1
GresTypes=gpu
NodeName=n0 NodeHostname=${host} NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4 RealMemory=64000 Gres=gpu:4
NodeName=n1 NodeHostname=${host} NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4 RealMemory=64000 Gres=gpu:4
PartitionName=test Nodes=n0,n1 Default=YES MaxTime=INFINITE DefaultTime=10 State=UP
EOF
  echo 'NodeName=n0,n1 Name=gpu File=/dev/tty[0-3]' >"${folder}/gres.conf"
  setpriv --reuid=munge --regid=munge --clear-groups /usr/sbin/munged --key-file="${folder}/munge/munge.key" \
    --socket="${folder}/munge/munge.sock" --pid-file="${folder}/munge/munged.pid" \
    --log-file="${folder}/munge/munged.log" --seed-file="${folder}/munge/seed" || return 1
  /usr/sbin/slurmctld -f "${SLURM_CONF}" || return 1
  for node in n0 n1; do
    unshare --uts sh -c "hostname ${node}; exec /usr/sbin/slurmd -N ${node} -f '${SLURM_CONF}'" || return 1
  done
  for _ in {1..100}; do
    if (($(sinfo -h -N -t idle -o %N 2>/dev/null | wc -l) == 2)); then return 0; fi
    sleep 0.1
  done
  return 1
}

stop_cluster() {
  local file pid jobs
  jobs=$(squeue -h -o %A 2>/dev/null | sort -u)
  # shellcheck disable=SC2086
  if [[ -n "${jobs}" ]]; then scancel ${jobs} 2>/dev/null; fi
  for _ in {1..50}; do
    if [[ -z "$(squeue -h -t R,CG 2>/dev/null)" ]]; then break; fi
    sleep 0.2
  done
  for file in "${cluster}"/slurmd.n?.pid "${cluster}/slurmctld.pid" "${cluster}/munge/munged.pid"; do
    pid=$(cat "${file}" 2>/dev/null) || continue
    kill "${pid}" 2>/dev/null || continue
    for _ in {1..100}; do  # a zombie has ended, too
      if ! grep -qs '^State:.[^Z]' "/proc/${pid}/status"; then break; fi
      sleep 0.1
    done
  done
}
