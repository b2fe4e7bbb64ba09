// Where `tuned` listens, as a user writes it.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tune {

struct ServerAddress {
  std::string target;  // as gRPC takes it: "dns:///tuned.flink:7070", "unix:/run/tuned.sock"
  // A loopback address or a unix socket: what is sent does not leave this machine.
  bool is_local = false;
};

// "host:port", "[::1]:port" or "unix:path". kInvalidArgument names --server.
absl::StatusOr<ServerAddress> ParseServerAddress(const std::string& text);

}  // namespace tune
