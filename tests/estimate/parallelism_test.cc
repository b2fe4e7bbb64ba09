// The smallest parallelism: its formulas by themselves, and what EstimateParallelism makes of a window.
#include "libtune/estimate/parallelism.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/answer.h"

namespace tune {
namespace {

TEST(PerRecordAt, GrowsWithTheExponentFromWhereItWasMeasured) {
  LoadLimit load;
  load.per_record = 0.01;
  load.measured_at = 4;
  EXPECT_DOUBLE_EQ(PerRecordAt(load, 16), 0.01);
  load.exponent = 0.5;
  EXPECT_DOUBLE_EQ(PerRecordAt(load, 4), 0.01);
  EXPECT_DOUBLE_EQ(PerRecordAt(load, 16), 0.02);  // (16 / 4)^0.5 = 2
  EXPECT_DOUBLE_EQ(PerRecordAt(load, 1), 0.005);
}

// 1 ms * (900 / 4 + 10) + 0.05.
TEST(BusiestFraction, AddsItsShareWhatAllGetAndTheFixedCost) {
  EXPECT_DOUBLE_EQ(BusiestFraction({900, 10, 0.001, 0, 1, 0.05, 1}, ShareOf{}, 4), 0.285);
}

struct Smallest {
  const char* name;
  LoadLimit load;  // shared_rate, every_rate, per_record, exponent, measured_at, fixed_busy, limit
  int cap;
  int want;
};
void PrintTo(const Smallest& c, std::ostream* out) { *out << c.name; }

class SmallestParallelismTest : public testing::TestWithParam<Smallest> {};

TEST_P(SmallestParallelismTest, MatchesHandCalculation) {
  const Smallest& c = GetParam();
  EXPECT_EQ(SmallestParallelism(c.load, ShareOf{}, c.cap), c.want);
}

INSTANTIATE_TEST_SUITE_P(
    Loads, SmallestParallelismTest,
    testing::Values(
        Smallest{"IdleNeedsOne", {0, 0, 0.001, 0, 1, 0, 0.8}, 100, 1},
        Smallest{"ExactFitDoesNotRoundUp", {3, 0, 0.1, 0, 1, 0, 0.3}, 100, 1},  // 0.30000000000000004 <= 0.3
        Smallest{"ATenThousandthOverRoundsUp", {1.0001, 0, 1, 0, 1, 0, 1}, 100, 2},
        Smallest{"FractionRoundsUp", {12000, 0, 0.002, 0, 1, 0, 0.7}, 100, 35},      // 24 / 0.7 = 34.3
        Smallest{"FixedCostLeavesLess", {1000, 0, 0.001, 0, 1, 0.2, 0.45}, 100, 4},  // 1 / (0.45 - 0.2)
        Smallest{"FixedCostBeyondTheLimitFitsNowhere", {1, 0, 0.001, 0, 1, 0.5, 0.4}, 100, 101},
        Smallest{"WhatAllGetLeavesLess", {400, 10, 0.002, 0, 1, 0, 0.22}, 100, 4},  // 0.8 / (0.22 - 0.02)
        Smallest{"WhatAllGetBeyondTheLimitFitsNowhere", {1, 600, 0.002, 0, 1, 0, 1}, 100, 101},
        Smallest{"ContentionAsksForMore", {4000, 0, 0.001, 0.2, 1, 0, 1}, 100, 6},       // 4^(1 / 0.8) = 5.66
        Smallest{"FewerAreFasterThanMeasured", {2000, 0, 0.001, 0.2, 8, 0, 1}, 100, 2},  // 2 / 8^0.2 = 1.3; ^1.25 = 1.4
        Smallest{"AllOfTheCapFits", {700, 0, 0.01, 0, 1, 0, 1}, 7, 7},
        Smallest{"BeyondTheCapIsOneMore", {701, 0, 0.01, 0, 1, 0, 1}, 7, 8}),
    [](const auto& row) { return std::string(row.param.name); });

// The blocks of JobWindowMaker leave no residuals: the interval is the 2 % of Flink's timers alone.
struct Sides {
  const char* name;
  Side side;
  int needed, low, high;
};
void PrintTo(const Sides& c, std::ostream* out) { *out << c.name; }

class IntervalTest : public testing::TestWithParam<Sides> {};

// 300 / s * 10 ms = 3 subtasks; at the low end 2.94, at the high end 3.06.
TEST_P(IntervalTest, OfTheServiceTimeIsCarriedToTheAnswer) {
  const Sides& c = GetParam();
  TuningPolicy policy = PlainPolicy();
  policy.side = c.side;
  const VertexRecommendation map = MustRecommend(SourceAndMap(300, MapOptions(300, 0.01, 2)), policy).vertices[1];
  EXPECT_EQ(map.needed, c.needed);
  EXPECT_EQ(map.low, c.low);
  EXPECT_EQ(map.high, c.high);
}

INSTANTIATE_TEST_SUITE_P(Sides, IntervalTest,
                         testing::Values(Sides{"Estimate", Side::kEstimate, 3, 3, 4},
                                         Sides{"Safe", Side::kSafe, 4, 3, 4}),
                         [](const auto& row) { return std::string(row.param.name); });

// (100 + (720000 + 100 * 60) / 3600) = 301.67 / s while it catches up: 3.02 subtasks, 2.96 to 3.08.
TEST(Interval, CountsTheCatchUpToo) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.01, 2));
  window.sources[0].lag_records = 720000;
  TuningPolicy policy = PlainPolicy();
  policy.catch_up = true;
  policy.catch_up_time = absl::Hours(1);
  const VertexRecommendation map = MustRecommend(window, policy).vertices[1];
  EXPECT_EQ(map.needed, 4);
  EXPECT_EQ(map.low, 3);
  EXPECT_EQ(map.high, 4);
}

TEST(Interval, NeverLeavesTheCap) {
  VertexOptions map = MapOptions(300, 0.01, 2);
  map.max_parallelism = 3;
  EXPECT_EQ(MustRecommend(SourceAndMap(300, map), PlainPolicy()).vertices[1].high, 3);
}

// All of a subtask's time may go into catching up: the limit is 1, not the target of 0.5.
TEST(CatchUp, RateAndLimitAreItsOwn) {
  JobWindow window = SourceAndMap(900, MapOptions(900, 0.001, 2));
  window.sources[0].lag_records = 60000;
  TuningPolicy policy = PlainPolicy();
  policy.catch_up = true;
  policy.target_busy_fraction = 0.5;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_DOUBLE_EQ(TermOf(job, "parallelism.steady", 1, "rate"), 900);
  EXPECT_DOUBLE_EQ(TermOf(job, "parallelism.steady", 1, "busy_limit"), 0.5);
  // 900 + (60000 + 900 * 60) / 1800 = 963.33.
  EXPECT_DOUBLE_EQ(TermOf(job, "parallelism.catch_up", 1, "rate"), 900 + 114000 / 1800.0);
  EXPECT_DOUBLE_EQ(TermOf(job, "parallelism.catch_up", 1, "busy_limit"), 1);
  EXPECT_EQ(TermOf(job, "parallelism.catch_up", 1, "result"), 1);
  EXPECT_EQ(job.vertices[1].needed, 2);
}

TEST(CatchUp, IsLeftOutWhereThePolicySaysSo) {
  EXPECT_FALSE(
      HasStep(MustRecommend(SourceAndMap(900, MapOptions(900, 0.001, 2)), PlainPolicy()), "parallelism.catch_up", 1));
}

// 5 subtasks' work.
TEST(Cap, IsTheSmallestOfKeyGroupsPartitionsAndPolicy) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.05, 2));
  for (Bin& bin : window.vertices[0].bins) bin.busy_s = 0.05 * bin.records_out;
  window.vertices[0].service = window.vertices[1].service;
  window.vertices[0].service.x = 1000, window.vertices[0].service.y = 50;  // 50 ms a record here too
  const auto caps = [&](const TuningPolicy& policy) {
    const JobRecommendation job = MustRecommend(window, policy);
    EXPECT_EQ(job.vertices[0].needed, std::min(5.0, TermOf(job, "parallelism.steady", 0, "largest_allowed")));
    EXPECT_EQ(job.vertices[1].needed, std::min(5.0, TermOf(job, "parallelism.steady", 1, "largest_allowed")));
    return std::pair(TermOf(job, "parallelism.steady", 0, "largest_allowed"),
                     TermOf(job, "parallelism.steady", 1, "largest_allowed"));
  };
  TuningPolicy policy = PlainPolicy();
  EXPECT_EQ(caps(policy), std::pair(120.0, 120.0));
  window.graph.vertices[0].source_partitions = 3;
  window.graph.vertices[1].source_partitions = 2;  // of no meaning: it is no source
  EXPECT_EQ(caps(policy), std::pair(3.0, 120.0));
  window.graph.vertices[1].max_parallelism = 4;
  EXPECT_EQ(caps(policy), std::pair(3.0, 4.0));
  policy.max_parallelism = 2;
  EXPECT_EQ(caps(policy), std::pair(2.0, 2.0));
}

// At a target of 0.5 the steady demand of 1.6 asks for 4, at all the time of a catching up for 2.
TEST(Cap, ThatEitherConstraintExceedsIsInfeasible) {
  TuningPolicy policy = PlainPolicy();
  policy.catch_up = true;
  policy.target_busy_fraction = 0.5;
  VertexOptions map = MapOptions(800, 0.002, 2);
  map.max_parallelism = 4;
  EXPECT_EQ(FindingOf(MustRecommend(SourceAndMap(800, map), policy), FindingKind::kInfeasible), nullptr);
  map.max_parallelism = 3;
  EXPECT_NE(FindingOf(MustRecommend(SourceAndMap(800, map), policy), FindingKind::kInfeasible), nullptr);
  // 800 + (5,400,000 + 48,000) / 1800 = 3827 / s * 2 ms = 7.7 to catch up.
  map.max_parallelism = 7;
  JobWindow window = SourceAndMap(800, map);
  window.sources[0].lag_records = 5'400'000;
  EXPECT_NE(FindingOf(MustRecommend(window, policy), FindingKind::kInfeasible), nullptr);
  window.graph.vertices[1].max_parallelism = 8;
  EXPECT_EQ(FindingOf(MustRecommend(window, policy), FindingKind::kInfeasible), nullptr);
}

// 2 ms a record on 2 subtasks that all get 10 records/s more: (1 - 0.02) / (2 ms * 0.5).
TEST(CapacityNow, LeavesOutWhatAllGet) {
  JobWindowMaker maker;
  const int data = maker.AddSource("data", 400), rules = maker.AddSource("rules", 10);
  const int map = maker.Add("map", MapOptions(400 + 2 * 10, 0.002, 2));
  maker.Connect(data, map, ShipStrategy::kRebalance);
  maker.Connect(rules, map, ShipStrategy::kBroadcast);
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.22;
  EXPECT_NEAR(MustRecommend(maker.Build(), policy).vertices[2].capacity_now.value(), 980, 1e-9);
}

// 600 records/s of 2 ms to every subtask are more than each can take.
TEST(CapacityNow, IsNeverNegative) {
  JobWindowMaker maker;
  const int data = maker.AddSource("data", 400), rules = maker.AddSource("rules", 600);
  const int map = maker.Add("map", MapOptions(400 + 2 * 600, 0.002, 2));
  maker.Connect(data, map, ShipStrategy::kRebalance);
  maker.Connect(rules, map, ShipStrategy::kBroadcast);
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_EQ(job.vertices[2].capacity_now.value(), 0);
  EXPECT_NE(FindingOf(job, FindingKind::kInfeasible), nullptr);
}

// A hot key of h = 0.35 leaves 0.675 of the traffic to one of two: 1 / (2 ms * 0.675).
TEST(CapacityNow, IsThatOfTheBusiestShare) {
  VertexOptions map = MapOptions(800, 0.002, 2);
  map.shares = {0.325, 0.675};
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  EXPECT_NEAR(MustRecommend(SourceAndMap(800, map), policy).vertices[1].capacity_now.value(), 740.74, 0.01);
}

// A record took 1 ms among 1 subtask and 1.5 ms among 4: at the 4 that run, 4 / 1.5 ms.
TEST(CapacityNow, IsWithTheServiceTimeAsMeasured) {
  JobWindow window = SourceAndMap(1000, MapOptions(1000, 0.0015, 4));
  window.vertices[1].runs = {{1, 600, 600000, 600}, {4, 600, 400000, 600}};
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_GT(TermOf(job, "parallelism.steady", 1, "exponent"), 0);
  EXPECT_EQ(TermOf(job, "parallelism.steady", 1, "measured_at"), 4);
  EXPECT_NEAR(job.vertices[1].capacity_now.value(), 2666.67, 0.01);
}

// A map that takes 10 ms a record and gets 100 / s at the p90; in bin 4 of ten, `spike`. It gets `ratio` of what the
// source gives. Vertices: source, filter, map.
JobWindow Spiky(double spike, double ratio = 1) {
  JobWindowMaker maker(10);
  const int source = maker.AddSource("source", 100 / ratio);
  std::vector<double> rates(10, 100 / ratio);
  rates[4] = spike / ratio;
  maker.SetProduction(source, rates);
  VertexOptions filter = MapOptions(100 / ratio, 1e-6, 1);
  filter.rate_out = 100;
  const int keep = maker.Add("filter", filter), map = maker.Add("map", MapOptions(100, 0.01, 1));
  maker.Connect(source, keep, ShipStrategy::kRebalance);
  maker.Connect(keep, map, ShipStrategy::kRebalance);
  return maker.Build();
}
constexpr int kMap = 2;  // of Spiky()

TuningPolicy WithLagGoal(absl::Duration goal) {
  TuningPolicy policy = PlainPolicy();
  policy.lag_goal = goal;
  return policy;
}

// One subtask carries 100 / s: 30 / s * 60 s = 1800 records wait at the end of bin 4, for 18 s.
TEST(LagGoal, StepHoldsTheReplay) {
  const JobRecommendation job = MustRecommend(Spiky(130), WithLagGoal(absl::Seconds(10)));
  EXPECT_EQ(job.vertices[kMap].needed, 2);
  EXPECT_EQ(TermOf(job, "parallelism.lag_goal", kMap, "asked"), 1);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "capacity"), 100, 1e-9);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "peak_rate"), 130, 1e-9);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "longest_delay"), 18, 1e-9);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "longest_delay_at"), 300, 1e-9);
  EXPECT_EQ(TermOf(job, "parallelism.lag_goal", kMap, "delay_with_answer"), 0);
  EXPECT_EQ(TermOf(job, "parallelism.lag_goal", kMap, "result"), 2);
}

// At p: (1000 - 100 p) * 60 / (100 p) s: 540, 240, 140, 90, 60, 40.
TEST(LagGoal, StopsAtTheSmallestThatMeetsIt) {
  EXPECT_EQ(MustRecommend(Spiky(1000), WithLagGoal(absl::Seconds(60.001))).vertices[kMap].needed, 5);
  EXPECT_EQ(MustRecommend(Spiky(1000), WithLagGoal(absl::Seconds(59))).vertices[kMap].needed, 6);
}

TEST(LagGoal, StopsAtTheCap) {
  JobWindow window = Spiky(1000);
  window.graph.vertices[kMap].max_parallelism = 2;
  const JobRecommendation job = MustRecommend(window, WithLagGoal(absl::Seconds(10)));
  EXPECT_EQ(TermOf(job, "parallelism.lag_goal", kMap, "result"), 2);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "delay_with_answer"), 240, 1e-9);  // 800 * 60 / 200
}

// No bin is above what one subtask carries (100 / s): there is nothing to replay.
TEST(LagGoal, HasNoStepWithoutASpike) {
  EXPECT_FALSE(HasStep(MustRecommend(Spiky(100), WithLagGoal(absl::Seconds(10))), "parallelism.lag_goal", kMap));
}

// Two records for each one of the source: its spike of 65 / s is 130 / s here.
TEST(LagGoal, SeesTheSpikeOfTheSourceCarried) {
  EXPECT_EQ(MustRecommend(Spiky(130, 2), WithLagGoal(absl::Seconds(10))).vertices[kMap].needed, 2);
  EXPECT_EQ(MustRecommend(Spiky(130, 0.5), WithLagGoal(absl::Seconds(10))).vertices[kMap].needed, 2);
}

// Bins of 120 s, half of each seen: 800 / s * 120 s / 200 / s = 480 s with 2, 700 * 120 / 300 = 280 s with 3.
TEST(LagGoal, CountsWholeBinsOfTheWindowsLength) {
  JobWindow window = Spiky(1000);
  window.bin = absl::Minutes(2);
  EXPECT_EQ(MustRecommend(window, WithLagGoal(absl::Seconds(300))).vertices[kMap].needed, 3);
}

// 80 / s were given and 20 / s of another log came with a spike of 50: 130 / s above 100 for 60 s are 18 s behind.
TEST(LagGoal, AddsGivenRatesToTheSpikesOfOthers) {
  for (const bool given_first : {true, false}) {
    JobWindowMaker maker(10);
    const int a = maker.AddSource("a", given_first ? 80 : 20), b = maker.AddSource("b", given_first ? 20 : 80);
    std::vector<double> rates(10, 20);
    rates[4] = 50;
    const int logged = given_first ? b : a, given = given_first ? a : b;
    maker.SetProduction(logged, rates);
    const int map = maker.Add("map", MapOptions(100, 0.01, 1));
    maker.Connect(a, map, ShipStrategy::kRebalance);
    maker.Connect(b, map, ShipStrategy::kRebalance);
    JobWindow window = maker.Build();
    for (SourceWindow& source : window.sources) {
      if (source.vertex != given) continue;
      source.kind = DemandKind::kGiven;
      source.given = RecordsPerSecond(80);
    }
    const JobRecommendation job = MustRecommend(window, WithLagGoal(absl::Seconds(10)));
    EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", map, "peak_rate"), 130, 1e-9);
    EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", map, "longest_delay"), 18, 1e-9);
    EXPECT_EQ(job.vertices[2].needed, 2);
  }
}

// A lower bound says nothing of the hours above it.
TEST(LagGoal, IsNotAskedOfHiddenDemand) {
  JobWindow window = Spiky(130);
  window.sources[0] = {};
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = 0.5 * bin.task_s;
  window.vertices[0].bins[4].records_out *= 3;
  const JobRecommendation job = MustRecommend(window, WithLagGoal(absl::Seconds(10)));
  ASSERT_EQ(job.vertices[kMap].verdict, Verdict::kLowerBound);
  EXPECT_FALSE(HasStep(job, "parallelism.lag_goal", kMap));
}

// Nor where the demand is more than the cap carries anyway.
TEST(LagGoal, IsNotAskedOfTheInfeasible) {
  JobWindow window = Spiky(300);
  window.graph.vertices[kMap].max_parallelism = 1;
  TuningPolicy policy = WithLagGoal(absl::Seconds(10));
  policy.target_busy_fraction = 0.9;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_NE(FindingOf(job, FindingKind::kInfeasible), nullptr);
  EXPECT_FALSE(HasStep(job, "parallelism.lag_goal", kMap));
}

// 100 + (360,000 + 6000) / 1800 = 303 / s to catch up: 4 subtasks, which the spike of 500 / s is then held against.
TEST(LagGoal, StartsFromWhatTheCatchUpAsksFor) {
  JobWindow window = Spiky(500);
  window.sources[0].lag_records = 360000;
  TuningPolicy policy = WithLagGoal(absl::Seconds(10));
  policy.catch_up = true;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_EQ(TermOf(job, "parallelism.lag_goal", kMap, "asked"), 4);
  EXPECT_NEAR(TermOf(job, "parallelism.lag_goal", kMap, "longest_delay"), 15, 1e-9);  // 100 * 60 / 400
  EXPECT_EQ(job.vertices[kMap].needed, 5);
}

// (7 / 2)^0.06 - 1.
TEST(Optimism, IsSaidWhereMoreAreAskedForThanWereSeen) {
  const JobRecommendation job = MustRecommend(SourceAndMap(100, MapOptions(100, 0.07, 2)), PlainPolicy());
  EXPECT_EQ(job.vertices[1].needed, 7);
  EXPECT_NEAR(TermOf(job, "parallelism.optimism", 1, "result"), std::pow(3.5, 0.06) - 1, 1e-12);
}

TEST(Optimism, IsNotSaidOfWhatRunsAlready) {
  EXPECT_FALSE(
      HasStep(MustRecommend(SourceAndMap(100, MapOptions(100, 0.07, 7)), PlainPolicy()), "parallelism.optimism", 1));
}

TEST(Optimism, IsNotSaidWhereContentionWasSeen) {
  JobWindow window = SourceAndMap(1000, MapOptions(1000, 0.007, 4));
  window.vertices[1].runs = {{1, 600, 600000, 600}, {4, 600, 400000, 600}};
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_GT(job.vertices[1].needed, 7);
  EXPECT_FALSE(HasStep(job, "parallelism.optimism", 1));
}

}  // namespace
}  // namespace tune
