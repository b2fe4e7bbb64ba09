#include "libtune/estimate/job_capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tune {
namespace {

using testing::HasSubstr;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(LimitingOperator, IsTheOneWhoseBusiestSubtaskFillsFirst) {
  const std::vector<OperatorCapacity> operators = {
      {.parallelism = 2, .rate_per_subtask = 100, .input_ratio = 0.5, .busiest_share = 0.5, .log_sd = 0.1},  // 400
      {.parallelism = 4, .rate_per_subtask = 50, .input_ratio = 1, .busiest_share = 0.3, .log_sd = 0.2}};    // 50 / 0.3
  const absl::StatusOr<LimitingOperator> limit = FindLimitingOperator(operators);
  ASSERT_TRUE(limit.ok()) << limit.status();
  EXPECT_EQ(limit->index, 1);
  EXPECT_EQ(limit->parallelism, 4);
  EXPECT_DOUBLE_EQ(limit->source_rate, 50 / 0.3);
  EXPECT_DOUBLE_EQ(limit->log_sd, 0.2);
}

TEST(LimitingOperator, SkewTurnsTheLimitAround) {
  // Even: 10 * 4 = 40 and 12 * 4 = 48. With half of the second one's input on one subtask: 12 / 0.5 = 24.
  std::vector<OperatorCapacity> operators = {
      {.parallelism = 4, .rate_per_subtask = 10, .input_ratio = 1, .busiest_share = 0.25},
      {.parallelism = 4, .rate_per_subtask = 12, .input_ratio = 1, .busiest_share = 0.25}};
  EXPECT_EQ(FindLimitingOperator(operators)->index, 0);
  EXPECT_DOUBLE_EQ(FindLimitingOperator(operators)->source_rate, 40);
  operators[1].busiest_share = 0.5;
  EXPECT_EQ(FindLimitingOperator(operators)->index, 1);
  EXPECT_DOUBLE_EQ(FindLimitingOperator(operators)->source_rate, 24);
}

TEST(LimitingOperator, ThatReceivesNothingNeverLimits) {
  const std::vector<OperatorCapacity> operators = {{.rate_per_subtask = 1, .input_ratio = 0},
                                                   {.rate_per_subtask = 70, .input_ratio = 1}};
  EXPECT_EQ(FindLimitingOperator(operators)->index, 1);
}

// 100 / s of a quarter of two records for each of the sources': 100 / (0.25 * 2).
TEST(LimitingOperator, CountsRecordsOfTheSources) {
  const absl::StatusOr<LimitingOperator> limit = FindLimitingOperator(std::vector<OperatorCapacity>{
      {.parallelism = 4, .rate_per_subtask = 100, .input_ratio = 2, .busiest_share = 0.25}});
  ASSERT_TRUE(limit.ok()) << limit.status();
  EXPECT_DOUBLE_EQ(limit->source_rate, 200);
}

// 1 - 0.9 is a little less than a tenth, 0.1 + 0.2 + 0.7 may be a little more than all.
TEST(LimitingOperator, ForgivesTheLastBitOfAShare) {
  for (const double share : {1 - 0.9, 1 + 1e-12}) {
    const OperatorCapacity op = {.parallelism = 10, .rate_per_subtask = 100, .input_ratio = 1, .busiest_share = share};
    EXPECT_TRUE(FindLimitingOperator(std::vector{op}).ok()) << share;
  }
}

TEST(LimitingOperator, OfEqualsIsTheFirst) {
  const OperatorCapacity op{.rate_per_subtask = 5, .input_ratio = 1};
  EXPECT_EQ(FindLimitingOperator(std::vector{op, op})->index, 0);
}

TEST(LimitingOperator, NeedsAnOperatorThatReceivesRecords) {
  EXPECT_EQ(FindLimitingOperator({}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FindLimitingOperator(std::vector{OperatorCapacity{.rate_per_subtask = 1}}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

struct RefusedOperator {
  const char* name;
  OperatorCapacity op;
  const char* says;
};
void PrintTo(const RefusedOperator& c, std::ostream* out) { *out << c.name; }

class LimitingOperatorRefuses : public testing::TestWithParam<RefusedOperator> {};

TEST_P(LimitingOperatorRefuses, NamingTheField) {
  const absl::Status status = FindLimitingOperator(std::vector{GetParam().op}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Input, LimitingOperatorRefuses,
    testing::Values(
        RefusedOperator{"Parallelism", {.parallelism = 0, .rate_per_subtask = 1}, "operators[0].parallelism = 0"},
        RefusedOperator{"NanRate", {.rate_per_subtask = kNan}, "rate_per_subtask = nan"},
        RefusedOperator{"ZeroRate", {.rate_per_subtask = 0}, "rate_per_subtask = 0; allowed: finite, > 0"},
        RefusedOperator{"Ratio", {.rate_per_subtask = 1, .input_ratio = -1}, "input_ratio = -1"},
        RefusedOperator{"ShareBelowEven",
                        {.parallelism = 4, .rate_per_subtask = 1, .busiest_share = 0.2},
                        "busiest_share = 0.2; allowed: [0.25, 1]"},
        RefusedOperator{"ShareAboveAll", {.rate_per_subtask = 1, .busiest_share = 1.5}, "busiest_share = 1.5"},
        RefusedOperator{"Spread", {.rate_per_subtask = 1, .log_sd = kNan}, "log_sd = nan"}),
    [](const auto& row) { return std::string(row.param.name); });

LimitingOperator Limit(int parallelism, double rate, double log_sd = 0) {
  return {.index = 0, .parallelism = parallelism, .source_rate = rate, .log_sd = log_sd};
}

// A run whose computed capacity is exp(error) times the measured one.
CapacityRun PastRun(const std::string& job, int parallelism, double error) {
  return {.job = job, .computed = Limit(parallelism, 1000 * std::exp(error)), .measured_rate = 1000};
}

CapacityCalibration Fit(const std::vector<CapacityRun>& runs) {
  absl::StatusOr<CapacityCalibration> calibration = CapacityCalibration::Fit(runs);
  EXPECT_TRUE(calibration.ok()) << calibration.status();
  return *std::move(calibration);
}

TEST(CapacityCalibration, WithoutRunsCorrectsByThePrior) {
  const CapacityEstimate one = Fit({}).Correct("a", Limit(1, 1000), 0.9);
  EXPECT_NEAR(one.estimate, 951.23, 0.01);  // 1000 * exp(-0.05)
  // Variance: bias 0.01 + job 0.01 + size 0.01 + noise 0.0049 = 0.0349; exp(1.645 * 0.18682) = 1.3597.
  EXPECT_NEAR(one.log_sd, 0.18682, 1e-5);
  EXPECT_NEAR(one.high / one.estimate, 1.3597, 1e-3);
  EXPECT_NEAR(one.estimate / one.low, 1.3597, 1e-3);
  const CapacityEstimate twenty = Fit({}).Correct("a", Limit(20, 1000), 0.9);
  EXPECT_NEAR(twenty.estimate, 869.46, 0.01);  // 1000 * exp(-(0.05 + 0.03 * ln 20)) = 1000 * exp(-0.13987)
}

TEST(CapacityCalibration, LearnsMostFromTheJobItselfAndSomeFromOthers) {
  // One run at p = 1, 0.10 above the prior's 0.05. Covariance with itself 0.03; the tails stretch its noise of 0.0049
  // to 0.00495, so 0.03 / 0.03495 = 0.8584 of the 0.10 is believed of the job, 0.01 / 0.03495 = 0.2861 of another.
  const CapacityCalibration calibration = Fit({PastRun("a", 1, 0.15)});
  EXPECT_NEAR(std::log(calibration.Correct("a", Limit(1, 1), 0.9).correction), -0.13584, 1e-4);
  EXPECT_NEAR(std::log(calibration.Correct("b", Limit(1, 1), 0.9).correction), -0.07861, 1e-4);
}

TEST(CapacityCalibration, WhatASizeTaughtFadesTowardsOtherSizes) {
  const CapacityCalibration calibration = Fit({PastRun("a", 4, 0.5)});
  const auto learned = [&](int p) {
    return -std::log(calibration.Correct("a", Limit(p, 1), 0.9).correction) - (0.05 + 0.03 * std::log(p));
  };
  EXPECT_GT(learned(4), learned(8));
  EXPECT_GT(learned(4), learned(2));
  EXPECT_GT(learned(2), 0);
}

// What one run at p = 4 taught, at 16: by the ratio of the covariances. An e-fold of p is half of the range of 2 here.
TEST(CapacityCalibration, WhatASizeTaughtFadesByTheDistanceInLnP) {
  CalibrationPrior prior;
  prior.size_range = 2;
  const absl::StatusOr<CapacityCalibration> calibration =
      CapacityCalibration::Fit(std::vector{PastRun("a", 4, 0.5)}, prior);
  ASSERT_TRUE(calibration.ok()) << calibration.status();
  const auto learned = [&](int p) {
    return -std::log(calibration->Correct("a", Limit(p, 1), 0.9).correction) - (0.05 + 0.03 * std::log(p));
  };
  const double four = std::log(4), sixteen = std::log(16);
  const double at_four = 0.01 + 0.0009 * four * four + 0.01 + 0.01;
  const double at_sixteen = 0.01 + 0.0009 * four * sixteen + 0.01 + 0.01 * std::exp(-four / 2);
  EXPECT_NEAR(learned(16) / learned(4), at_sixteen / at_four, 1e-9);
}

TEST(CapacityCalibration, AFailedMeasurementAmongTenHardlyCounts) {
  std::vector<CapacityRun> runs;
  for (int i = 0; i < 10; ++i) runs.push_back(PastRun("a", 8, 0.1 + 0.001 * i));
  const double before = Fit(runs).Correct("a", Limit(8, 1000), 0.9).estimate;
  runs.push_back(PastRun("a", 8, 2));  // computed is 7.4 times what was measured
  EXPECT_NEAR(Fit(runs).Correct("a", Limit(8, 1000), 0.9).estimate / before, 1, 0.01);
}

// Runs of one job at one size p = 4, all of one covariance c: the posterior is the mean weighed by 1 / noise, with the
// prior's 0 +- sqrt(c) as one more run. A run's noise grows with its residual, by Student's law of 4 degrees.
TEST(CapacityCalibration, AnswerSolvesItsEquations) {
  const CalibrationPrior prior;
  const double x = std::log(4), mean = 0.05 + 0.03 * x, noise = 0.07 * 0.07;
  const double c = 0.1 * 0.1 + 0.03 * 0.03 * x * x + 0.1 * 0.1 + 0.1 * 0.1;
  std::vector<CapacityRun> runs;
  for (const double measured : {900.0, 950.0, 860.0, 600.0}) runs.push_back({"a", {0, 4, 1000, 0}, measured});
  const absl::StatusOr<CapacityCalibration> calibration = CapacityCalibration::Fit(runs, prior);
  ASSERT_TRUE(calibration.ok()) << calibration.status();
  const CapacityEstimate answer = calibration->Correct("a", {0, 4, 1000, 0.02}, 0.6826895);
  const double shift = -std::log(answer.correction) - mean;  // what the runs taught
  double precision = 1 / c, sum = 0;
  for (const CapacityRun& run : runs) {
    const double error = std::log(1000 / run.measured_rate) - mean;
    const double grown = noise + (error - shift) * (error - shift) / 4;
    precision += 1 / grown;
    sum += error / grown;
  }
  EXPECT_NEAR(shift, sum / precision, 1e-6);
  EXPECT_NEAR(answer.log_sd, std::sqrt(1 / precision + noise + 0.02 * 0.02), 1e-6);
  EXPECT_NEAR(answer.estimate, 1000 * answer.correction, 1e-9);
  EXPECT_NEAR(answer.high, answer.estimate * std::exp(answer.log_sd), 1e-4);
  EXPECT_NEAR(answer.low, answer.estimate / std::exp(answer.log_sd), 1e-4);
}

TEST(CapacityCalibration, SpreadOfTheRateWidensTheInterval) {
  const CapacityCalibration calibration = Fit({});
  const double without = calibration.Correct("a", Limit(1, 1), 0.9).log_sd;
  EXPECT_NEAR(calibration.Correct("a", Limit(1, 1, 0.3), 0.9).log_sd, std::hypot(without, 0.3), 1e-12);
}

TEST(CapacityCalibration, RefusesRunsOutOfRangeNamingEachField) {
  CapacityRun bad = PastRun("", 0, 0);
  bad.measured_rate = kNan;
  bad.computed.source_rate = 0;
  const absl::Status status = CapacityCalibration::Fit(std::vector{PastRun("a", 1, 0), bad}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* says : {"runs[1].job", "runs[1].computed.parallelism = 0", "runs[1].computed.source_rate = 0",
                           "runs[1].measured_rate = nan"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
  }
}

TEST(CapacityCalibration, RefusesAPriorOutOfRange) {
  CalibrationPrior prior;
  prior.noise_sd = 0;
  prior.size_range = kNan;
  const absl::Status status = CapacityCalibration::Fit({}, prior).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("prior.noise_sd = 0; allowed: finite, > 0"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("prior.size_range = nan"));
}

std::vector<CapacityRun> AnyRuns() {
  std::vector<CapacityRun> runs;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    runs.push_back(PastRun(*rc::gen::element<std::string>("a", "b", "c"), *rc::gen::inRange(1, 500),
                           0.01 * *rc::gen::inRange(-100, 300)));
  }
  return runs;
}

TEST(CapacityCalibrationProperty, OrderOfRunsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    std::vector<CapacityRun> runs = AnyRuns();
    const CapacityEstimate before = Fit(runs).Correct("a", Limit(9, 100), 0.9);
    std::reverse(runs.begin(), runs.end());
    const CapacityEstimate after = Fit(runs).Correct("a", Limit(9, 100), 0.9);
    RC_ASSERT(before.estimate == after.estimate);
    RC_ASSERT(before.log_sd == after.log_sd);
  }));
}

TEST(CapacityCalibrationProperty, IntervalHoldsTheEstimateAndTheEstimateScalesWithTheRate) {
  EXPECT_TRUE(rc::check([] {
    const CapacityCalibration calibration = Fit(AnyRuns());
    const int p = *rc::gen::inRange(1, 32769);
    const CapacityEstimate one = calibration.Correct("a", Limit(p, 1), 0.9);
    RC_ASSERT(0 < one.low && one.low < one.estimate && one.estimate < one.high && std::isfinite(one.high));
    RC_ASSERT(std::abs(calibration.Correct("a", Limit(p, 1e6), 0.9).estimate / one.estimate / 1e6 - 1) < 1e-12);
  }));
}

TEST(CapacityCalibrationProperty, ARunThatFitsNarrowsTheIntervalOfItsJob) {
  EXPECT_TRUE(rc::check([] {
    std::vector<CapacityRun> runs = AnyRuns();
    const CapacityEstimate before = Fit(runs).Correct("a", Limit(9, 1000), 0.9);
    runs.push_back({.job = "a", .computed = Limit(9, 1000), .measured_rate = before.estimate});
    RC_ASSERT(Fit(runs).Correct("a", Limit(9, 1000), 0.9).log_sd <= before.log_sd * 1.0001);
  }));
}

}  // namespace
}  // namespace tune
