// Recommend() on windows made by hand: what each rule answers, with its arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/answer.h"

namespace tune {
namespace {

using testing::HasSubstr;

struct Demand {
  const char* name;
  double rate, seconds_per_record, target;
  int want;
};
void PrintTo(const Demand& c, std::ostream* out) { *out << c.name; }
class SteadyDemandTest : public testing::TestWithParam<Demand> {};
TEST_P(SteadyDemandTest, MatchesHandCalculation) {
  const Demand& c = GetParam();
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = c.target;
  const JobWindow window = SourceAndMap(c.rate, MapOptions(c.rate, c.seconds_per_record, 4));
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].needed, c.want);
}
INSTANTIATE_TEST_SUITE_P(Rates, SteadyDemandTest,
                         testing::Values(Demand{"IdleNeedsOne", 1, 0.002, 0.7, 1},
                                         Demand{"ExactFitDoesNotRoundUp", 3, 0.1, 0.3, 1},     // 0.3 / 0.3
                                         Demand{"FractionRoundsUp", 12000, 0.002, 0.7, 35},    // 24 / 0.7 = 34.3
                                         Demand{"QuarterRecordASecond", 0.25, 3.7, 0.7, 2},    // 0.925 / 0.7 = 1.3
                                         Demand{"AThousandTimesThat", 250, 0.0037, 0.7, 2},    // the same, no rounding
                                         Demand{"OneInAThousandSeconds", 0.2, 14, 0.7, 4},     // 2.8 / 0.7
                                         Demand{"HundredMillionASecond", 1e8, 1e-8, 0.5, 2}),  // 1 / 0.5
                         [](const auto& row) { return std::string(row.param.name); });

// K = 120 key groups on 7 subtasks: 18 of them on one, 0.15 of the traffic and not 1/7 = 0.143. 6 s of work a second
// at a target of 0.9: 6 * 0.15 = 0.9 fits on 7; 6.3 * 0.15 = 0.945 does not, though 6.3 / 7 = 0.9 would.
TEST(Shares, WholeKeyGroupsCount) {
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  policy.target_busy_fraction = 0.9;
  EXPECT_EQ(MustRecommend(SourceAndMap(600, MapOptions(600, 0.01, 1), ShipStrategy::kHash), policy).vertices[1].needed,
            7);
  // 8 subtasks: 15 key groups of 120, 0.125 * 6.3 = 0.79.
  EXPECT_EQ(MustRecommend(SourceAndMap(630, MapOptions(630, 0.01, 1), ShipStrategy::kHash), policy).vertices[1].needed,
            8);
}

// x_max = 0.7 of 4 subtasks: h = (4 * 0.7 - 1) / 3 = 0.6. At 900/s and 2 ms the hot key alone takes 1.08 of a subtask.
TEST(HotKey, ThatNeedsMoreThanOneSubtaskNeedsAPerson) {
  VertexOptions map = MapOptions(900, 0.002, 4);
  map.shares = {0.1, 0.1, 0.1, 0.7};
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  const JobRecommendation job = MustRecommend(SourceAndMap(900, map, ShipStrategy::kHash), policy);
  EXPECT_EQ(job.vertices[1].action, Action::kPerson);
  EXPECT_EQ(job.vertices[1].wanted, 4);
  EXPECT_EQ(job.action, Action::kPerson);
  const Finding* hot = FindingOf(job, FindingKind::kHotKey);
  ASSERT_NE(hot, nullptr);
  EXPECT_THAT(hot->subtasks, testing::ElementsAre(3));
  EXPECT_NEAR(hot->share.value_or(0), 0.6, 1e-9);
  EXPECT_NEAR(hot->rate_limit.value_or(RecordsPerSecond()).value(), 833.33, 0.01);  // 1 / (0.002 * 0.6)
}

// x_max = 0.675 of 2: h = 0.35. 800/s at 2 ms = 1.6 subtasks: share(2) = 0.675 -> 1.08 busy, share(3) = 0.35 + 0.65/3 =
// 0.567 -> 0.907 busy: 3, where even shares would say 2.
TEST(HotKey, ThatStillFitsIsSizedByItsShare) {
  VertexOptions map = MapOptions(800, 0.002, 2);
  map.shares = {0.325, 0.675};
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  const JobRecommendation job = MustRecommend(SourceAndMap(800, map, ShipStrategy::kHash), policy);
  EXPECT_EQ(job.vertices[1].needed, 3);
  EXPECT_EQ(job.vertices[1].action, Action::kRaise);
  EXPECT_NE(FindingOf(job, FindingKind::kHotKey), nullptr);
}

// Buffers hide an overload: 800/s go out, 759/s are taken, and the 41/s between wait for the saturated subtask. Its
// true share is (500 + 41) / 800 = 0.676 and not 500/759 = 0.659.
TEST(HotKey, CountsWhatWaitsInBuffersForTheSaturatedSubtask) {
  VertexOptions map = MapOptions(759, 0.002, 2);
  map.shares = {259.0 / 759, 500.0 / 759};
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  const JobRecommendation job = MustRecommend(SourceAndMap(800, map, ShipStrategy::kHash), policy);
  const Finding* hot = FindingOf(job, FindingKind::kHotKey);
  ASSERT_NE(hot, nullptr);
  EXPECT_NEAR(hot->share.value_or(0), 2 * (541.0 / 800) - 1, 1e-9);  // h = (2 x - 1) / 1
}

TEST(Skew, HealthyImbalanceIsNoFinding) {
  VertexOptions map = MapOptions(900, 0.002, 4);
  map.shares = {0.25, 0.26, 0.22, 0.27};  // max/mean 1.08
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  const JobRecommendation job = MustRecommend(SourceAndMap(900, map, ShipStrategy::kHash), policy);
  EXPECT_EQ(FindingOf(job, FindingKind::kHotKey), nullptr);
  EXPECT_EQ(FindingOf(job, FindingKind::kUnevenLoad), nullptr);
}

TEST(Skew, SeveralBusySubtasksAreUnevenLoadNotAHotKey) {
  VertexOptions map = MapOptions(900, 0.001, 4);
  map.shares = {0.4, 0.4, 0.1, 0.1};
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  const JobRecommendation job = MustRecommend(SourceAndMap(900, map, ShipStrategy::kHash), policy);
  const Finding* uneven = FindingOf(job, FindingKind::kUnevenLoad);
  ASSERT_NE(uneven, nullptr);
  EXPECT_THAT(uneven->subtasks, testing::ElementsAre(0, 1));
}

TEST(Demand, OfAThrottledGeneratorIsALabelledLowerBound) {
  JobWindowMaker maker;
  VertexOptions source;
  source.rate_out = 386;
  source.seconds_per_record = 1e-6;
  source.backpressured_fraction = 0.99;
  VertexOptions map = MapOptions(386, 1 / 386.0, 1);  // always busy
  map.shares = {1};
  const int s = maker.Add("source", source), m = maker.Add("map", map);
  maker.Connect(s, m);
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kLowerBound);
  EXPECT_TRUE(job.vertices[1].at_least);
  EXPECT_EQ(job.vertices[1].wanted, 2);  // more than the one that is saturated
  EXPECT_NE(FindingOf(job, FindingKind::kDemandHidden), nullptr);
  EXPECT_EQ(job.timeliness, Timeliness::kDelayed);
}

TEST(Demand, GivenRateBeatsWhatAThrottledSourceShows) {
  JobWindowMaker maker;
  VertexOptions source;
  source.rate_out = 386;
  source.backpressured_fraction = 0.99;
  const int s = maker.Add("source", source);
  maker.Connect(s, maker.Add("map", MapOptions(386, 1 / 386.0, 1)));
  JobWindow window = maker.Build();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(900);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[1].needed, 3);  // 900 / 386 = 2.33
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kEstimated);
}

// 1000 records/s are put into the log, and the chained filter lets one of four through: 250/s * 10 ms = 2.5.
TEST(Demand, IsWhatTheSourceGivesOfWhatItReads) {
  JobWindowMaker maker(10);
  VertexOptions source;
  source.rate_in = 800;  // it reads less than is produced
  source.rate_out = 200;
  const int s = maker.Add("source", source);
  maker.SetProduction(s, std::vector<double>(10, 1000));
  maker.Connect(s, maker.Add("map", MapOptions(200, 0.01, 2)));
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_NEAR(job.vertices[1].demand.value(), 250, 1e-9);
  EXPECT_EQ(job.vertices[1].needed, 3);
}

// Two sources that peak at different times: 100, 0, … and 0, 100, …. Each one's p90 is 100, their sum's is 100, not
// 200.
TEST(Demand, QuantileOfTheSumIsNotTheSumOfQuantiles) {
  JobWindowMaker maker(10);
  const int a = maker.AddSource("a", 50), b = maker.AddSource("b", 50);
  std::vector<double> first, second;
  for (int i = 0; i < 10; ++i) {
    first.push_back(i % 2 == 0 ? 100 : 0);
    second.push_back(i % 2 == 0 ? 0 : 100);
  }
  maker.SetProduction(a, first);
  maker.SetProduction(b, second);
  const int join = maker.Add("join", MapOptions(100, 0.015, 2));
  maker.Connect(a, join);
  maker.Connect(b, join);
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_NEAR(job.vertices[static_cast<size_t>(join)].demand.value(), 100, 1e-9);
  EXPECT_EQ(job.vertices[static_cast<size_t>(join)].needed, 2);  // 100 * 0.015 = 1.5
}

// Broadcast reaches every subtask whole: 10 records/s of 20 ms take 0.2 of each, and 400 * 2 ms = 0.8 are shared out.
TEST(Demand, BroadcastLoadDoesNotShrinkWithParallelism) {
  JobWindowMaker maker;
  const int data = maker.AddSource("data", 400), rules = maker.AddSource("rules", 10);
  const int map = maker.Add("map", MapOptions(400 + 2 * 10, 0.002, 2));  // 2 subtasks see each rule
  maker.Connect(data, map, ShipStrategy::kRebalance);
  maker.Connect(rules, map, ShipStrategy::kBroadcast);
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.22;
  // p: 0.002 * (400/p + 10) <= 0.22 -> 400/p <= 100 -> 4. Shared alone it would be 0.002 * 400/p <= 0.22 -> 3.64 -> 4
  // and with the broadcast counted as shared 0.002 * 420/p -> 3.8 -> 4; at 0.2: 400/p <= 90 -> 5, else 4.2 -> 5; at
  // 0.205: 400/p <= 92.5 -> 5, shared 4.1 -> 5; at 0.21: 400/p <= 95 -> 5, shared 420/p <= 105 -> 4.
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[static_cast<size_t>(map)].needed, 4);
  policy.target_busy_fraction = 0.21;
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[static_cast<size_t>(map)].needed, 5);
}

// (900 + (60000 + 900 * 60) / 1800) * 2.5 ms = 963.3 * 2.5 ms = 2.41 -> 3, where the steady 2.25 * … alone
// fits 2.25/0.8.
TEST(CatchUp, BacklogAndRestartAddToTheDemand) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 900);
  maker.SetProduction(source, std::vector<double>(10, 900));
  maker.Connect(source, maker.Add("map", MapOptions(900, 0.0021, 2)), ShipStrategy::kRebalance);
  JobWindow window = maker.Build();
  TuningPolicy policy = PlainPolicy();
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].needed, 2);  // 1.89
  policy.catch_up = true;
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].needed, 2);  // 930 * 0.0021 = 1.953
  window.sources[0].lag_records = 60000;
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].needed, 3);  // 963.3 * 0.0021 = 2.023
}

// p90 = 100 of ten bins with one of 1000: 900 records/s over capacity (100) for 60 s = 54,000 records, 540 s behind.
TEST(LagGoal, HoursAboveTheQuantileRaiseTheAnswer) {
  JobWindowMaker maker(10);
  const int source = maker.AddSource("source", 190);
  std::vector<double> rates(10, 100);
  rates[4] = 1000;
  maker.SetProduction(source, rates);
  maker.Connect(source, maker.Add("map", MapOptions(190, 0.01, 2)), ShipStrategy::kRebalance);
  TuningPolicy policy = PlainPolicy();
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[1].needed, 1);  // 100 * 0.01
  policy.lag_goal = absl::Seconds(240);
  // p = 2: (1000 - 200) * 60 / 200 = 240 s: just within the goal.
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[1].needed, 2);
  policy.lag_goal = absl::Seconds(239);
  // p = 3: (1000 - 300) * 60 / 300 = 140 s.
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[1].needed, 3);
}

TEST(Slow, OperatorIsExcludedAndItsBottleneckNeedsAPerson) {
  TuningPolicy policy = PlainPolicy();
  policy.slow_record = absl::Milliseconds(10);
  const JobRecommendation job = MustRecommend(SourceAndMap(100, MapOptions(100, 0.02, 1)), policy);
  EXPECT_NE(FindingOf(job, FindingKind::kSlowUnknown), nullptr);
  EXPECT_EQ(job.vertices[1].action, Action::kPerson);
  EXPECT_EQ(job.vertices[1].wanted, 1);
  policy.slow_record_of["map"] = absl::Milliseconds(50);
  EXPECT_EQ(MustRecommend(SourceAndMap(100, MapOptions(100, 0.02, 1)), policy).vertices[1].action, Action::kRaise);
}

TEST(Slow, ThreadCpuTellsBlockingFromComputing) {
  TuningPolicy policy = PlainPolicy();
  policy.slow_record = absl::Milliseconds(10);
  VertexOptions map = MapOptions(40, 0.02, 1);
  map.shares = {1};
  JobWindow window = SourceAndMap(40, map);
  SubtaskWindow& subtask = window.vertices[1].subtasks[0];
  subtask.cpu_s = 0.1 * subtask.busy_s;
  EXPECT_NE(FindingOf(MustRecommend(window, policy), FindingKind::kSlowBlocking), nullptr);
  subtask.cpu_s = 0.9 * subtask.busy_s;
  EXPECT_NE(FindingOf(MustRecommend(window, policy), FindingKind::kSlowComputing), nullptr);
}

TEST(GcBound, JobIsNotScaledUp) {
  JobWindow window = SourceAndMap(900, MapOptions(900, 0.002, 1));
  window.task_managers.processes.emplace_back().id = "tm1";
  window.task_managers.processes[0].gc_fraction = 0.3;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kGcBound), nullptr);
  EXPECT_EQ(job.vertices[1].action, Action::kPerson);
  window.task_managers.processes[0].gc_fraction = 0.05;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].action, Action::kRaise);
}

TEST(Hidden, OperatorBehindABottleneckIsSizedForTheFullDemand) {
  JobWindowMaker maker;
  VertexOptions source;
  source.rate_out = 324;
  source.backpressured_fraction = 0.99;
  VertexOptions parse = MapOptions(324, 1 / 324.0, 1);
  parse.rate_out = 324;
  parse.shares = {1};
  VertexOptions enrich = MapOptions(324, 0.0026, 1);  // 0.84 busy
  enrich.shares = {1};
  const int s = maker.Add("source", source), p = maker.Add("parse", parse), e = maker.Add("enrich", enrich);
  maker.Connect(s, p);
  maker.Connect(p, e);
  JobWindow window = maker.Build();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(600);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[1].needed, 2);  // 600 / 324 = 1.85
  EXPECT_EQ(job.vertices[2].needed, 2);  // 600 * 0.0026 = 1.56
  const Finding* hidden = FindingOf(job, FindingKind::kHidden);
  ASSERT_NE(hidden, nullptr);
  EXPECT_EQ(hidden->vertex, 2);
  const Finding* bottleneck = FindingOf(job, FindingKind::kBottleneck);
  ASSERT_NE(bottleneck, nullptr);
  EXPECT_EQ(bottleneck->vertex, 1);
}

TEST(ThinData, IsHeldWithAReason) {
  JobWindowMaker maker(1);
  const int source = maker.AddSource("source", 900);
  maker.Connect(source, maker.Add("map", MapOptions(900, 0.002, 1)));
  TuningPolicy policy = PlainPolicy();
  policy.min_coverage = absl::Minutes(2);
  const JobRecommendation job = MustRecommend(maker.Build(), policy);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kThinData);
  EXPECT_EQ(job.vertices[1].wanted, 1);
  EXPECT_EQ(job.action, Action::kHold);
  EXPECT_NE(FindingOf(job, FindingKind::kThinData), nullptr);
}

TEST(DeadMetrics, HoldEverything) {
  JobWindow window = SourceAndMap(900, MapOptions(900, 0.002, 1));
  window.stale_at_end_s = 600;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kStaleMetrics), nullptr);
  EXPECT_EQ(job.vertices[1].wanted, 1);
}

TEST(NotRunning, NeedsAPerson) {
  JobWindow window = SourceAndMap(900, MapOptions(900, 0.002, 1));
  window.running_at_end = false;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).action, Action::kPerson);
}

// busy = 0.2 + 0.001 * rate: at 100/s of one subtask the ratio would be 3 ms a record and ask for 6.7 subtasks at
// 1,000/s of demand and a target of 0.45; the line asks for 1000 * 0.001 / (0.45 - 0.2) = 4.
TEST(ServiceTime, FixedCostIsTakenFromAVaryingRate) {
  JobWindowMaker maker(40);
  const int source = maker.AddSource("source", 1000);
  maker.Connect(source, maker.Add("map", MapOptions(1000, 0.001, 4)), ShipStrategy::kRebalance);
  JobWindow window = maker.Build();
  VertexWindow& map = window.vertices[1];
  map.service = {};
  for (int i = 0; i < 40; ++i) {
    const double rate = 150 + 5 * i, busy = 0.2 + 0.001 * rate;  // of one of 4 subtasks
    Bin& bin = map.bins[static_cast<size_t>(i)];
    bin.records_in = rate * bin.task_s;
    bin.busy_s = busy * bin.task_s;
    map.service.blocks += 1;
    map.service.x += rate;
    map.service.y += busy;
    map.service.xx += rate * rate;
    map.service.xy += rate * busy;
    map.service.yy += busy * busy;
  }
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(1000);
  // In = out of the source over the window, so the demand of `map` stays 1000/s.
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.45;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_NEAR(job.vertices[1].service_time.value(), 0.001, 1e-6);
  EXPECT_EQ(job.vertices[1].needed, 4);
}

TEST(Arguments, EveryViolationIsListed) {
  TuningPolicy policy;
  policy.target_busy_fraction = 1.5;
  policy.demand_quantile = 0;
  const absl::StatusOr<JobRecommendation> job = Recommend(SourceAndMap(1, MapOptions(1, 0.1, 1)), policy);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("policy.target_busy_fraction = 1.5; allowed: (0, 1]"));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("policy.demand_quantile = 0; allowed: (0, 1]"));
}

TEST(Arguments, BrokenWindowIsRefusedWithItsPath) {
  JobWindow window = SourceAndMap(1, MapOptions(1, 0.1, 1));
  window.vertices[1].bins[7].busy_s = -20;
  const absl::StatusOr<JobRecommendation> job = Recommend(window, TuningPolicy{});
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("vertices[\"map\"].bins[7].busy_s = -20; allowed: >= 0"));
}

// Each vertex gives 10^9 times the records it takes, and yet its downstream takes as few: counts that contradict one
// another. After three of them a source record would stand for more than 10^21.
TEST(Recommend, DemandThatMultipliesBeyondAnyAmountIsNotMeasured) {
  JobWindowMaker maker;
  VertexOptions multiplier;
  multiplier.rate_in = 10;
  multiplier.rate_out = 1e10;
  int last = maker.AddSource("source", 10);
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    const int next = maker.Add(id, multiplier);
    maker.Connect(last, next);
    last = next;
  }
  const auto job = Recommend(maker.Build(), PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->vertices[3].verdict, Verdict::kEstimated);  // c: (10^9)^2 records for each
  EXPECT_EQ(job->vertices[4].verdict, Verdict::kNotMeasured);
  EXPECT_EQ(job->vertices[5].verdict, Verdict::kNotMeasured);
  EXPECT_EQ(job->vertices[5].wanted, job->vertices[5].now);
  for (size_t i = 0; i < job->evidence.size(); ++i) {
    for (const Term& term : job->evidence[i].inputs) EXPECT_TRUE(std::isfinite(term.value)) << term.name;
  }
}

// b's counters were first seen a minute later: 50 records/s of it in 9 of 10 minutes are 50 and not 45.
TEST(Recommend, AVertexThatWasSeenLessIsNotTakenForOneThatGotLess) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 150);
  VertexOptions a, b;
  a.rate_in = 100;
  b.rate_in = 50;
  maker.Connect(source, maker.Add("a", a));
  maker.Connect(source, maker.Add("b", b));
  JobWindow window = maker.Build();
  window.vertices[2].bins[0] = Bin{};
  const auto job = Recommend(window, PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_NEAR(job->vertices[1].demand.value(), 100, 1e-9);
  EXPECT_NEAR(job->vertices[2].demand.value(), 50, 1e-9);
}

}  // namespace
}  // namespace tune
