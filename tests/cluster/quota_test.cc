#include "service/cluster/quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "service/cluster/job_state.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

using testing::HasSubstr;
constexpr int64_t kGib = int64_t{1} << 30;

struct JobText {
  std::string name = "orders";
  int parallelism = 4;
  int slots = 2;
  double cpu = 1;
  std::string memory = "2g";
  std::string options = "", spec = "", state = "running", status = "", metadata = "";
};

std::shared_ptr<const FlinkJob> Job(const JobText& text) {
  const std::string job = text.parallelism == 0
                              ? "null"
                              : absl::StrCat("{\"parallelism\":", text.parallelism, ",\"state\":\"", text.state, "\"}");
  const auto reduced = std::make_shared<const FlinkJob>(ReduceDeployment(
      JsonObject(absl::StrCat(
                     R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment",
        "metadata":{"namespace":"n","name":")",
                     text.name, "\"", text.metadata, R"(},"spec":{"flinkVersion":"v1_20","flinkConfiguration":{
        "taskmanager.numberOfTaskSlots":")",
                     text.slots, "\"", text.options, R"(},"job":)", job,
                     R"(,"jobManager":{"resource":{"cpu":0.5,"memory":"1g"}},"taskManager":{"resource":{"cpu":)",
                     text.cpu, R"(,"memory":")", text.memory, "\"}}", text.spec, R"(},"status":{)", text.status, "}}"))
          .get()));
  EXPECT_TRUE(reduced->error.ok()) << reduced->error;
  return reduced;
}
std::shared_ptr<const FlinkJob> SessionJob(const std::string& name, int parallelism, const std::string& state) {
  return std::make_shared<const FlinkJob>(
      ReduceSessionJob(JsonObject(absl::StrCat(R"({"metadata":{"namespace":"n","name":")", name,
                                               R"("},"spec":{"deploymentName":"orders","job":{"parallelism":)",
                                               parallelism, R"(,"state":")", state, "\"}}}"))
                           .get()));
}
std::shared_ptr<const JobPod> Pod(const std::string& cluster, int64_t millicores, int64_t gib,
                                  PodPhase phase = PodPhase::kRunning) {
  JobPod pod;
  pod.cluster = cluster;
  pod.phase = phase;
  pod.resources = {Bytes(gib * kGib), Bytes(gib * kGib), MilliCores(millicores), MilliCores(millicores)};
  return std::make_shared<const JobPod>(pod);
}
LimitsObject Quota(QuotaResource resource, int64_t hard, int64_t used, const std::string& name = "team-a") {
  LimitsObject object;
  object.limits.quota.push_back({resource, hard, used, name});
  return object;
}
NamespaceUse Use(const std::vector<std::shared_ptr<const FlinkJob>>& jobs,
                 const std::vector<std::shared_ptr<const JobPod>>& pods, const std::vector<LimitsObject>& limits = {},
                 const std::vector<std::shared_ptr<const FlinkJob>>& session_jobs = {}) {
  NamespaceUse use;
  for (const LimitsObject& object : limits) AddLimits(object, use);
  CountJobs(jobs, session_jobs, pods, use);
  return use;
}
JobPods PodsOf(const FlinkJob& job, int task_managers) {
  JobPods pods = *PresentPods(WindowOf(job.Deployment()->facts, job.parallelism));
  pods.task_managers.count = task_managers;
  return pods;
}
PlanFit Fit(const NamespaceUse& use, const FlinkJob& job, int present, int wanted, bool restarts = true) {
  return FitPlan(use, job, {PodsOf(job, present), PodsOf(job, wanted), restarts});
}

TEST(QuotaTest, CountsThePodsThatASpecWillMake) {
  const NamespaceUse use = Use({Job({})}, {});
  ASSERT_EQ(use.jobs.size(), 1);
  EXPECT_EQ(use.jobs[0].unknown, "");
  EXPECT_EQ(use.jobs[0].wanted.pods, 3);                        // 1 + ceil(4 slots / 2)
  EXPECT_EQ(use.jobs[0].wanted.cpu_request, MilliCores(2500));  // 0.5 + 2 * 1
  EXPECT_EQ(use.jobs[0].wanted.memory_limit, Bytes(5 * kGib));  // 1 + 2 * 2
  EXPECT_EQ(use.jobs[0].in_flight.pods, 3);
}

TEST(QuotaTest, LimitFactorsReplicasAndOverridesCount) {
  JobText text;
  text.options = R"(,"kubernetes.taskmanager.cpu.limit-factor":"2","kubernetes.jobmanager.replicas":"2",
      "pipeline.jobvertex-parallelism-overrides":"a:2,b:7")";
  const NamespaceUse use = Use({Job(text)}, {});
  EXPECT_EQ(use.jobs[0].wanted.pods, 6);                        // 2 + ceil(7 / 2)
  EXPECT_EQ(use.jobs[0].wanted.cpu_request, MilliCores(5000));  // 2 * 0.5 + 4 * 1
  EXPECT_EQ(use.jobs[0].wanted.cpu_limit, MilliCores(9000));    // 2 * 0.5 + 4 * 2
}

TEST(QuotaTest, ContainersOfPodTemplatesCountWithTheRangesDefaults) {
  JobText text;
  text.spec = R"(,"podTemplate":{"spec":{"containers":[{"name":"flink-main-container"},{"name":"logs"}]}})";
  LimitsObject range;
  range.limits.defaults.cpu_request = MilliCores(100);
  const NamespaceUse use = Use({Job(text)}, {}, {range});
  EXPECT_EQ(use.jobs[0].wanted.cpu_request, MilliCores(2800));  // 0.5 + 2 * 1 + 3 * 0.1
  EXPECT_EQ(use.jobs[0].wanted.cpu_limit, MilliCores(2500));
}

TEST(QuotaTest, InFlightIsWhatNoPodHoldsYet) {
  const auto job = Job({});
  EXPECT_EQ(Use({job}, {Pod("orders", 500, 1), Pod("orders", 1000, 2)}).jobs[0].in_flight.cpu_request,
            MilliCores(1000));
  const auto all = {Pod("orders", 500, 1), Pod("orders", 1000, 2), Pod("orders", 1000, 2)};
  EXPECT_EQ(Use({job}, all).jobs[0].in_flight.pods, 0);
  EXPECT_EQ(Use({job}, {Pod("orders", 9000, 90)}).jobs[0].in_flight.cpu_request, MilliCores(0)) << "shrinking";
  EXPECT_EQ(Use({job}, {Pod("orders", 9000, 90)}).jobs[0].in_flight.pods, 2);
  EXPECT_EQ(Use({job}, {Pod("orders", 2500, 5, PodPhase::kFailed)}).jobs[0].in_flight.pods, 3) << "it has ended";
  EXPECT_EQ(Use({job}, {Pod("other", 2500, 5)}).jobs[0].in_flight.pods, 3);
}

TEST(QuotaTest, JobsThatMakeNoPodsAreNotInFlight) {
  JobText text;
  text.state = "suspended";
  EXPECT_EQ(Use({Job(text)}, {}).jobs[0].in_flight.pods, 0);
  text.state = "running";
  text.metadata = R"(,"deletionTimestamp":"2025-11-22T11:59:30Z")";
  EXPECT_EQ(Use({Job(text)}, {}).jobs[0].in_flight.pods, 0);
  text.metadata = R"(,"generation":2)";
  for (const char* state : {"FINISHED", "CANCELED"}) {
    text.status = absl::StrCat(R"("lifecycleState":"STABLE","jobStatus":{"state":")", state, "\"}");
    EXPECT_EQ(Use({Job(text)}, {}).jobs[0].in_flight.pods, 0) << state;
  }
  text.status +=
      R"(,"reconciliationStatus":{"lastReconciledSpec":"{\"resource_metadata\":{\"metadata\":{\"generation\":1}}}"})";
  EXPECT_EQ(Use({Job(text)}, {}).jobs[0].in_flight.pods, 3) << "its new spec has not been taken up yet";
  text.status = R"("lifecycleState":"UPGRADING","jobStatus":{"state":"FINISHED"})";
  EXPECT_EQ(Use({Job(text)}, {}).jobs[0].in_flight.pods, 3) << "the old job was stopped, the new one comes";
}

TEST(QuotaTest, ASessionClusterHoldsTheSlotsOfItsJobs) {
  JobText text;
  text.parallelism = 0;
  const auto suspended = SessionJob("c", 100, "suspended");
  const NamespaceUse use =
      Use({Job(text)}, {}, {}, {SessionJob("a", 3, "running"), SessionJob("b", 4, "running"), suspended});
  EXPECT_EQ(use.jobs[0].wanted.pods, 5);  // 1 + ceil(7 / 2)
  EXPECT_EQ(Use({Job(text)}, {}).jobs[0].wanted.pods, 1);
}

TEST(QuotaTest, WhatIsNotKnownIsSaidAndCountsAsNothing) {
  JobText text;
  text.spec = R"(,"taskManager":{})";
  text.options = R"(,"taskmanager.memory.process.size":"much")";
  text.memory = "2g";
  JobText overrides;
  overrides.name = "pay";
  overrides.options = R"(,"pipeline.jobvertex-parallelism-overrides":"a:x")";
  JobText huge;
  huge.name = "zoo";
  huge.options = R"(,"pipeline.jobvertex-parallelism-overrides":"a:2147483647")";
  const NamespaceUse use = Use({Job(text), Job(overrides), Job(huge)}, {});
  EXPECT_THAT(use.jobs[2].unknown, HasSubstr("= 2147483647; allowed: at most 32768"));
  EXPECT_THAT(use.jobs[0].unknown, HasSubstr("taskmanager.memory.process.size = \"much\""));
  EXPECT_THAT(use.jobs[1].unknown, HasSubstr("pipeline.jobvertex-parallelism-overrides"));
  EXPECT_EQ(use.jobs[0].in_flight.pods, 0);
}

TEST(QuotaTest, LeftIsHardLessUsedAndInFlightOfOthersAndOwnGivenBack) {
  JobText other;
  other.name = "pay";
  // Used are 0.5 + 1 of orders and 1 of somebody else; pay's three pods, 2.5 cores, are still to come.
  const NamespaceUse use = Use({Job({}), Job(other)}, {Pod("orders", 500, 1), Pod("orders", 1000, 2)},
                               {Quota(QuotaResource::kCpuRequest, 10'000, 2500)});
  EXPECT_EQ(LeftFor(use, "orders").quota.cpu_request, MilliCores(6500));  // 10 - (2.5 - 1.5) - 2.5
  EXPECT_EQ(LeftFor(use, "pay").quota.cpu_request, MilliCores(6500));     // 10 - 2.5 - 1 that orders misses
  EXPECT_EQ(LeftFor(use, "nobody").quota.cpu_request, MilliCores(4000));  // 10 - 2.5 - 1 - 2.5
}

TEST(QuotaTest, APlanThatDoesNotFitNamesTheCapAndTheLargestPart) {
  const auto job = Job({});
  const NamespaceUse use = Use({job}, {Pod("orders", 500, 1), Pod("orders", 1000, 2), Pod("orders", 1000, 2)},
                               {Quota(QuotaResource::kCpuRequest, 10'000, 5000)});
  // Others take 2.5 cores; JobManager 0.5; 7 are left for TaskManagers of one core.
  EXPECT_TRUE(Fit(use, *job, 2, 7).fits);
  EXPECT_EQ(Fit(use, *job, 2, 7).task_managers, 7);
  const PlanFit fit = Fit(use, *job, 2, 9);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.cap, "requests.cpu of quota team-a: 12 of 10 cores");  // 2.5 + 0.5 + 9
  EXPECT_EQ(fit.task_managers, 7);
}

TEST(QuotaTest, TheTightestOfSeveralQuotasCounts) {
  const auto job = Job({});
  const NamespaceUse use =
      Use({job}, {}, {Quota(QuotaResource::kPods, 6, 0), Quota(QuotaResource::kMemoryLimit, 6 * kGib, 0, "mem")});
  const PlanFit fit = Fit(use, *job, 2, 3);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.cap, "limits.memory of quota mem: 7 of 6 GiB");  // 1 + 3 * 2
  EXPECT_EQ(fit.task_managers, 2);
  EXPECT_EQ(Fit(Use({job}, {}), *job, 2, 1000).task_managers, std::nullopt) << "without a quota nothing limits it";
}

TEST(QuotaTest, PodsThatStayInPlaceAreNotMadeAgain) {
  const auto job = Job({});
  const auto pods = {Pod("orders", 500, 1), Pod("orders", 1000, 2), Pod("orders", 1000, 2)};
  // Somebody has made the quota smaller than what is in use.
  const NamespaceUse use = Use({job}, pods, {Quota(QuotaResource::kCpuRequest, 2000, 2500)});
  EXPECT_FALSE(Fit(use, *job, 2, 2).fits) << "after a restart not all would come back";
  EXPECT_EQ(Fit(use, *job, 2, 2).task_managers, 1);  // (2 - 0.5) / 1
  EXPECT_TRUE(Fit(use, *job, 2, 2, /*restarts=*/false).fits);
  EXPECT_EQ(Fit(use, *job, 2, 2, false).task_managers, 2);
  EXPECT_FALSE(Fit(use, *job, 2, 3, false).fits);
  EXPECT_EQ(Fit(use, *job, 2, 3, false).cap, "requests.cpu of quota team-a: 3.5 of 2 cores");
}

TEST(QuotaTest, ALimitRangeRefusesPodsHoweverMuchIsLeft) {
  const auto job = Job({});
  LimitsObject range;
  range.limits.range.max_memory = Bytes(kGib);
  const PlanFit fit = Fit(Use({job}, {}, {range}), *job, 2, 2);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.cap, "TaskManagers: LimitRange: memory, 2 of 1 GiB");
  EXPECT_EQ(fit.task_managers, 0);
}

TEST(QuotaTest, ObjectsThatCannotBeReadAreListed) {
  LimitsObject broken;
  broken.error = absl::InvalidArgumentError("ResourceQuota[\"x\"] …");
  EXPECT_THAT(Use({}, {}, {broken}).unread, testing::ElementsAre("ResourceQuota[\"x\"] …"));
}

TEST(QuotaProperty, WhatIsSaidToFitFitsAndOneMoreDoesNot) {
  std::mt19937_64 random(20251122);
  const auto below = [&random](int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random); };
  for (int i = 0; i < 300; ++i) {
    JobText text;
    text.cpu = static_cast<double>(1 + below(39)) / 10;
    text.memory = absl::StrCat(1 + below(7), "g");
    const auto job = Job(text);
    const NamespaceUse use = Use({job}, {Pod("orders", below(3000), below(9))},
                                 {Quota(QuotaResource::kCpuRequest, below(40'000), below(20'000)),
                                  Quota(QuotaResource::kMemoryLimit, below(80) * kGib, below(40) * kGib),
                                  Quota(QuotaResource::kPods, below(30), below(15))});
    const int most = *Fit(use, *job, 2, 1).task_managers;
    EXPECT_FALSE(Fit(use, *job, 2, most + 1).fits);
    EXPECT_TRUE(most == 0 || Fit(use, *job, 2, most).fits) << Fit(use, *job, 2, most).cap;
  }
}

TEST(QuotaProperty, SumsNeverOverflow) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  JobPod pod;
  pod.cluster = "orders";
  pod.phase = PodPhase::kRunning;
  pod.resources = {Bytes(kMost), Bytes(kMost), MilliCores(kMost), MilliCores(kMost)};
  const auto huge = std::make_shared<const JobPod>(pod);
  const auto job = Job({.parallelism = 32768, .slots = 1, .cpu = 1e9, .memory = "2147483647m"});
  const NamespaceUse use = Use({job, Job({.name = "pay", .parallelism = 32768, .cpu = 1e9})}, {huge, huge, huge},
                               {Quota(QuotaResource::kCpuRequest, 1'000'000'000, kMost)});
  EXPECT_EQ(use.jobs[0].now.cpu_request, MilliCores(kMost));
  EXPECT_EQ(LeftFor(use, "pay").quota.cpu_request, MilliCores(0));
  EXPECT_FALSE(Fit(use, *job, 1, 32768).fits);
}

}  // namespace
}  // namespace tune
