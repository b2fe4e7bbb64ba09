// gRPC's errors in plain words, with what to do next.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace tune {

// Who was asked, and how.
struct Asked {
  std::string server;  // as the user wrote it
  bool tls = false;
  bool has_identity = false;  // a token or a certificate was shown
  absl::Duration timeout;
};

// Same code. The fields that google.rpc.BadRequest lists stand one a line, `field = value; allowed: …`, else the
// message; then a line that says what to do. The server's texts are as it sent them.
absl::Status ToStatus(const grpc::Status& status, const Asked& asked);

// The same with a line more that says what to do.
absl::Status WithNextStep(const absl::Status& status, const std::string& next);

// When the server wants to be asked again; nullopt: it does not say.
std::optional<absl::Duration> RetryDelay(const grpc::Status& status);

}  // namespace tune
