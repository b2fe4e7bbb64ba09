#include "service/client/client.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/internal/path.h"
#include "service/client/address.h"
#include "service/kube/backoff.h"
#include "service/kube/files.h"

namespace tune {
namespace {

constexpr int64_t kMostPemBytes = 1 << 20;
constexpr int kMostMessageBytes = 64 << 20;  // an answer with the evidence of a large job
constexpr int kMostTries = 4;
constexpr absl::Duration kFirstWait = absl::Milliseconds(200), kLongestWait = absl::Seconds(2);
constexpr int kConnectWithinMs = 5'000;  // with TLS; that is what gRPC's least backoff is
// A watch may be still for long. The server takes pings that come more often than every five minutes for an attack.
constexpr int kPingEveryMs = 330'000, kPingTimeoutMs = 20'000;

bool HasToken(const ClientOptions& options) { return !options.token.empty() || !options.token_file.empty(); }

absl::Status CheckOptions(const ClientOptions& options, const ServerAddress& address) {
  Violations violations;
  if (HasToken(options) && !options.tls && !address.is_local) {
    violations.Add(
        "--server", Quoted(options.server),
        "with a token only over TLS (--ca FILE or --tls), or on this machine, as kubectl port-forward makes it");
  }
  if (!options.token.empty() && !options.token_file.empty())
    violations.Add("--token-file", "given", "absent with a token");
  if (options.token.find_first_of(" \t\r\n") != std::string::npos) {
    violations.Add("token", "(not shown)", "a text without blanks");
  }
  if (options.certificate.empty() != options.key.empty())
    violations.Add("--key", "one of them", "with --cert, or neither");
  if (!options.certificate.empty() && !options.tls) violations.Add("--cert", "given", "over TLS");
  if (options.timeout <= absl::ZeroDuration()) {
    violations.Add("--timeout", absl::FormatDuration(options.timeout), "> 0");
  }
  return violations.ToStatus();
}

absl::StatusOr<std::string> ReadPem(const char* what, const Pem& pem) {
  if (pem.file.empty()) return pem.data;
  return ReadSmallFile(what, pem.file, kMostPemBytes);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const ClientOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  absl::StatusOr<std::string> ca = ReadPem("--ca", {.data = "", .file = options.ca});
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> certificate = ReadPem("--cert", options.certificate);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPem("--key", options.key);
  if (!key.ok()) return key.status();
  return grpc::SslCredentials({.pem_root_certs = *ca, .pem_private_key = *key, .pem_cert_chain = *certificate});
}

grpc::ChannelArguments ArgumentsOf(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix("tune");
  arguments.SetMaxReceiveMessageSize(kMostMessageBytes);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectWithinMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
  // Plain text, with a token perhaps, goes to nobody else.
  if (!options.tls) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (options.tls && !options.tls_server_name.empty()) arguments.SetSslTargetNameOverride(options.tls_server_name);
  return arguments;
}

// How long to wait before the next try; nullopt: there is none.
std::optional<absl::Duration> WaitAfter(const grpc::Status& status, Backoff& backoff) {
  if (status.error_code() == grpc::UNAVAILABLE) return backoff.Next();
  if (status.error_code() == grpc::RESOURCE_EXHAUSTED) return RetryDelay(status);
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(const ClientOptions& options) {
  const absl::StatusOr<ServerAddress> address = ParseServerAddress(options.server);
  if (!address.ok()) return address.status();
  if (absl::Status status = CheckOptions(options, *address); !status.ok()) return status;
  const absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = CredentialsOf(options);
  if (!credentials.ok()) return credentials.status();
  return std::unique_ptr<Client>(new Client(options, address->target, *credentials));
}

Client::Client(const ClientOptions& options, const std::string& target,
               const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : asked_{options.server, options.tls, HasToken(options) || !options.certificate.empty(), options.timeout},
      token_(options.token, options.token_file),
      stub_(v1::Tuner::NewStub(grpc::CreateCustomChannel(target, credentials, ArgumentsOf(options)))) {}

absl::Status Client::Prepare(grpc::ClientContext& context) {
  const absl::StatusOr<std::string> token = token_.Get();
  if (!token.ok()) return token.status();
  if (!token->empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", *token));
  return absl::OkStatus();
}

absl::Status Client::Try(const std::function<grpc::Status(grpc::ClientContext&)>& attempt) {
  const absl::Time deadline = absl::Now() + asked_.timeout;
  Backoff backoff(kFirstWait, kLongestWait);
  for (int tries = 1;; ++tries) {
    grpc::ClientContext context;
    if (absl::Status status = Prepare(context); !status.ok()) return status;
    context.set_deadline(absl::ToChronoTime(deadline));
    const grpc::Status status = attempt(context);
    if (status.ok()) return absl::OkStatus();
    const std::optional<absl::Duration> wait = WaitAfter(status, backoff);
    if (!wait || tries == kMostTries || absl::Now() + *wait >= deadline) return ToStatus(status, asked_);
    absl::SleepFor(*wait);
  }
}

}  // namespace tune
