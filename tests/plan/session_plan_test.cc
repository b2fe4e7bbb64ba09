// A session cluster's plan: its processes, and what its jobs' own specs need.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tune/plan.h"
#include "tune/session.h"

namespace tune {
namespace {

using testing::HasSubstr;

JobWindow Job(const std::string& name, double busy) {
  JobWindow job = SourceAndMap(100, MapOptions(100, busy / 100, 1));
  job.facts.job_name = name;
  return job;
}

FlinkDeploymentSpec SessionSpec() {
  FlinkDeploymentSpec spec;
  spec.name = "session";
  spec.flink_version = "v1_20";
  spec.has_job = false;
  return spec;
}

TEST(SessionPlan, SaysWhatTheJobsOwnSpecsNeed) {
  const JobWindow jobs[] = {Job("orders", 0.1), Job("clicks", 1.7)};
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  JobRecommendation answer = MustRecommend(*all, PlainPolicy());
  answer.task_managers.wanted.slots = 3;
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(SessionSpec(), *all, answer);
  ASSERT_TRUE(patch.ok()) << patch.status();
  ASSERT_EQ(patch->changes.size(), 1u);
  EXPECT_EQ(patch->changes[0].path.back(), "taskmanager.numberOfTaskSlots");
  EXPECT_TRUE(patch->restarts_job);
  EXPECT_THAT(patch->notes, testing::ElementsAre("FlinkSessionJob of clicks: spec.job.parallelism 1 -> 2"));
}

TEST(SessionPlan, SpecAndHistoryMustBeOfOneKind) {
  const JobWindow one = Job("orders", 0.1);
  const absl::StatusOr<SpecPatch> no_job = PlanFlinkDeployment(SessionSpec(), one, MustRecommend(one, PlainPolicy()));
  EXPECT_EQ(no_job.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(no_job.status().message()), HasSubstr("give the histories of all of them"));
  const absl::StatusOr<JobWindow> all = SessionWindow({&one, 1});
  ASSERT_TRUE(all.ok()) << all.status();
  FlinkDeploymentSpec spec = SessionSpec();
  spec.has_job = true;
  const absl::StatusOr<SpecPatch> job = PlanFlinkDeployment(spec, *all, MustRecommend(*all, PlainPolicy()));
  EXPECT_THAT(std::string(job.status().message()), HasSubstr("the spec has a job"));
}

}  // namespace
}  // namespace tune
