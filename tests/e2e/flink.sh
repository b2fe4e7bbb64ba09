# The operator, the job, tuned, and who pushes the job's samples. Part of ./dev e2e.

RATE=320  # records a second that the job's source is meant to run at; one subtask carries 245

flink_home() { echo .cache/lab/venv/lib/python3*/site-packages/pyflink; }
in_team() { kubectl -n team-a "$@"; }

operator_up() {
  mkdir "$RUN/no-plugins"
  touch "$RUN/hosts"
  begin watch python3 tests/e2e/watch.py "$RUN/box" "$RUN/hosts"
  # Without KUBERNETES_SERVICE_HOST it takes itself for a developer's run and looks for every job on localhost.
  begin operator env FLINK_CONF_DIR="$PWD/tests/e2e/operator" KUBECONFIG="$RUN/box/admin.kubeconfig" \
    FLINK_PLUGINS_DIR="$RUN/no-plugins" OPERATOR_NAMESPACE=default HOSTNAME=operator \
    KUBERNETES_SERVICE_HOST=10.96.0.1 KUBERNETES_SERVICE_PORT=443 \
    nice -n 5 java -Xmx320m -XX:+UseSerialGC -Djava.io.tmpdir="$RUN/tmp" \
    --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
    -Djdk.net.hosts.file="$RUN/hosts" -Dsun.net.inetaddr.ttl=1 \
    -Dlog4j.configurationFile="file:$PWD/tests/e2e/operator/log4j-operator.properties" \
    -cp "$(cat .cache/e2e/operator/classpath)" org.apache.flink.kubernetes.operator.FlinkOperator
  wait_for 90 grep -q "flinkdeploymentcontroller' controller started" "$OUT/log/operator.log" ||
    die "the operator does not start: $(tail -n 3 "$OUT/log/operator.log")"
}

job_manifest() {
  local flink
  flink=$(realpath "$(flink_home)")
  sed "s#@FLINK@#$flink#; s#@JOB@#$PWD/.cache/lab/job#; s#@STATE@#$RUN/state#
    s#@JAVA_ETC@#$(java_etc)#; s#@RATE@#$RATE#" tests/e2e/orders.yaml.in
}

# Where Debian keeps the JDK's security settings, to which its folder in /usr links.
java_etc() {
  local java
  java=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  dirname "$(dirname "$(readlink -f "$java/conf/security/java.security")")"
}

# kubeconfig_file FILE TOKEN
kubeconfig_file() {
  cat >"$1" <<TEXT
apiVersion: v1
kind: Config
current-context: e2e
clusters: [{name: e2e, cluster: {server: "https://10.96.0.1:443", certificate-authority: "$RUN/box/ca.crt"}}]
users: [{name: e2e, user: {token: "$2"}}]
contexts: [{name: e2e, context: {cluster: e2e, user: e2e, namespace: team-a}}]
TEXT
}

# account NAME VERBS: who may do that with the jobs of team-a.
account() {
  in_team create serviceaccount "$1" >/dev/null
  in_team create role "jobs-$1" --verb="$2" --resource=flinkdeployments.flink.apache.org >/dev/null
  in_team create rolebinding "jobs-$1" --role="jobs-$1" --serviceaccount="team-a:$1" >/dev/null
  kubeconfig_file "$RUN/$1.kubeconfig" "$(in_team create token "$1" --duration=8h)"
}

tune() { "$RUN/bin/tune" "$@" --kubeconfig "$RUN/scheduler.kubeconfig"; }

tuned_up() {
  local rights
  install -D -t "$RUN/bin" build/dev/service/tuned build/dev/libtune/cli/tune
  kubectl create namespace tuned >/dev/null
  for rights in rights/account rights/read rights/write; do kubectl apply -k "service/deploy/$rights" >/dev/null; done
  kubectl apply -f service/deploy/components/write/lease.yaml >/dev/null
  kubeconfig_file "$RUN/tuned.kubeconfig" "$(kubectl -n tuned create token tuned --duration=8h)"
  account scheduler get,list,watch,update,patch
  begin tuned "$RUN/bin/tuned" --listen "unix:$RUN/tuned.sock" --store "$OUT/jobs.db" --evaluate 5 \
    --kubeconfig "$RUN/tuned.kubeconfig" --write --lease-namespace tuned \
    --restart-deadline 300 --settle 120 --stuck 60 --restarts-a-day 100
  export TUNE_SERVER=unix:$RUN/tuned.sock
  wait_for 60 test -S "$RUN/tuned.sock" || die "tuned does not start: $(tail -n 3 "$OUT/log/tuned.log")"
}

e2e_up() {
  say "starting the API server, containerd and the kubelet"
  machine_up
  say "starting Flink's operator and tuned"
  mkdir "$RUN/tmp" "$RUN/state"
  kubectl apply -f tests/e2e/namespace.yaml >/dev/null
  operator_up
  tuned_up
  say "creating the job"
  job_manifest >"$OUT/orders.yaml"
  in_team create -f "$OUT/orders.yaml" >/dev/null
  wait_for 240 settled || die "the job does not run: $(in_team get flinkdeployment orders -o jsonpath='{.status.error}')"
  begin push python3 tests/e2e/push.py "$RUN/hosts" "$OUT" "$RUN/bin/tune" "$RUN/scheduler.kubeconfig" "$RATE"
}

settled() { python3 tests/e2e/facts.py "$RUN/box" "$RUN/hosts"; }

e2e_down() {
  [ -d "$RUN" ] || { say "nothing runs"; return 0; }
  end push
  end tuned 30
  if process kubebox >/dev/null && process operator >/dev/null; then
    in_team delete flinkdeployment --all --timeout=60s >/dev/null 2>&1 || true
  fi
  end operator
  end watch
  machine_down
}
