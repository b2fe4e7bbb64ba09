// Capacity of a configuration: by linear rate x parallelism (DS2), and by libtune.
#pragma once

#include <string>
#include <vector>

#include "bench/streambed/runs.h"
#include "libtune/estimate/contention.h"
#include "libtune/estimate/job_capacity.h"

namespace streambed {

constexpr double kConfidence = 0.9;

// What is believed before any run.
struct Priors {
  tune::ContentionPrior contention;
  tune::CalibrationPrior calibration;
};

struct Prediction {
  std::string query;
  std::string what{};     // for the list of the worst
  double measured = 0;    // records/s of the source
  bool saturated = true;  // false: `measured` is a lower bound of the truth
  double linear = 0;      // min over operators of parallelism * rate / input ratio
  double shared = 0;      // as linear, with the busiest subtask's share in place of 1 / parallelism
  double contended = 0;   // as shared, with rates by the contention curves: what the correction starts from
  tune::CapacityEstimate ours{};
};

// A configuration whose capacity is asked for: operators as in a run, with the parallelism of the configuration.
struct Target {
  std::string query;
  std::vector<int> parallelism{};
  double measured = 0;
  bool saturated = true;
};

// What the operators of `run` allow at its own size, busiest subtask counted.
tune::LimitingOperator OwnLimit(const Run& run);
tune::CapacityRun ToCapacityRun(const Run& run);

// `run` from its own rates; the correction comes from `others`.
Prediction PredictSeen(const Run& run, const std::vector<Run>& others, const Priors& priors);

// `target` from smaller runs of its job: rates by contention curves over `history`, correction from `others`.
Prediction PredictLarger(const Target& target, const std::vector<Run>& history, const std::vector<Run>& others,
                         const Priors& priors);

}  // namespace streambed
