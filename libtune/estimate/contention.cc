#include "libtune/estimate/contention.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/estimate/normal.h"
#include "libtune/internal/not_allowed.h"
#include "tune/job_graph.h"

namespace tune {
namespace {

constexpr int kMaxRounds = 50;
constexpr double kSettled = 1e-10;
constexpr double kMadToSd = 1.4826;  // median absolute deviation -> standard deviation, normal law
constexpr double kTailWeight = 4;    // degrees of freedom of the Student law the residuals are taken to have

struct Point {
  double x = 0;  // ln p
  double y = 0;  // ln rate
  double weight = 0;
  auto operator<=>(const Point&) const = default;
};

struct Line {
  double center = 0, level = 0, exponent = 0;  // y = level - exponent * (x - center)
  double weight = 0;                           // sum of weights
  double spread = 0;                           // weighted sum of (x - center)^2
  double At(double x) const { return level - exponent * (x - center); }
};

bool Positive(double value) { return std::isfinite(value) && value > 0; }
bool NotNegative(double value) { return std::isfinite(value) && value >= 0; }

void CheckObservation(const CapacityObservation& o, size_t i, Violations& violations) {
  const std::string path = absl::StrCat("observations[", i, "].");
  if (o.parallelism < 1 || o.parallelism > kMaxParallelism) {
    violations.Add(path + "parallelism", o.parallelism, absl::StrCat("[1, ", kMaxParallelism, "]"));
  }
  if (!Positive(o.rate_per_subtask)) violations.Add(path + "rate_per_subtask", o.rate_per_subtask, "finite, > 0");
  if (!Positive(o.weight)) violations.Add(path + "weight", o.weight, "finite, > 0");
}

void CheckPrior(const ContentionPrior& prior, Violations& violations) {
  if (!NotNegative(prior.exponent)) violations.Add("prior.exponent", prior.exponent, "finite, >= 0");
  if (!Positive(prior.exponent_sd)) violations.Add("prior.exponent_sd", prior.exponent_sd, "finite, > 0");
  if (!Positive(prior.noise_sd)) violations.Add("prior.noise_sd", prior.noise_sd, "finite, > 0");
  if (!Positive(prior.noise_runs)) violations.Add("prior.noise_runs", prior.noise_runs, "finite, > 0");
  if (!NotNegative(prior.drift_sd)) violations.Add("prior.drift_sd", prior.drift_sd, "finite, >= 0");
}

double Median(std::vector<double> values) {
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + middle, values.end());
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle] + *std::max_element(values.begin(), values.begin() + middle)) / 2;
}

// The prior's slope through the median: one wild run cannot move it.
Line PriorLine(const std::vector<Point>& points, const ContentionPrior& prior) {
  std::vector<double> at_one;
  for (const Point& point : points) at_one.push_back(point.y + prior.exponent * point.x);
  return {.level = Median(std::move(at_one)), .exponent = prior.exponent};
}

// Residual variance of a run of weight 1: the prior's, and what the runs show beyond what the level and (as far as the
// prior leaves it free) the exponent were fitted to. `variance` is the last round's.
double NoiseVariance(const std::vector<Point>& points, const Line& line, double variance,
                     const ContentionPrior& prior) {
  std::vector<double> residuals;
  for (const Point& point : points) {
    residuals.push_back(std::abs(point.y - line.At(point.x)) * std::sqrt(point.weight));
  }
  const double prior_pull = variance / (prior.exponent_sd * prior.exponent_sd);
  const double free_exponent = line.exponent > 0 ? line.spread / (line.spread + prior_pull) : 0;
  const double free_runs = std::max(0.0, static_cast<double>(points.size()) - 1 - free_exponent);
  const double seen_sd = kMadToSd * Median(std::move(residuals));
  return (prior.noise_runs * prior.noise_sd * prior.noise_sd + free_runs * seen_sd * seen_sd) /
         (prior.noise_runs + free_runs);
}

// Weighted least squares with the prior on the exponent as one more observation. Runs far from `from` count less.
Line Refit(const std::vector<Point>& points, const Line& from, double variance, const ContentionPrior& prior) {
  std::vector<double> weights;
  Line line;
  for (const Point& point : points) {
    const double residual = point.y - from.At(point.x);
    weights.push_back(point.weight / (1 + residual * residual * point.weight / variance / kTailWeight));
    line.weight += weights.back();
    line.center += weights.back() * point.x;
    line.level += weights.back() * point.y;
  }
  line.center /= line.weight;
  line.level /= line.weight;
  double falling = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const double dx = points[i].x - line.center;
    line.spread += weights[i] * dx * dx;
    falling -= weights[i] * dx * (points[i].y - line.level);
  }
  const double prior_precision = 1 / (prior.exponent_sd * prior.exponent_sd);
  line.exponent = std::max(
      0.0, (falling / variance + prior.exponent * prior_precision) / (line.spread / variance + prior_precision));
  return line;
}

}  // namespace

double ContentionCurve::RatePerSubtask(int p) const { return std::exp(log_rate_one_ - exponent_ * std::log(p)); }

double ContentionCurve::ServiceTimeAt(int p) const { return 1 / RatePerSubtask(p); }

double ContentionCurve::Efficiency(int p) const { return std::exp(-exponent_ * std::log(p)); }

double ContentionCurve::LogSd(int p) const {
  const double x = std::log(p);
  const double beyond = std::max({0.0, x - seen_high_, seen_low_ - x});
  const double drift = assumed_ ? 0 : drift_sd_ * beyond;  // the prior's own spread already covers all shapes
  return std::hypot(level_sd_, exponent_sd_ * (x - center_), drift);
}

RateInterval ContentionCurve::Interval(int p, double confidence) const {
  const double rate = RatePerSubtask(p);
  const double factor = std::exp(TwoSidedNormalQuantile(confidence) * LogSd(p));
  return {.low = rate / factor, .estimate = rate, .high = rate * factor};
}

absl::StatusOr<ContentionCurve> FitContention(std::span<const CapacityObservation> observations,
                                              const ContentionPrior& prior) {
  Violations violations;
  CheckPrior(prior, violations);
  if (observations.empty()) violations.Add("observations", "none", "at least one");
  for (size_t i = 0; i < observations.size(); ++i) CheckObservation(observations[i], i, violations);
  if (!violations.empty()) return violations.ToStatus();

  std::vector<Point> points;
  for (const CapacityObservation& o : observations) {
    points.push_back({.x = std::log(o.parallelism), .y = std::log(o.rate_per_subtask), .weight = o.weight});
  }
  std::sort(points.begin(), points.end());  // equal sets add up to equal bits

  Line line = PriorLine(points, prior);
  double variance = prior.noise_sd * prior.noise_sd;
  for (int round = 0; round < kMaxRounds; ++round) {
    variance = NoiseVariance(points, line, variance, prior);
    const Line next = Refit(points, line, variance, prior);
    const double moved = std::max(std::abs(next.At(points.front().x) - line.At(points.front().x)),
                                  std::abs(next.At(points.back().x) - line.At(points.back().x)));
    line = next;
    if (moved < kSettled) break;
  }

  ContentionCurve curve;
  curve.log_rate_one_ = line.At(0);
  curve.exponent_ = line.exponent;
  curve.exponent_sd_ = 1 / std::sqrt(line.spread / variance + 1 / (prior.exponent_sd * prior.exponent_sd));
  curve.noise_sd_ = std::sqrt(variance);
  curve.drift_sd_ = prior.drift_sd;
  curve.center_ = line.center;
  curve.level_sd_ = std::sqrt(variance / line.weight);
  curve.seen_low_ = points.front().x;
  curve.seen_high_ = points.back().x;
  curve.assumed_ = points.front().x == points.back().x;
  return curve;
}

}  // namespace tune
