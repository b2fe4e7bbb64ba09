#include "service/cluster/flink_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

// As the API server gives it, shortened.
constexpr char kOrders[] = R"({
 "apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment",
 "metadata": {"name": "orders", "namespace": "shop", "uid": "5b1c", "generation": 4, "resourceVersion": "12",
   "labels": {"team": "a", "tune.dev/group": "night"},
   "annotations": {"tune.dev/policy": "careful", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
   "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]},
 "spec": {
   "flinkVersion": "v1_19", "mode": "native", "image": "flink:1.19",
   "flinkConfiguration": {"taskmanager.numberOfTaskSlots": "2", "jobmanager.scheduler": "adaptive",
     "high-availability.type": "kubernetes", "high-availability.storageDir": "s3://ha", "rest.port": "8082",
     "kubernetes.taskmanager.cpu.limit-factor": "2.0", "s3.secret-key": "do not keep"},
   "ingress": {"template": "{{name}}.{{namespace}}.example.com"},
   "job": {"jarURI": "local:///job.jar", "parallelism": 6, "upgradeMode": "last-state", "state": "running"},
   "jobManager": {"replicas": 1, "resource": {"memory": "1024m", "cpu": 0.5}},
   "taskManager": {"resource": {"memory": "2048m", "cpu": 1}}},
 "status": {"lifecycleState": "STABLE", "jobManagerDeploymentStatus": "READY", "observedGeneration": 4,
   "jobStatus": {"state": "RUNNING", "jobId": "7f93ffffffffffff0000000000000001", "jobName": "orders",
     "startTime": "1763783000000", "updateTime": "1763783001500"},
   "reconciliationStatus": {"state": "DEPLOYED", "reconciliationTimestamp": 1763782990000,
     "lastReconciledSpec": "{\"spec\":{\"job\":{}},\"resource_metadata\":{\"apiVersion\":\"flink.apache.org/v1beta1\",\"metadata\":{\"generation\":3},\"firstDeployment\":false}}"}}
})";

FlinkJob Deployment(const std::string& spec, const std::string& more = "") {
  return ReduceDeployment(JsonObject(absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment",
      "metadata":{"name":"orders","namespace":"shop"},"spec":)",
                                                  spec, more, "}"))
                              .get());
}
DeploymentSpec WithOptions(const std::string& options) {
  return Deployment(absl::StrCat(R"({"flinkVersion":"v1_20","flinkConfiguration":)", options, "}")).spec;
}

TEST(FlinkJobTest, KeepsWhatTheObjectSays) {
  const FlinkJob job = ReduceDeployment(JsonObject(kOrders).get());
  ASSERT_TRUE(job.error.ok()) << job.error;
  EXPECT_EQ(ToText(job.key), "shop/orders");
  EXPECT_EQ(job.uid, "5b1c");
  EXPECT_EQ(job.generation, 4);
  EXPECT_THAT(job.labels, ElementsAre(Pair("tune.dev/group", "night")));
  EXPECT_THAT(job.annotations, ElementsAre(Pair("tune.dev/policy", "careful")));
  EXPECT_EQ(job.parallelism, 6);
  EXPECT_EQ(job.upgrade_mode, UpgradeMode::kLastState);
  EXPECT_FALSE(job.suspended);
  EXPECT_FALSE(job.is_session_cluster());
  EXPECT_EQ(job.spec.high_availability, HighAvailability::kKubernetes);
  EXPECT_TRUE(job.spec.rescales_in_place);
  EXPECT_FALSE(job.spec.standalone);
  EXPECT_EQ(job.spec.ingress_url, "http://orders.shop.example.com");
  EXPECT_EQ(job.spec.rest_url, "http://orders-rest.shop:8082");
  EXPECT_EQ(job.status.lifecycle, Lifecycle::kStable);
  EXPECT_EQ(job.status.flink_state, FlinkState::kRunning);
  EXPECT_EQ(job.status.job_manager, JobManagerState::kReady);
  EXPECT_EQ(job.status.job_id, "7f93ffffffffffff0000000000000001");
  EXPECT_EQ(job.status.start_time, absl::FromUnixSeconds(1763783000));
  EXPECT_EQ(job.status.update_time, absl::FromUnixMillis(1763783001500));
  EXPECT_EQ(job.status.reconciled_at, absl::FromUnixSeconds(1763782990));
  EXPECT_EQ(job.status.observed_generation, 4);
  EXPECT_EQ(job.status.reconciled_generation, 3);
  EXPECT_TRUE(job.change_pending());
}

TEST(FlinkJobTest, GivesTheSpecBackWithTheOptionsThatAreRead) {
  const auto read = ReduceDeployment(JsonObject(kOrders).get()).Deployment();
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->spec.flink_configuration,
              UnorderedElementsAre(Pair("taskmanager.numberOfTaskSlots", "2"), Pair("jobmanager.scheduler", "adaptive"),
                                   Pair("kubernetes.taskmanager.cpu.limit-factor", "2.0")));
  EXPECT_EQ(read->spec.upgrade_mode, "last-state");
  EXPECT_EQ(read->facts.slots_per_task_manager, 2);
  EXPECT_EQ(read->facts.task_manager.memory, "2048m");
}

TEST(FlinkJobTest, TellsKindsOfHighAvailabilityApart) {
  const auto kind = [](const char* options) { return WithOptions(options).high_availability; };
  EXPECT_EQ(kind("{}"), HighAvailability::kNone);
  EXPECT_EQ(kind(R"({"high-availability":"NONE"})"), HighAvailability::kNone);
  EXPECT_EQ(kind(R"({"high-availability":"zookeeper"})"), HighAvailability::kZooKeeper);
  EXPECT_EQ(kind(R"({"high-availability":{"type":"ZooKeeper"}})"), HighAvailability::kZooKeeper);
  EXPECT_EQ(kind(R"({"high-availability":"org.apache.flink.kubernetes.highavailability.KubernetesHaServicesFactory"})"),
            HighAvailability::kKubernetes);
  EXPECT_EQ(kind(R"({"high-availability.type":"org.example.Ours"})"), HighAvailability::kOther);
  EXPECT_EQ(kind(R"({"high-availability":"zookeeper","high-availability.type":"kubernetes"})"),
            HighAvailability::kKubernetes);
}

TEST(FlinkJobTest, TellsWhoSetsTheParallelism) {
  EXPECT_FALSE(WithOptions("{}").rescales_in_place);
  EXPECT_FALSE(Deployment(R"({"flinkVersion":"v1_17","flinkConfiguration":{"jobmanager.scheduler":"adaptive"}})")
                   .spec.rescales_in_place);
  EXPECT_TRUE(WithOptions(R"({"jobmanager.scheduler":"Adaptive"})").rescales_in_place);
  const DeploymentSpec reactive = WithOptions(R"({"jobmanager.scheduler":"adaptive","scheduler-mode":"REACTIVE"})");
  EXPECT_TRUE(reactive.reactive);
  EXPECT_FALSE(reactive.rescales_in_place);
  EXPECT_TRUE(WithOptions(R"({"job.autoscaler.enabled":"true"})").autoscaled);
  EXPECT_TRUE(WithOptions(R"({"kubernetes.operator.job.autoscaler.enabled":true})").autoscaled);
  EXPECT_FALSE(WithOptions(R"({"job.autoscaler.enabled":"false"})").autoscaled);
}

TEST(FlinkJobTest, ASpecThatContradictsItselfNamesTheField) {
  const auto error = [](const std::string& spec) { return std::string(Deployment(spec).error.message()); };
  EXPECT_EQ(error(R"({"job":{"parallelism":"4","upgradeMode":"never"}})"),
            "spec.job.parallelism = \"4\"; allowed: a whole number in [1, 32768], not quoted\n"
            "spec.job.upgradeMode = \"never\"; allowed: stateless, savepoint, last-state");
  EXPECT_EQ(error(R"({"flinkConfiguration":{"a":{"b":1},"a.b":2}})"),
            "spec.flinkConfiguration[\"a.b\"] = given twice, nested and with dots; allowed: once");
  EXPECT_EQ(error(R"({"mode":"cloud"})"), "spec.mode = \"cloud\"; allowed: native, standalone");
  EXPECT_EQ(error("[]"), "spec = a list; allowed: a map");
  EXPECT_EQ(error("\"x\""), "spec = \"x\"; allowed: a map");
  EXPECT_FALSE(Deployment(R"({"mode":"cloud"})").Deployment().ok());
}

TEST(FlinkJobTest, TheReasonOfAFailureIsOneLine) {
  EXPECT_EQ(
      ReasonOf(
          R"({"type":"org.apache.flink.kubernetes.operator.exception.ReconciliationException","message":"org.apache.flink.configuration.IllegalConfigurationException: TaskManager memory configuration failed: Sum of 128mb exceeds 152mb.","throwableList":[{"type":"x","message":"TaskManager memory configuration failed: Sum of 128mb exceeds 152mb."},{"type":"x","message":"Sum of 128mb exceeds 152mb."}]})"),
      "TaskManager memory configuration failed: Sum of 128mb exceeds 152mb.");
  EXPECT_EQ(
      ReasonOf(
          R"({"type":"a.B","message":"org.apache.flink.client.deployment.ClusterDeploymentException: Could not create Kubernetes cluster \"demo\".","throwableList":[{"message":"Could not create Kubernetes cluster \"demo\"."},{"message":"object is being deleted"}]})"),
      "Could not create Kubernetes cluster \"demo\".: object is being deleted");
  EXPECT_EQ(ReasonOf(R"({"type":"org.a.TimeoutException","message":null,"throwableList":[{"message":7}]})"),
            "TimeoutException");
  EXPECT_EQ(ReasonOf("no\n\tJSON \x01 at all "), "no JSON at all");
  EXPECT_EQ(ReasonOf(""), "");
  const std::string long_reason = ReasonOf(std::string(5000, 'x'));
  EXPECT_EQ(long_reason.size(), kMostReasonBytes);
  EXPECT_THAT(long_reason, testing::EndsWith("…"));
}

TEST(FlinkJobTest, TimesThatAreNoneAreNotKnown) {
  for (const char* time : {"\"soon\"", "-1", "253402300800000", "\"9223372036854775808\"", "1.5", "{}", "null"}) {
    const FlinkJob job =
        Deployment("{}", absl::StrCat(R"(,"status":{"jobStatus":{"startTime":)", time,
                                      R"(},"reconciliationStatus":{"reconciliationTimestamp":)", time, "}}"));
    EXPECT_EQ(job.status.start_time, std::nullopt) << time;
    EXPECT_EQ(job.status.reconciled_at, std::nullopt) << time;
  }
}

TEST(FlinkJobTest, ReadsAJobOfASessionCluster) {
  const FlinkJob job = ReduceSessionJob(JsonObject(R"({"kind":"FlinkSessionJob",
    "metadata":{"name":"j","namespace":"shop","generation":2},
    "spec":{"deploymentName":"cluster","job":{"parallelism":3,"upgradeMode":"savepoint","state":"suspended"}},
    "status":{"lifecycleState":"SUSPENDED","jobStatus":{"state":"FINISHED"}}})")
                                            .get());
  ASSERT_TRUE(job.error.ok()) << job.error;
  EXPECT_EQ(job.key, (JobKey{"shop", "j", JobKind::kSessionJob}));
  EXPECT_EQ(job.cluster(), "cluster");
  EXPECT_EQ(job.parallelism, 3);
  EXPECT_EQ(job.upgrade_mode, UpgradeMode::kSavepoint);
  EXPECT_TRUE(job.suspended);
  EXPECT_EQ(job.status.lifecycle, Lifecycle::kSuspended);
  EXPECT_EQ(job.Deployment().status().code(), absl::StatusCode::kInvalidArgument);
  const FlinkJob wrong = ReduceSessionJob(JsonObject(R"({"spec":{"job":{"parallelism":0}}})").get());
  EXPECT_EQ(wrong.error.message(),
            "spec.deploymentName = \"\"; allowed: the name of a FlinkDeployment\n"
            "spec.job.parallelism = 0; allowed: a whole number in [1, 32768]");
}

TEST(FlinkJobTest, ASessionClusterIsOneWithoutAJob) {
  const FlinkJob cluster = Deployment(R"({"flinkVersion":"v1_20","job":null})");
  EXPECT_TRUE(cluster.is_session_cluster());
  EXPECT_FALSE(Deployment("[]").is_session_cluster()) << "of a spec that cannot be read nothing is known";
}

TEST(FlinkJobTest, ContainersOfPodTemplatesAreMergedAsTheOperatorDoes) {
  const std::string templates = R"("podTemplate":{"spec":{"containers":[
      {"name":"flink-main-container"},{"name":"logs","resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}]}},
    "taskManager":{"podTemplate":{"spec":{"containers":[
      {"name":"flink-main-container"},{"name":"shipper","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}],
      "initContainers":[{"name":"fetch","resources":{"requests":{"cpu":"2"}}}]}}})";
  const FlinkJob by_place = Deployment(absl::StrCat("{", templates, "}"));
  ASSERT_TRUE(by_place.error.ok()) << by_place.error;
  ASSERT_EQ(by_place.spec.beside->task_manager.containers.size(), 1) << "the second of both, merged";
  EXPECT_EQ(by_place.spec.beside->task_manager.containers[0].cpu_request, 100);
  EXPECT_EQ(by_place.spec.beside->task_manager.containers[0].cpu_limit, 1000);
  EXPECT_EQ(by_place.spec.beside->task_manager.containers[0].memory_request, 64 << 20);
  EXPECT_EQ(by_place.spec.beside->task_manager.init.size(), 1);
  EXPECT_EQ(by_place.spec.beside->job_manager.containers.size(), 1);
  EXPECT_EQ(by_place.spec.beside->job_manager.init.size(), 0);
  const FlinkJob by_name = Deployment(absl::StrCat(
      R"({"flinkConfiguration":{"kubernetes.operator.pod-template.merge-arrays-by-name":"true"},)", templates, "}"));
  EXPECT_EQ(by_name.spec.beside->task_manager.containers.size(), 2) << "logs and shipper";
}

}  // namespace
}  // namespace tune
