// The job as a whole: dead metrics, restarts, checkpoints, hidden demand, backlog.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

JobWindow Healthy() { return SourceAndMap(900, MapOptions(900, 0.002, 1)); }

TEST(Stale, MetricsAreThoseThatStoodStillLongerThanAllowed) {
  TuningPolicy policy = PlainPolicy();
  policy.max_staleness = absl::Seconds(100);
  JobWindow window = Healthy();
  window.stale_at_end_s = 100;
  EXPECT_EQ(FindingOf(MustRecommend(window, policy), FindingKind::kStaleMetrics), nullptr);
  EXPECT_EQ(MustRecommend(window, policy).vertices[1].wanted, 2);
  window.stale_at_end_s = 100.1;
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_NE(FindingOf(job, FindingKind::kStaleMetrics), nullptr);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kThinData);
  EXPECT_EQ(TermOf(job, "exclude.stale", -1, "stood_still"), 100.1);
}

TEST(Restarting, JobThatDoesNotRunIsNotSized) {
  JobWindow window = Healthy();
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kRestarting), nullptr);
  window.running_at_end = false;
  window.restarts = 5;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kThinData);
  EXPECT_EQ(std::count_if(job.findings.begin(), job.findings.end(),
                          [](const Finding& f) { return f.kind == FindingKind::kRestarting; }),
            1);
}

TEST(Restarting, IsSaidFromThreeRestartsOn) {
  JobWindow window = Healthy();
  window.restarts = 2;
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kRestarting), nullptr);
  window.restarts = 3;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kRestarting), nullptr);
  EXPECT_EQ(job.vertices[1].wanted, 2);  // it is sized all the same
}

struct Checkpoints {
  const char* name;
  double completed, failed;
  bool bound;
};
void PrintTo(const Checkpoints& c, std::ostream* out) { *out << c.name; }

class CheckpointsTest : public testing::TestWithParam<Checkpoints> {};

TEST_P(CheckpointsTest, BindTheJobWhenTooManyFail) {
  const Checkpoints& c = GetParam();
  JobWindow window = Healthy();
  window.checkpoints.completed = c.completed;
  window.checkpoints.failed = c.failed;
  TuningPolicy policy = PlainPolicy();
  policy.max_checkpoint_failure_fraction = 0.5;
  const JobRecommendation job = MustRecommend(window, policy);
  const Finding* finding = FindingOf(job, FindingKind::kCheckpointBound);
  ASSERT_EQ(finding != nullptr, c.bound);
  if (finding == nullptr) return;
  EXPECT_DOUBLE_EQ(finding->share.value_or(0), c.failed / (c.failed + c.completed));
  EXPECT_DOUBLE_EQ(TermOf(job, "exclude.checkpoints", -1, "result"), c.failed / (c.failed + c.completed));
}

INSTANTIATE_TEST_SUITE_P(Counts, CheckpointsTest,
                         testing::Values(Checkpoints{"AllFine", 10, 0, false},
                                         Checkpoints{"HalfIsAllowed", 3, 3, false},
                                         Checkpoints{"MoreThanHalf", 3, 4, true}, Checkpoints{"AllOfThree", 0, 3, true},
                                         Checkpoints{"TwoSayNothing", 0, 2, false}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GraphInferred, IsSaidOnlyWhenItWas) {
  JobWindow window = Healthy();
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kGraphInferred), nullptr);
  window.graph.inferred = true;
  EXPECT_NE(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kGraphInferred), nullptr);
}

TEST(HiddenDemand, SaysHowMuchOfTheTimeTheSourceWasHeldBack) {
  JobWindow window = Healthy();
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kDemandHidden), nullptr);
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = 0.75 * bin.task_s;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kDemandHidden);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->vertex, 0);
  EXPECT_EQ(finding->share, 0.75);
}

// Nine bins; the source takes `taken` and its log grows by `produced` in the last three, both 100 / s before.
struct Backlog {
  const char* name;
  double taken, produced;
  std::optional<double> lag;
  bool catching_up;
};
void PrintTo(const Backlog& c, std::ostream* out) { *out << c.name; }

JobWindow WithBacklog(double taken, double produced, std::optional<double> lag) {
  JobWindowMaker maker(9);
  const int source = maker.AddSource("source", 100);
  std::vector<double> rates(9, 100);
  std::fill(rates.begin() + 6, rates.end(), produced);
  maker.SetProduction(source, rates);
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)));
  JobWindow window = maker.Build();
  for (size_t i = 6; i < 9; ++i) window.vertices[0].bins[i].records_out = taken * 60;
  window.sources[0].lag_records = lag;
  return window;
}

bool CatchesUp(const JobWindow& window) {
  return FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kCatchingUp) != nullptr;
}

class BacklogTest : public testing::TestWithParam<Backlog> {};

TEST_P(BacklogTest, IsWorkedOffWhenMoreIsTakenThanProduced) {
  const Backlog& c = GetParam();
  EXPECT_EQ(CatchesUp(WithBacklog(c.taken, c.produced, c.lag)), c.catching_up);
}

INSTANTIATE_TEST_SUITE_P(
    Rates, BacklogTest,
    testing::Values(Backlog{"MuchMoreTaken", 200, 100, 10000, true},
                    // The noise of two clocks: up to 1.05.
                    Backlog{"LittleMoreTaken", 104, 100, 10000, false}, Backlog{"SomeMoreTaken", 106, 100, 10000, true},
                    Backlog{"AsMuchTaken", 100, 100, 10000, false}, Backlog{"LessTaken", 50, 100, 10000, false},
                    Backlog{"LagUnknown", 200, 100, std::nullopt, false},
                    // 5 s of the demand of 100 / s are the distance of two polls.
                    Backlog{"FiveSecondsBehind", 200, 100, 500, false},
                    Backlog{"MoreThanFiveSecondsBehind", 200, 100, 501, true}, Backlog{"NotBehind", 200, 100, 0, false},
                    Backlog{"NothingTaken", 0, 0, 10000, false}),
    [](const auto& row) { return std::string(row.param.name); });

// Of nine bins the last three are looked at.
TEST(Backlog, OfTheLastThirdCounts) {
  JobWindow window = WithBacklog(100, 100, 10000);
  for (size_t i = 0; i < 6; ++i) window.vertices[0].bins[i].records_out = 60000;
  EXPECT_FALSE(CatchesUp(window));
  window.vertices[0].bins[6].records_out = 60000;
  EXPECT_TRUE(CatchesUp(window));
}

TEST(Backlog, OfTwoBinsLooksAtTheLast) {
  JobWindowMaker maker(2);
  const int source = maker.AddSource("source", 100);
  maker.SetProduction(source, {100, 100});
  maker.Connect(source, maker.Add("map", MapOptions(100, 0.001, 1)));
  JobWindow window = maker.Build();
  window.sources[0].lag_records = 10000;
  window.vertices[0].bins[1].records_out = 12000;
  EXPECT_TRUE(CatchesUp(window));
  window.vertices[0].bins[1].records_out = 6000;
  window.vertices[0].bins[0].records_out = 60000;
  EXPECT_FALSE(CatchesUp(window));
}

// Where the source counts what it reads, that is what was taken of the log: 200 / s, of which it gives 10 / s.
TEST(Backlog, IsTakenByWhatTheSourceReads) {
  JobWindow window = WithBacklog(10, 100, 10000);
  EXPECT_FALSE(CatchesUp(window));
  for (Bin& bin : window.vertices[0].bins) bin.records_in = 12000;
  EXPECT_TRUE(CatchesUp(window));
}

// Bins that one of the two was not seen in are left out; those seen in part count by their rate.
TEST(Backlog, ComparesRatesOfBinsThatBothWereSeenIn) {
  JobWindow window = WithBacklog(100, 100, 10000);
  window.vertices[0].bins[7] = {};
  window.sources[0].bins[8].covered_s = 0;
  EXPECT_FALSE(CatchesUp(window));
  window = WithBacklog(200, 100, 10000);
  window.vertices[0].bins[7] = {};
  window.sources[0].bins[8].covered_s = 0;
  EXPECT_TRUE(CatchesUp(window));  // by bin 6
  window = WithBacklog(100, 100, 10000);
  window.vertices[0].bins[8].covered_s = 30;  // 6000 records in half the time: 200 / s
  EXPECT_TRUE(CatchesUp(window));
  window.sources[0].bins[8].covered_s = 30;
  EXPECT_FALSE(CatchesUp(window));
}

}  // namespace
}  // namespace tune
