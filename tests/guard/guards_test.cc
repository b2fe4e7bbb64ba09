// Guards, one by one, through Recommend(): what each changes, with its arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

// The last step of `rule` for a vertex; rule "" when there is none.
Evidence Step(const JobRecommendation& job, const std::string& rule, int vertex) {
  for (size_t i = job.evidence.size(); i-- > 0;) {
    if (job.evidence[i].rule == rule && job.evidence[i].vertex == vertex) return job.evidence[i];
  }
  return {};
}

double Input(const Evidence& step, const std::string& name) {
  for (const Term& term : step.inputs) {
    if (term.name == name) return term.value;
  }
  return -1;
}

// A map that runs with `now` subtasks and is kept busy by exactly `needed` of them: rate 100/s, needed/100 s a record.
VertexOptions Map(int now, int needed) {
  VertexOptions map;
  map.parallelism = now;
  map.rate_in = 100;
  map.seconds_per_record = needed / 100.0;
  return map;
}

JobWindow SourceAndMap(const VertexOptions& map, ShipStrategy ship = ShipStrategy::kHash) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100, ship == ShipStrategy::kForward ? map.parallelism : 1);
  maker.Connect(source, maker.Add("map", map), ship);
  return maker.Build();
}

VertexRecommendation MapOf(int now, int needed, const TuningPolicy& policy) {
  const VertexRecommendation map = MustRecommend(SourceAndMap(Map(now, needed)), policy).vertices[1];
  EXPECT_EQ(map.needed, needed);
  return map;
}

TEST(NoGuard, WantsWhatIsNeeded) {
  EXPECT_EQ(MapOf(2, 7, PlainPolicy()).wanted, 7);
  EXPECT_EQ(MapOf(2, 7, PlainPolicy()).action, Action::kRaise);
  EXPECT_EQ(MapOf(7, 2, PlainPolicy()).wanted, 2);
  EXPECT_EQ(MapOf(7, 2, PlainPolicy()).action, Action::kLower);
  EXPECT_EQ(MapOf(2, 2, PlainPolicy()).action, Action::kHold);
}

TEST(Bounds, RaiseToTheLeast) {
  TuningPolicy policy = PlainPolicy();
  policy.min_parallelism = 4;
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(6, 2)), policy);
  EXPECT_EQ(job.vertices[1].wanted, 4);
  const Evidence step = Step(job, "guard.bounds", 1);
  EXPECT_EQ(Input(step, "asked"), 2);
  EXPECT_EQ(Input(step, "least"), 4);
  EXPECT_EQ(step.result.value, 4);
}

TEST(Bounds, MostLimitsAndNeverExceedsMaxParallelism) {
  TuningPolicy policy = PlainPolicy();
  policy.max_parallelism = 5;
  EXPECT_EQ(MustRecommend(SourceAndMap(Map(2, 9)), policy).vertices[1].wanted, 5);
  VertexOptions map = Map(2, 9);
  map.max_parallelism = 4;
  EXPECT_EQ(MustRecommend(SourceAndMap(map), PlainPolicy()).vertices[1].wanted, 4);
  policy.min_parallelism = 5;  // more than the vertex allows
  EXPECT_EQ(MustRecommend(SourceAndMap(map), policy).vertices[1].wanted, 4);
}

struct StepCase {
  const char* name;
  int now, needed;
  double up, down;
  int want;
};
void PrintTo(const StepCase& c, std::ostream* out) { *out << c.name; }
class StepTest : public testing::TestWithParam<StepCase> {};
TEST_P(StepTest, IsLimited) {
  const StepCase& c = GetParam();
  TuningPolicy policy = PlainPolicy();
  policy.max_step_up_factor = c.up;
  policy.max_step_down_factor = c.down;
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(c.now, c.needed)), policy);
  EXPECT_EQ(job.vertices[1].wanted, c.want);
  const Evidence step = Step(job, "guard.step", 1);
  if (c.want == c.needed) {
    EXPECT_STREQ(step.rule, "");
  } else {
    EXPECT_EQ(Input(step, "asked"), c.needed);
    EXPECT_EQ(Input(step, "factor"), c.want > c.now ? c.up : c.down);
    EXPECT_EQ(step.result.value, c.want);
  }
}
INSTANTIATE_TEST_SUITE_P(Factors, StepTest,
                         testing::Values(StepCase{"UpByTwo", 4, 20, 2, 0, 8},         // 4 * 2
                                         StepCase{"UpRoundsDown", 3, 20, 1.5, 0, 4},  // 4.5
                                         StepCase{"UpAtLeastOne", 1, 20, 1.5, 0, 2},  // 1.5 -> 1, but one more
                                         StepCase{"UpWithinTheFactor", 4, 8, 2, 0, 8},
                                         StepCase{"DownByHalf", 20, 3, 0, 0.5, 10},  // 20 * 0.5
                                         StepCase{"DownRoundsUp", 7, 1, 0, 0.5, 4},  // 3.5
                                         StepCase{"DownWithinTheFactor", 20, 10, 0, 0.5, 10},
                                         StepCase{"NoLimit", 1, 100, 0, 0, 100}),
                         [](const auto& c) { return std::string(c.param.name); });

// A factor of 0.8 goes 10 -> 8 -> 7 … though 10 / 8 is less than the ratio of 1.5: what counts is that 10 / 2 is more.
TEST(StepAndDeadBand, SmallStepsStillGoDown) {
  TuningPolicy policy = PlainPolicy();
  policy.max_step_down_factor = 0.8;
  policy.lower_ratio = 1.5;
  EXPECT_EQ(MapOf(10, 2, policy).wanted, 8);
}

struct DeadBandCase {
  const char* name;
  int now, needed;
  int want;
};
void PrintTo(const DeadBandCase& c, std::ostream* out) { *out << c.name; }
class DeadBandTest : public testing::TestWithParam<DeadBandCase> {};
TEST_P(DeadBandTest, LowersOnlyWhereEnoughIsSpare) {
  const DeadBandCase& c = GetParam();
  TuningPolicy policy = PlainPolicy();
  policy.lower_ratio = 1.5;
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(c.now, c.needed)), policy);
  EXPECT_EQ(job.vertices[1].wanted, c.want);
  const Evidence step = Step(job, "guard.dead_band", 1);
  EXPECT_EQ(std::string(step.rule).empty(), c.want != c.now || c.needed >= c.now);
  if (step.rule[0] != '\0') {
    EXPECT_EQ(Input(step, "asked"), c.needed);
    EXPECT_EQ(Input(step, "lower_ratio"), 1.5);
    EXPECT_EQ(step.result.value, c.now);
  }
}
INSTANTIATE_TEST_SUITE_P(Ratios, DeadBandTest,
                         testing::Values(DeadBandCase{"JustEnough", 6, 4, 4},  // 6 / 4 = 1.5
                                         DeadBandCase{"TooLittle", 5, 4, 5},   // 1.25
                                         DeadBandCase{"Plenty", 12, 4, 4},     // 3
                                         DeadBandCase{"RaisesAreFree", 4, 5, 5}, DeadBandCase{"NothingToDo", 4, 4, 4}),
                         [](const auto& c) { return std::string(c.param.name); });

// 10 -> 9 saves 1 subtask for 100 s = 100 subtask-seconds; a restart of 10 s stops 10 subtasks: 100. Not more: held.
TEST(Payback, HoldsWhatDoesNotPayForItsRestart) {
  TuningPolicy policy = PlainPolicy();
  policy.payback_time = absl::Seconds(100);
  policy.restart_time = absl::Seconds(10);
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(10, 9)), policy);
  EXPECT_EQ(job.vertices[1].wanted, 10);
  const Evidence step = Step(job, "guard.payback", 1);
  EXPECT_EQ(Input(step, "saved"), 100);
  EXPECT_EQ(Input(step, "cost"), 100);
  policy.restart_time = absl::Seconds(9.9);  // 99
  EXPECT_EQ(MapOf(10, 9, policy).wanted, 9);
  policy.restart_time = absl::Seconds(10);
  EXPECT_EQ(MapOf(10, 8, policy).wanted, 8);   // 200 > 100
  EXPECT_EQ(MapOf(9, 10, policy).wanted, 10);  // raising is not about saving
}

TEST(Checkpoints, ThatFailHoldEverything) {
  JobWindow window = SourceAndMap(Map(2, 7));
  window.checkpoints.completed = 2;
  window.checkpoints.failed = 3;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[1].wanted, 2);
  EXPECT_EQ(job.vertices[1].needed, 7);
  EXPECT_EQ(Input(Step(job, "guard.checkpoints", 1), "failed"), 3);
  EXPECT_EQ(Input(Step(job, "guard.checkpoints", 1), "asked"), 7);
  window.checkpoints.completed = 3;  // a half is not more than a half
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].wanted, 7);
  window.checkpoints = {0, 2, {}};  // two say nothing of a rate
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].wanted, 7);
}

TEST(HiddenDemand, IsNoReasonToLower) {
  JobWindowMaker maker;
  VertexOptions source;
  source.rate_out = 100;
  source.backpressured_fraction = 0.5;
  const int s = maker.Add("source", source);
  maker.Connect(s, maker.Add("map", Map(6, 2)));
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kLowerBound);
  EXPECT_EQ(job.vertices[1].needed, 2);
  EXPECT_EQ(job.vertices[1].wanted, 6);
  EXPECT_STREQ(Step(job, "guard.hidden_demand", 1).rule, "guard.hidden_demand");
}

// source (needs 1) -forward-> map (needs 7): one parallelism for both.
TEST(Forward, BothSidesGetTheLarger) {
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(2, 7), ShipStrategy::kForward), PlainPolicy());
  EXPECT_EQ(job.vertices[0].wanted, 7);
  EXPECT_EQ(job.vertices[1].wanted, 7);
  EXPECT_EQ(Input(Step(job, "guard.forward", 0), "largest_tied"), 7);
}

// a (needs 1) -> b (3) -> c (7), all forward, listed backwards: 7 reaches a.
TEST(Forward, ReachesThroughAChain) {
  JobWindowMaker maker;
  const int c = maker.Add("c", Map(2, 7)), b = maker.Add("b", [] {
    VertexOptions options = Map(2, 3);
    options.rate_out = 100;
    return options;
  }());
  const int a = maker.AddSource("a", 100, 2);
  maker.Connect(a, b, ShipStrategy::kForward);
  maker.Connect(b, c, ShipStrategy::kForward);
  for (const VertexRecommendation& r : MustRecommend(maker.Build(), PlainPolicy()).vertices) EXPECT_EQ(r.wanted, 7);
}

// The map needs 7, but the source it is chained to by parallelism may only run with 4.
TEST(Forward, NeverExceedsTheOtherSidesMaxParallelism) {
  JobWindow window = SourceAndMap(Map(2, 7), ShipStrategy::kForward);
  window.graph.vertices[0].max_parallelism = 4;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[0].wanted, 4);
  EXPECT_EQ(job.vertices[1].wanted, 4);
}

// Nor the partitions of a source: a fifth subtask would read nothing.
TEST(Forward, NeverExceedsASourcesPartitions) {
  JobWindow window = SourceAndMap(Map(2, 7), ShipStrategy::kForward);
  window.graph.vertices[0].source_partitions = 4;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.vertices[0].wanted, 4);
  EXPECT_EQ(job.vertices[1].wanted, 4);
}

TEST(OneParallelism, IsTheLargestThatAnyVertexNeeds) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100, 2);
  VertexOptions first = Map(2, 3);
  first.rate_out = 100;
  const int a = maker.Add("first", first), b = maker.Add("second", Map(2, 7));
  maker.Connect(source, a);
  maker.Connect(a, b);
  TuningPolicy policy = PlainPolicy();
  policy.scope = Scope::kJob;
  const JobRecommendation job = MustRecommend(maker.Build(), policy);
  for (const VertexRecommendation& r : job.vertices) EXPECT_EQ(r.wanted, 7);
  EXPECT_EQ(job.vertices[1].needed, 3);
  EXPECT_EQ(job.parallelism_wanted, 7);
  EXPECT_EQ(Input(Step(job, "guard.one_parallelism", 1), "asked"), 3);
  EXPECT_EQ(Input(Step(job, "guard.one_parallelism", 1), "of_the_job"), 7);
}

// An excluded vertex does not drive the job: its 20 ms a record are slow, not a lack of subtasks.
TEST(OneParallelism, LeavesExcludedVerticesOut) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100, 2);
  VertexOptions first = Map(2, 3);
  first.rate_out = 100;
  const int a = maker.Add("first", first), b = maker.Add("slow", Map(2, 7));
  maker.Connect(source, a);
  maker.Connect(a, b);
  TuningPolicy policy = PlainPolicy();
  policy.scope = Scope::kJob;
  policy.slow_record = absl::Milliseconds(50);  // first takes 30 ms, slow 70 ms
  EXPECT_EQ(MustRecommend(maker.Build(), policy).parallelism_wanted, 3);
}

// Needed: 4 of 9 and 4 of 5. Each by itself would be lowered (9 / 4) and held (5 / 4): one parallelism it must stay.
TEST(OneParallelism, IsStillOneAfterTheOtherGuards) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100, 4);
  VertexOptions first = Map(9, 4);
  first.rate_out = 100;
  const int a = maker.Add("first", first), b = maker.Add("second", Map(5, 4));
  maker.Connect(source, a);
  maker.Connect(a, b);
  TuningPolicy policy = PlainPolicy();
  policy.scope = Scope::kJob;
  policy.lower_ratio = 1.5;
  const JobRecommendation job = MustRecommend(maker.Build(), policy);
  EXPECT_EQ(job.vertices[1].wanted, job.vertices[0].wanted);
  EXPECT_EQ(job.vertices[2].wanted, job.vertices[1].wanted);
}

// Two sharing groups: 2 + 3 slots now, 1 + 7 wanted.
TEST(Slots, AreTheLargestOfEachSharingGroup) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100, 2);
  maker.Connect(source, maker.Add("map", Map(3, 7)));
  JobWindow window = maker.Build();
  window.graph.vertices[0].slot_sharing_group = "sources";
  JobRecommendation job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.slots_now, 2 + 3);
  EXPECT_EQ(job.slots_wanted, 1 + 7);
  window.graph.vertices[0].slot_sharing_group = "default";
  job = MustRecommend(window, PlainPolicy());
  EXPECT_EQ(job.slots_now, 3);
  EXPECT_EQ(job.slots_wanted, 7);
  EXPECT_EQ(job.parallelism_now, 3);
  EXPECT_EQ(job.parallelism_wanted, 7);
}

// min_parallelism asks for 5, but the vertex may have 4 at most.
TEST(Bounds, LeastNeverExceedsMaxParallelism) {
  TuningPolicy policy = PlainPolicy();
  policy.min_parallelism = 5;
  VertexOptions map = Map(3, 2);
  map.max_parallelism = 4;
  EXPECT_EQ(MustRecommend(SourceAndMap(map), policy).vertices[1].wanted, 4);
}

// What is not sized keeps what it has, even beyond the bounds.
TEST(Bounds, LeaveThinDataAlone) {
  TuningPolicy policy = PlainPolicy();
  policy.max_parallelism = 4;
  policy.min_coverage = absl::Hours(1);
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(6, 2)), policy);
  ASSERT_EQ(job.vertices[1].verdict, Verdict::kThinData);
  EXPECT_EQ(job.vertices[1].wanted, 6);
}

// source -forward-> map (needs 7) -hash-> sink (needs 3): only the first two are tied.
TEST(Forward, TiesNothingBeyondAnotherEdge) {
  JobWindowMaker maker;
  VertexOptions first = Map(2, 7);
  first.rate_out = 100;
  const int source = maker.AddSource("source", 100, 2), map = maker.Add("map", first),
            sink = maker.Add("sink", Map(2, 3));
  maker.Connect(source, map, ShipStrategy::kForward);
  maker.Connect(map, sink, ShipStrategy::kHash);
  const JobRecommendation job = MustRecommend(maker.Build(), PlainPolicy());
  EXPECT_EQ(job.vertices[0].wanted, 7);
  EXPECT_EQ(job.vertices[1].wanted, 7);
  EXPECT_EQ(job.vertices[2].wanted, 3);
}

// Slow, but 2 subtasks' work on 2: nobody has to look.
TEST(Excluded, NeedsNoPersonWhereItHasEnough) {
  TuningPolicy policy = PlainPolicy();
  policy.slow_record = absl::Milliseconds(10);
  const auto action = [&](int now) { return MustRecommend(SourceAndMap(Map(now, 2)), policy).vertices[1].action; };
  EXPECT_EQ(action(1), Action::kPerson);
  EXPECT_EQ(action(2), Action::kHold);
  EXPECT_EQ(action(3), Action::kHold);
}

// Two vertices behind a source of one subtask, which needs one.
JobWindow Two(const VertexOptions& first, const VertexOptions& second) {
  JobWindowMaker maker;
  VertexOptions a = first;
  a.rate_out = 100;
  const int source = maker.AddSource("source", 100), one = maker.Add("one", a), two = maker.Add("two", second);
  maker.Connect(source, one);
  maker.Connect(one, two);
  return maker.Build();
}

TuningPolicy Together() {
  TuningPolicy policy = PlainPolicy();
  policy.scope = Scope::kJob;
  return policy;
}

TEST(OneParallelism, IsTheLargestWhereverItStands) {
  EXPECT_EQ(MustRecommend(Two(Map(2, 7), Map(2, 3)), Together()).parallelism_wanted, 7);
  EXPECT_EQ(MustRecommend(Two(Map(2, 3), Map(2, 7)), Together()).parallelism_wanted, 7);
}

// 5 are needed, and the widest vertex has 5: nobody lacks any, so the job is left as it is.
TEST(OneParallelism, ThatTheJobHasChangesNothing) {
  const JobRecommendation job = MustRecommend(Two(Map(5, 5), Map(2, 2)), Together());
  EXPECT_EQ(job.vertices[0].wanted, 1);
  EXPECT_EQ(job.vertices[1].wanted, 5);
  EXPECT_EQ(job.vertices[2].wanted, 2);
  EXPECT_EQ(job.action, Action::kHold);
}

// 5 are needed by the vertex that has 2; another has 5 already.
TEST(OneParallelism, ThatOnlyOneVertexHasIsGivenToAll) {
  const JobRecommendation job = MustRecommend(Two(Map(5, 2), Map(2, 5)), Together());
  for (const VertexRecommendation& r : job.vertices) EXPECT_EQ(r.wanted, 5);
  EXPECT_EQ(job.action, Action::kRaise);
}

// A held-back source hides its demand: 2 of 6 subtasks' work is no reason to lower the job.
TEST(OneParallelism, IsNotLoweredOnALowerBound) {
  JobWindow window = SourceAndMap(Map(6, 2));
  EXPECT_EQ(MustRecommend(window, Together()).vertices[1].wanted, 2);
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = 30;
  const JobRecommendation job = MustRecommend(window, Together());
  EXPECT_EQ(job.vertices[1].wanted, 6);
  EXPECT_EQ(job.action, Action::kHold);
}

TEST(OneParallelism, IsNoneWhereNothingIsSized) {
  TuningPolicy policy = Together();
  policy.min_coverage = absl::Hours(1);
  const JobRecommendation job = MustRecommend(SourceAndMap(Map(6, 2)), policy);
  EXPECT_EQ(job.vertices[0].wanted, 1);
  EXPECT_EQ(job.vertices[1].wanted, 6);
}

}  // namespace
}  // namespace tune
