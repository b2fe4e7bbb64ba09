// The client of one Kubernetes API server.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/kube/connection.h"
#include "service/kube/kube_config.h"
#include "service/kube/token.h"

namespace tune {

struct KubeClientOptions {
  std::string user_agent = "tuned";
  int64_t most_response_bytes = 64 << 20;               // >= 1; of a stream: those that wait to be read
  absl::Duration least_wait = absl::Milliseconds(100);  // before a second try; it doubles with each further one, to
  absl::Duration most_wait = absl::Seconds(10);         // this; > 0
};

// The body of an answer that comes bit by bit, as a watch's. Read from one thread; Cancel() comes from any.
class KubeStream {
 public:
  KubeStream(Connection& connection, std::shared_ptr<Transfer> transfer)
      : connection_(connection), transfer_(std::move(transfer)) {}
  ~KubeStream() { Cancel(); }
  KubeStream(const KubeStream&) = delete;
  KubeStream& operator=(const KubeStream&) = delete;

  // Waits until the server has taken the request: true, or Read() has the error.
  bool WaitOpen() { return transfer_->WaitOpen(); }
  // What came since the last call; waits for a byte at least. Empty: the server ended it.
  // Errors are KubeClient's; kResourceExhausted: the server writes faster than this is read.
  absl::StatusOr<std::string> Read();
  // Read() answers kCancelled from now on.
  void Cancel() { connection_.Cancel(transfer_); }

 private:
  Connection& connection_;
  std::shared_ptr<Transfer> transfer_;
};

// Thread-safe; a call blocks its thread until the answer is there, `timeout` at most. All calls share one connection.
//
// Errors are those of api_status.h; beside them kUnavailable: no connection, or the answer broke off;
// kDeadlineExceeded; kResourceExhausted: an answer larger than options allow; kCancelled: the client is going. Tried
// again until `timeout`: 429 of any request, after the time that Retry-After asks for; 5xx and broken connections of
// GETs; and others that did not reach the server. 401 is tried once more when the token file holds another token by
// now.
class KubeClient {
 public:
  // As CheckKubeConfig(); and as TokenSource::Get(), so that a token that is absent shows at once.
  static absl::StatusOr<std::unique_ptr<KubeClient>> Create(KubeConfig config, KubeClientOptions options = {});
  // No call may be under way in it but streams' Read(), which answers kCancelled; streams themselves go before.
  ~KubeClient();
  KubeClient(const KubeClient&) = delete;
  KubeClient& operator=(const KubeClient&) = delete;

  // `path` with its query, as resource.h makes it. An object, or one page of a list, as JSON.
  absl::StatusOr<std::string> Get(const std::string& path, absl::Duration timeout);
  // `body` is JSON.
  absl::StatusOr<std::string> Post(const std::string& path, const std::string& body, absl::Duration timeout);
  // Replaces the object; its resourceVersion, if it has one, must be the present one (else kAborted).
  absl::StatusOr<std::string> Put(const std::string& path, const std::string& body, absl::Duration timeout);
  // Server-side apply: `body` is the fields that the manager wants, and nothing else; `path` names the manager
  // (ApplyPath()). Fields that another one owns are kAborted with ConflictsOf() them, unless it is forced.
  absl::StatusOr<std::string> Apply(const std::string& path, const std::string& body, absl::Duration timeout);
  // Not tried again: who reads a stream knows from where to go on. It ends after `timeout`.
  absl::StatusOr<std::unique_ptr<KubeStream>> Open(const std::string& path, absl::Duration timeout);

  // Since the start: requests that were sent, and connections that were tried.
  int64_t requests() const { return requests_; }
  int64_t connections() const { return connection_.connections(); }

 private:
  KubeClient(KubeConfig config, KubeClientOptions options);
  absl::StatusOr<HttpRequest> MakeRequest(const std::string& path, absl::Duration timeout, std::string& token);
  absl::StatusOr<std::string> Call(const std::string& method, const std::string& path, const std::string& body,
                                   const std::string& content_type, absl::Duration timeout);

  const KubeClientOptions options_;
  TokenSource token_;
  Connection connection_;
  std::atomic<int64_t> requests_ = 0;
};

}  // namespace tune
