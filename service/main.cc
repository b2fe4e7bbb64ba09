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

Logs are JSON lines on standard error. SIGTERM and SIGINT drain: calls under way may end within --drain.)";

constexpr int kExitUsage = 2, kExitFailed = 1;

struct Flags {
  tune::ServerOptions server;
  double drain_s = 20;
  tune::Log::Level level = tune::Log::Level::kInfo;
};

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
