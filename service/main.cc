// `tuned`: the daemon that a scheduler calls.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/server/server.h"

namespace {

constexpr char kExamples[] = R"(Examples:
  tuned                                             plain text on 127.0.0.1:7070, for this machine alone
  tuned --listen unix:/run/tuned.sock               the same on a socket
  tuned --listen 0.0.0.0:7070 --tls-cert tls.crt --tls-key tls.key --client-ca ca.crt
                                                    TLS; each client shows a certificate that ca.crt signed
  tuned --metrics 127.0.0.1:9464 --log-level debug  Prometheus' metrics, and every decision in the log

  tuned --store /var/lib/tuned/jobs.db              keeps what is pushed of jobs, and judges them every minute
  tuned --store jobs.db --kubeconfig ~/.kube/config --context test --namespace team-a
                                                    follows the jobs of a cluster; callers show its tokens
  tuned --store jobs.db --in-cluster --write        and patches their specs, where their owners let it

Logs are JSON lines on standard error. SIGTERM and SIGINT drain: calls under way may end within --drain.)";

constexpr int kExitUsage = 2, kExitFailed = 1;

struct Flags {
  tune::ServerOptions server;
  double drain_s = 20, horizon_h = 24, evaluate_s = 60, forget_h = 168;
  double restart_s = 600, settle_s = 600, stuck_s = 120, keep_failed_h = 24;
  bool in_cluster = false;
  tune::Log::Level level = tune::Log::Level::kInfo;
};

void AddKeeping(CLI::App& app, Flags& flags) {
  tune::KeepingOptions& keeping = flags.server.keeping;
  app.add_option("--store", keeping.store, "file of the kept jobs; without it none are kept");
  app.add_option("--horizon", flags.horizon_h, "hours that a kept window holds")->capture_default_str();
  app.add_option("--evaluate", flags.evaluate_s, "seconds between two judgements of a kept job")->capture_default_str();
  app.add_option("--forget-after", flags.forget_h, "hours without samples, after which a job that is gone is forgotten")
      ->capture_default_str();
  app.add_option("--policy", keeping.policy, "where none was put: balanced, thrifty, careful or classic")
      ->capture_default_str();
  app.add_option("--most-jobs", keeping.most_jobs, "that are kept")->capture_default_str();
  app.add_option("--most-store-mib", keeping.most_store_mib, "largest file of the kept jobs")->capture_default_str();
  tune::ClusterOptions& cluster = flags.server.cluster;
  auto* kubeconfig = app.add_option("--kubeconfig", cluster.kubeconfig, "follow the cluster that this file names");
  app.add_option("--context", cluster.context, "of the kubeconfig; its current one without it")->needs(kubeconfig);
  app.add_flag("--in-cluster", flags.in_cluster, "follow the cluster of this pod")->excludes(kubeconfig);
  app.add_option("--namespace", cluster.namespaces, "follow this one alone; may be given several times");
  const std::map<std::string, tune::AccessMode> modes = {{"cluster", tune::AccessMode::kCluster},
                                                         {"open", tune::AccessMode::kOpen}};
  app.add_option_function<std::string>(
         "--access", [&flags, modes](const std::string& mode) { flags.server.access = modes.at(mode); },
         "cluster: callers may do what the cluster's RBAC lets them; open: everything. Where a cluster is followed: "
         "cluster")
      ->check(CLI::IsMember(modes));
  app.add_option("--token-audience", flags.server.token_audience, "whom callers' tokens must be for");
}

void AddWriting(CLI::App& app, Flags& flags) {
  tune::WritingOptions& writing = flags.server.writing;
  tune::RolloutLimits& limits = writing.rollout.limits;
  auto* write =
      app.add_flag("--write", writing.write,
                   "patch jobs' specs: by itself those of mode tune.dev/mode: auto, others when asked; without "
                   "it nothing is written");
  const auto add = [&app, write](const char* name, auto& value, const char* about) {
    app.add_option(name, value, about)->needs(write)->capture_default_str();
  };
  add("--lease-namespace", writing.lease_namespace,
      "where the Lease is by which one tuned at a time writes; a pod's own without it");
  add("--restart-deadline", flags.restart_s, "seconds within which a changed job must run, else it goes back");
  add("--settle", flags.settle_s, "seconds that it is looked at then");
  add("--stuck", flags.stuck_s, "seconds after which an operator's error, or a job that is down, is a failure");
  add("--keep-failed", flags.keep_failed_h, "hours for which values that were rolled back are not tried again");
  add("--restarts-in-flight", limits.in_flight, "jobs that restart for a change at one time");
  add("--restarts-of-namespace", limits.in_flight_of_namespace, "of them, of one namespace");
  add("--optional-in-flight", limits.optional_in_flight, "changes under way of jobs that could do without");
  add("--restarts-a-day", writing.rollout.history.restarts_a_day,
      "of one job; twice as many where it cannot do without");
}

void AddFlags(CLI::App& app, Flags& flags) {
  tune::ServerOptions& o = flags.server;
  app.add_option("--listen", o.listen, "host:port, [host]:port or unix:path; may be given several times")
      ->capture_default_str();
  app.add_option("--tls-cert", o.tls.certificate, "the server's certificate, PEM; read again when it changes");
  app.add_option("--tls-key", o.tls.key, "its key, PEM");
  app.add_option("--client-ca", o.tls.client_ca, "clients must show a certificate that this signed, PEM");
  app.add_option("--metrics", o.metrics, "address of /metrics; none without it");
  app.add_option("--max-message-mib", o.max_message_mib, "largest request")->capture_default_str();
  app.add_option("--workers", o.workers, "threads for calls that take long")->capture_default_str();
  app.add_option("--calls-under-way", o.admission.calls_under_way, "of one caller")->capture_default_str();
  app.add_option("--calls-per-second", o.admission.calls_per_second, "of one caller; 0: no limit")
      ->capture_default_str();
  app.add_option("--burst", o.admission.burst, "calls that may come at once where there is a limit")
      ->capture_default_str();
  AddKeeping(app, flags);
  AddWriting(app, flags);
  app.add_option("--drain", flags.drain_s, "seconds that calls under way may take when the server goes down")
      ->capture_default_str();
  const std::map<std::string, tune::Log::Level> levels = {{"debug", tune::Log::Level::kDebug},
                                                          {"info", tune::Log::Level::kInfo},
                                                          {"warning", tune::Log::Level::kWarning},
                                                          {"error", tune::Log::Level::kError}};
  app.add_option("--log-level", flags.level, "debug, info, warning or error")
      ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case))
      ->default_str("info");
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "tuned: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Answers schedulers: what each Flink job needs, and why.", "tuned");
  app.footer(kExamples);
  Flags flags;
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  flags.server.drain = absl::Seconds(flags.drain_s);
  flags.server.keeping.horizon = absl::Hours(flags.horizon_h);
  flags.server.keeping.evaluate = absl::Seconds(flags.evaluate_s);
  flags.server.keeping.forget_after = absl::Hours(flags.forget_h);
  tune::RolloutOptions& rollout = flags.server.writing.rollout;
  rollout.watch.restart = absl::Seconds(flags.restart_s);
  rollout.watch.settle = absl::Seconds(flags.settle_s);
  rollout.watch.stuck = absl::Seconds(flags.stuck_s);
  rollout.history.keep_failed = absl::Hours(flags.keep_failed_h);
  flags.server.cluster.follow = flags.in_cluster || !flags.server.cluster.kubeconfig.empty();
  // Before any thread begins, so that all of them leave these to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const tune::Log log(flags.level);
  const auto server = tune::Server::Start(flags.server, log);
  if (!server.ok()) return Fail(server.status());
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Shutdown();
  return 0;
}
