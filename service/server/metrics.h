// What /metrics shows.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tune/v1/recommendation.pb.h"

namespace tune {

// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // tuned_requests_total{method,code}, tuned_request_seconds{method}
  void CountCall(const char* method, absl::StatusCode code, absl::Duration took);
  // tuned_decisions_total{action}
  void CountDecision(v1::Action action);

  // In Prometheus' text format.
  std::string Text() const;
  // Serves Text() at http://ADDRESS/metrics until this goes. The port that it got; kInvalidArgument, kUnavailable.
  absl::StatusOr<int> Serve(const std::string& address);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tune
