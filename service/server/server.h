// The daemon: listeners, credentials, health, reflection, and the way down.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/server/log.h"
#include "service/server/options.h"

namespace tune {

class Server {
 public:
  // Serves when it returns. `log` outlives it.
  // kInvalidArgument: options; kUnavailable: an address that cannot be had; kNotFound: a certificate that cannot be
  // read.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, const Log& log);
  ~Server();

  // As options.listen, with the ports that were taken.
  const std::vector<std::string>& addresses() const;
  int metrics_port() const;  // 0: none

  // Health turns to NOT_SERVING, new calls are refused, those under way may end within options.drain.
  void Shutdown();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tune
