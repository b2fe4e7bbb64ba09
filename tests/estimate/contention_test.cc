#include "libtune/estimate/contention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tune {
namespace {

using testing::HasSubstr;
using Observations = std::vector<CapacityObservation>;

ContentionCurve Fit(const Observations& observations, const ContentionPrior& prior = {}) {
  const absl::StatusOr<ContentionCurve> curve = FitContention(observations, prior);
  EXPECT_TRUE(curve.ok()) << curve.status();
  return curve.ok() ? *curve : ContentionCurve();
}

TEST(Contention, OneParallelismTakesThePriorsExponentAndSaysSo) {
  const ContentionCurve curve = Fit({{.parallelism = 4, .rate_per_subtask = 100}});
  EXPECT_TRUE(curve.assumed());
  EXPECT_DOUBLE_EQ(curve.exponent(), 0.06);
  EXPECT_NEAR(curve.RatePerSubtask(4), 100, 1e-9);
  EXPECT_NEAR(curve.RatePerSubtask(8), 95.926, 1e-3);    // 100 * 2^-0.06
  EXPECT_NEAR(curve.ServiceTimeAt(8), 0.0104247, 1e-7);  // 1 / 95.926
  EXPECT_NEAR(curve.Efficiency(26), 0.82243, 1e-5);      // 26^-0.06
  EXPECT_DOUBLE_EQ(curve.Efficiency(1), 1);
}

TEST(Contention, SeveralRunsOfOneParallelismAreStillAssumed) {
  const ContentionCurve curve = Fit({{2, 100, 1}, {2, 100, 1}, {2, 100, 1}});
  EXPECT_TRUE(curve.assumed());
  EXPECT_NEAR(curve.RatePerSubtask(2), 100, 1e-9);
}

TEST(Contention, TwoParallelismsAreShrunkToThePriorByItsPrecision) {
  // Slope seen: ln(100 / 80) / ln 4 = 0.16096, with precision 2 * (ln 4 / 2)^2 / 0.03^2 = 1067.7; the prior's 0.06
  // with 1 / 0.1^2 = 100. (0.16096 * 1067.7 + 0.06 * 100) / 1167.7 = 0.1523.
  const ContentionCurve curve = Fit({{1, 100, 1}, {4, 80, 1}});
  EXPECT_FALSE(curve.assumed());
  EXPECT_NEAR(curve.exponent(), 0.1523, 3e-4);
  EXPECT_NEAR(curve.exponent_sd(), 1 / std::sqrt(1167.7), 6e-4);
  // Level at the center p = 2 is the geometric mean sqrt(100 * 80).
  EXPECT_NEAR(curve.RatePerSubtask(2), 89.44, 0.01);
}

TEST(Contention, AHeavierRunPullsTheLevelToItself) {
  // Equal parallelism: level = (3 * ln 100 + 1 * ln 102) / 4, so 100 * 1.02^(1/4) = 100.50; the other way round
  // 100 * 1.02^(3/4) = 101.50. The lighter run, further off, counts a few per cent less than its weight.
  EXPECT_NEAR(Fit({{2, 100, 3}, {2, 102, 1}}).RatePerSubtask(2), 100.50, 0.05);
  EXPECT_NEAR(Fit({{2, 100, 1}, {2, 102, 3}}).RatePerSubtask(2), 101.50, 0.05);
}

TEST(Contention, APublishedOperatorIsFollowedOverItsWholeRange) {
  const std::vector<std::pair<int, double>> seen = {{1, 1.00}, {2, 0.91}, {4, 0.86}, {8, 0.74}, {15, 0.63}, {26, 0.54}};
  Observations runs;
  for (const auto& [p, rate] : seen) runs.push_back({p, rate, 1});
  const ContentionCurve curve = Fit(runs);
  EXPECT_NEAR(curve.exponent(), 0.18, 0.03);
  for (const auto& [p, rate] : seen) EXPECT_NEAR(curve.RatePerSubtask(p) / rate, 1, 0.10) << "p = " << p;
}

TEST(Contention, EqualServiceTimesAtTwoParallelismsShowNoContention) {
  // Prior's pull: 0.06 * 100 / (100 + 2 * (ln 3 / 2)^2 / 0.03^2 = 670.5) = 0.0078, so 3^-0.0078 = 0.9915.
  const ContentionCurve curve = Fit({{1, 390, 1}, {3, 390, 1}});
  EXPECT_FALSE(curve.assumed());
  EXPECT_GT(curve.Efficiency(3), 0.991);
  EXPECT_NEAR(curve.ServiceTimeAt(3) * 390, 1, 0.005);
}

TEST(Contention, AJobThatWaitsInsteadOfComputingShowsNone) {
  // Busy time per record of one real operator that sleeps: 2.60, 2.58 and 2.57 ms at 1, 2 and 4 subtasks.
  const ContentionCurve curve = Fit({{1, 1 / 0.00260, 1}, {2, 1 / 0.00258, 1}, {4, 1 / 0.00257, 1}});
  EXPECT_DOUBLE_EQ(curve.exponent(), 0);
  EXPECT_NEAR(curve.ServiceTimeAt(3), 0.002583, 1e-6);  // geometric mean of the three
}

TEST(Contention, RatesThatRiseWithParallelismGiveAFlatCurve) {
  const ContentionCurve curve = Fit({{1, 100, 1}, {8, 140, 1}});
  EXPECT_DOUBLE_EQ(curve.exponent(), 0);
  EXPECT_DOUBLE_EQ(curve.Efficiency(100), 1);
}

TEST(Contention, OneFailedRunAmongSixHardlyMovesTheCurve) {
  const Observations good = {{1, 100, 1}, {2, 96, 1}, {4, 92, 1}, {8, 88, 1}, {16, 85, 1}};
  Observations with_failed = good;
  with_failed.push_back({16, 12, 1});  // a seventh of what it should be
  EXPECT_NEAR(Fit(with_failed).RatePerSubtask(16) / Fit(good).RatePerSubtask(16), 1, 0.03);
}

TEST(Contention, IntervalOfASeenParallelismIsTheNoiseOfOneRun) {
  const RateInterval interval = Fit({{4, 100, 1}}).Interval(4, 0.9);
  EXPECT_NEAR(interval.estimate, 100, 1e-9);
  EXPECT_NEAR(interval.high, 105.06, 0.01);  // exp(1.645 * 0.03) = 1.0506
  EXPECT_NEAR(interval.low, 95.19, 0.01);    // 100 / 1.0506
}

TEST(Contention, IntervalFarFromAnAssumedCurvesRunIsWide) {
  // ln(32) = 3.466 at exponent_sd 0.1, with 0.03 of noise: sd 0.3479; exp(1.645 * 0.3479) = 1.772.
  const RateInterval interval = Fit({{1, 100, 1}}).Interval(32, 0.9);
  EXPECT_NEAR(interval.high / interval.estimate, 1.772, 0.005);
}

TEST(Contention, DriftWidensAFittedCurveBeyondWhatWasSeen) {
  const Observations runs = {{1, 100, 1e6}, {4, 90, 1e6}};  // so heavy that only drift is left
  EXPECT_NEAR(Fit(runs).LogSd(4), 0, 1e-4);
  EXPECT_NEAR(Fit(runs).LogSd(64), 0.05 * std::log(16.0), 1e-3);
}

// The fit's own equations, written down a second time and held against what it answers: Student weights of 4 degrees,
// the weighted line with the prior as one more observation, and the noise from the median of what is left over.
TEST(Contention, AnswerSolvesItsEquations) {
  const Observations runs = {{1, 1000, 1}, {1, 980, 2}, {2, 930, 1}, {4, 850, 0.5}, {4, 600, 1}, {8, 790, 3}};
  const ContentionPrior prior;
  const ContentionCurve curve = Fit(runs, prior);
  const double e = curve.exponent(), level_at_one = std::log(curve.RatePerSubtask(1));
  const double variance = curve.noise_sd() * curve.noise_sd();
  std::vector<double> weights, left;
  double sum = 0, center = 0, level = 0, spread = 0, falling = 0;
  for (const CapacityObservation& run : runs) {
    const double x = std::log(run.parallelism), y = std::log(run.rate_per_subtask);
    const double residual = y - (level_at_one - e * x);
    left.push_back(std::abs(residual) * std::sqrt(run.weight));
    weights.push_back(run.weight / (1 + residual * residual * run.weight / variance / 4));
    sum += weights.back();
    center += weights.back() * x;
    level += weights.back() * y;
  }
  center /= sum;
  level /= sum;
  EXPECT_NEAR(level, level_at_one - e * center, 1e-7);
  for (size_t i = 0; i < runs.size(); ++i) {
    const double dx = std::log(runs[i].parallelism) - center;
    spread += weights[i] * dx * dx;
    falling -= weights[i] * dx * (std::log(runs[i].rate_per_subtask) - level);
  }
  const double precision = 1 / (prior.exponent_sd * prior.exponent_sd);
  EXPECT_NEAR(e, (falling / variance + prior.exponent * precision) / (spread / variance + precision), 1e-7);
  EXPECT_NEAR(curve.exponent_sd(), 1 / std::sqrt(spread / variance + precision), 1e-7);
  std::sort(left.begin(), left.end());
  const double seen_sd = 1.4826 * (left[2] + left[3]) / 2;
  const double free_runs = 6 - 1 - spread / (spread + variance * precision);  // the level, the exponent as far as free
  const double noise = prior.noise_runs * prior.noise_sd * prior.noise_sd + free_runs * seen_sd * seen_sd;
  EXPECT_NEAR(variance, noise / (prior.noise_runs + free_runs), 1e-8);
  for (const int p : {1, 3, 8}) {
    const double at_p = curve.exponent_sd() * (std::log(p) - center);
    EXPECT_NEAR(curve.LogSd(p), std::hypot(std::sqrt(variance / sum), at_p), 1e-7) << p;
  }
}

// Four runs of one parallelism, 10 % off by turns: the prior's 3 % for two residuals, and three of 1.4826 * 10 %.
TEST(Contention, NoiseIsThePriorsAndWhatTheRunsShow) {
  const double up = 100 * std::exp(0.1), down = 100 * std::exp(-0.1);
  EXPECT_NEAR(Fit({{2, up, 1}, {2, down, 1}, {2, up, 1}, {2, down, 1}}).noise_sd(),
              std::sqrt((2 * 0.03 * 0.03 + 3 * 0.14826 * 0.14826) / 5), 1e-9);
  // Of an odd number the middle one: 10 % of 0, 10 and 10 %.
  EXPECT_NEAR(Fit({{2, 100, 1}, {2, up, 1}, {2, down, 1}}).noise_sd(),
              std::sqrt((2 * 0.03 * 0.03 + 2 * 0.14826 * 0.14826) / 4), 1e-9);
  // Runs worth four show twice as much of a run worth one.
  EXPECT_NEAR(Fit({{2, up, 4}, {2, down, 4}, {2, up, 4}, {2, down, 4}}).noise_sd(),
              std::sqrt((2 * 0.03 * 0.03 + 3 * 0.29652 * 0.29652) / 5), 1e-9);
}

// Seen at 4 and 16: 1 and 64 are as far from the middle, 8, and as far beyond what was seen.
TEST(Contention, DriftCountsOnBothSidesOfWhatWasSeen) {
  const ContentionCurve curve = Fit({{4, 100, 1}, {16, 90, 1}});
  EXPECT_NEAR(curve.LogSd(1), curve.LogSd(64), 1e-9);
  EXPECT_NEAR(std::pow(curve.LogSd(1), 2) - std::pow(curve.LogSd(8), 2),
              std::pow(curve.exponent_sd() * std::log(8), 2) + std::pow(0.05 * std::log(4), 2), 1e-9);
}

struct Refused {
  const char* name;
  Observations observations;
  ContentionPrior prior;
  const char* says;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }

class ContentionRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ContentionRefuses, NamingTheField) {
  const absl::StatusOr<ContentionCurve> curve = FitContention(GetParam().observations, GetParam().prior);
  ASSERT_FALSE(curve.ok());
  EXPECT_EQ(curve.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(curve.status().message()), HasSubstr(GetParam().says));
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Input, ContentionRefuses,
    testing::Values(Refused{"Nothing", {}, {}, "observations = none"},
                    Refused{"ZeroParallelism", {{0, 1, 1}}, {}, "observations[0].parallelism = 0; allowed: [1, 32768]"},
                    Refused{"HugeParallelism", {{32769, 1, 1}}, {}, "parallelism = 32769"},
                    Refused{"NanRate", {{1, 1, 1}, {1, kNan, 1}}, {}, "observations[1].rate_per_subtask = nan"},
                    Refused{"ZeroRate", {{1, 0, 1}}, {}, "rate_per_subtask = 0; allowed: finite, > 0"},
                    Refused{"InfiniteRate", {{1, kInf, 1}}, {}, "rate_per_subtask = inf"},
                    Refused{"NegativeWeight", {{1, 1, -1}}, {}, "observations[0].weight = -1"},
                    Refused{"NanWeight", {{1, 1, kNan}}, {}, "weight = nan"},
                    Refused{"NegativeExponent", {{1, 1, 1}}, {.exponent = -0.1}, "prior.exponent = -0.1"},
                    Refused{"NoExponentSpread", {{1, 1, 1}}, {.exponent_sd = 0}, "prior.exponent_sd = 0"},
                    Refused{"NanNoise", {{1, 1, 1}}, {.noise_sd = kNan}, "prior.noise_sd = nan"},
                    Refused{"NoNoiseRuns", {{1, 1, 1}}, {.noise_runs = 0}, "prior.noise_runs = 0"},
                    Refused{"NegativeDrift", {{1, 1, 1}}, {.drift_sd = -1}, "prior.drift_sd = -1"}),
    [](const auto& row) { return std::string(row.param.name); });

Observations AnyRuns() {
  Observations runs;
  for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
    runs.push_back(
        {*rc::gen::inRange(1, 1000), 0.001 * *rc::gen::inRange(1, 1000000), 0.1 * *rc::gen::inRange(1, 100)});
  }
  return runs;
}

TEST(ContentionProperty, ASubtasksRateNeverRisesWithParallelism) {
  EXPECT_TRUE(rc::check([] {
    const ContentionCurve curve = Fit(AnyRuns());
    const int p = *rc::gen::inRange(1, 32768), more = *rc::gen::inRange(p, 32769);
    RC_ASSERT(curve.RatePerSubtask(more) <= curve.RatePerSubtask(p));
    RC_ASSERT(curve.Efficiency(more) <= curve.Efficiency(p));
    RC_ASSERT(curve.Efficiency(p) <= 1 && curve.Efficiency(p) > 0);
  }));
}

TEST(ContentionProperty, IntervalHoldsTheEstimateAndGrowsWithConfidence) {
  EXPECT_TRUE(rc::check([] {
    const ContentionCurve curve = Fit(AnyRuns());
    const int p = *rc::gen::inRange(1, 32769);
    const RateInterval some = curve.Interval(p, 0.5), most = curve.Interval(p, 0.99);
    RC_ASSERT(0 < most.low && most.low <= some.low && some.low <= some.estimate);
    RC_ASSERT(some.estimate <= some.high && some.high <= most.high && std::isfinite(most.high));
    RC_ASSERT(std::abs(some.estimate * curve.ServiceTimeAt(p) - 1) < 1e-12);
  }));
}

TEST(ContentionProperty, OrderOfRunsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    Observations runs = AnyRuns();
    const ContentionCurve before = Fit(runs);
    std::rotate(runs.begin(), runs.begin() + *rc::gen::inRange<size_t>(0, runs.size()), runs.end());
    const ContentionCurve after = Fit(runs);
    const int p = *rc::gen::inRange(1, 32769);
    RC_ASSERT(before.RatePerSubtask(p) == after.RatePerSubtask(p));
    RC_ASSERT(before.LogSd(p) == after.LogSd(p));
  }));
}

TEST(ContentionProperty, UnitOfTheRateDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    Observations runs = AnyRuns();
    const double rate = Fit(runs).RatePerSubtask(7);
    for (CapacityObservation& run : runs) run.rate_per_subtask *= 1000;
    RC_ASSERT(std::abs(Fit(runs).RatePerSubtask(7) / rate / 1000 - 1) < 1e-6);
  }));
}

TEST(ContentionProperty, OneMoreRunOnTheCurveHardlyWidensIt) {
  EXPECT_TRUE(rc::check([] {
    const double exponent = 0.01 * *rc::gen::inRange(0, 30);
    Observations runs;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
      const int p = *rc::gen::inRange(1, 200);
      const double noise = 0.001 * *rc::gen::inRange(-50, 51);  // at most 5 %
      runs.push_back({p, 1000 * std::pow(p, -exponent) * (1 + noise), 1});
    }
    const ContentionCurve before = Fit(runs);
    const int p = runs.front().parallelism;
    runs.push_back({p, before.RatePerSubtask(p), 1});
    RC_ASSERT(Fit(runs).LogSd(p) <= 1.25 * before.LogSd(p));
  }));
}

}  // namespace
}  // namespace tune
