// The part of a FlinkDeployment's plan that sizes processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/answer.h"
#include "tune/flink_memory.h"
#include "tune/plan.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Bytes Mib(int64_t n) { return Bytes(n << 20); }

FlinkDeploymentSpec Spec() {
  FlinkDeploymentSpec spec;
  spec.name = "orders";
  spec.flink_version = "v1_20";
  spec.job_parallelism = 1;
  spec.task_manager.memory = "2g";
  spec.task_manager.cpu = 1;
  spec.job_manager.memory = "1600m";
  spec.job_manager.cpu = 0.5;
  spec.flink_configuration = {{"taskmanager.numberOfTaskSlots", "4"}};
  return spec;
}

// A source and a map of one subtask each, which need no more; the facts are those of the spec.
JobWindow Window(const FlinkDeploymentSpec& spec) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  window.facts.flink_major = 1;
  window.facts.flink_minor = 20;
  window.facts.slots_per_task_manager = 4;
  window.facts.configuration = spec.flink_configuration;
  window.facts.task_manager = spec.task_manager;
  window.facts.job_manager = spec.job_manager;
  return window;
}

// An answer that keeps the parallelism and the processes.
JobRecommendation Kept(const JobWindow& window) { return MustRecommend(window, PlainPolicy()); }

SpecPatch MustPlan(const FlinkDeploymentSpec& spec, const JobWindow& window, const JobRecommendation& answer) {
  absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(spec, window, answer);
  EXPECT_TRUE(patch.ok()) << patch.status();
  return patch.ok() ? *std::move(patch) : SpecPatch{};
}

// "spec.taskManager.resource.cpu 1 -> 0.25", numbers without and texts with quotes.
std::vector<std::string> LinesOf(const SpecPatch& patch) {
  std::vector<std::string> lines;
  for (const SpecChange& change : patch.changes) {
    const std::string path = absl::StrJoin(change.path, " ");
    const std::string quote = change.is_number ? "" : "\"";
    lines.push_back(absl::StrCat(path, ": ", change.before, " -> ", quote, change.after, quote));
    EXPECT_FALSE(change.reason.empty()) << path;
  }
  return lines;
}

TEST(ProcessChanges, KeptProcessesChangeNothing) {
  const FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  const SpecPatch patch = MustPlan(spec, window, Kept(window));
  EXPECT_THAT(patch.changes, IsEmpty());
  EXPECT_THAT(patch.notes, ElementsAre(HasSubstr("nothing to change")));
}

// Flink's "m" is MiB, the CRD's cpu a bare number of cores. What is set is what Flink then makes of it.
TEST(ProcessChanges, EveryFieldHasItsUnit) {
  const FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  ProcessRecommendation& tm = answer.task_managers;
  tm.action = Action::kLower;
  tm.wanted.memory = Mib(1500);
  tm.wanted.cpu = MilliCores(250);
  tm.wanted.cpu_limit_factor = 2;
  tm.wanted.memory_limit_factor = 1.25;
  tm.wanted.slots = 2;
  tm.wanted.heap = Mib(700);
  tm.cores_quantile = 0.15;
  tm.options = {{"taskmanager.memory.managed.size", "0b"}};
  answer.job_manager.wanted.memory = Mib(1200);
  answer.job_manager.wanted.cpu = MilliCores(1500);
  answer.job_manager.wanted.heap = Mib(600);
  answer.job_manager.cores_quantile = 1;
  const SpecPatch patch = MustPlan(spec, window, answer);
  EXPECT_THAT(
      LinesOf(patch),
      ElementsAre("spec taskManager resource memory: 2g -> \"1500m\"", "spec taskManager resource cpu: 1 -> 0.25",
                  "spec flinkConfiguration taskmanager.numberOfTaskSlots: 4 -> \"2\"",
                  "spec flinkConfiguration kubernetes.taskmanager.cpu.limit-factor:  -> \"2\"",
                  "spec flinkConfiguration kubernetes.taskmanager.memory.limit-factor:  -> \"1.25\"",
                  "spec flinkConfiguration taskmanager.memory.managed.size:  -> \"0b\"",
                  "spec jobManager resource memory: 1600m -> \"1200m\"", "spec jobManager resource cpu: 0.5 -> 1.5"));
  EXPECT_TRUE(patch.restarts_job);
}

TEST(ProcessChanges, AppliedTwiceNothingIsLeft) {
  FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.task_managers.wanted.memory = Mib(1500);
  answer.task_managers.wanted.cpu = MilliCores(333);
  answer.task_managers.cores_quantile = 0.2;
  answer.task_managers.options = {{"taskmanager.memory.managed.size", "0b"}};
  EXPECT_EQ(MustPlan(spec, window, answer).changes.size(), 3u);
  spec.task_manager.memory = "1500m";
  spec.task_manager.cpu = 0.333;
  spec.flink_configuration["taskmanager.memory.managed.size"] = "0b";
  EXPECT_THAT(MustPlan(spec, window, answer).changes, IsEmpty());
}

// Other processes mean new pods: in place is no longer possible, so the job's parallelism is set too.
TEST(ProcessChanges, ResizedProcessesRestartTheJobWhateverTheScheduler) {
  FlinkDeploymentSpec spec = Spec();
  spec.flink_configuration["jobmanager.scheduler"] = "adaptive";
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.parallelism_wanted = 3;
  answer.vertices[1].wanted = 3;
  answer.task_managers.wanted.memory = Mib(3000);
  const SpecPatch patch = MustPlan(spec, window, answer);
  EXPECT_THAT(LinesOf(patch), testing::Contains("spec job parallelism: 1 -> 3"));
  EXPECT_TRUE(patch.restarts_job);
}

TEST(ProcessChanges, ReplicasOfAStandaloneClusterFollow) {
  FlinkDeploymentSpec spec = Spec();
  spec.task_manager.replicas = 3;
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.task_managers.wanted.count = 2;
  EXPECT_THAT(LinesOf(MustPlan(spec, window, answer)), ElementsAre("spec taskManager replicas: 3 -> 2"));
}

TEST(ProcessChanges, SizesFoundForAnotherSpecAreLeftAlone) {
  FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.task_managers.wanted.memory = Mib(3000);
  spec.flink_configuration["taskmanager.memory.task.off-heap.size"] = "1g";
  const SpecPatch patch = MustPlan(spec, window, answer);
  EXPECT_THAT(patch.changes, IsEmpty());
  EXPECT_THAT(patch.notes,
              testing::Contains(HasSubstr("TaskManagers: left alone, as the sizes were found for another")));
}

// 300 MiB hold metaspace (256) and the least overhead (192) not even without a heap.
TEST(ProcessChanges, WhatFlinkWouldRefuseIsNotPlanned) {
  const FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.task_managers.wanted.memory = Mib(300);
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(spec, window, answer);
  EXPECT_EQ(patch.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(patch.status().message()), HasSubstr("with the changes Flink would refuse the spec"));
}

TEST(ProcessChanges, LessHeapThanWantedIsNotPlanned) {
  const FlinkDeploymentSpec spec = Spec();
  const JobWindow window = Window(spec);
  JobRecommendation answer = Kept(window);
  answer.task_managers.wanted.memory = Mib(1500);
  answer.task_managers.wanted.heap = Mib(1400);
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(spec, window, answer);
  EXPECT_EQ(patch.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(patch.status().message()), HasSubstr("bytes of heap; wanted: 1468006400"));
}

}  // namespace
}  // namespace tune
