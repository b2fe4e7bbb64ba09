// Service time: what each rule reads from the blocks, bins and runs of a window made by hand.
#include "libtune/estimate/service_time.h"

#include <gtest/gtest.h>

#include <cmath>

#include "libtune/estimate/contention.h"
#include "tests/support/answer.h"

namespace tune {
namespace {

constexpr int kSource = 0, kMap = 1;

struct Block {
  double rate, busy;  // of one subtask: records/s, busy share
};

ServiceMoments MomentsOf(const std::vector<Block>& blocks) {
  ServiceMoments m;
  for (const Block& b : blocks) {
    m.blocks += 1;
    m.x += b.rate;
    m.y += b.busy;
    m.xx += b.rate * b.rate;
    m.xy += b.rate * b.busy;
    m.yy += b.busy * b.busy;
  }
  return m;
}

// A map of one subtask with these blocks; its bins are as `bins` say, or as the blocks.
JobWindow WithBlocks(const std::vector<Block>& blocks, const std::vector<Block>& bins = {}) {
  const std::vector<Block>& shown = bins.empty() ? blocks : bins;
  JobWindowMaker maker(static_cast<int>(shown.size()));
  const int source = maker.AddSource("source", 100);
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)), ShipStrategy::kRebalance);
  JobWindow window = maker.Build();
  window.vertices[kMap].service = MomentsOf(blocks);
  for (size_t i = 0; i < shown.size(); ++i) {
    Bin& bin = window.vertices[kMap].bins[i];
    bin.records_in = shown[i].rate * bin.task_s;
    bin.busy_s = shown[i].busy * bin.task_s;
  }
  return window;
}

// 1 ms a record: 0.4 / 400. What is left over: 0, 0.02, -0.02, 0; sqrt(0.0008 / 3 / 4) / 100.
TEST(ServiceRatio, HasAnIntervalFromWhatTheBlocksLeaveOver) {
  const JobRecommendation job =
      MustRecommend(WithBlocks({{100, 0.1}, {100, 0.12}, {100, 0.08}, {100, 0.1}}), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.ratio", kMap, "result"), 0.001, 1e-12);
  const double error = std::sqrt(0.0008 / 12) / 100;
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "standard_error"), error, 1e-12);
  // Student's t of 3 degrees from z = 1.644854 by Cornish and Fisher: 2.310577 (the tables: 2.353).
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "student_t"), 2.310577, 1e-6);
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "result"), 0.001 + std::hypot(2.310577 * error, 0.02 * 0.001),
              1e-9);
}

// Rates differ: L = 0.5 / 300 = 1.6667 ms, not the mean of 2 and 1.5 ms; left over 0.2 - 100 L = 0.0333, 0.3 - 200 L =
// -0.0333; sqrt(2 * 0.0333^2 / 1 / 2) / 150.
TEST(ServiceRatio, IsOfTheSums) {
  const JobRecommendation job = MustRecommend(WithBlocks({{100, 0.2}, {200, 0.3}}), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.ratio", kMap, "result"), 0.5 / 300, 1e-12);
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "standard_error"), 1.0 / 30 / 150, 1e-9);
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "student_t"), 4.588826, 1e-6);  // 1 degree
}

TEST(ServiceRatio, OfOneBlockHasTheTimersErrorAlone) {
  const JobRecommendation job = MustRecommend(WithBlocks({{100, 0.1}}), PlainPolicy());
  EXPECT_EQ(TermOf(job, "service.interval", kMap, "standard_error"), 0);
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "result"), 0.00102, 1e-12);
}

TEST(ServiceRatio, NeedsBlocksAndRecords) {
  JobWindow window = WithBlocks({{100, 0.1}});
  window.vertices[kMap].service = {};
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kMap].verdict, Verdict::kNotMeasured);
  window.vertices[kMap].service = MomentsOf({{0, 0.1}});
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kMap].verdict, Verdict::kNotMeasured);
}

// Flink does not see less than a millisecond of a block of 10 s: 10 blocks of 100 / s.
TEST(ServiceFloor, IsWhatTheCountersResolve) {
  JobRecommendation job = MustRecommend(WithBlocks(std::vector<Block>(10, {100, 0.9e-4})), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.floor", kMap, "result"), 1e-6, 1e-15);  // 1e-4 * 10 / 1000
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "result"), 1.02e-6, 1e-15);
  job = MustRecommend(WithBlocks(std::vector<Block>(10, {100, 1.1e-4})), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.ratio", kMap, "result"), 1.1e-6, 1e-15);
  EXPECT_FALSE(HasStep(job, "service.floor", kMap));
}

TEST(ServiceLatency, IsPreferred) {
  JobWindow window = WithBlocks({{100, 0.1}});
  window.vertices[kMap].latency = SecondsPerRecord(0.003);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(TermOf(job, "service.latency", kMap, "result"), 0.003);
  EXPECT_NEAR(TermOf(job, "service.interval", kMap, "result"), 0.00306, 1e-12);
  EXPECT_FALSE(HasStep(job, "service.ratio", kMap));
}

// `count` points on busy = fixed + slope * rate, at the rates 100 - d and 100 + d in turn, `off` them by turns of two:
// neither the line nor the mean moves.
std::vector<Block> OnALine(int count, double fixed, double slope, double d, double off = 0) {
  std::vector<Block> blocks;
  for (int i = 0; i < count; ++i) {
    const double rate = i % 2 == 0 ? 100 - d : 100 + d;
    blocks.push_back({rate, fixed + slope * rate + (i % 4 < 2 ? off : -off)});
  }
  return blocks;
}

struct Line {
  const char* name;
  std::vector<Block> blocks, bins;
  bool line;
};
void PrintTo(const Line& c, std::ostream* out) { *out << c.name; }

class ServiceLineTest : public testing::TestWithParam<Line> {};

TEST_P(ServiceLineTest, NeedsAFixedCostThatBlocksAndBinsShow) {
  const Line& c = GetParam();
  const JobRecommendation job = MustRecommend(WithBlocks(c.blocks, c.bins), PlainPolicy());
  EXPECT_EQ(HasStep(job, "service.line", kMap), c.line);
  EXPECT_EQ(HasStep(job, "service.ratio", kMap), !c.line);
}

const std::vector<Block> kFine = OnALine(40, 0.2, 0.001, 30);  // a fixed cost of 0.2

INSTANTIATE_TEST_SUITE_P(
    Gates, ServiceLineTest,
    testing::Values(Line{"Enough", OnALine(12, 0.2, 0.001, 30), OnALine(12, 0.2, 0.001, 30), true},
                    Line{"TooFewBlocks", OnALine(11, 0.2, 0.001, 30), kFine, false},
                    Line{"TooFewBins", kFine, OnALine(11, 0.2, 0.001, 30), false},
                    // The standard deviation over the mean is d / 100; 0.2 is asked for.
                    Line{"RateVariesEnough", OnALine(40, 0.2, 0.001, 21), kFine, true},
                    Line{"RateVariesTooLittle", OnALine(40, 0.2, 0.001, 19), kFine, false},
                    Line{"BlocksShowOnePerCent", OnALine(40, 0.011, 0.001, 30), kFine, true},
                    Line{"BlocksShowLess", OnALine(40, 0.009, 0.001, 30), kFine, false},
                    Line{"BlocksShowNone", OnALine(40, 0, 0.003, 30), kFine, false},
                    Line{"BinsShowOnePerCent", kFine, OnALine(40, 0.011, 0.001, 30), true},
                    Line{"BinsShowLess", kFine, OnALine(40, 0.009, 0.001, 30), false},
                    Line{"BlocksFall", OnALine(40, 0.5, -0.001, 30), kFine, false},
                    Line{"BinsFall", kFine, OnALine(40, 0.5, -0.001, 30), false},
                    // 12 points with what is left over r: sqrt(12 r^2 / 10 * (1 / 12 + 100^2 / (12 * 25^2))) = 1.3038 r
                    // is the intercept's error, and Student's t of 10 degrees 1.8114: 0.05 is more than 2.3618 r for r
                    // = 0.021, not 0.0215.
                    Line{"Significant", OnALine(12, 0.05, 0.001, 25, 0.021), OnALine(12, 0.2, 0.001, 25), true},
                    Line{"NotSignificant", OnALine(12, 0.05, 0.001, 25, 0.0215), OnALine(12, 0.2, 0.001, 25), false}),
    [](const auto& row) { return std::string(row.param.name); });

// 0.2 and 1 ms over the bins, whatever a wild one says, and though one of them is not past the warm-up.
TEST(ServiceLine, IsTheBinsRobustly) {
  std::vector<Block> bins = OnALine(14, 0.2, 0.001, 30);
  bins[3].busy = 1;
  JobWindow window = WithBlocks(kFine, bins);
  window.vertices[kMap].bins[13].warm_s = 58;  // of 60: less than 99 %
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.line", kMap, "slope"), 0.001, 1e-12);
  EXPECT_NEAR(TermOf(job, "service.line", kMap, "intercept"), 0.2, 1e-9);
  EXPECT_EQ(TermOf(job, "service.line", kMap, "points"), 13);
  EXPECT_NEAR(TermOf(job, "service.line", kMap, "ratio_without_intercept"), 0.003, 1e-12);  // 0.3 at 100 / s
  EXPECT_NEAR(TermOf(job, "parallelism.steady", kMap, "fixed_busy"), 0.2, 1e-9);
  EXPECT_NEAR(job.vertices[kMap].capacity_now.value(), 800, 1e-6);  // (1 - 0.2) / 1 ms
}

TEST(ServiceLine, OfASourceIsOverWhatItGives) {
  JobWindow window = WithBlocks(kFine);
  window.vertices[kSource].service = window.vertices[kMap].service;
  window.vertices[kSource].bins = window.vertices[kMap].bins;
  for (Bin& bin : window.vertices[kSource].bins) std::swap(bin.records_in, bin.records_out);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.line", kSource, "slope"), 0.001, 1e-12);
}

// A source of two subtasks without busy time, held back a quarter of the time: 2 * 600 s * 0.75 for 60,000 records.
TEST(ServiceHeldBack, IsTheTimeThatWasNotHeldBackWhileRecordsWait) {
  JobWindowMaker maker(10);
  VertexOptions options;
  options.parallelism = 2;
  options.rate_out = 100;
  options.backpressured_fraction = 0.25;
  const int source = maker.Add("source", options);
  maker.SetProduction(source, std::vector<double>(10, 100));
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)));
  JobWindow window = maker.Build();
  window.vertices[kSource].busy_measured = false;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kSource].verdict, Verdict::kNotMeasured);
  window.sources[0].lag_records = 0;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kSource].verdict, Verdict::kNotMeasured);
  window.sources[0].lag_records = 5;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "service.held_back", kSource, "result"), 0.015, 1e-12);
  EXPECT_NEAR(TermOf(job, "service.interval", kSource, "result"), 0.0153, 1e-12);
  window.vertices[kMap].busy_measured = false;  // no source: nothing tells its time
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kMap].verdict, Verdict::kNotMeasured);
}

struct Runs {
  const char* name;
  std::vector<ParallelismRun> runs;       // parallelism, subtask-seconds, records, busy seconds
  std::vector<CapacityObservation> seen;  // what the fit is made from; empty: no fit
};
void PrintTo(const Runs& c, std::ostream* out) { *out << c.name; }

class ServiceContentionTest : public testing::TestWithParam<Runs> {};

TEST_P(ServiceContentionTest, IsFittedToTheRunsThatCount) {
  const Runs& c = GetParam();
  JobWindow window = SourceAndMap(1000, MapOptions(1000, 0.001, 4));
  window.vertices[kMap].runs = c.runs;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  ASSERT_EQ(HasStep(job, "service.contention", kMap), !c.seen.empty());
  EXPECT_EQ(TermOf(job, "parallelism.steady", kMap, "measured_at"), 4);
  if (c.seen.empty()) {
    EXPECT_EQ(TermOf(job, "parallelism.steady", kMap, "exponent"), 0);
    return;
  }
  const absl::StatusOr<ContentionCurve> curve = FitContention(c.seen);
  ASSERT_TRUE(curve.ok()) << curve.status();
  EXPECT_NEAR(TermOf(job, "service.contention", kMap, "result"), curve->exponent(), 1e-12);
  EXPECT_NEAR(TermOf(job, "service.contention", kMap, "standard_deviation"), curve->exponent_sd(), 1e-12);
  EXPECT_EQ(TermOf(job, "service.contention", kMap, "parallelisms_seen"), c.seen.size());
  EXPECT_EQ(TermOf(job, "service.contention", kMap, "smallest_seen"), c.seen.front().parallelism);
  EXPECT_EQ(TermOf(job, "service.contention", kMap, "largest_seen"), c.seen.back().parallelism);
  EXPECT_NEAR(TermOf(job, "parallelism.steady", kMap, "exponent"), curve->exponent(), 1e-12);
}

// 1 ms a record alone, 1.25 ms among four; 600 subtask-seconds weigh as one run.
INSTANTIATE_TEST_SUITE_P(
    Runs, ServiceContentionTest,
    testing::Values(
        Runs{"Two", {{1, 600, 300000, 300}, {4, 600, 240000, 300}}, {{1, 1000, 1}, {4, 800, 1}}},
        Runs{"LongerOnesWeighMore", {{1, 300, 100000, 100}, {4, 6000, 80000, 100}}, {{1, 1000, 0.5}, {4, 800, 10}}},
        Runs{"HalfAMinuteCounts",
             {{1, 600, 300000, 300}, {2, 30, 9000, 10}, {4, 600, 240000, 300}},
             {{1, 1000, 1}, {2, 900, 0.05}, {4, 800, 1}}},
        Runs{"LessDoesNot",
             {{1, 600, 300000, 300}, {2, 29, 9000, 10}, {4, 600, 240000, 300}},
             {{1, 1000, 1}, {4, 800, 1}}},
        Runs{"AHundredRecordsCount",
             {{1, 600, 300000, 300}, {2, 600, 100, 0.1}, {4, 600, 240000, 300}},
             {{1, 1000, 1}, {2, 1000, 1}, {4, 800, 1}}},
        Runs{"FewerDoNot",
             {{1, 600, 300000, 300}, {2, 600, 99, 0.1}, {4, 600, 240000, 300}},
             {{1, 1000, 1}, {4, 800, 1}}},
        Runs{"NoBusyTimeDoesNot",
             {{1, 600, 300000, 300}, {2, 600, 9000, 0}, {4, 600, 240000, 300}},
             {{1, 1000, 1}, {4, 800, 1}}},
        Runs{"OneIsNoFit", {{4, 600, 240000, 300}}, {}},
        Runs{"OneThatCountsIsNoFit", {{1, 29, 300000, 300}, {4, 600, 240000, 300}}, {}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace tune
