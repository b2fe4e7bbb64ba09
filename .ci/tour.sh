# `./dev tour`: the service beside a real Kubernetes API server, from nothing to a change and back. Part of ./dev.

TOUR_PIDS=()

tour_end() {
  local pid
  for pid in "${TOUR_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${TOUR_PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$TOUR"
}

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.2
  done
}

kube() { .cache/kubebox/kubectl --kubeconfig="$(of_ready kubeconfig)" "$@"; }

# It ends when its standard input does.
start_api_server() {
  local crds=.cache/kubebox/crds/META-INF/fabric8
  mkfifo "$TOUR/input"
  exec 9<>"$TOUR/input"
  .cache/kubebox/kubebox up --dir "$TOUR/box" --apply "$crds/flinkdeployments.flink.apache.org-v1.yml" \
    --apply "$crds/flinksessionjobs.flink.apache.org-v1.yml" >"$TOUR/ready" 2>"$TOUR/kubebox.log" <&9 &
  TOUR_PIDS+=($!)
  wait_for 240 test -s "$TOUR/ready" || die "the API server does not start: $(tail -n 3 "$TOUR/kubebox.log")"
}

# of_ready KEY: what the API server said of itself.
of_ready() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$TOUR/ready"; }

# write_kubeconfig FILE TOKEN [NAMESPACE]
write_kubeconfig() {
  cat >"$1" <<TEXT
apiVersion: v1
kind: Config
current-context: tour
clusters: [{name: tour, cluster: {server: "$(of_ready server)", certificate-authority: "$(of_ready ca)"}}]
users: [{name: tour, user: {token: "$2"}}]
contexts: [{name: tour, context: {cluster: tour, user: tour, namespace: "${3:-default}"}}]
TEXT
}

# allow ACCOUNT VERBS: with the jobs of team-a.
allow() {
  kube create serviceaccount "$1" -n team-a >/dev/null
  kube create role "jobs-$1" -n team-a --verb="$2" \
    --resource=flinkdeployments.flink.apache.org,flinksessionjobs.flink.apache.org >/dev/null
  kube create rolebinding "jobs-$1" -n team-a --role="jobs-$1" --serviceaccount="team-a:$1" >/dev/null
  write_kubeconfig "$TOUR/$1.kubeconfig" "$(kube create token "$1" -n team-a)" team-a
}

start_tuned() {
  kube create namespace tuned >/dev/null
  kube apply -k service/deploy/rights/account >/dev/null
  kube apply -k service/deploy/rights/read >/dev/null
  kube apply -k service/deploy/rights/write >/dev/null
  kube apply -n tuned -f service/deploy/components/write/lease.yaml >/dev/null
  write_kubeconfig "$TOUR/tuned.kubeconfig" "$(kube create token tuned -n tuned)"
  build/dev/service/tuned --listen 127.0.0.1:0 --store "$TOUR/jobs.db" --kubeconfig "$TOUR/tuned.kubeconfig" \
    --write --lease-namespace tuned --settle 3 2>"$TOUR/tuned.log" &
  TOUR_PIDS+=($!)
  wait_for 60 grep -q '"event":"listening"' "$TOUR/tuned.log" || die "tuned does not start: $(tail -n 3 "$TOUR/tuned.log")"
  TUNE_SERVER=$(sed -n 's/.*"event":"listening","address":"\([^"]*\)".*/\1/p' "$TOUR/tuned.log" | head -n 1)
  export TUNE_SERVER
}

# stop TEXT COMMAND…: says what comes and runs it, as it would be typed.
stop() {
  printf '\n== %s\n\n$ %s\n\n' "$1" "$(printf '%s ' "${@:2}" | sed "s#$TOUR/##g; s#build/dev/libtune/cli/##")"
  "${@:2}"
}

# What an operator would write: the spec is brought in, and the job runs. There is none here.
bring_in() {
  local generation
  generation=$(kube get flinkdeployment orders -n team-a -o 'jsonpath={.metadata.generation}')
  kube patch flinkdeployment orders -n team-a --subresource=status --type=merge --patch '{"status": {
    "lifecycleState": "STABLE", "jobManagerDeploymentStatus": "READY", "jobStatus": {"state": "RUNNING"},
    "reconciliationStatus": {"state": "DEPLOYED", "reconciliationTimestamp": 1, "lastReconciledSpec":
      "{\"resource_metadata\":{\"metadata\":{\"generation\":'"$generation"'}}}"}}}' >/dev/null
}

# over CHANGE: the change is over.
over() { "$TUNE" audit --change "$1" -n team-a "${BY[@]}" --json | grep -q '"ended"'; }

orders() {
  cat <<'TEXT'
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata: {name: orders, namespace: team-a}
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: "1"
    high-availability.type: kubernetes
    pipeline.name: orders
  ingress: {template: "flink.example.com/{{namespace}}/{{name}}(/|$)(.*)"}
  jobManager: {resource: {memory: 1g, cpu: 0.5}}
  taskManager: {resource: {memory: 2g, cpu: 1}}
  job: {jarURI: "local:///opt/orders.jar", parallelism: 2, upgradeMode: savepoint}
TEXT
}

tour_stops() {
  TUNE=build/dev/libtune/cli/tune BY=(--kubeconfig "$TOUR/scheduler.kubeconfig")
  local tune=$TUNE by=("${BY[@]}")
  printf '\n== An API server and tuned are up. tuned says:\n\n'
  head -n 5 "$TOUR/tuned.log"
  printf '\n== Somebody creates a FlinkDeployment:\n\n$ kubectl apply -f orders.yaml\n\n'
  orders | kube apply -f -
  wait_for 60 "$tune" get orders "${by[@]}" || die "tuned does not see the job"
  stop "tuned has seen it, and knows no more than its spec:" "$tune" jobs "${by[@]}"
  stop "The scheduler pushes what it measured:" "$tune" push orders datasets/kafka900-p2 "${by[@]}"
  stop "A recommendation with its reasons:" "$tune" get orders "${by[@]}"
  stop "The evidence behind one operator:" "$tune" get orders --explain --vertex enrich "${by[@]}"
  kube create quota team-a -n team-a --hard=requests.cpu=3 >/dev/null
  wait_for 60 sh -c "'$tune' quota team-a ${by[*]} | grep -q requests.cpu" || die "tuned does not see the quota"
  stop "The namespace has a quota, which Kubernetes does not hold against a FlinkDeployment. tuned does:" \
    "$tune" quota team-a "${by[@]}"
  stop "The plan keeps to it. Nothing is applied:" "$tune" plan orders "${by[@]}"
  kube delete quota team-a -n team-a >/dev/null
  stop "Who may only look may not push:" sh -c "'$tune' push orders datasets/kafka900-p2 --kubeconfig '$TOUR/looker.kubeconfig'; echo \"exit code \$?\""
  tour_changes
  stop "A policy for the namespace:" "$tune" policy put --namespace team-a --policy careful "${by[@]}"
  stop "What tuned decided and did, from its log:" grep -E '"event":"(decision|change)"' "$TOUR/tuned.log"
}

tour_changes() {
  local tune=$TUNE by=("${BY[@]}")
  bring_in
  wait_for 60 sh -c "'$tune' jobs ${by[*]} | grep -q running" || die "tuned does not see that the job runs"
  wait_for 60 sh -c "! '$tune' quota team-a ${by[*]} | grep -q requests.cpu" || die "tuned still sees the quota"
  stop "The job runs (there is no operator here: the tour writes its status). Whoever may only look may change nothing:" \
    sh -c "'$tune' apply orders --yes --kubeconfig '$TOUR/looker.kubeconfig'; echo \"exit code \$?\""
  stop "The plan is put into force, though only minutes were measured, and though kubectl wrote these fields:" \
    "$tune" apply orders --waive thin --force --yes "${by[@]}"
  stop "Which fields are libtune's now; all others are whose they were:" \
    .cache/kubebox/kubectl --kubeconfig="$(of_ready kubeconfig)" get flinkdeployment orders -n team-a \
    -o "jsonpath={range .metadata.managedFields[?(@.manager==\"libtune\")]}{.manager} {.operation} {.fieldsV1}{\"\n\"}{end}"
  bring_in
  wait_for 60 over 1 || die "the change does not end"
  stop "The job ran with it, and so it is stable:" "$tune" audit orders "${by[@]}"
  stop "Somebody wants the values before back:" "$tune" rollback orders --yes "${by[@]}"
  bring_in
  wait_for 60 over 2 || die "the rollback does not end"
  stop "Who did what, why, what was there before and after, what was predicted, what happened:" \
    "$tune" audit orders --details "${by[@]}"
  stop "All writing is stopped:" "$tune" pause --namespace team-a --reason "change freeze" "${by[@]}"
  stop "and nothing is written until it goes on:" \
    sh -c "'$tune' apply orders --waive thin --force --yes ${by[*]}; echo \"exit code \$?\""
}

cmd_tour() {
  need_kubebox
  [ -x .cache/kubebox/kubebox ] || die "the tour needs Go and Maven to build a Kubernetes API server"
  build dev tune tuned
  TOUR=$(mktemp -d)
  trap tour_end EXIT
  say "starting a Kubernetes API server and tuned"
  start_api_server
  kube create namespace team-a >/dev/null
  allow scheduler get,list,watch,update,patch
  allow looker get,list,watch
  start_tuned
  tour_stops
  say "the end of the tour"
}
