# `./dev e2e`: libtune beside a real cluster, from nothing to a job that it changed. Part of ./dev.

OPERATOR=1.7.0  # the newest that Maven's registry has
RUNTIME_PACKAGES=(containerd runc containernetworking-plugins)

# As unpacked packages: nothing of them is installed on the machine.
need_container_runtime() {
  local folder=$PWD/.cache/e2e/debs package
  [ ! -e "$folder/usr/bin/containerd" ] || [ ! -e "$folder/usr/sbin/runc" ] || [ ! -e "$folder/usr/lib/cni/bridge" ] || return 0
  say "unpacking: ${RUNTIME_PACKAGES[*]} in .cache/e2e/debs"
  rm -rf "$folder"
  mkdir -p "$folder/packages"
  (cd "$folder/packages" && download_packages)
  for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
}

download_packages() {
  apt-get -q download "${RUNTIME_PACKAGES[@]}" >apt.log 2>&1 ||
    { apt-get -q update >>apt.log 2>&1 && apt-get -q download "${RUNTIME_PACKAGES[@]}" >>apt.log 2>&1; } || die "apt-get download failed: $(tail -n 1 apt.log)"
}

# The control plane of the tests with a kubelet in it.
need_kubebox_node() {
  local key
  key=$(kubebox_key)
  [ "$(cat .cache/e2e/kubebox.key 2>/dev/null)" != "$key" ] || return 0
  say "building a Kubernetes control plane and kubelet, minutes the first time: .cache/e2e/kubebox"
  run_logged e2e-kubebox tests/lab/kubebox/build.sh "$PWD/.cache/e2e/kubebox" node
  echo "$key" >.cache/e2e/kubebox.key
}

need_operator() {
  if grep -qs "flink-kubernetes-operator-$OPERATOR.jar" .cache/e2e/operator/classpath &&
    [ -e .cache/e2e/crds/flinkdeployments.flink.apache.org-v1.yml ]; then return; fi
  say "fetching: flink-kubernetes-operator $OPERATOR"
  run_logged e2e-operator mvn -q -B -f tests/e2e/operator/pom.xml "-Doperator.directory=$PWD/.cache/e2e/operator" \
    "-Doperator.version=$OPERATOR" package
  run_logged e2e-crds unzip -o -q -j -d .cache/e2e/crds \
    "$(tr : '\n' <.cache/e2e/operator/classpath | grep 'flink-kubernetes-operator-api')" 'META-INF/fabric8/*-v1.yml'
}

need_e2e() {
  mkdir -p .cache/e2e
  cmd_lab
  command -v go >/dev/null || die "e2e needs Go to build Kubernetes"
  [[ $(readlink -f "$(command -v java)") == /usr/* ]] || die "e2e needs the JDK in /usr, which is what the pods mount"
  need_container_runtime
  need_kubebox_node
  need_operator
  run_logged e2e-images tests/e2e/image/build.sh "$PWD/.cache/e2e/image"
  build dev tune tuned
}

e2e_end() {
  local status=$?
  trap - EXIT
  trap '' INT TERM  # who is impatient would leave half of it
  say "putting the machine back"
  e2e_down || status=1
  exit "$status"
}

cmd_e2e() {
  RUN=/var/lib/libtune-e2e OUT=$PWD/out/e2e BOX=$PWD/.cache/e2e/kubebox DEBS=$PWD/.cache/e2e/debs
  IMAGES=$PWD/.cache/e2e/image CRDS=$PWD/.cache/e2e/crds
  . tests/e2e/machine.sh
  . tests/e2e/flink.sh
  . tests/e2e/scenarios.sh
  case ${1:-} in
    "" | up) ;;
    down) e2e_down; return ;;
    *) die "e2e $1? there are: e2e, e2e up, e2e down" ;;
  esac
  [ "$(id -u)" -eq 0 ] || die "e2e starts containers and needs root"
  command -v dpkg >/dev/null || die "e2e takes containerd and runc from Debian's packages; there is no dpkg here"
  need_packages unzip iproute2
  machine_check
  need_e2e
  rm -rf "$OUT"
  mkdir -p "$OUT/log"
  trap e2e_end EXIT
  trap 'exit 130' INT TERM
  e2e_up
  if [ "${1:-}" = up ]; then
    trap - EXIT
    say "kubectl: $BOX kubectl --kubeconfig=$RUN/box/admin.kubeconfig; ./dev e2e down ends it"
    return
  fi
  scenarios
}
