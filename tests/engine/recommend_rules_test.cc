// What Recommend() does itself, between the rules: the horizon, vertices that are held back, is the job on time.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

// Of ten bins, those that end within the horizon; at least one.
struct Kept {
  const char* name;
  absl::Duration horizon;
  double bins;
};
void PrintTo(const Kept& c, std::ostream* out) { *out << c.name; }

class HorizonTest : public testing::TestWithParam<Kept> {};

TEST_P(HorizonTest, KeepsTheLastBins) {
  const Kept& c = GetParam();
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  for (size_t i = 0; i < 10; ++i) window.vertices[0].bins[i].records_out = 6000.0 * static_cast<double>(10 - i);
  TuningPolicy policy = PlainPolicy();
  policy.horizon = c.horizon;
  policy.demand_quantile = 1;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_EQ(TermOf(job, "demand.quantile", 0, "bins"), c.bins);
  EXPECT_NEAR(job.vertices[0].demand.value(), 100 * c.bins, 1e-9);  // the first of those kept
  // Sums are of the same bins: 100 / s arrive, and 100, 200, … / s were given.
  EXPECT_NEAR(TermOf(job, "demand.carried", 1, "records_per_source_record"), 1, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Lengths, HorizonTest,
                         testing::Values(Kept{"All", absl::Hours(1), 10}, Kept{"Exactly", absl::Minutes(10), 10},
                                         Kept{"Half", absl::Minutes(5), 5},
                                         Kept{"WholeBinsOnly", absl::Seconds(119), 1}, Kept{"Two", absl::Minutes(2), 2},
                                         Kept{"AtLeastOne", absl::Seconds(1), 1}),
                         [](const auto& row) { return std::string(row.param.name); });

// Sums of an odd and an even number of bins: the map takes half of what the source gives, in every bin but the last.
TEST(Horizon, SumsAreOfEveryBin) {
  for (const int bins : {6, 7}) {
    JobWindowMaker maker(bins);
    const int source = maker.AddSource("source", 100);
    const int one = maker.Add("one", MapOptions(50, 0.001, 1)), two = maker.Add("two", MapOptions(50, 0.001, 1));
    maker.Connect(source, one);
    maker.Connect(source, two);
    JobWindow window = maker.Build();
    window.vertices[1].bins.back().records_in = 6000;
    const JobRecommendation job = MustRecommend(window, PlainPolicy());
    const double ratio = (0.5 * (bins - 1) + 1) / bins;
    EXPECT_NEAR(TermOf(job, "demand.carried", 1, "records_per_source_record"), ratio, 1e-9) << bins;
  }
}

// A source that was held back, or a given rate, and a map that 100 records/s of `seconds` keep busy.
struct Held {
  const char* name;
  double seconds;
  int now;
  bool hidden, saturated;
  int max_parallelism;
  int want;   // needed
  bool step;  // parallelism.held_back
};
void PrintTo(const Held& c, std::ostream* out) { *out << c.name; }

class HeldBackVertexTest : public testing::TestWithParam<Held> {};

TEST_P(HeldBackVertexTest, NeedsOneMoreThanItHas) {
  const Held& c = GetParam();
  VertexOptions map = MapOptions(100, c.seconds, c.now);
  map.shares.assign(static_cast<size_t>(c.now), 1.0 / c.now);
  map.max_parallelism = c.max_parallelism;
  JobWindow window = SourceAndMap(100, map);
  for (SubtaskWindow& subtask : window.vertices[1].subtasks) subtask.saturated_s = c.saturated ? 600 : 0;
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = c.hidden ? 30 : 0;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  const VertexRecommendation& r = job.vertices[1];
  EXPECT_EQ(r.verdict, c.hidden ? Verdict::kLowerBound : Verdict::kEstimated);
  EXPECT_EQ(r.at_least, c.hidden);
  EXPECT_EQ(r.confidence, c.hidden ? Confidence::kLow : Confidence::kMedium);
  EXPECT_EQ(r.needed, c.want);
  EXPECT_EQ(HasStep(job, "parallelism.held_back", 1), c.step);
  EXPECT_GE(r.high, r.needed);
  if (c.step) {
    EXPECT_EQ(r.low, c.now + 1);
    EXPECT_EQ(r.high, c.now + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Vertices, HeldBackVertexTest,
                         testing::Values(Held{"Saturated", 0.018, 2, true, true, 120, 3, true},  // 1.8 of 2
                                         Held{"NotSaturated", 0.018, 2, true, false, 120, 2, false},
                                         Held{"DemandIsKnown", 0.018, 2, false, true, 120, 2, false},
                                         Held{"NoMoreAreAllowed", 0.018, 2, true, true, 2, 2, false},
                                         Held{"MoreAreNeededAnyway", 0.035, 2, true, true, 120, 4, false},
                                         Held{"FewerSeemToDo", 0.005, 2, true, true, 120, 3, true}),
                         [](const auto& row) { return std::string(row.param.name); });

// Nine bins; the source was held back for so many seconds of each. A quarter of the time is allowed.
Timeliness HeldBackFor(const std::vector<double>& seconds) {
  JobWindowMaker maker(static_cast<int>(seconds.size()));
  const int source = maker.AddSource("source", 100);
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)));
  JobWindow window = maker.Build();
  for (size_t i = 0; i < seconds.size(); ++i) window.vertices[0].bins[i].backpressured_s = seconds[i];
  TuningPolicy policy = PlainPolicy();
  policy.throttled_fraction = 0.25;
  return MustRecommend(window, policy).timeliness;
}

TEST(Timeliness, IsOfTheLastThird) {
  EXPECT_EQ(HeldBackFor({0, 0, 0, 0, 0, 0, 0, 0, 0}), Timeliness::kOnTime);
  EXPECT_EQ(HeldBackFor({60, 60, 60, 60, 60, 60, 0, 0, 0}), Timeliness::kOnTime);  // it is over
  EXPECT_EQ(HeldBackFor({0, 0, 0, 0, 0, 0, 45, 0, 0}), Timeliness::kOnTime);       // 45 of 180 s: a quarter
  EXPECT_EQ(HeldBackFor({0, 0, 0, 0, 0, 0, 46, 0, 0}), Timeliness::kDelayed);
  EXPECT_EQ(HeldBackFor({0, 0, 0, 0, 0, 0, 0, 0, 46}), Timeliness::kDelayed);
  EXPECT_EQ(HeldBackFor({0, 60}), Timeliness::kDelayed);  // of two bins the last
}

TEST(Timeliness, NeedsBusyTimeToSayThatASourceIsHeldBack) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  for (Bin& bin : window.vertices[0].bins) bin.task_s = 0, bin.backpressured_s = 5;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).timeliness, Timeliness::kOnTime);
}

// 100 / s for a minute.
TEST(Timeliness, EndsBeyondTheLagGoal) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  TuningPolicy policy = PlainPolicy();
  policy.lag_goal = absl::Minutes(1);
  EXPECT_EQ(MustRecommend(window, policy).timeliness, Timeliness::kOnTime);
  window.sources[0].lag_records = 6000;
  EXPECT_EQ(MustRecommend(window, policy).timeliness, Timeliness::kOnTime);
  window.sources[0].lag_records = 6001;
  EXPECT_EQ(MustRecommend(window, policy).timeliness, Timeliness::kDelayed);
}

}  // namespace
}  // namespace tune
