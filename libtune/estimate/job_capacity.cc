#include "libtune/estimate/job_capacity.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "libtune/estimate/normal.h"
#include "libtune/internal/not_allowed.h"
#include "tune/job_graph.h"

namespace tune {
namespace {

constexpr int kRounds = 20;
constexpr double kTailWeight = 4;     // degrees of freedom of the Student law the noise is taken to have
constexpr double kShareSlack = 1e-9;  // 1/p computed twice need not be equal to the last bit

bool Positive(double value) { return std::isfinite(value) && value > 0; }
bool NotNegative(double value) { return std::isfinite(value) && value >= 0; }

void CheckOperator(const OperatorCapacity& op, size_t i, Violations& violations) {
  const std::string path = absl::StrCat("operators[", i, "].");
  if (op.parallelism < 1 || op.parallelism > kMaxParallelism) {
    violations.Add(path + "parallelism", op.parallelism, absl::StrCat("[1, ", kMaxParallelism, "]"));
    return;
  }
  const double even = 1.0 / op.parallelism;
  if (!Positive(op.rate_per_subtask)) violations.Add(path + "rate_per_subtask", op.rate_per_subtask, "finite, > 0");
  if (!NotNegative(op.input_ratio)) violations.Add(path + "input_ratio", op.input_ratio, "finite, >= 0");
  if (!(op.busiest_share >= even * (1 - kShareSlack) && op.busiest_share <= 1 + kShareSlack)) {
    violations.Add(path + "busiest_share", op.busiest_share, absl::StrCat("[", even, ", 1]"));
  }
  if (!NotNegative(op.log_sd)) violations.Add(path + "log_sd", op.log_sd, "finite, >= 0");
}

void CheckRun(const CapacityRun& run, size_t i, Violations& violations) {
  const std::string path = absl::StrCat("runs[", i, "].");
  if (run.job.empty()) violations.Add(path + "job", "\"\"", "not empty");
  if (run.computed.parallelism < 1) violations.Add(path + "computed.parallelism", run.computed.parallelism, ">= 1");
  if (!Positive(run.computed.source_rate)) {
    violations.Add(path + "computed.source_rate", run.computed.source_rate, "finite, > 0");
  }
  if (!Positive(run.measured_rate)) violations.Add(path + "measured_rate", run.measured_rate, "finite, > 0");
}

void CheckPrior(const CalibrationPrior& prior, Violations& violations) {
  if (!std::isfinite(prior.bias)) violations.Add("prior.bias", prior.bias, "finite");
  if (!std::isfinite(prior.slope)) violations.Add("prior.slope", prior.slope, "finite");
  if (!NotNegative(prior.bias_sd)) violations.Add("prior.bias_sd", prior.bias_sd, "finite, >= 0");
  if (!NotNegative(prior.slope_sd)) violations.Add("prior.slope_sd", prior.slope_sd, "finite, >= 0");
  if (!NotNegative(prior.job_sd)) violations.Add("prior.job_sd", prior.job_sd, "finite, >= 0");
  if (!NotNegative(prior.size_sd)) violations.Add("prior.size_sd", prior.size_sd, "finite, >= 0");
  if (!Positive(prior.size_range)) violations.Add("prior.size_range", prior.size_range, "finite, > 0");
  if (!Positive(prior.noise_sd)) violations.Add("prior.noise_sd", prior.noise_sd, "finite, > 0");
}

}  // namespace

absl::StatusOr<LimitingOperator> FindLimitingOperator(std::span<const OperatorCapacity> operators) {
  Violations violations;
  for (size_t i = 0; i < operators.size(); ++i) CheckOperator(operators[i], i, violations);
  if (!violations.empty()) return violations.ToStatus();
  LimitingOperator limit;
  for (size_t i = 0; i < operators.size(); ++i) {
    const OperatorCapacity& op = operators[i];
    if (op.input_ratio == 0) continue;
    const double rate = op.rate_per_subtask / (op.busiest_share * op.input_ratio);
    if (limit.index >= 0 && rate >= limit.source_rate) continue;
    limit = {.index = static_cast<int>(i), .parallelism = op.parallelism, .source_rate = rate, .log_sd = op.log_sd};
  }
  if (limit.index < 0) return absl::FailedPreconditionError("no operator receives records, so none limits the job");
  return limit;
}

double CapacityCalibration::Covariance(const Place& a, const Place& b) const {
  const auto square = [](double v) { return v * v; };
  double covariance = square(prior_.bias_sd) + square(prior_.slope_sd) * a.x * b.x;
  if (a.job == b.job) {
    covariance += square(prior_.job_sd) + square(prior_.size_sd) * std::exp(-std::abs(a.x - b.x) / prior_.size_range);
  }
  return covariance;
}

absl::StatusOr<CapacityCalibration> CapacityCalibration::Fit(std::span<const CapacityRun> runs,
                                                             const CalibrationPrior& prior) {
  Violations violations;
  CheckPrior(prior, violations);
  for (size_t i = 0; i < runs.size(); ++i) CheckRun(runs[i], i, violations);
  if (!violations.empty()) return violations.ToStatus();

  std::vector<CapacityRun> sorted(runs.begin(), runs.end());  // equal sets add up to equal bits
  const auto key = [](const CapacityRun& r) {
    return std::tie(r.job, r.computed.parallelism, r.computed.source_rate, r.measured_rate);
  };
  std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });

  CapacityCalibration result(prior);
  const Eigen::Index n = static_cast<Eigen::Index>(sorted.size());
  Eigen::VectorXd error(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const CapacityRun& run = sorted[i];
    result.places_.push_back({.job = run.job, .x = std::log(run.computed.parallelism)});
    error[i] = std::log(run.computed.source_rate / run.measured_rate) - result.Mean(result.places_.back().x);
  }
  Eigen::MatrixXd covariance(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      covariance(i, j) = result.Covariance(result.places_[i], result.places_[j]);
    }
  }
  const double noise = prior.noise_sd * prior.noise_sd;
  Eigen::VectorXd noises = Eigen::VectorXd::Constant(n, noise);
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(n);
  Eigen::LLT<Eigen::MatrixXd> factor;
  for (int round = 0; round < kRounds && n > 0; ++round) {
    factor.compute(covariance + Eigen::MatrixXd(noises.asDiagonal()));
    weights = factor.solve(error);
    const Eigen::VectorXd residual = error - covariance * weights;
    noises = noise * (1 + residual.array().square() / noise / kTailWeight);
  }
  result.weights_.assign(weights.begin(), weights.end());
  if (n > 0) {
    const Eigen::MatrixXd lower = factor.matrixL();
    result.factor_.assign(lower.data(), lower.data() + lower.size());
  }
  return result;
}

CapacityEstimate CapacityCalibration::Correct(const std::string& job, const LimitingOperator& computed,
                                              double confidence) const {
  const Place here{.job = job, .x = std::log(computed.parallelism)};
  const Eigen::Index n = static_cast<Eigen::Index>(places_.size());
  Eigen::VectorXd covariance(n);
  for (Eigen::Index i = 0; i < n; ++i) covariance[i] = Covariance(here, places_[i]);
  double error = Mean(here.x);
  double variance = Covariance(here, here);
  if (n > 0) {
    error += covariance.dot(Eigen::Map<const Eigen::VectorXd>(weights_.data(), n));
    const Eigen::Map<const Eigen::MatrixXd> lower(factor_.data(), n, n);
    lower.triangularView<Eigen::Lower>().solveInPlace(covariance);
    variance -= covariance.squaredNorm();
  }
  CapacityEstimate answer;
  answer.correction = std::exp(-error);
  answer.estimate = computed.source_rate * answer.correction;
  answer.log_sd =
      std::sqrt(std::max(0.0, variance) + prior_.noise_sd * prior_.noise_sd + computed.log_sd * computed.log_sd);
  const double factor = std::exp(TwoSidedNormalQuantile(confidence) * answer.log_sd);
  answer.low = answer.estimate / factor;
  answer.high = answer.estimate * factor;
  return answer;
}

}  // namespace tune
