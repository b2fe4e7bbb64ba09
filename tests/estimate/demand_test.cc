// Demand on sources and, carried, on vertices: what each rule reads from a window made by hand.
#include "libtune/estimate/demand.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/answer.h"

namespace tune {
namespace {

constexpr int kSource = 0, kMap = 1;

// A source whose bins took `rates` records/s, and a map.
JobWindow Consumed(const std::vector<double>& rates, int parallelism = 1) {
  JobWindowMaker maker(static_cast<int>(rates.size()));
  const int source = maker.AddSource("source", 100, parallelism);
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)), ShipStrategy::kRebalance);
  JobWindow window = maker.Build();
  for (size_t i = 0; i < rates.size(); ++i) window.vertices[kSource].bins[i].records_out = rates[i] * 60;
  return window;
}

// A source whose log grew by `rates` records/s, and a map.
JobWindow Produced(const std::vector<double>& rates) {
  JobWindowMaker maker(static_cast<int>(rates.size()));
  const int source = maker.AddSource("source", 100);
  maker.SetProduction(source, rates);
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)), ShipStrategy::kRebalance);
  return maker.Build();
}

TEST(ConsumedDemand, IsTheQuantileOfTheBins) {
  // 90 of 100, …: the ninth of ten.
  const JobRecommendation job = MustRecommend(Consumed({10, 20, 30, 40, 50, 60, 70, 80, 90, 100}), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "demand.quantile", kSource, "result"), 90, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "bins"), 10);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "covered"), 600);
  TuningPolicy policy = PlainPolicy();
  policy.demand_quantile = 0.5;
  EXPECT_NEAR(MustRecommend(Consumed({10, 20, 30, 40, 50, 60, 70, 80, 90, 100}), policy).vertices[kMap].demand.value(),
              50, 1e-9);
}

// Two bins of which a tenth was seen weigh a tenth: 90 % of 492 s are below them.
TEST(ConsumedDemand, WeighsBinsByTheTimeSeen) {
  JobWindow window = Consumed({100, 100, 100, 100, 100, 100, 100, 100, 0, 0});
  for (const size_t i : {8, 9}) {
    Bin& bin = window.vertices[kSource].bins[i];
    bin.covered_s = bin.warm_s = 6;
    bin.records_out = 6000;  // 1000 / s
  }
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "demand.quantile", kSource, "result"), 100, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "covered"), 492);
}

TEST(ConsumedDemand, LeavesUnseenBinsOut) {
  JobWindow window = Consumed({0, 100, 100, 100, 100, 100, 100, 100, 100, 100});
  window.vertices[kSource].bins[0] = {};
  TuningPolicy policy = PlainPolicy();
  policy.demand_quantile = 0.01;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_NEAR(TermOf(job, "demand.quantile", kSource, "result"), 100, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "bins"), 9);
}

TEST(ConsumedDemand, LooksAtTheHorizonAlone) {
  TuningPolicy policy = PlainPolicy();
  policy.horizon = absl::Minutes(4);
  const JobRecommendation job = MustRecommend(Consumed({900, 900, 900, 900, 900, 900, 100, 100, 100, 100}), policy);
  EXPECT_NEAR(TermOf(job, "demand.quantile", kSource, "result"), 100, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "bins"), 4);
}

// The first bins of ten are of the warm-up. `warm_s` of each of those; `kept`: bins that count.
struct WarmUp {
  const char* name;
  size_t cold_bins;
  double warm_s;
  double kept;
};
void PrintTo(const WarmUp& c, std::ostream* out) { *out << c.name; }

class WarmUpTest : public testing::TestWithParam<WarmUp> {};

TEST_P(WarmUpTest, IsLeftOutWhileEnoughRemains) {
  const WarmUp& c = GetParam();
  JobWindow window = Consumed(std::vector<double>(10, 100));
  for (size_t i = 0; i < c.cold_bins; ++i) window.vertices[kSource].bins[i].warm_s = c.warm_s;
  TuningPolicy policy = PlainPolicy();
  policy.min_coverage = absl::Seconds(600);  // half of it must remain: 5 bins
  EXPECT_EQ(TermOf(MustRecommend(window, policy), "demand.quantile", kSource, "bins"), c.kept);
}

INSTANTIATE_TEST_SUITE_P(Bins, WarmUpTest,
                         testing::Values(WarmUp{"NoneIsCold", 0, 0, 10}, WarmUp{"TwoAreLeftOut", 2, 0, 8},
                                         WarmUp{"HalfWarmIsWarm", 2, 30, 10}, WarmUp{"LessThanHalfIsCold", 2, 29, 8},
                                         WarmUp{"HalfOfTheCoverageIsEnough", 5, 0, 5},
                                         WarmUp{"LessIsNotAndAllCount", 6, 0, 10},
                                         WarmUp{"HalfWarmBinsRemain", 10, 30, 10},
                                         WarmUp{"AllColdAllCount", 10, 0, 10}),
                         [](const auto& row) { return std::string(row.param.name); });

// Five warm bins of half a minute each beside five cold ones: half-warm counts as warm here too.
TEST(WarmUp, HalfWarmBinsCountAsEnough) {
  JobWindow window = Consumed(std::vector<double>(10, 100));
  for (size_t i = 0; i < 10; ++i) window.vertices[kSource].bins[i].warm_s = i < 5 ? 30 : 0;
  TuningPolicy policy = PlainPolicy();
  policy.min_coverage = absl::Seconds(600);
  EXPECT_EQ(TermOf(MustRecommend(window, policy), "demand.quantile", kSource, "bins"), 5);
}

// Some bins of ten were held back, at another rate. `rate`: of the answer, over `bins`.
struct HeldBack {
  const char* name;
  size_t held_bins;
  double held_rate, free_rate;
  double pressed;  // of the task's time
  bool lower_bound;
  double rate, bins;
};
void PrintTo(const HeldBack& c, std::ostream* out) { *out << c.name; }

class HeldBackTest : public testing::TestWithParam<HeldBack> {};

TEST_P(HeldBackTest, BinsSayAtLeastThis) {
  const HeldBack& c = GetParam();
  std::vector<double> rates(10, c.free_rate);
  std::fill_n(rates.begin(), c.held_bins, c.held_rate);
  JobWindow window = Consumed(rates, 2);  // two subtasks: 120 s a bin
  for (size_t i = 0; i < c.held_bins; ++i) {
    Bin& bin = window.vertices[kSource].bins[i];
    bin.backpressured_s = c.pressed * bin.task_s;
  }
  TuningPolicy policy = PlainPolicy();
  policy.throttled_fraction = 0.25;
  policy.min_coverage = absl::Seconds(600);  // half of it, 5 bins, must be free
  const JobRecommendation job = MustRecommend(window, policy);
  const char* rule = c.lower_bound ? "demand.lower_bound" : "demand.quantile";
  EXPECT_NEAR(TermOf(job, rule, kSource, "result"), c.rate, 1e-9);
  EXPECT_EQ(TermOf(job, rule, kSource, "bins"), c.bins);
  EXPECT_NEAR(TermOf(job, rule, kSource, "throttled_fraction"), c.pressed * static_cast<double>(c.held_bins) / 10,
              1e-9);
  EXPECT_EQ(job.vertices[kMap].verdict == Verdict::kLowerBound, c.lower_bound);
  EXPECT_EQ(FindingOf(job, FindingKind::kDemandHidden) != nullptr, c.lower_bound);
}

INSTANTIATE_TEST_SUITE_P(Bins, HeldBackTest,
                         testing::Values(HeldBack{"ThatSawNoMoreThanTheFreeOnesAreLeftOut", 2, 100, 100, 0.5, false,
                                                  100, 8},
                                         HeldBack{"ThatSawMoreHideDemand", 2, 101, 100, 0.5, true, 101, 10},
                                         HeldBack{"ThatSawMuchMoreHideDemand", 2, 150, 100, 0.5, true, 150, 10},
                                         HeldBack{"HalfOfTheCoverageFreeIsEnough", 5, 80, 100, 0.5, false, 100, 5},
                                         HeldBack{"LessIsNot", 6, 80, 100, 0.5, true, 100, 10},
                                         HeldBack{"NearlyAlwaysGiveTheirOwnRate", 9, 80, 10, 0.5, true, 80, 10},
                                         HeldBack{"AlwaysAreAllThereIs", 10, 80, 100, 1, true, 80, 10},
                                         HeldBack{"AsMuchAsAllowedIsFree", 2, 150, 100, 0.25, false, 150, 10},
                                         HeldBack{"CountsTheTimeOfAllSubtasks", 2, 150, 100, 0.2, false, 150, 10}),
                         [](const auto& row) { return std::string(row.param.name); });

// Nothing says how long the subtasks were seen.
TEST(HeldBack, NeedsBusyTime) {
  JobWindow window = Consumed(std::vector<double>(10, 100));
  for (Bin& bin : window.vertices[kSource].bins) bin.task_s = 0, bin.backpressured_s = 5;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[kMap].verdict, Verdict::kEstimated);
}

TEST(ProducedDemand, LooksAtTheHorizonAlone) {
  TuningPolicy policy = PlainPolicy();
  policy.horizon = absl::Minutes(4);
  const JobRecommendation job = MustRecommend(Produced({900, 900, 900, 900, 900, 900, 100, 100, 100, 100}), policy);
  EXPECT_NEAR(TermOf(job, "demand.quantile", kSource, "result"), 100, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.quantile", kSource, "bins"), 4);
}

// The clocks of lag and rate differ: -5 / s is nothing.
TEST(ProducedDemand, IsNeverNegative) {
  EXPECT_EQ(TermOf(MustRecommend(Produced(std::vector<double>(10, -5)), PlainPolicy()), "demand.quantile", kSource,
                   "rate_quantile"),
            0);
}

TEST(ProducedDemand, IsNotKnownWhereNothingWasSeen) {
  JobWindow window = Produced(std::vector<double>(10, 100));
  for (DemandBin& bin : window.sources[0].bins) bin.covered_s = 0;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[kMap].verdict, Verdict::kNotMeasured);
  EXPECT_EQ(job.timeliness, Timeliness::kUnknown);
}

// A source that reads 800 / s of its log and gives 200 / s of that: a quarter of what is produced, given or behind.
JobWindow Filtering() {
  JobWindowMaker maker(10);
  VertexOptions source;
  source.rate_in = 800;
  source.rate_out = 200;
  source.seconds_per_record = 1e-6;
  const int s = maker.Add("source", source);
  maker.SetProduction(s, std::vector<double>(10, 1000));
  maker.Connect(s, maker.Add("map", MapOptions(200, 0.001, 1)), ShipStrategy::kRebalance);
  return maker.Build();
}

TEST(OutPerRead, TurnsGivenRatesIntoOutput) {
  JobWindow window = Filtering();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(1000);
  EXPECT_NEAR(MustRecommend(window, PlainPolicy()).vertices[kMap].demand.value(), 250, 1e-9);
}

TEST(OutPerRead, TurnsTheBacklogIntoOutput) {
  JobWindow window = Filtering();
  window.sources[0].lag_records = 60000;
  TuningPolicy policy = PlainPolicy();
  policy.catch_up = true;
  EXPECT_NEAR(TermOf(MustRecommend(window, policy), "parallelism.catch_up", kMap, "lag"), 15000, 1e-6);
}

// Without a count of what it reads, a source gives what its log grows by.
TEST(OutPerRead, IsOneWhereNothingCountsWhatIsRead) {
  EXPECT_NEAR(MustRecommend(Produced(std::vector<double>(10, 700)), PlainPolicy()).vertices[kMap].demand.value(), 700,
              1e-9);
}

// Both sources read 400 / s and give 100 / s; what comes of 1000 / s and 600 / s is 250 and 150.
TEST(OutPerRead, TurnsTheWholeSeriesIntoOutput) {
  JobWindowMaker maker(10);
  VertexOptions source;
  source.rate_in = 400;
  source.rate_out = 100;
  source.seconds_per_record = 1e-6;
  const int a = maker.Add("a", source), b = maker.Add("b", source), map = maker.Add("map", MapOptions(200, 0.001, 1));
  maker.SetProduction(a, std::vector<double>(10, 1000));
  maker.SetProduction(b, std::vector<double>(10, 600));
  maker.Connect(a, map);
  maker.Connect(b, map);
  EXPECT_NEAR(MustRecommend(maker.Build(), PlainPolicy()).vertices[2].demand.value(), 400, 1e-9);
}

// a -> f (keeps a half) -> join, b -> g (keeps a quarter) -> join. Bins of both, records/s; a rate below 0: unseen.
JobWindow TwoFilters(const std::vector<double>& a_rates, const std::vector<double>& b_rates) {
  JobWindowMaker maker(static_cast<int>(a_rates.size()));
  const int a = maker.AddSource("a", 100), b = maker.AddSource("b", 200);
  VertexOptions f = MapOptions(100, 0.001, 1), g = MapOptions(200, 0.001, 1);
  f.rate_out = g.rate_out = 50;
  const int half = maker.Add("half", f), quarter = maker.Add("quarter", g);
  const int join = maker.Add("join", MapOptions(100, 0.001, 1));
  maker.Connect(a, half);
  maker.Connect(b, quarter);
  maker.Connect(half, join);
  maker.Connect(quarter, join);
  maker.SetProduction(a, a_rates);
  maker.SetProduction(b, b_rates);
  JobWindow window = maker.Build();
  for (SourceWindow& source : window.sources) {
    for (DemandBin& bin : source.bins) {
      if (bin.records < 0) bin = {};
    }
  }
  return window;
}
constexpr int kJoin = 4;  // of TwoFilters()

// By bin: 100 / 2 + 200 / 4 = 100, and 300 / 2 + 100 / 4 = 175.
TEST(CarriedSeries, AddsUpBinByBin) {
  const JobRecommendation job = MustRecommend(TwoFilters({100, 300}, {200, 100}), PlainPolicy());
  EXPECT_NEAR(TermOf(job, "demand.carried_series", kJoin, "result"), 175, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.carried_series", kJoin, "bins"), 2);
  // Each alone has 300 / 2 and 200 / 4.
  EXPECT_NEAR(TermOf(job, "demand.carried_series", kJoin, "sum_of_source_quantiles"), 200, 1e-9);
  EXPECT_NEAR(job.vertices[2].demand.value(), 300, 1e-9);
}

TEST(CarriedSeries, LeavesOutBinsThatOneSourceWasNotSeenIn) {
  for (const bool first : {true, false}) {
    const std::vector<double> whole = {100, 100, 100}, part = {100, -1, 100};
    const JobRecommendation job =
        MustRecommend(first ? TwoFilters(part, whole) : TwoFilters(whole, part), PlainPolicy());
    EXPECT_EQ(TermOf(job, "demand.carried_series", kJoin, "bins"), 2);
    EXPECT_NEAR(TermOf(job, "demand.carried_series", kJoin, "result"), 75, 1e-9);  // 50 + 25
  }
}

// 400 / s were given, half of them arrive; beside 100 and 200 / s of the other's log, of which a quarter does.
TEST(CarriedSeries, AddsGivenRatesToEveryBin) {
  JobWindow window = TwoFilters({0, 0}, {100, 200});
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(400);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "demand.carried_series", kJoin, "result"), 250, 1e-9);
  EXPECT_EQ(TermOf(job, "demand.carried_series", kJoin, "bins"), 2);
}

TEST(CarriedSeries, IsNotNeededWhereAllRatesWereGiven) {
  JobWindow window = TwoFilters({0, 0}, {0, 0});
  for (SourceWindow& source : window.sources) {
    source.kind = DemandKind::kGiven;
    source.given = RecordsPerSecond(400);
  }
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NEAR(TermOf(job, "demand.carried_series", kJoin, "result"), 300, 1e-9);  // 400 / 2 + 400 / 4
  EXPECT_EQ(TermOf(job, "demand.carried_series", kJoin, "bins"), 0);
}

// Two given rates of 10 and 20 / s beside a log that grows by 100 / s.
TEST(CarriedSeries, AddsEachGivenRate) {
  JobWindowMaker maker(10);
  const int a = maker.AddSource("a", 10), b = maker.AddSource("b", 20), c = maker.AddSource("c", 100);
  const int map = maker.Add("map", MapOptions(130, 0.001, 1));
  for (const int source : {a, b, c}) maker.Connect(source, map);
  maker.SetProduction(c, std::vector<double>(10, 100));
  JobWindow window = maker.Build();
  for (SourceWindow& source : window.sources) {
    if (source.vertex == c) continue;
    source.kind = DemandKind::kGiven;
    source.given = RecordsPerSecond(source.vertex == a ? 10 : 20);
  }
  EXPECT_NEAR(MustRecommend(window, PlainPolicy()).vertices[3].demand.value(), 130, 1e-9);
}

// Bins in which a source was held back say nothing of the sum.
TEST(CarriedSeries, LeavesOutBinsThatWereHeldBack) {
  JobWindowMaker maker(10);
  const int a = maker.AddSource("a", 100), b = maker.AddSource("b", 100);
  const int map = maker.Add("map", MapOptions(200, 0.001, 1));
  maker.Connect(a, map);
  maker.Connect(b, map);
  JobWindow window = maker.Build();
  for (const size_t i : {0, 1}) window.vertices[0].bins[i].backpressured_s = 60;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(TermOf(job, "demand.carried_series", map, "bins"), 8);
}

// Half of a's 40,000 and a quarter of b's 20,000.
TEST(CarriedLag, AddsUp) {
  JobWindow window = TwoFilters({100, 100}, {200, 200});
  window.sources[0].lag_records = 40000;
  window.sources[1].lag_records = 20000;
  TuningPolicy policy = PlainPolicy();
  policy.catch_up = true;
  EXPECT_NEAR(TermOf(MustRecommend(window, policy), "parallelism.catch_up", kJoin, "lag"), 25000, 1e-6);
}

TEST(SeveralSources, AreKnownOnlyTogether) {
  for (const bool first : {true, false}) {
    const std::vector<double> seen = {100, 100}, unseen = {-1, -1};
    const JobRecommendation job =
        MustRecommend(first ? TwoFilters(unseen, seen) : TwoFilters(seen, unseen), PlainPolicy());
    EXPECT_EQ(job.vertices[kJoin].verdict, Verdict::kNotMeasured) << first;
    EXPECT_EQ(job.vertices[first ? 2 : 3].verdict, Verdict::kNotMeasured) << first;
    EXPECT_EQ(job.vertices[first ? 3 : 2].verdict, Verdict::kEstimated) << first;
  }
}

TEST(SeveralSources, OneThatHidesItsDemandMakesTheSumALowerBound) {
  for (const size_t hidden : {0, 1}) {
    JobWindow window = TwoFilters({100, 100}, {200, 200});
    for (SourceWindow& source : window.sources) source.kind = DemandKind::kConsumed;
    for (Bin& bin : window.vertices[hidden].bins) bin.backpressured_s = 60;
    const JobRecommendation job = MustRecommend(window, PlainPolicy());
    EXPECT_EQ(job.vertices[kJoin].verdict, Verdict::kLowerBound) << hidden;
    EXPECT_EQ(job.vertices[3 - hidden].verdict, Verdict::kEstimated) << hidden;  // behind the other one
  }
}

// Rules of 10 / s and 5 / s reach each of 4 subtasks: 15 / s, and nothing is shared out.
TEST(BroadcastDemand, ReachesEverySubtask) {
  for (const bool two : {false, true}) {
    JobWindowMaker maker;
    const int a = maker.AddSource("a", 10), b = two ? maker.AddSource("b", 5) : -1;
    const int map = maker.Add("map", MapOptions(two ? 60 : 40, 0.001, 4));
    maker.Connect(a, map, ShipStrategy::kBroadcast);
    if (two) maker.Connect(b, map, ShipStrategy::kBroadcast);
    const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
    EXPECT_NEAR(TermOf(job, "parallelism.steady", map, "rate_to_every_subtask"), two ? 15 : 10, 1e-9);
    EXPECT_EQ(TermOf(job, "parallelism.steady", map, "rate"), 0);
  }
}

TEST(BroadcastDemand, OfAHiddenSourceIsALowerBoundToo) {
  JobWindowMaker maker;
  const int rules = maker.AddSource("rules", 10);
  const int map = maker.Add("map", MapOptions(40, 0.001, 4));
  maker.Connect(rules, map, ShipStrategy::kBroadcast);
  JobWindow window = maker.Build();
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = 60;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].verdict, Verdict::kLowerBound);
}

}  // namespace
}  // namespace tune
