// PlanFlinkDeployment: a recommendation as the change of a FlinkDeployment's spec.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tune/plan.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kOverrides[] = "pipeline.jobvertex-parallelism-overrides";

// source (1 subtask) -> map, at 100 records/s; the map keeps `needed` subtasks busy.
JobWindow WindowWith(int map_now, int needed) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100);
  VertexOptions map;
  map.parallelism = map_now;
  map.rate_in = 100;
  map.seconds_per_record = needed / 100.0;
  maker.Connect(source, maker.Add("map", map));
  return maker.Build();
}

FlinkDeploymentSpec Spec(const std::string& version, int job_parallelism, bool adaptive = false) {
  FlinkDeploymentSpec spec;
  spec.name = "orders";
  spec.ns = "shop";
  spec.flink_version = version;
  spec.job_parallelism = job_parallelism;
  if (adaptive) spec.flink_configuration["jobmanager.scheduler"] = "adaptive";
  return spec;
}

absl::StatusOr<SpecPatch> Plan(const FlinkDeploymentSpec& spec, const JobWindow& window) {
  return PlanFlinkDeployment(spec, window, MustRecommend(window, PlainPolicy()));
}

SpecPatch MustPlan(const FlinkDeploymentSpec& spec, const JobWindow& window) {
  absl::StatusOr<SpecPatch> patch = Plan(spec, window);
  EXPECT_TRUE(patch.ok()) << patch.status();
  return patch.ok() ? *std::move(patch) : SpecPatch{};
}

// The spec after the patch; fails on a change of a field that is not libtune's, or that did not read what was there.
FlinkDeploymentSpec After(FlinkDeploymentSpec spec, const SpecPatch& patch) {
  for (const SpecChange& change : patch.changes) {
    if (change.path == std::vector<std::string>{"spec", "job", "parallelism"}) {
      EXPECT_EQ(change.before, spec.job_parallelism > 0 ? std::to_string(spec.job_parallelism) : "");
      EXPECT_TRUE(change.is_number);
      spec.job_parallelism = std::stoi(change.after);
    } else {
      EXPECT_THAT(change.path, ElementsAre("spec", "flinkConfiguration", kOverrides));
      EXPECT_EQ(change.before, spec.flink_configuration[kOverrides]);
      EXPECT_FALSE(change.is_number);
      spec.flink_configuration[kOverrides] = change.after;
    }
    EXPECT_NE(change.before, change.after);
    EXPECT_FALSE(change.reason.empty());
  }
  return spec;
}

TEST(InPlace, AdaptiveSchedulerGetsOverridesAlone) {
  const SpecPatch patch = MustPlan(Spec("v1_20", 2, true), WindowWith(2, 7));
  EXPECT_EQ(patch.kind, "FlinkDeployment");
  EXPECT_EQ(patch.api_version, "flink.apache.org/v1beta1");
  EXPECT_EQ(patch.name, "orders");
  EXPECT_EQ(patch.ns, "shop");
  ASSERT_EQ(patch.changes.size(), 1u);
  EXPECT_THAT(patch.changes[0].path, ElementsAre("spec", "flinkConfiguration", kOverrides));
  EXPECT_EQ(patch.changes[0].before, "");
  EXPECT_EQ(patch.changes[0].after, "map:7,source:1");
  EXPECT_FALSE(patch.restarts_job);
  EXPECT_THAT(patch.notes, ElementsAre(HasSubstr("rescales in place")));
}

TEST(Restart, WithoutTheAdaptiveSchedulerJobParallelismFollows) {
  const FlinkDeploymentSpec spec = Spec("v1_20", 2);
  const SpecPatch patch = MustPlan(spec, WindowWith(2, 7));
  ASSERT_EQ(patch.changes.size(), 2u);
  const FlinkDeploymentSpec after = After(spec, patch);
  EXPECT_EQ(after.job_parallelism, 7);
  EXPECT_EQ(after.flink_configuration.at(kOverrides), "map:7,source:1");
  EXPECT_TRUE(patch.restarts_job);
}

TEST(Restart, AdaptiveBeforeOneEighteenCannotRescaleInPlace) {
  EXPECT_TRUE(MustPlan(Spec("v1_17", 2, true), WindowWith(2, 7)).restarts_job);
  EXPECT_FALSE(MustPlan(Spec("v1_18", 2, true), WindowWith(2, 7)).restarts_job);
  EXPECT_FALSE(MustPlan(Spec("v2_0", 2, true), WindowWith(2, 7)).restarts_job);
}

// Flink 2 may be adaptive without a word in the spec: then the job itself has to have said so.
TEST(Restart, SchedulerOfFlinkTwoIsAskedOfTheJob) {
  JobWindow window = WindowWith(2, 7);
  EXPECT_TRUE(MustPlan(Spec("v2_0", 2), window).restarts_job);
  window.facts.adaptive_scheduler = true;
  EXPECT_FALSE(MustPlan(Spec("v2_0", 2), window).restarts_job);
  EXPECT_TRUE(MustPlan(Spec("v1_20", 2), window).restarts_job);  // there the spec decides
  window.facts.adaptive_scheduler = false;
  EXPECT_TRUE(MustPlan(Spec("v2_0", 2), window).restarts_job);
}

TEST(Restart, JobParallelismOfOneIsReplaced) {
  const SpecPatch patch = MustPlan(Spec("v1_16", 1), WindowWith(1, 7));
  ASSERT_EQ(patch.changes.size(), 1u);
  EXPECT_EQ(patch.changes[0].before, "1");
}

TEST(Restart, JobParallelismThatWasAbsentIsAdded) {
  const SpecPatch patch = MustPlan(Spec("v1_20", 0), WindowWith(2, 7));
  ASSERT_EQ(patch.changes.size(), 2u);
  EXPECT_EQ(patch.changes[1].before, "");
  EXPECT_EQ(patch.changes[1].after, "7");
}

TEST(OldFlink, HasOnlyOneParallelism) {
  const FlinkDeploymentSpec spec = Spec("v1_16", 2);
  const SpecPatch patch = MustPlan(spec, WindowWith(2, 7));
  ASSERT_EQ(patch.changes.size(), 1u);
  EXPECT_THAT(patch.changes[0].path, ElementsAre("spec", "job", "parallelism"));
  EXPECT_EQ(patch.changes[0].before, "2");
  EXPECT_EQ(patch.changes[0].after, "7");
  EXPECT_TRUE(patch.changes[0].is_number);
  EXPECT_TRUE(patch.restarts_job);
  EXPECT_THAT(patch.notes, testing::Contains(HasSubstr("before 1.17")));
  EXPECT_EQ(MustPlan(Spec("v1_17", 2), WindowWith(2, 7)).changes.size(), 2u);
}

// A vertex that the graph does not know, and one that it does: the first stays, the second is ours.
TEST(Overrides, OfOthersStay) {
  FlinkDeploymentSpec spec = Spec("v1_20", 2, true);
  spec.flink_configuration[kOverrides] = "removed-in-v2:9, map:2";
  const SpecPatch patch = MustPlan(spec, WindowWith(2, 7));
  ASSERT_EQ(patch.changes.size(), 1u);
  EXPECT_EQ(patch.changes[0].before, "removed-in-v2:9, map:2");
  EXPECT_EQ(patch.changes[0].after, "map:7,removed-in-v2:9,source:1");
}

// The spec asks for it already, and the job does not run so yet.
TEST(Overrides, ThatAreThereAlreadyAreNoChange) {
  FlinkDeploymentSpec spec = Spec("v1_20", 7);
  spec.flink_configuration[kOverrides] = "source:1,map:7";
  const SpecPatch patch = MustPlan(spec, WindowWith(2, 7));
  EXPECT_THAT(patch.changes, IsEmpty());
  EXPECT_FALSE(patch.restarts_job);
}

TEST(Overrides, ThatCannotBeReadAreAnError) {
  for (const char* text : {"map", "map:", "map:x", "map:0", "map:-1", ":3", "map:2:3", "map:1.5", "{map:2}"}) {
    FlinkDeploymentSpec spec = Spec("v1_20", 2, true);
    spec.flink_configuration[kOverrides] = text;
    const absl::Status status = Plan(spec, WindowWith(2, 7)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("spec.flinkConfiguration[\"pipeline.jobvertex-parallelism-overrides\"] = \""))
        << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("allowed: vertex-id:parallelism")) << text;
  }
}

TEST(Overrides, OfOneVertexTwiceAreAnError) {
  FlinkDeploymentSpec spec = Spec("v1_20", 2, true);
  spec.flink_configuration[kOverrides] = "other:2,other:3";
  EXPECT_EQ(Plan(spec, WindowWith(2, 7)).status().code(), absl::StatusCode::kInvalidArgument);
}

// 7 are needed of 2, but a step may only double them.
TEST(Overrides, AreWhatTheGuardsLeave) {
  TuningPolicy policy = PlainPolicy();
  policy.max_step_up_factor = 2;
  const JobWindow window = WindowWith(2, 7);
  const absl::StatusOr<JobRecommendation> job = Recommend(window, policy);
  ASSERT_TRUE(job.ok()) << job.status();
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(Spec("v1_20", 2, true), window, *job);
  ASSERT_TRUE(patch.ok()) << patch.status();
  ASSERT_EQ(patch->changes.size(), 1u);
  EXPECT_EQ(patch->changes[0].after, "map:4,source:1");
}

TEST(Version, IsNeverNegative) {
  EXPECT_EQ(Plan(Spec("v1_-1", 2), WindowWith(2, 7)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(NothingToChange, IsAnEmptyPatchThatSaysSo) {
  const SpecPatch patch = MustPlan(Spec("v1_20", 7), WindowWith(7, 7));
  EXPECT_THAT(patch.changes, IsEmpty());
  EXPECT_FALSE(patch.restarts_job);
  EXPECT_THAT(patch.notes, ElementsAre(HasSubstr("nothing to change")));
  EXPECT_EQ(patch.name, "orders");
}

// 4 of 5 are needed, and the dead band keeps the 5.
TEST(NothingToChange, IsWhatTheGuardsLeave) {
  TuningPolicy policy = PlainPolicy();
  policy.lower_ratio = 1.5;
  const JobWindow window = WindowWith(5, 4);
  const absl::StatusOr<JobRecommendation> job = Recommend(window, policy);
  ASSERT_TRUE(job.ok()) << job.status();
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(Spec("v1_20", 5), window, *job);
  ASSERT_TRUE(patch.ok()) << patch.status();
  EXPECT_THAT(patch->notes, ElementsAre(HasSubstr("nothing to change")));
}

struct Refused {
  const char* name;
  const char* key;
  const char* value;
  const char* message;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }
class RefusedSpecTest : public testing::TestWithParam<Refused> {};
TEST_P(RefusedSpecTest, IsNotPatched) {
  FlinkDeploymentSpec spec = Spec("v1_20", 2, true);
  spec.flink_configuration[GetParam().key] = GetParam().value;
  const absl::Status status = Plan(spec, WindowWith(2, 7)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(Settings, RefusedSpecTest,
                         testing::Values(Refused{"Reactive", "scheduler-mode", "reactive", "scheduler-mode"},
                                         Refused{"ReactiveInCapitals", "scheduler-mode", "REACTIVE", "scheduler-mode"},
                                         Refused{"Autoscaler", "job.autoscaler.enabled", "true", "another autoscaler"},
                                         Refused{"AutoscalerByItsOldName", "kubernetes.operator.job.autoscaler.enabled",
                                                 "True", "another autoscaler"}),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(RefusedSpec, ButNotOneWhoseAutoscalerIsOff) {
  FlinkDeploymentSpec spec = Spec("v1_20", 2, true);
  spec.flink_configuration["job.autoscaler.enabled"] = "false";
  EXPECT_EQ(MustPlan(spec, WindowWith(2, 7)).changes.size(), 1u);
}

TEST(RefusedSpec, SessionClustersHaveNoJob) {
  FlinkDeploymentSpec spec = Spec("v1_20", 0);
  spec.has_job = false;
  const absl::Status status = Plan(spec, WindowWith(2, 7)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("session cluster"));
}

TEST(RefusedSpec, UnknownVersionsAreNamed) {
  for (const char* version : {"", "1.20", "v1", "v1_", "v1_x", "v3_0", "v0_9", "1_20", "v1_20_1"}) {
    const absl::Status status = Plan(Spec(version, 2), WindowWith(2, 7)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << version;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(std::string("spec.flinkVersion = \"") + version + "\"; allowed:"));
  }
}

struct Applied {
  const char* name;
  const char* version;
  bool adaptive;
  int now, needed;
};
void PrintTo(const Applied& c, std::ostream* out) { *out << c.name; }
class TwiceTest : public testing::TestWithParam<Applied> {};
// Once more before the job has followed, and once more after it has: nothing is left to change.
TEST_P(TwiceTest, AppliedTwiceChangesNothing) {
  const Applied& c = GetParam();
  FlinkDeploymentSpec spec = Spec(c.version, c.now, c.adaptive);
  const bool old = std::string(c.version) == "v1_16";
  const JobWindow before = WindowWith(c.now, c.needed);
  const SpecPatch patch = MustPlan(spec, before);
  EXPECT_FALSE(patch.changes.empty());
  spec = After(spec, patch);
  EXPECT_THAT(MustPlan(spec, before).changes, IsEmpty());

  JobWindow after = WindowWith(c.needed, c.needed);
  if (old) after.graph.vertices[0].parallelism = c.needed;  // one parallelism for every vertex
  const SpecPatch again = MustPlan(spec, after);
  EXPECT_THAT(again.changes, IsEmpty());
  EXPECT_FALSE(again.restarts_job);
}
INSTANTIATE_TEST_SUITE_P(
    Specs, TwiceTest,
    testing::Values(Applied{"InPlaceUp", "v1_20", true, 2, 7}, Applied{"InPlaceDown", "v1_20", true, 7, 2},
                    Applied{"RestartUp", "v1_20", false, 2, 7}, Applied{"RestartDown", "v1_19", false, 7, 2},
                    Applied{"FlinkTwo", "v2_0", true, 2, 7}, Applied{"OldFlinkUp", "v1_16", false, 2, 7},
                    Applied{"OldFlinkDown", "v1_16", false, 7, 2}),
    [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace tune
