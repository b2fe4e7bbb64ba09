#include "service/cluster/job_pod.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "service/cluster/namespace_objects.h"
#include "service/cluster/pod_resources.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

JobPod Pod(const std::string& spec, const std::string& status = R"({"phase":"Running"})",
           const std::string& metadata = "") {
  return ReducePod(JsonObject(absl::StrCat(R"({"metadata":{"labels":{"app":"orders","component":"taskmanager"})",
                                           metadata, "},\"spec\":", spec, ",\"status\":", status, "}"))
                       .get());
}
std::string Container(const char* cpu, const char* memory, const char* more = "") {
  return absl::StrCat(R"({"resources":{"requests":{"cpu":")", cpu, R"(","memory":")", memory, R"("},"limits":{"cpu":")",
                      cpu, R"(","memory":")", memory, "\"}}", more, "}");
}
ContainerResources Sum(const std::string& spec, const ContainerDefaults& defaults = {}) {
  return SumOf(ContainersOf(JsonObject(spec).get()), defaults);
}

TEST(JobPodTest, KeepsWhatTheObjectSays) {
  const JobPod pod = Pod(absl::StrCat(R"({"nodeName":"n1","containers":[)", Container("500m", "2Gi"), "]}"),
                         R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}],
      "containerStatuses":[{"restartCount":2,"state":{"running":{}},"lastState":{"terminated":{"reason":"OOMKilled"}}}]})");
  EXPECT_EQ(pod.cluster, "orders");
  EXPECT_EQ(pod.role, PodRole::kTaskManager);
  EXPECT_EQ(pod.phase, PodPhase::kRunning);
  EXPECT_EQ(pod.node, "n1");
  EXPECT_TRUE(pod.ready);
  EXPECT_FALSE(pod.deleting);
  EXPECT_EQ(pod.reason, "OOMKilled");
  EXPECT_EQ(pod.restarts, 2);
  EXPECT_EQ(pod.taken().cpu_request, MilliCores(500));
  EXPECT_EQ(pod.taken().memory_limit, Bytes(int64_t{2} << 30));
  EXPECT_EQ(pod.taken().pods, 1);
}

TEST(JobPodTest, SaysWhyItDoesNotRun) {
  const auto reason = [](const char* status) { return Pod("{}", status).reason; };
  EXPECT_EQ(reason(R"({"phase":"Failed","containerStatuses":[{"state":{"terminated":{"reason":"OOMKilled"}}}]})"),
            "OOMKilled");
  EXPECT_EQ(reason(R"({"containerStatuses":[{"state":{"terminated":{"reason":"Completed"}}},
                                            {"state":{"waiting":{"reason":"ImagePullBackOff"}}}]})"),
            "ImagePullBackOff");
  EXPECT_EQ(reason(R"({"initContainerStatuses":[{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}],
                       "conditions":[{"type":"PodScheduled","status":"True"}]})"),
            "CrashLoopBackOff");
  EXPECT_EQ(reason(R"({"phase":"Failed","reason":"Evicted"})"), "Evicted");
  EXPECT_EQ(reason(R"({"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable"}]})"),
            "Unschedulable");
  EXPECT_EQ(reason(R"({"phase":"Running"})"), "");
}

TEST(JobPodTest, IsDisruptedWhereTheClusterTakesItAway) {
  const auto disrupted = [](const char* status, const char* reason, const char* of_pod) {
    return Pod("{}", absl::StrCat(R"({"phase":"Failed","reason":")", of_pod,
                                  R"(","conditions":[{"type":"DisruptionTarget","status":")", status, R"(","reason":")",
                                  reason, "\"}]}"))
        .disrupted;
  };
  for (const char* reason :
       {"PreemptionByScheduler", "DeletionByTaintManager", "EvictionByEvictionAPI", "DeletionByPodGC"}) {
    EXPECT_TRUE(disrupted("True", reason, "")) << reason;
    EXPECT_FALSE(disrupted("False", reason, "")) << reason;
  }
  EXPECT_TRUE(disrupted("True", "TerminationByKubelet", "Terminated")) << "its node shuts down";
  EXPECT_FALSE(disrupted("True", "TerminationByKubelet", "Evicted")) << "its node runs short of something";
  EXPECT_FALSE(Pod("{}").disrupted);
}

TEST(JobPodTest, AQuotaCountsPodsUntilTheyHaveEnded) {
  const std::string spec = absl::StrCat(R"({"containers":[)", Container("1", "1Gi"), "]}");
  for (const char* phase : {"Pending", "Running", "Unknown"}) {
    EXPECT_EQ(Pod(spec, absl::StrCat("{\"phase\":\"", phase, "\"}")).taken().pods, 1) << phase;
  }
  for (const char* phase : {"Succeeded", "Failed"}) {
    EXPECT_EQ(Pod(spec, absl::StrCat("{\"phase\":\"", phase, "\"}")).taken().cpu_request, MilliCores(0)) << phase;
  }
  const JobPod going = Pod(spec, R"({"phase":"Running"})", R"(,"deletionTimestamp":"2025-11-22T11:59:30Z")");
  EXPECT_TRUE(going.deleting);
  EXPECT_EQ(going.taken().pods, 1);
}

TEST(PodResourcesTest, ContainersAreSummedAsTheSchedulerDoes) {
  // Containers together: 1 + 0.5 cores. The first init container alone: 2; the second stays: 0.25 beside the
  // containers.
  const std::string stays = R"(,"restartPolicy":"Always")";
  const ContainerResources sum = Sum(absl::StrCat(
      R"({"containers":[)", Container("1", "1Gi"), ",", Container("500m", "1Gi"), R"(],"initContainers":[)",
      Container("2", "1Gi"), ",", Container("250m", "512Mi", stays.c_str()), ",", Container("100m", "3Gi"), "]}"));
  EXPECT_EQ(sum.cpu_request, MilliCores(2000));               // max(1.5 + 0.25, 2, 0.25, 0.25 + 0.1)
  EXPECT_EQ(sum.memory_request, Bytes(int64_t{3584} << 20));  // max(2 + 0.5, 1, 0.5, 0.5 + 3) GiB
}

TEST(PodResourcesTest, OverheadIsAddedAndThePodsOwnResourcesStandOver) {
  const ContainerResources sum = Sum(
      absl::StrCat(R"({"overhead":{"cpu":"100m","memory":"1Mi"},"containers":[)",
                   R"({"resources":{"requests":{"cpu":1,"memory":"1Mi"}}}],"resources":{"requests":{"cpu":"3"}}})"));
  EXPECT_EQ(sum.cpu_request, MilliCores(3100));
  EXPECT_EQ(sum.cpu_limit, MilliCores(0)) << "no limit is no limit, overhead or not";
  EXPECT_EQ(sum.memory_request, Bytes(2 << 20));
}

TEST(PodResourcesTest, DefaultsFillWhatIsNotSaid) {
  ContainerDefaults defaults;
  defaults.cpu_request = MilliCores(100);
  defaults.cpu_limit = MilliCores(300);
  defaults.memory_limit = Bytes(64);
  const ContainerResources sum = Sum(R"({"containers":[{},{"resources":{"limits":{"cpu":"2"}}}]})", defaults);
  EXPECT_EQ(sum.cpu_request, MilliCores(2100)) << "a default, and the container's own limit";
  EXPECT_EQ(sum.cpu_limit, MilliCores(2300));
  EXPECT_EQ(sum.memory_request, Bytes(0));
  EXPECT_EQ(sum.memory_limit, Bytes(128));
}

TEST(PodResourcesTest, WhatIsNoQuantityCountsAsNothingAndSumsStay) {
  const ContainerResources sum = Sum(R"({"containers":[{"resources":{"requests":{"cpu":"many","memory":"-1"}}},
      {"resources":{"requests":{"cpu":[],"memory":"1e18"}}},{"resources":{"requests":{"memory":"1e18"}}},
      {"resources":{"requests":{"memory":"1e18"}}},{"resources":{"requests":{"memory":"1e18"}}},
      {"resources":{"requests":{"memory":"1e18"}}},{"resources":{"requests":{"memory":"1e18"}}},
      {"resources":{"requests":{"memory":"1e18"}}},{"resources":{"requests":{"memory":"1e18"}}},
      {"resources":{"requests":{"memory":"1e18"}}},{"resources":{"requests":{"memory":"1e18"}}}]})");
  EXPECT_EQ(sum.cpu_request, MilliCores(0));
  EXPECT_EQ(sum.memory_request, Bytes(std::numeric_limits<int64_t>::max()));  // 10e18 > 2^63
}

TEST(NamespaceObjectsTest, OneRuleForQuotasOfFilesAndOfTheCluster) {
  const LimitsObject quota = ReduceResourceQuota(JsonObject(R"({"metadata":{"name":"team","namespace":"n"},
    "spec":{"hard":{"pods":"9"}},"status":{"hard":{"requests.cpu":"4","pods":"9"},"used":{"requests.cpu":"1500m"}}})")
                                                     .get());
  ASSERT_TRUE(quota.error.ok()) << quota.error;
  ASSERT_EQ(quota.limits.quota.size(), 2);
  EXPECT_EQ(quota.limits.quota[0].resource, QuotaResource::kCpuRequest);
  EXPECT_EQ(quota.limits.quota[0].hard, 4000);
  EXPECT_EQ(quota.limits.quota[0].used, 1500);
  EXPECT_EQ(quota.limits.quota[0].quota, "team");
  EXPECT_EQ(quota.limits.quota[1].used, std::nullopt);
  EXPECT_TRUE(ReduceResourceQuota(JsonObject(R"({"spec":{"scopes":["BestEffort"],"hard":{"pods":"1"}}})").get())
                  .limits.quota.empty())
      << "Flink's pods are not in it";
  const LimitsObject range = ReduceLimitRange(JsonObject(R"({"metadata":{"name":"r"},"spec":{"limits":[
    {"type":"Container","max":{"cpu":"4"},"default":{"cpu":"2"},"defaultRequest":{"cpu":"1"}}]}})")
                                                  .get());
  ASSERT_TRUE(range.error.ok()) << range.error;
  EXPECT_EQ(range.limits.range.max_cpu, MilliCores(4000));
  EXPECT_EQ(range.limits.defaults.cpu_request, MilliCores(1000));
  EXPECT_EQ(
      ReduceResourceQuota(
          JsonObject(R"({"metadata":{"name":"t"},"spec":{"hard":{"pods":"many","requests.cpu":[]}}})").get())
          .error.message(),
      "ResourceQuota[\"t\"].spec.hard[\"requests.cpu\"] = a list; allowed: a Kubernetes quantity in [0, 1e6] cores, "
      "as 500m, 2\n"
      "ResourceQuota[\"t\"].spec.hard[\"pods\"] = \"many\"; allowed: a whole number in [0, 2^31)");
}

TEST(NamespaceObjectsTest, ANamespaceTellsWhetherItGoes) {
  const NamespaceFacts facts = ReduceNamespace(
      JsonObject(R"({"metadata":{"labels":{"tune.dev/policy":"thrifty"}},"status":{"phase":"Terminating"}})").get());
  EXPECT_TRUE(facts.terminating);
  EXPECT_EQ(facts.labels.at(0).second, "thrifty");
  EXPECT_FALSE(ReduceNamespace(JsonObject(R"({"status":{"phase":"Active"}})").get()).terminating);
}

}  // namespace
}  // namespace tune
