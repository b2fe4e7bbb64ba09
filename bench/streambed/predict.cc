#include "bench/streambed/predict.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tune/job_graph.h"

namespace streambed {
namespace {

// Flink's max parallelism where the job sets none: 1.5 p rounded up to a power of two, in [128, 32768].
int DefaultMaxParallelism(int p) {
  return std::clamp(static_cast<int>(std::bit_ceil(static_cast<unsigned>(p + p / 2))), 128, tune::kMaxParallelism);
}

// The busiest subtask's share with many even keys, which Flink deals out in whole key groups; else round robin.
double BusiestShare(bool hashed, int p) {
  if (!hashed) return 1.0 / p;
  const int groups = DefaultMaxParallelism(p);
  const int most = (groups + p - 1) / p;
  return static_cast<double>(most) / groups;
}

// The published data is within every range the library checks, so an error is a broken file.
template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  throw std::runtime_error(std::string(value.status().message()));
}

// Lowers the two answers without contention to what `op` allows with `parallelism` subtasks.
void Add(const Operator& op, int parallelism, Prediction& p) {
  const double one = op.rate_per_subtask / op.input_ratio;
  const double linear = one * parallelism;
  const double shared = one / BusiestShare(op.hashed, parallelism);
  p.linear = p.linear == 0 ? linear : std::min(p.linear, linear);
  p.shared = p.shared == 0 ? shared : std::min(p.shared, shared);
}

tune::CapacityCalibration CalibrateOn(const std::vector<Run>& runs, const Priors& priors) {
  std::vector<tune::CapacityRun> past;
  for (const Run& run : runs) past.push_back(ToCapacityRun(run));
  return Must(tune::CapacityCalibration::Fit(past, priors.calibration));
}

tune::ContentionCurve CurveOf(const std::vector<Run>& history, size_t index, const Priors& priors) {
  std::vector<tune::CapacityObservation> seen;
  for (const Run& run : history) {
    const Operator& op = run.operators.at(index);
    seen.push_back({.parallelism = op.parallelism, .rate_per_subtask = op.rate_per_subtask});
  }
  return Must(tune::FitContention(seen, priors.contention));
}

}  // namespace

tune::LimitingOperator OwnLimit(const Run& run) {
  std::vector<tune::OperatorCapacity> operators;
  for (const Operator& op : run.operators) {
    operators.push_back({.parallelism = op.parallelism,
                         .rate_per_subtask = op.rate_per_subtask,
                         .input_ratio = op.input_ratio,
                         .busiest_share = BusiestShare(op.hashed, op.parallelism)});
  }
  return Must(tune::FindLimitingOperator(operators));
}

tune::CapacityRun ToCapacityRun(const Run& run) {
  return {.job = run.query, .computed = OwnLimit(run), .measured_rate = run.measured_rate};
}

Prediction PredictSeen(const Run& run, const std::vector<Run>& others, const Priors& priors) {
  Prediction p{.query = run.query, .measured = run.measured_rate};
  const tune::LimitingOperator limit = OwnLimit(run);
  for (const Operator& op : run.operators) Add(op, op.parallelism, p);
  p.contended = limit.source_rate;
  p.what = absl::StrCat("run ", run.number, ", ", run.memory_mib / 1024, " GiB, limit ",
                        run.operators[limit.index].name.substr(0, 20), " x", limit.parallelism);
  p.ours = CalibrateOn(others, priors).Correct(run.query, limit, kConfidence);
  return p;
}

Prediction PredictLarger(const Target& target, const std::vector<Run>& history, const std::vector<Run>& others,
                         const Priors& priors) {
  const Run& largest = *std::max_element(history.begin(), history.end(), [](const Run& a, const Run& b) {
    return std::pair(a.Subtasks(), a.number) < std::pair(b.Subtasks(), b.number);
  });
  Prediction p{.query = target.query, .measured = target.measured, .saturated = target.saturated};
  std::vector<tune::OperatorCapacity> operators;
  for (size_t i = 0; i < largest.operators.size(); ++i) {
    const Operator& seen = largest.operators[i];
    const int wanted = target.parallelism.at(i);
    Add(seen, wanted, p);
    const tune::ContentionCurve curve = CurveOf(history, i, priors);
    operators.push_back({.parallelism = wanted,
                         .rate_per_subtask = curve.RatePerSubtask(wanted),
                         .input_ratio = seen.input_ratio,
                         .busiest_share = BusiestShare(seen.hashed, wanted),
                         .log_sd = curve.LogSd(wanted)});
  }
  const tune::LimitingOperator limit = Must(tune::FindLimitingOperator(operators));
  p.contended = limit.source_rate;
  p.what = absl::StrCat(largest.memory_mib / 1024, " GiB, ", largest.Subtasks(), " -> ",
                        absl::StrJoin(target.parallelism, "|"), ", limit ",
                        largest.operators[limit.index].name.substr(0, 20), " x", limit.parallelism);
  p.ours = CalibrateOn(others, priors).Correct(target.query, limit, kConfidence);
  return p;
}

}  // namespace streambed
