// What /metrics shows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tune/v1/changes.pb.h"
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
  // tuned_answers_total{action}
  void CountAnswer(v1::Action action);
  // tuned_decisions_total{action}: of kept jobs, those that differ from the one before.
  void CountDecision(v1::Action action);
  // tuned_changes_total{state}: each state that a change came to.
  void CountChange(v1::ChangeState state);
  // tuned_prediction_error_ratio: how far the time per record is from what was predicted, after a change was made.
  void ObservePredictionError(double error);

  // A number as it is when /metrics is asked for. Only grows: a counter.
  struct Reading {
    const char* name;
    const char* help;
    std::string kind;  // label "kind"; empty: none
    double value = 0;
    bool only_grows = false;
  };
  // `read` is called for each scrape, until this goes.
  void AddReadings(std::function<std::vector<Reading>()> read);

  // In Prometheus' text format.
  std::string Text() const;
  // Serves Text() at http://ADDRESS/metrics until this goes. The port that it got; kInvalidArgument, kUnavailable.
  absl::StatusOr<int> Serve(const std::string& address);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tune
