// Demand that no parallelism allowed can carry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

TuningPolicy Measured() {
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  return policy;
}

// A hot key of h = (2 * 0.75 - 1) / 1 = 0.5 on the second of two subtasks; 2 ms a record.
VertexOptions HotKey(double rate) {
  VertexOptions map = MapOptions(rate, 0.002, 2);
  map.shares = {0.25, 0.75};
  return map;
}

// The hot key alone takes rate * 2 ms * 0.5 of a subtask.
struct Hot {
  const char* name;
  double rate, target;
  Side side;
  bool excluded;
};
void PrintTo(const Hot& c, std::ostream* out) { *out << c.name; }

class HotKeyTest : public testing::TestWithParam<Hot> {};

TEST_P(HotKeyTest, IsInfeasibleOnceItAloneExceedsTheTarget) {
  const Hot& c = GetParam();
  TuningPolicy policy = Measured();
  policy.target_busy_fraction = c.target;
  policy.side = c.side;
  const JobRecommendation job = MustRecommend(SourceAndMap(c.rate, HotKey(c.rate)), policy);
  EXPECT_EQ(job.vertices[1].verdict == Verdict::kExcluded, c.excluded);
  EXPECT_EQ(HasStep(job, "exclude.infeasible", 1), c.excluded);
}

INSTANTIATE_TEST_SUITE_P(Rates, HotKeyTest,
                         testing::Values(Hot{"Below", 700, 0.75, Side::kEstimate, false},      // 0.70
                                         Hot{"Above", 760, 0.75, Side::kEstimate, true},       // 0.76
                                         Hot{"SafeSideBelow", 720, 0.75, Side::kSafe, false},  // 0.72 * 1.02 = 0.734
                                         Hot{"SafeSideAbove", 740, 0.75, Side::kSafe, true}),  // 0.755
                         [](const auto& row) { return std::string(row.param.name); });

// 96 / s * 1/128 s * 0.5 = 0.375, to the last bit: no parallelism gets down to that, but the key alone fits.
TEST(HotKey, ThatAloneTakesTheTargetIsNotExcluded) {
  VertexOptions map = HotKey(96);
  JobWindow window = SourceAndMap(96, map);
  window.vertices[1].latency = SecondsPerRecord(1.0 / 128);
  TuningPolicy policy = Measured();
  policy.target_busy_fraction = 0.375;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_EQ(TermOf(job, "exclude.infeasible", 1, "result"), 0.375);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kEstimated);
}

// 2 ms a record among 8, 1 ms alone: 2 * (p / 8)^(1/3) ms. The key takes 800 / s * 2 ms * 0.5 = 0.8 of one of 8; with
// two subtasks the busiest has 800 / s * 1.26 ms * 0.75 = 0.76 to do.
TEST(HotKey, ThatFewerSubtasksCarryIsFeasible) {
  VertexOptions map = MapOptions(800, 0.002, 8);
  map.shares.assign(8, 0.5 / 8);
  map.shares[0] += 0.5;
  JobWindow window = SourceAndMap(800, map);
  window.vertices[1].runs = {{1, 6000, 3e6, 3000}, {8, 6000, 1.5e6, 3000}};  // 1 ms and 2 ms
  TuningPolicy policy = Measured();
  policy.target_busy_fraction = 0.78;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_NEAR(TermOf(job, "share.hot_key", 1, "result"), 0.5, 1e-9);
  EXPECT_EQ(FindingOf(job, FindingKind::kInfeasible), nullptr);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kEstimated);
  EXPECT_EQ(job.vertices[1].needed, 2);
}

TEST(HotKey, ThatIsInfeasibleHasItsLimitAndSubtasks) {
  TuningPolicy policy = Measured();
  policy.side = Side::kSafe;  // decides, but the limit is of the estimate
  const JobRecommendation job = MustRecommend(SourceAndMap(1200, HotKey(1200)), policy);
  const Finding* finding = FindingOf(job, FindingKind::kInfeasible);
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->subtasks, testing::ElementsAre(1));
  EXPECT_NEAR(finding->share.value_or(0), 0.5, 1e-9);
  // At the cap of 120 subtasks the busiest has 0.5 + 0.5 / 120.
  EXPECT_NEAR(finding->rate_limit.value_or(RecordsPerSecond()).value(), 1 / (0.002 * (0.5 + 0.5 / 120)), 1e-6);
  EXPECT_NEAR(TermOf(job, "exclude.infeasible", 1, "result"), 1200 * 0.00204 * 0.5, 1e-9);
}

// 900 / s * 10 ms = 9 subtasks, 4 allowed: as far as that goes, and no share is to blame.
TEST(Cap, IsMetAsFarAsItGoes) {
  VertexOptions map = MapOptions(900, 0.01, 2);
  map.max_parallelism = 4;
  const JobRecommendation job = MustRecommend(SourceAndMap(900, map), PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kInfeasible);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->vertex, 1);
  EXPECT_FALSE(finding->share.has_value());
  EXPECT_NEAR(finding->rate_limit.value_or(RecordsPerSecond()).value(), 400, 1e-9);  // 4 / 10 ms
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kEstimated);
  EXPECT_EQ(job.vertices[1].wanted, 4);
}

// All goes to one subtask: 400 / s * 2 ms = 0.8.
TEST(Global, IsAHotKeyOfEverything) {
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.9;
  const JobWindow window = SourceAndMap(400, MapOptions(400, 0.002, 2), ShipStrategy::kGlobal);
  EXPECT_EQ(FindingOf(MustRecommend(window, policy), FindingKind::kInfeasible), nullptr);
  policy.target_busy_fraction = 0.7;
  const JobRecommendation job = MustRecommend(window, policy);
  const Finding* finding = FindingOf(job, FindingKind::kInfeasible);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->share, 1);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
}

// A map of one subtask that is busy for `fixed` of the time without any record, and 0.5 ms a record besides: 500 / s.
JobWindow WithFixedCost(double fixed, ShipStrategy ship) {
  JobWindowMaker maker(40);
  const int source = maker.AddSource("source", 500);
  maker.Connect(source, maker.Add("map", MapOptions(500, 0.001, 1)), ship);
  JobWindow window = maker.Build();
  VertexWindow& map = window.vertices[1];
  map.service = {};
  for (int i = 0; i < 40; ++i) {
    const double rate = 300 + 400 * (i % 2), busy = fixed + 0.0005 * rate;
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
  return window;
}

// All of 500 / s on one subtask: 0.65, where 0.25 would fit.
TEST(Global, CountsTheFixedCost) {
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.6;
  const JobRecommendation job = MustRecommend(WithFixedCost(0.4, ShipStrategy::kGlobal), policy);
  EXPECT_NEAR(TermOf(job, "exclude.infeasible", 1, "result"), 0.65, 1e-9);  // 500 * 0.5 ms + 0.4
  // Of a second 0.6 are left for records.
  const Finding* finding = FindingOf(job, FindingKind::kInfeasible);
  ASSERT_NE(finding, nullptr);
  EXPECT_NEAR(finding->rate_limit.value_or(RecordsPerSecond()).value(), 0.6 / 0.0005, 1e-6);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
}

// Every subtask more would have the fixed cost again: all 120 of them would be no better than one.
TEST(FixedCost, BeyondTheTargetIsNoReasonForMoreSubtasks) {
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.6;
  JobRecommendation job = MustRecommend(WithFixedCost(0.65, ShipStrategy::kRebalance), policy);
  EXPECT_NEAR(TermOf(job, "exclude.infeasible", 1, "result"), 0.65, 1e-9);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
  EXPECT_EQ(job.vertices[1].wanted, 1);
  EXPECT_EQ(job.vertices[1].action, Action::kPerson);
  // 0.25 / (0.6 - 0.55) = 5 subtasks do, and 4 are the best there is.
  JobWindow window = WithFixedCost(0.55, ShipStrategy::kRebalance);
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].wanted, 5);
  window.graph.vertices[1].max_parallelism = 4;
  job = MustRecommend(window, policy);
  EXPECT_NE(FindingOf(job, FindingKind::kInfeasible), nullptr);
  EXPECT_EQ(job.vertices[1].wanted, 4);
}

// 350 rules/s of 2 ms reach every subtask and take 0.7 of it, beside 400 / s that are shared out.
TEST(Broadcast, BeyondTheTargetIsNoReasonForMoreSubtasks) {
  JobWindowMaker maker;
  const int data = maker.AddSource("data", 400), rules = maker.AddSource("rules", 350);
  const int map = maker.Add("map", MapOptions(400 + 2 * 350, 0.002, 2));
  maker.Connect(data, map, ShipStrategy::kRebalance);
  maker.Connect(rules, map, ShipStrategy::kBroadcast);
  TuningPolicy policy = PlainPolicy();
  policy.target_busy_fraction = 0.6;
  const JobRecommendation job = MustRecommend(maker.Build(), policy);
  EXPECT_NEAR(TermOf(job, "exclude.infeasible", map, "result"), 0.7, 1e-9);
  EXPECT_EQ(job.vertices[2].wanted, 2);
  EXPECT_EQ(job.vertices[2].action, Action::kPerson);
  policy.target_busy_fraction = 0.75;  // 0.8 / (0.75 - 0.7)
  EXPECT_EQ(MustRecommend(maker.Build(), policy).vertices[2].wanted, 16);
}

}  // namespace
}  // namespace tune
