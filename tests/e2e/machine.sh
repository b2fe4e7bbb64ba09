# One real Kubernetes node on this machine: control plane, containerd, kubelet. Part of ./dev e2e, which has say and die;
# RUN is the run's folder, BOX the control plane and kubelet in one program, DEBS where Debian's packages are unpacked.
#
# The API server listens on 10.96.0.1:443, an address of a bridge of this machine: pods reach it without any forwarding.

BRIDGE=kbx0
CGROUPS=(cpu cpuacct cpuset memory devices freezer blkio pids systemd)
# What a kubelet sets for the whole machine.
SYSCTLS=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys
  kernel.keys.root_maxbytes net.ipv4.ip_forward)
# What kubelet, containerd and CNI make outside of the run's folder.
LEFT_BEHIND=(/run/containerd /var/log/containers /var/log/pods /var/lib/kubelet /opt/containerd /var/lib/cni /run/netns
  /usr/libexec/kubernetes)

# ---- processes, each ended by its id alone

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# begin NAME COMMAND…: in the background; its output goes to out/e2e/log/NAME.log. Its input never ends.
begin() {
  local name=$1
  shift
  setsid "$@" >"$OUT/log/$name.log" 2>&1 0<>"$RUN/input" &
  echo "$! $(started_at $!)" >"$RUN/pids/$name"
}

# process NAME: its id, while it is the one that was started.
process() {
  local pid since
  read -r pid since 2>/dev/null <"$RUN/pids/$1" || return 1
  [ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ] && echo "$pid"
}

# end NAME [SECONDS]: asks it to end, and kills it after that time.
end() {
  local pid deadline=$((SECONDS + ${2:-20}))
  pid=$(process "$1") || return 0
  kill "$pid" 2>/dev/null || true
  while process "$1" >/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
  ! process "$1" >/dev/null || kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -f "$RUN/pids/$1"
}

kubectl() { "$BOX" kubectl --kubeconfig="$RUN/box/admin.kubeconfig" "$@"; }
ctr() { "$DEBS/usr/bin/ctr" -a "$RUN/c.sock" -n k8s.io "$@"; }

# ---- what must hold before anything is changed

machine_check() {
  local free used
  [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ] ||
    die "e2e needs control groups of version 1 in /sys/fs/cgroup/memory; with version 2 it was never run"
  free=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  [ "$free" -ge 6144 ] || die "e2e needs 6 GiB of free memory; there are $free MiB"
  [ ! -e "$RUN" ] || die "$RUN exists: an e2e is running, or one was killed; ./dev e2e down puts things back"
  ! ip link show "$BRIDGE" >/dev/null 2>&1 || die "there is a network link $BRIDGE already"
  used=$({ ip -o -4 address; ip route; } | grep -E '(^| )10\.(96|244)\.' || true)
  [ -z "$used" ] || die "10.96.0.0/16 or 10.244.0.0/16 is in use: $used"
  ! ls -d /sys/fs/cgroup/*/kubebox >/dev/null 2>&1 || die "there are control groups kubebox already"
}

# What is put back at the end.
remember_machine() {
  local path
  sysctl -e "${SYSCTLS[@]}" 2>/dev/null | tr -d ' ' >"$RUN/sysctls"
  for path in "${LEFT_BEHIND[@]}"; do [ -e "$path" ] || echo "$path"; done >"$RUN/absent"
}

restore_sysctls() { xargs -r sysctl -q -w <"$RUN/sysctls"; }

# ---- up

network_up() {
  ip link add "$BRIDGE" type bridge
  # Without an address of its own a bridge takes the lowest of its ports', and changes it as pods come and go.
  ip link set "$BRIDGE" address 02:6b:62:78:00:01
  ip address add 10.244.0.1/24 dev "$BRIDGE"
  ip address add 10.96.0.1/32 dev "$BRIDGE"
  ip link set "$BRIDGE" up
}

control_plane_up() {
  begin kubebox nice -n 5 "$BOX" up --dir "$RUN/box" --address 10.96.0.1 --port 443 --scheduler \
    --apply "$CRDS/flinkdeployments.flink.apache.org-v1.yml" --apply "$CRDS/flinksessionjobs.flink.apache.org-v1.yml"
  wait_for 240 grep -q '"server":' "$OUT/log/kubebox.log" || die "the API server does not start: $(tail -n 3 "$OUT/log/kubebox.log")"
}

containerd_config() {
  cat <<TEXT
version = 2
root = "$RUN/containerd"
state = "$RUN/containerd-state"
[grpc]
  address = "$RUN/c.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "tune.local/pause:1"
  stream_server_address = "127.0.0.1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$DEBS/usr/lib/cni"
    conf_dir = "$RUN/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "$DEBS/usr/sbin/runc"
TEXT
}

# isGateway would turn forwarding on for the whole machine.
network_config() {
  cat <<TEXT
{"cniVersion": "0.4.0", "name": "kbx", "plugins": [
 {"type": "bridge", "bridge": "$BRIDGE", "isGateway": false, "ipMasq": false,
  "ipam": {"type": "host-local", "dataDir": "$RUN/cni-data",
   "ranges": [[{"subnet": "10.244.0.0/24", "rangeStart": "10.244.0.10", "gateway": "10.244.0.1"}]],
   "routes": [{"dst": "10.96.0.0/16", "gw": "10.244.0.1"}]}},
 {"type": "loopback"}]}
TEXT
}

kubelet_config() {
  cat <<TEXT
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 10.244.0.1
port: 20250
healthzPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $RUN/box/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /kubebox
enforceNodeAllocatable: [pods]
failSwapOn: false
failCgroupV1: false
containerRuntimeEndpoint: unix://$RUN/c.sock
imageServiceEndpoint: unix://$RUN/c.sock
resolvConf: ""
evictionHard: {memory.available: 100Mi}
imageGCHighThresholdPercent: 100
podLogsDir: $RUN/podlogs
volumePluginDir: $RUN/volumeplugins
nodeStatusUpdateFrequency: 5s
makeIPTablesUtilChains: false
TEXT
}

node_ready() { kubectl get node kubebox | grep -q ' Ready'; }

node_up() {
  local group image path="$DEBS/usr/bin:$DEBS/usr/sbin:$PATH"
  mkdir -p "$RUN/cni"
  containerd_config >"$RUN/containerd.toml"
  network_config >"$RUN/cni/10-kbx.conflist"
  kubelet_config >"$RUN/kubelet.yaml"
  for group in "${CGROUPS[@]}"; do mkdir -p "/sys/fs/cgroup/$group/kubebox"; done
  for group in cpus mems; do
    cat "/sys/fs/cgroup/cpuset/cpuset.$group" >"/sys/fs/cgroup/cpuset/kubebox/cpuset.$group"
  done
  begin containerd env PATH="$path" nice -n 5 "$DEBS/usr/bin/containerd" -c "$RUN/containerd.toml"
  wait_for 60 ctr version || die "containerd does not start: $(tail -n 3 "$OUT/log/containerd.log")"
  for image in "$IMAGES"/*.tar; do ctr images import "$image" >/dev/null; done
  begin kubelet env PATH="$path" nice -n 5 "$BOX" kubelet --config "$RUN/kubelet.yaml" \
    --kubeconfig "$RUN/box/kubelet.kubeconfig" --root-dir "$RUN/kubelet" --cert-dir "$RUN/pki" \
    --hostname-override kubebox --node-ip 10.244.0.1
  wait_for 60 node_ready || die "the kubelet does not start: $(tail -n 3 "$OUT/log/kubelet.log")"
  restore_sysctls
}

machine_up() {
  mkdir -m 700 "$RUN" || die "$RUN exists: an e2e is running"
  mkdir "$RUN/pids"
  mkfifo "$RUN/input"
  remember_machine
  network_up
  control_plane_up
  node_up
}

# ---- down; each step also where the ones before it failed

containers_gone() { [ -z "$(ctr tasks ls -q)" ]; }

node_down() {
  kubectl delete pods -A --all --force --grace-period=0 --timeout=30s --request-timeout=40s >/dev/null 2>&1 || true
  wait_for 20 containers_gone || true
  end kubelet
  ctr tasks ls -q 2>/dev/null | while read -r task; do ctr tasks kill -s 9 "$task"; done || true
  sleep 1
  ctr containers ls -q 2>/dev/null | while read -r container; do ctr containers rm "$container"; done >/dev/null 2>&1 || true
  shims_down
  end containerd
}

# containerd leaves the processes beside its containers running; they name the run's socket.
shims_down() {
  local shim
  for shim in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$shim/cmdline" | grep -q "^[^ ]*containerd-shim[^ ]* .*-address $RUN/c.sock"; then
      kill "${shim#/proc/}" 2>/dev/null || true
    fi
  done
}

network_down() {
  local link
  for link in $(ip -o link show master "$BRIDGE" 2>/dev/null | sed -E 's/^[0-9]+: ([^:@]+).*/\1/'); do ip link delete "$link"; done
  ! ip link show "$BRIDGE" >/dev/null 2>&1 || ip link delete "$BRIDGE"
}

files_down() {
  local group path
  grep -o " $RUN/[^ ]*" /proc/self/mounts | sort -r | xargs -r -n 1 umount 2>/dev/null || true
  for group in "${CGROUPS[@]}" unified; do
    find "/sys/fs/cgroup/$group/kubebox" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  restore_sysctls
  while read -r path; do
    grep -o " /[^ ]*" /proc/self/mounts | tr -d ' ' | grep "^$path/" | sort -r | xargs -r -n 1 umount || true
    rm -rf --one-file-system "$path"
  done <"$RUN/absent"
  ! grep -q " $RUN/" /proc/self/mounts || { say "still mounted: $(grep -o " $RUN/[^ ]*" /proc/self/mounts)"; return 1; }
  rm -rf --one-file-system "$RUN"
}

machine_down() {
  [ -d "$RUN" ] || return 0
  [ ! -S "$RUN/c.sock" ] || node_down
  end kubebox 30
  network_down
  files_down
  ! ip link show "$BRIDGE" >/dev/null 2>&1 || { say "the link $BRIDGE is still there"; return 1; }
  ! ls -d /sys/fs/cgroup/*/kubebox >/dev/null 2>&1 || { say "control groups kubebox are still there"; return 1; }
  say "the machine is as it was"
}
