// The busiest subtask's share: its formulas by themselves, and what EstimateShare reads from a window.
#include "libtune/estimate/share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

struct At {
  const char* name;
  ShareOf share;  // kind, units, hot, excess, measured_at
  int subtasks;
  double want;
};
void PrintTo(const At& c, std::ostream* out) { *out << c.name; }

class ShareAtTest : public testing::TestWithParam<At> {};

TEST_P(ShareAtTest, MatchesHandCalculation) {
  const At& c = GetParam();
  EXPECT_NEAR(c.share.At(c.subtasks), c.want, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ShareAtTest,
    testing::Values(
        At{"RecordsSplitEvenly", {ShareKind::kEven, 0, 0, 0, 1}, 3, 1.0 / 3},
        At{"KeyGroupsStayWhole", {ShareKind::kEven, 120, 0, 0, 1}, 7, 18.0 / 120},
        At{"KeyGroupsThatDivideAreEven", {ShareKind::kEven, 120, 0, 0, 1}, 8, 15.0 / 120},
        At{"AKeyGroupIsTheLeast", {ShareKind::kEven, 120, 0, 0, 1}, 200, 1.0 / 120},
        At{"BroadcastIsAll", {ShareKind::kBroadcast, 120, 0, 0, 1}, 8, 1},
        At{"HotKeyLeavesTheRest", {ShareKind::kHotKey, 0, 0.35, 0, 2}, 3, 0.35 + 0.65 / 3},
        At{"HotKeyBesideKeyGroups", {ShareKind::kHotKey, 10, 0.35, 0, 2}, 4, 0.35 + 0.65 * 0.3},  // 3 of 10
        At{"ExcessAsMeasured", {ShareKind::kMeasured, 0, 0, 0.2, 4}, 4, 1.2 / 4},
        At{"ExcessGrowsWithTheRootOfTheSplit", {ShareKind::kMeasured, 0, 0, 0.2, 3}, 9, 1.4 / 9},  // sqrt(8 / 2) = 2
        At{"ExcessShrinksToo", {ShareKind::kMeasured, 0, 0, 0.2, 9}, 3, 1.1 / 3},                  // sqrt(2 / 8)
        At{"ExcessOfTwoGrows", {ShareKind::kMeasured, 0, 0, 0.2, 2}, 5, 1.4 / 5},                  // sqrt(4 / 1) = 2
        At{"ExcessOfOneStays", {ShareKind::kMeasured, 0, 0, 0.2, 1}, 4, 1.2 / 4},
        At{"NegativeExcessIsNone", {ShareKind::kMeasured, 0, 0, -0.1, 4}, 4, 1.0 / 4},
        At{"NeverMoreThanAll", {ShareKind::kMeasured, 0, 0, 3, 4}, 2, 1},  // (1 + 3 * sqrt(1 / 3)) / 2 = 1.37
        At{"NeverLessThanWholeKeyGroups", {ShareKind::kMeasured, 4, 0, 0, 4}, 3, 0.5}),  // 2 of 4
    [](const auto& row) { return std::string(row.param.name); });

TuningPolicy Measured() {
  TuningPolicy policy = PlainPolicy();
  policy.share_model = ShareModel::kMeasured;
  return policy;
}

// 900 records/s of 0.2 ms, none of the subtasks saturated.
VertexOptions Split(const std::vector<double>& shares, int max_parallelism = 120) {
  VertexOptions map = MapOptions(900, 0.0002, static_cast<int>(shares.size()));
  map.shares = shares;
  map.max_parallelism = max_parallelism;
  return map;
}

struct Kind {
  const char* name;
  std::vector<double> shares;
  int max_parallelism;
  std::optional<FindingKind> want;
  std::vector<int> subtasks;
};
void PrintTo(const Kind& c, std::ostream* out) { *out << c.name; }

class SkewKindTest : public testing::TestWithParam<Kind> {};

TEST_P(SkewKindTest, IsToldByTheShares) {
  const Kind& c = GetParam();
  const JobWindow window = SourceAndMap(900, Split(c.shares, c.max_parallelism), ShipStrategy::kHash);
  const JobRecommendation job = MustRecommend(window, Measured());
  const std::vector<FindingKind> kinds = {FindingKind::kHotKey, FindingKind::kKeyGroupSkew, FindingKind::kUnevenLoad,
                                          FindingKind::kPartitionSkew};
  for (const FindingKind kind : kinds) {
    const Finding* finding = FindingOf(job, kind);
    EXPECT_EQ(finding != nullptr, kind == c.want) << "kind " << static_cast<int>(kind);
    if (finding == nullptr) continue;
    EXPECT_EQ(finding->vertex, 1);
    EXPECT_EQ(finding->subtasks, c.subtasks);
    if (kind != FindingKind::kHotKey) {
      EXPECT_NEAR(finding->share.value_or(0), c.shares[0], 1e-9);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shares, SkewKindTest,
    testing::Values(
        Kind{"EvenIsHealthy", {0.27, 0.25, 0.22, 0.26}, 120, std::nullopt, {}},  // max/mean 1.08
        // The rest over their mean: 0.187 * 3 / 0.45 = 1.247, and 0.19 * 3 / 0.45 = 1.267; the limit is 1.25.
        Kind{"AHotKeyLeavesAnEvenRest", {0.55, 0.187, 0.1315, 0.1315}, 120, FindingKind::kHotKey, {0}},
        Kind{"AnUnevenRestIsNoHotKey", {0.55, 0.19, 0.13, 0.13}, 120, FindingKind::kUnevenLoad, {0}},
        // 0.305 is 0.0733 above the rest's mean of 0.2317, 0.275 is 0.0433: more than half of it.
        Kind{"TheFirstOfSeveralAheadHasNoHotKey", {0.305, 0.275, 0.21, 0.21}, 120, FindingKind::kUnevenLoad, {0}},
        Kind{"OfTwoTheBusierHasTheHotKey", {0.7, 0.3}, 120, FindingKind::kHotKey, {0}},
        // 5 key groups on 4 subtasks: 2 of them on one, 1.6 times the mean; up to 1.632 is that.
        Kind{"KeyGroupsThatDoNotDivide", {0.4075, 0.1975, 0.1975, 0.1975}, 5, FindingKind::kKeyGroupSkew, {0}},  // 1.63
        Kind{"MoreThanKeyGroupsMake", {0.409, 0.197, 0.197, 0.197}, 5, FindingKind::kHotKey, {0}}),  // 1.636
    [](const auto& row) { return std::string(row.param.name); });

// Four shares of quarters, eighths and sixteenths are exact: max/mean is 1.5, no more.
TEST(SkewRatio, ItselfIsStillHealthy) {
  TuningPolicy policy = Measured();
  policy.skew_ratio = 1.5;
  const JobWindow even = SourceAndMap(900, Split({0.375, 0.25, 0.25, 0.125}), ShipStrategy::kHash);
  EXPECT_TRUE(MustRecommend(even, policy).findings.empty());
  // Subtask 1 has 1.5 times the mean: not above.
  const JobWindow skewed = SourceAndMap(900, Split({0.5, 0.375, 0.0625, 0.0625}), ShipStrategy::kHash);
  const JobRecommendation job = MustRecommend(skewed, policy);
  const Finding* uneven = FindingOf(job, FindingKind::kUnevenLoad);
  ASSERT_NE(uneven, nullptr);
  EXPECT_THAT(uneven->subtasks, testing::ElementsAre(0));
}

TEST(Excess, IsMaxOverMeanLessOne) {
  const JobWindow window = SourceAndMap(900, Split({0.27, 0.25, 0.22, 0.26}));
  TuningPolicy policy = Measured();
  policy.lower_ratio = 100;  // keep the four
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_EQ(TermOf(job, "share.uneven", 1, "subtasks"), 4);
  EXPECT_EQ(TermOf(job, "share.uneven", 1, "measured_at"), 4);
  EXPECT_NEAR(TermOf(job, "share.uneven", 1, "excess"), 0.08, 1e-9);  // 0.27 * 4 - 1
  EXPECT_NEAR(job.vertices[1].largest_share, 0.27, 1e-9);
  EXPECT_NEAR(TermOf(job, "share.measured", 1, "busiest_subtask_records"), 0.27 * 900 * 600, 1e-6);
  EXPECT_EQ(TermOf(job, "share.measured", 1, "busiest_subtask"), 0);
}

struct Units {
  const char* name;
  ShipStrategy ship;
  double want;
};
void PrintTo(const Units& c, std::ostream* out) { *out << c.name; }

class UnitsTest : public testing::TestWithParam<Units> {};

TEST_P(UnitsTest, AreKeyGroupsWhereTheEdgeMayHash) {
  const Units& c = GetParam();
  const JobRecommendation job = MustRecommend(SourceAndMap(900, MapOptions(900, 0.001, 2), c.ship), Measured());
  EXPECT_EQ(TermOf(job, "share.even", 1, "whole_units"), c.want);
}

INSTANTIATE_TEST_SUITE_P(Ships, UnitsTest,
                         testing::Values(Units{"Hash", ShipStrategy::kHash, 120},
                                         Units{"Unknown", ShipStrategy::kUnknown, 120},
                                         Units{"Custom", ShipStrategy::kCustom, 120},
                                         Units{"Rebalance", ShipStrategy::kRebalance, 0},
                                         Units{"Rescale", ShipStrategy::kRescale, 0}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Global, LeavesAllToOneSubtask) {
  for (const TuningPolicy& policy : {Measured(), PlainPolicy()}) {
    VertexOptions map = MapOptions(900, 0.001, 2);
    map.shares = {0.9, 0.1};  // whatever was seen
    const JobRecommendation job = MustRecommend(SourceAndMap(900, map, ShipStrategy::kGlobal), policy);
    EXPECT_EQ(TermOf(job, "share.broadcast", 1, "result"), 1);
    EXPECT_EQ(job.vertices[1].largest_share, 1);
    EXPECT_FALSE(HasStep(job, "share.measured", 1));
  }
}

TEST(Even, PolicyLooksAtNoShares) {
  const JobRecommendation job =
      MustRecommend(SourceAndMap(900, Split({0.7, 0.1, 0.1, 0.1}), ShipStrategy::kHash), PlainPolicy());
  EXPECT_FALSE(HasStep(job, "share.measured", 1));
  EXPECT_EQ(TermOf(job, "share.even", 1, "whole_units"), 0);
}

// 5 partitions on 4 subtasks: 2 of them on one, 1.6 times the mean. More than that is the partitions' own skew.
TEST(Partitions, AreTheSourcesUnits) {
  for (const double busiest : {0.4, 0.7}) {
    JobWindowMaker maker;
    VertexOptions source;
    source.rate_out = 900;
    source.seconds_per_record = 1e-6;
    source.parallelism = 4;
    source.shares.assign(4, (1 - busiest) / 3);
    source.shares[2] = busiest;
    const int from = maker.Add("source", source);
    maker.Connect(from, maker.Add("map", MapOptions(900, 0.001, 2)));
    JobWindow window = maker.Build();
    window.graph.vertices[0].source_partitions = 5;
    const JobRecommendation job = MustRecommend(window, Measured());
    const Finding* skew = FindingOf(job, FindingKind::kPartitionSkew);
    ASSERT_NE(skew, nullptr) << busiest;
    EXPECT_EQ(skew->vertex, 0);
    EXPECT_THAT(skew->subtasks, testing::ElementsAre(2));
    EXPECT_EQ(TermOf(job, "share.uneven", 0, "whole_units"), 5);
    EXPECT_EQ(FindingOf(job, FindingKind::kHotKey), nullptr);
  }
}

TEST(Seen, EverySubtaskForHalfTheCoverageAskedFor) {
  TuningPolicy policy = Measured();
  policy.min_coverage = absl::Seconds(600);  // all of the window
  JobWindow window = SourceAndMap(900, Split({0.27, 0.25, 0.22, 0.26}));
  window.vertices[1].subtasks[3].covered_s = 300;
  EXPECT_TRUE(HasStep(MustRecommend(window, policy), "share.measured", 1));
  window.vertices[1].subtasks[3].covered_s = 299;
  EXPECT_FALSE(HasStep(MustRecommend(window, policy), "share.measured", 1));
}

TEST(Seen, EverySubtaskAndMoreThanOne) {
  JobWindow window = SourceAndMap(900, Split({0.27, 0.25, 0.22, 0.26}));
  window.vertices[1].subtasks.pop_back();
  EXPECT_FALSE(HasStep(MustRecommend(window, Measured()), "share.measured", 1));
  EXPECT_FALSE(HasStep(MustRecommend(SourceAndMap(900, Split({1})), Measured()), "share.measured", 1));
}

// 1000 / s go out, 800 / s are taken by subtasks of which some have no time left: 200 / s wait for those.
struct Waiting {
  const char* name;
  double given;
  std::vector<double> saturated;  // part of the time, by subtask
  double waiting;                 // records/s
  double busiest;                 // records/s
};
void PrintTo(const Waiting& c, std::ostream* out) { *out << c.name; }

class WaitingTest : public testing::TestWithParam<Waiting> {};

TEST_P(WaitingTest, RecordsCountForTheSaturated) {
  const Waiting& c = GetParam();
  VertexOptions map = MapOptions(800, 0.0001, 4);
  map.shares = {0.3, 0.45, 0.15, 0.1};  // 240, 360, 120, 80
  JobWindow window = SourceAndMap(c.given, map, ShipStrategy::kHash);
  for (size_t i = 0; i < 4; ++i) window.vertices[1].subtasks[i].saturated_s = 600 * c.saturated[i];
  const JobRecommendation job = MustRecommend(window, Measured());
  EXPECT_NEAR(TermOf(job, "share.measured", 1, "of_these_waiting"), c.waiting * 600, 1e-6);
  EXPECT_NEAR(TermOf(job, "share.measured", 1, "all_subtasks_records"), (800 + c.waiting) * 600, 1e-6);
  EXPECT_NEAR(TermOf(job, "share.measured", 1, "busiest_subtask_records"), c.busiest * 600, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Subtasks, WaitingTest,
    testing::Values(Waiting{"AllForTheOnlyOne", 1000, {0, 1, 0, 0}, 200, 560},
                    Waiting{"InProportionForTwo", 1000, {1, 1, 0, 0}, 200, 480},  // 360 + 200 * 360 / 600
                    Waiting{"OnlyTheSaturatedThoughOthersTookMore", 1000, {1, 0, 0, 0}, 200, 440},  // 240 + 200
                    Waiting{"HalfTheTimeIsSaturated", 1000, {0, 0.5, 0, 0}, 200, 560},
                    Waiting{"LessThanHalfIsNot", 1000, {0, 0.49, 0, 0}, 0, 360},
                    Waiting{"NoneWhereAllWasTaken", 800, {0, 1, 0, 0}, 0, 360},
                    Waiting{"NoneWhereMoreWasTakenThanGiven", 700, {0, 1, 0, 0}, 0, 360}),
    [](const auto& row) { return std::string(row.param.name); });

// The subtasks were seen for half of the window: of its 200 * 600 records that wait, half are theirs.
TEST(Waiting, RecordsAreThoseOfTheTimeTheSubtasksWereSeen) {
  VertexOptions map = MapOptions(800, 0.0001, 2);
  map.shares = {0.5, 0.5};
  JobWindow window = SourceAndMap(1000, map, ShipStrategy::kHash);
  for (SubtaskWindow& subtask : window.vertices[1].subtasks) subtask.records_in /= 2, subtask.covered_s /= 2;
  window.vertices[1].subtasks[0].saturated_s = 300;
  const JobRecommendation job = MustRecommend(window, Measured());
  EXPECT_NEAR(TermOf(job, "share.measured", 1, "of_these_waiting"), 200 * 300, 1e-6);
}

// Two upstreams give 500 / s each.
TEST(Waiting, RecordsOfAllUpstreamsCount) {
  JobWindowMaker maker;
  const int a = maker.AddSource("a", 500), b = maker.AddSource("b", 500);
  VertexOptions options = MapOptions(800, 0.0001, 2);
  options.shares = {0.5, 0.5};
  const int map = maker.Add("map", options);
  maker.Connect(a, map);
  maker.Connect(b, map);
  JobWindow window = maker.Build();
  window.vertices[2].subtasks[0].saturated_s = 600;
  EXPECT_NEAR(TermOf(MustRecommend(window, Measured()), "share.measured", map, "of_these_waiting"), 200 * 600, 1e-6);
}

// What an upstream with two outputs gave to this one is not known beyond what was taken.
TEST(Waiting, RecordsOfAFanOutAreNotKnown) {
  JobWindowMaker maker;
  const int a = maker.AddSource("a", 500), b = maker.AddSource("b", 2000);
  VertexOptions options = MapOptions(800, 0.0001, 2);
  options.shares = {0.5, 0.5};
  const int map = maker.Add("map", options), other = maker.Add("other", MapOptions(100, 0.0001, 1));
  maker.Connect(b, map);
  maker.Connect(a, map);
  maker.Connect(a, other);
  JobWindow window = maker.Build();
  window.vertices[2].subtasks[0].saturated_s = 600;
  EXPECT_EQ(TermOf(MustRecommend(window, Measured()), "share.measured", map, "of_these_waiting"), 0);
}

}  // namespace
}  // namespace tune
