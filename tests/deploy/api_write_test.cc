// What tuned does to write, as the account that service/deploy gives it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"
#include "service/patch/patcher.h"
#include "service/rollout/events.h"
#include "service/rollout/lease.h"
#include "tests/deploy/deployed.h"
#include "tests/deploy/manifests.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr absl::Duration kTime = absl::Seconds(30);
const KubeResource kDeployments = {"flink.apache.org", "v1beta1", "flinkdeployments"};

class DeployWriteApi : public Deployed {
 protected:
  void CreateOrders(const std::string& ns) const {
    server_->Apply(absl::StrReplaceAll(R"(
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata: {name: orders, namespace: NS}
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration: {high-availability.type: kubernetes}
  jobManager: {resource: {memory: 1g, cpu: 0.5}}
  taskManager: {resource: {memory: 2g, cpu: 1}}
  job: {jarURI: "local:///opt/job.jar", parallelism: 2, upgradeMode: savepoint}
)",
                                       {{"NS", ns}}));
  }
  absl::Status SetParallelism(KubeClient& client, const std::string& ns, int parallelism) const {
    PatchRequest request;
    request.resource = kDeployments;
    request.ns = ns;
    request.name = "orders";
    const auto live = ReadLiveObject(*admin_->Get(*PathOf(kDeployments, ns, "orders"), kTime));
    request.generation = live->generation;
    request.fields = {{{"spec", "job", "parallelism"}, json(parallelism)}};
    request.force = true;
    return Patch(client, request, kTime).status();
  }
};

TEST_F(DeployWriteApi, RightsOfWriteAreEnoughToWrite) {
  Deploy("namespaced-write");
  for (const char* ns : {"team-a", "team-c"}) CreateOrders(ns);
  const auto tuned = Tuned();
  absl::Status status;
  EXPECT_TRUE(Eventually([&] { return (status = SetParallelism(*tuned, "team-a", 3)).ok(); })) << status;
  EXPECT_TRUE(absl::IsPermissionDenied(SetParallelism(*tuned, "team-c", 3)));

  EventRecorder recorder(*tuned, "tuned-0", absl::ZeroDuration());
  JobEvent event;
  event.job = {"team-a", "orders", JobKind::kDeployment};
  event.uid = "0b8f4d2e-0000-4000-8000-000000000000";
  event.reason = "Applied";
  event.action = "Resize";
  event.note = "parallelism 2 -> 3";
  for (int i = 0; i < 2; ++i) {  // made, and then counted up
    status = recorder.Record(event, absl::Now());
    EXPECT_TRUE(status.ok()) << status;
  }
  event.job.ns = "team-c";
  EXPECT_TRUE(absl::IsPermissionDenied(recorder.Record(event, absl::Now())));

  LeaseOptions options;
  options.ns = "tuned";
  options.identity = "tuned-0";
  const auto lease = Lease::Start(*tuned, options);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_TRUE(Eventually([&] { return (*lease)->Held(); })) << (*lease)->error();
  options.ns = "team-a";
  const auto elsewhere = Lease::Start(*tuned, options);
  EXPECT_TRUE(Eventually([&] { return absl::IsPermissionDenied((*elsewhere)->error()); })) << (*elsewhere)->error();
}

TEST_F(DeployWriteApi, RightsOfAdviseAreNotEnoughToWrite) {
  Deploy("advise");
  CreateOrders("team-b");
  EXPECT_TRUE(absl::IsPermissionDenied(SetParallelism(*Tuned(), "team-b", 3)));
}

// Fields that a server-side apply of tuned's sends, and whether the API server takes them.
struct Sent {
  const char* fields;
  bool taken;
};
constexpr Sent kSent[] = {
    {R"({"spec":{"job":{"parallelism":3}}})", true},
    {R"({"spec":{"taskManager":{"resource":{"memory":"3g","cpu":2}}}})", true},
    {R"({"spec":{"taskManager":{"replicas":3}}})", true},
    {R"({"spec":{"jobManager":{"resource":{"memory":"2g"}}}})", true},
    {R"({"spec":{"flinkConfiguration":{"taskmanager.numberOfTaskSlots":"4"}}})", true},
    {R"({"spec":{"flinkConfiguration":{"taskmanager.memory.managed.fraction":"0.2"}}})", true},
    {R"({"spec":{"flinkConfiguration":{"kubernetes.taskmanager.cpu.limit-factor":"2"}}})", true},
    {R"({"spec":{"flinkConfiguration":{"pipeline.jobvertex-parallelism-overrides":"a:2"}}})", true},
    {R"({"metadata":{"annotations":{"tune.dev/recommendation":"{}"}}})", true},
    {R"({"spec":{"image":"another"}})", false},
    {R"({"spec":{"serviceAccount":"admin"}})", false},
    {R"({"spec":{"restartNonce":1}})", false},
    {R"({"spec":{"podTemplate":{"spec":{"hostNetwork":true}}}})", false},
    {R"({"spec":{"job":{"jarURI":"local:///opt/another.jar"}}})", false},
    {R"({"spec":{"job":{"args":["--x"]}}})", false},
    {R"({"spec":{"taskManager":{"podTemplate":{"spec":{"hostNetwork":true}}}}})", false},
    {R"({"spec":{"taskManager":{"resource":{"ephemeralStorage":"9Gi"}}}})", false},
    {R"({"spec":{"flinkConfiguration":{"env.java.opts.all":"-javaagent:x"}}})", false},
    {R"({"spec":{"flinkConfiguration":{"high-availability.type":"none"}}})", false},
    {R"({"metadata":{"labels":{"team":"b"}}})", false},
    {R"({"metadata":{"annotations":{"tune.dev/mode":"auto"}}})", false},
    {R"({"metadata":{"finalizers":["a.example.com/b"]}})", false},
};

TEST_F(DeployWriteApi, WithOwnFieldsAWriterChangesNothingElse) {
  const Manifests all =
      Manifests::Over("resources: [DEPLOY/overlays/write]\ncomponents: [DEPLOY/components/own-fields]\n");
  server_->Kubectl({"apply", "--filename=-"}, all.text());
  CreateOrders("team-b");
  const auto tuned = Tuned();
  const auto send = [](KubeClient& client, const char* fields) {
    json body = json::parse(fields);
    body["apiVersion"] = "flink.apache.org/v1beta1";
    body["kind"] = "FlinkDeployment";
    body["metadata"]["name"] = "orders";
    const std::string path = *PathOf(kDeployments, "team-b", "orders");
    return client.Apply(ApplyPath(path, "libtune", /*force=*/true, /*dry_run=*/true), body.dump(), kTime).status();
  };
  constexpr char kImage[] = R"({"spec":{"image":"another"}})";
  EXPECT_TRUE(Eventually([&] { return send(*tuned, kSent[0].fields).ok() && !send(*tuned, kImage).ok(); }));
  for (const Sent& sent : kSent) {
    const absl::Status status = send(*tuned, sent.fields);
    if (sent.taken) {
      EXPECT_TRUE(status.ok()) << sent.fields << ": " << status;
    } else {
      EXPECT_TRUE(absl::IsPermissionDenied(status)) << sent.fields << ": " << status;
      EXPECT_THAT(status.message(), HasSubstr("tuned-own-fields")) << sent.fields;
    }
  }
  EXPECT_TRUE(send(*admin_, kImage).ok()) << "others are not its business";
  const absl::Status status = SetParallelism(*tuned, "team-b", 5);
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace tune
