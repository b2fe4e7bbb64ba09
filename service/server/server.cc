#include "service/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/codec/limits.h"
#include "libtune/internal/path.h"
#include "service/api/tuner_service.h"
#include "service/rollout/change.h"
#include "service/server/followed_cluster.h"
#include "service/server/keeping.h"
#include "service/server/metrics.h"
#include "service/server/readings.h"

namespace tune {
namespace {

constexpr unsigned kReadAgainSeconds = 10;  // certificates
constexpr int kAskers = 4;                  // threads that wait for the cluster's word on callers
constexpr int kWriters = 4;                 // threads that wait for it to take what callers write
constexpr size_t kMostChanges = 100'000;    // of jobs, for those who watch

// Names a run of the daemon.
std::string EpochOf(absl::Time start) { return absl::StrCat(absl::Hex(absl::ToUnixNanos(start))); }

absl::Status CheckReadable(const char* flag, const std::string& path) {
  if (path.empty() || std::ifstream(path).good()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(flag, " = ", Quoted(path), ": cannot be read"));
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(const TlsFiles& tls) {
  if (tls.certificate.empty()) return grpc::InsecureServerCredentials();
  absl::Status readable = CheckReadable("--tls-cert", tls.certificate);
  readable.Update(CheckReadable("--tls-key", tls.key));
  readable.Update(CheckReadable("--client-ca", tls.client_ca));
  if (!readable.ok()) return readable;
  namespace ex = grpc::experimental;
  const bool asks = !tls.client_ca.empty();
  auto provider =
      asks ? std::make_shared<ex::FileWatcherCertificateProvider>(tls.key, tls.certificate, tls.client_ca,
                                                                  kReadAgainSeconds)
           : std::make_shared<ex::FileWatcherCertificateProvider>(tls.key, tls.certificate, kReadAgainSeconds);
  ex::TlsServerCredentialsOptions options(std::move(provider));
  options.watch_identity_key_cert_pairs();
  if (asks) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return ex::TlsServerCredentials(options);
}

// Calls and decisions, to the log and to /metrics.
class Reporter final : public Observer {
 public:
  Reporter(const Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

  void OnCall(const char* method, const std::string& caller, absl::StatusCode code, absl::Duration took) override {
    metrics_.CountCall(method, code, took);
    const Log::Level level = code == absl::StatusCode::kOk ? Log::Level::kDebug : Log::Level::kInfo;
    if (!log_.Takes(level)) return;
    log_.Write(level, "call",
               {{"method", method},
                {"caller", caller},
                {"code", absl::StatusCodeToString(code)},
                {"took", absl::FormatDuration(absl::Trunc(took, absl::Microseconds(1)))}});
  }

  void OnAnswer(const std::string& caller, v1::Action action) override {
    metrics_.CountAnswer(action);
    if (!log_.Takes(Log::Level::kDebug)) return;
    log_.Write(Log::Level::kDebug, "answer", {{"caller", caller}, {"action", v1::Action_Name(action)}});
  }

  void OnDecision(const JobKey& job, const v1::Decision& decision) {
    metrics_.CountDecision(decision.action());
    log_.Write(Log::Level::kInfo, "decision",
               {{"job", ToText(job)},
                {"decision", absl::StrCat(decision.id())},
                {"policy", decision.policy_name()},
                {"action", v1::Action_Name(decision.action())},
                {"slots", absl::StrCat(decision.slots_now(), " -> ", decision.slots_wanted())},
                {"reason", decision.reason()}});
  }

  void OnChange(const v1::Change& change) {
    metrics_.CountChange(change.state());
    log_.Write(Log::Level::kInfo, "change",
               {{"job", ToText(JobOf(change))},
                {"change", absl::StrCat(change.id())},
                {"state", v1::ChangeState_Name(change.state())},
                {"author", change.author()},
                {"fields", FieldsText(change)},
                {"why", change.events_size() > 0 ? change.events(change.events_size() - 1).text() : ""}});
  }

  void OnNoChange(const JobKey& job, const absl::Status& why) {
    log_.Write(Log::Level::kWarning, "no change", {{"job", ToText(job)}, {"error", std::string(why.message())}});
  }

  void OnPrediction(const JobKey& job, const PredictionCheck& check) {
    metrics_.ObservePredictionError(check.error());
    log_.Write(Log::Level::kInfo, "prediction",
               {{"job", ToText(job)},
                {"vertex", check.vertex},
                {"predicted", absl::StrCat(check.predicted_s, " s/record")},
                {"measured", absl::StrCat(check.measured_s, " s/record")}});
  }

 private:
  const Log& log_;
  Metrics& metrics_;
};

}  // namespace

struct Server::State {
  State(const ServerOptions& o, const Log& l)
      : options(o),
        log(l),
        reporter(l, metrics),
        admission(o.admission),
        workers(o.workers),
        askers(kAskers),
        writers(kWriters) {}

  const ServerOptions options;
  const Log& log;
  Metrics metrics;
  Reporter reporter;
  ChangeLog changes{EpochOf(absl::Now()), kMostChanges};
  std::unique_ptr<FollowedCluster> cluster;  // nullptr: none
  std::unique_ptr<Keeping> keeping;          // nullptr: no jobs are kept
  Admission admission;
  Workers workers, askers, writers;
  Door door{admission, workers, askers, writers, reporter};
  std::unique_ptr<TunerService> service;
  std::vector<std::string> addresses;
  int metrics_port = 0;
  std::unique_ptr<grpc::Server> server;  // goes first

  absl::Status Follow();
  absl::Status Keep();
  absl::Status Listen();
};

absl::Status Server::State::Follow() {
  if (!options.cluster.follow) return absl::OkStatus();
  auto followed = FollowedCluster::Start(options, [this](const JobKey& job) { changes.Add(job); });
  if (!followed.ok()) return followed.status();
  cluster = *std::move(followed);
  if (options.access.value_or(AccessMode::kCluster) == AccessMode::kCluster) door.gate = &cluster->gate();
  return absl::OkStatus();
}

absl::Status Server::State::Keep() {
  if (options.keeping.store.empty()) return absl::OkStatus();
  KeepingListener listener;
  listener.decided = [this](const JobKey& job, const v1::Decision& decision) { reporter.OnDecision(job, decision); };
  listener.checked = [this](const JobKey& job, const PredictionCheck& check) { reporter.OnPrediction(job, check); };
  listener.writing.damaged = [this](const absl::Status& damage) {
    log.Write(Log::Level::kError, "damage", {{"error", std::string(damage.message())}});
  };
  listener.writing.changed = [this](const v1::Change& change) { reporter.OnChange(change); };
  listener.writing.not_changed = [this](const JobKey& job, const absl::Status& why) { reporter.OnNoChange(job, why); };
  listener.writing.lease = [this](bool held) {
    log.Write(Log::Level::kInfo, "lease", {{"held", held ? "true" : "false"}});
  };
  auto opened = Keeping::Open(options.keeping, options.writing, cluster.get(), changes, listener);
  if (!opened.ok()) return opened.status();
  keeping = *std::move(opened);
  log.Write(Log::Level::kInfo, "keeping",
            {{"store", options.keeping.store}, {"jobs", absl::StrCat(keeping->jobs().size())}});
  return absl::OkStatus();
}

absl::Status Server::State::Listen() {
  const absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = CredentialsOf(options.tls);
  if (!credentials.ok()) return credentials.status();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.RegisterService(service.get());
  builder.SetMaxReceiveMessageSize(options.max_message_mib << 20);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // another server's port is not shared in silence
  std::vector<int> ports(options.listen.size(), 0);
  for (size_t i = 0; i < options.listen.size(); ++i) {
    builder.AddListeningPort(options.listen[i], *credentials, &ports[i]);
  }
  server = builder.BuildAndStart();
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string& address = options.listen[i];
    if (server == nullptr || ports[i] == 0) {
      return absl::UnavailableError(absl::StrCat("--listen = ", Quoted(address), ": cannot be had"));
    }
    const bool has_port = !absl::StartsWith(address, "unix:");
    addresses.push_back(has_port ? absl::StrCat(address.substr(0, address.rfind(':')), ":", ports[i]) : address);
  }
  return absl::OkStatus();
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() { Shutdown(); }

const std::vector<std::string>& Server::addresses() const { return state_->addresses; }
int Server::metrics_port() const { return state_->metrics_port; }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, const Log& log) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  auto state = std::make_unique<State>(options, log);
  if (auto status = state->Follow(); !status.ok()) return status;
  if (auto status = state->Keep(); !status.ok()) return status;
  Keeping* const keeping = state->keeping.get();
  state->service = std::make_unique<TunerService>(state->door, keeping ? &keeping->answers() : nullptr,
                                                  keeping ? keeping->change_answers() : nullptr);
  if (auto status = state->Listen(); !status.ok()) return status;
  state->metrics.AddReadings([s = state.get()] { return ReadingsOf(s->cluster.get(), s->keeping.get()); });
  if (!options.metrics.empty()) {
    const absl::StatusOr<int> port = state->metrics.Serve(options.metrics);
    if (!port.ok()) return port.status();
    state->metrics_port = *port;
  }
  for (const std::string& address : state->addresses) {
    log.Write(Log::Level::kInfo, "listening",
              {{"address", address}, {"security", options.tls.certificate.empty() ? "none" : "TLS"}});
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::Shutdown() {
  if (state_->server == nullptr) return;
  state_->log.Write(Log::Level::kInfo, "draining", {{"drain", absl::FormatDuration(state_->options.drain)}});
  state_->server->GetHealthCheckService()->SetServingStatus(false);
  state_->changes.Close();
  state_->server->Shutdown(absl::ToChronoTime(absl::Now() + state_->options.drain));
  state_->server->Wait();
  state_->server.reset();
  state_->log.Write(Log::Level::kInfo, "down", {});
}

}  // namespace tune
