#include "service/kube/client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/internal/not_allowed.h"
#include "service/kube/api_status.h"
#include "service/kube/backoff.h"

namespace tune {
namespace {

constexpr char kJson[] = "application/json";

// The answer as a Status; OK for 2xx.
absl::Status StatusOf(const HttpRequest& request, const HttpAnswer& answer) {
  if (!answer.transport.ok()) return answer.transport;
  if (answer.code >= 200 && answer.code < 300) return absl::OkStatus();
  absl::Status status = ApiError(absl::StrCat(request.method, " ", request.path), answer.code, answer.body);
  if (answer.retry_after.has_value()) SetRetryAfter(*answer.retry_after, status);
  return status;
}

bool MayTryAgain(const HttpRequest& request, const HttpAnswer& answer) {
  if (answer.transport.ok()) return answer.code == 429 || (answer.code >= 500 && request.method == "GET");
  return absl::IsUnavailable(answer.transport) && answer.trusted && (request.method == "GET" || !answer.reached_server);
}

}  // namespace

absl::StatusOr<std::string> KubeStream::Read() {
  std::string some = transfer_->Read();
  if (!some.empty()) return some;
  const HttpAnswer answer = transfer_->Wait();
  if (absl::Status status = StatusOf(transfer_->request(), answer); !status.ok()) return status;
  return answer.body;
}

KubeClient::KubeClient(KubeConfig config, KubeClientOptions options)
    : options_(std::move(options)), token_(config.token, config.token_file), connection_(std::move(config)) {}

KubeClient::~KubeClient() = default;

absl::StatusOr<std::unique_ptr<KubeClient>> KubeClient::Create(KubeConfig config, KubeClientOptions options) {
  if (absl::Status status = CheckKubeConfig(config); !status.ok()) return status;
  if (options.most_response_bytes < 1) {
    return NotAllowed("most_response_bytes", absl::StrCat(options.most_response_bytes), ">= 1");
  }
  if (options.least_wait <= absl::ZeroDuration() || options.most_wait < options.least_wait) {
    return NotAllowed("least_wait", absl::FormatDuration(options.least_wait), "> 0 and at most most_wait");
  }
  std::unique_ptr<KubeClient> client(new KubeClient(std::move(config), std::move(options)));
  if (const auto token = client->token_.Get(); !token.ok()) return token.status();
  return client;
}

absl::StatusOr<HttpRequest> KubeClient::MakeRequest(const std::string& path, absl::Duration timeout,
                                                    std::string& token) {
  absl::StatusOr<std::string> now = token_.Get();
  if (!now.ok()) return now.status();
  token = *std::move(now);
  HttpRequest request;
  request.path = path;
  request.headers = {"Accept: application/json", "User-Agent: " + options_.user_agent};
  if (!token.empty()) request.headers.push_back("Authorization: Bearer " + token);
  request.timeout = timeout;
  request.most_bytes = options_.most_response_bytes;
  return request;
}

absl::StatusOr<std::string> KubeClient::Call(const std::string& method, const std::string& path,
                                             const std::string& body, const std::string& content_type,
                                             absl::Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  Backoff backoff(options_.least_wait, options_.most_wait);
  bool refused_before = false;
  while (true) {
    const absl::Duration left = absl::FromChrono(end - std::chrono::steady_clock::now());
    std::string token;
    absl::StatusOr<HttpRequest> request = MakeRequest(path, left, token);
    if (!request.ok()) return request.status();
    request->method = method;
    request->body = body;
    if (!content_type.empty()) request->headers.push_back("Content-Type: " + content_type);
    const auto transfer = std::make_shared<Transfer>(*std::move(request));
    ++requests_;
    connection_.Start(transfer);
    HttpAnswer answer = transfer->Wait();
    const absl::Status status = StatusOf(transfer->request(), answer);
    if (status.ok()) return std::move(answer.body);
    if (absl::IsUnauthenticated(status) && !refused_before && token_.ChangedFrom(token)) {
      refused_before = true;
      continue;
    }
    const absl::Duration wait = std::max(backoff.Next(), answer.retry_after.value_or(absl::ZeroDuration()));
    const bool in_time = absl::FromChrono(end - std::chrono::steady_clock::now()) > wait;
    if (!MayTryAgain(transfer->request(), answer) || !in_time) return status;
    absl::SleepFor(wait);
  }
}

absl::StatusOr<std::string> KubeClient::Get(const std::string& path, absl::Duration timeout) {
  return Call("GET", path, "", "", timeout);
}

absl::StatusOr<std::string> KubeClient::Post(const std::string& path, const std::string& body, absl::Duration timeout) {
  return Call("POST", path, body, kJson, timeout);
}

absl::StatusOr<std::string> KubeClient::Put(const std::string& path, const std::string& body, absl::Duration timeout) {
  return Call("PUT", path, body, kJson, timeout);
}

absl::StatusOr<std::string> KubeClient::Apply(const std::string& path, const std::string& body,
                                              absl::Duration timeout) {
  return Call("PATCH", path, body, "application/apply-patch+yaml", timeout);  // JSON is YAML
}

absl::StatusOr<std::unique_ptr<KubeStream>> KubeClient::Open(const std::string& path, absl::Duration timeout) {
  std::string token;
  absl::StatusOr<HttpRequest> request = MakeRequest(path, timeout, token);
  if (!request.ok()) return request.status();
  const auto transfer = std::make_shared<Transfer>(*std::move(request));
  ++requests_;
  connection_.Start(transfer);
  return std::make_unique<KubeStream>(connection_, transfer);
}

}  // namespace tune
