// Patches at a real API server: what changes, what survives, and who is in the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "service/patch/patcher.h"
#include "service/patch/planned_fields.h"
#include "service/patch/survival.h"
#include "tests/kube/api_server.h"
#include "tests/patch/any_deployment.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr absl::Duration kTime = absl::Seconds(30);
constexpr int kDeployments = 200;
const KubeResource kResource = {"flink.apache.org", "v1beta1", "flinkdeployments"};
const FieldPath kParallelism = {"spec", "job", "parallelism"};

class PatchApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    ns_ = server_->NewNamespace();
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
  }

  std::string PathOf(const std::string& name) const { return *tune::PathOf(kResource, ns_, name); }
  void Create(const json& object, const std::string& manager = "kubectl-create") const {
    const auto made = client_->Post(absl::StrCat(PathOf(""), "?fieldManager=", manager), object.dump(), kTime);
    ASSERT_TRUE(made.ok()) << made.status() << "\n" << object.dump(1);
  }
  LiveObject Read(const std::string& name) const {
    const auto text = client_->Get(PathOf(name), kTime);
    EXPECT_TRUE(text.ok()) << text.status();
    return *ReadLiveObject(*text);
  }
  // Parallelism 2, two slots.
  LiveObject Orders() const {
    Create(json::parse(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment",
        "metadata":{"name":"orders"},"spec":{"image":"flink:1.20","flinkVersion":"v1_20","serviceAccount":"flink",
        "flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2"},"jobManager":{"resource":{"memory":"1g","cpu":0.5}},
        "taskManager":{"resource":{"memory":"2g","cpu":1}},
        "job":{"jarURI":"local:///opt/job.jar","parallelism":2,"upgradeMode":"savepoint"}}})"));
    return Read("orders");
  }
  PatchRequest Request(const LiveObject& live, std::vector<WantedField> fields) const {
    PatchRequest request;
    request.resource = kResource;
    request.ns = ns_;
    request.name = *FindField(live.json, {"metadata", "name"});
    request.uid = live.uid;
    request.generation = live.generation;
    request.fields = std::move(fields);
    request.force = true;
    return request;
  }
  absl::StatusOr<PatchResult> Run(const PatchRequest& request) const { return Patch(*client_, request, kTime); }
  absl::StatusOr<PatchResult> SetParallelism(const LiveObject& live, int parallelism, bool force = true) const {
    PatchRequest request = Request(live, {{kParallelism, json(parallelism)}});
    request.force = force;
    return Run(request);
  }

  std::string ns_;
  std::unique_ptr<KubeClient> client_;
};

// For each: nothing but the fields changes; the same again changes nothing; and the way back restores every value.
TEST_F(PatchApi, OfAnyDeploymentChangesItsFieldsAloneAndGoesBack) {
  std::mt19937_64 random(20261122);
  for (int i = 0; i < kDeployments; ++i) {
    const std::string name = absl::StrCat("job-", i);
    const json deployment = AnyDeployment(random, ns_, name);
    SCOPED_TRACE(deployment.dump(1));
    Create(deployment);
    const LiveObject before = Read(name);
    const std::vector<WantedField> fields = AnyChange(random, deployment);
    const int64_t requests = client_->requests();
    const absl::StatusOr<PatchResult> there = Run(Request(before, fields));
    ASSERT_TRUE(there.ok()) << there.status();
    EXPECT_EQ(client_->requests(), requests + 3);
    const LiveObject after = Read(name);
    std::vector<FieldPath> paths;
    for (const WantedField& field : fields) {
      paths.push_back(field.path);
      ASSERT_NE(FindField(after.json, field.path), nullptr);
      EXPECT_EQ(*FindField(after.json, field.path), *field.value);
    }
    EXPECT_TRUE(CheckOnlyChanges(before, after, paths).ok());
    EXPECT_EQ(AppliedBy(after, kFieldManager), std::set<FieldPath>(paths.begin(), paths.end()));
    EXPECT_EQ(there->generation_after, after.generation);

    ASSERT_TRUE(Run(Request(after, fields)).ok());
    EXPECT_EQ(Read(name).resource_version, after.resource_version) << "not even touched";

    const absl::StatusOr<PatchResult> back = Run(Request(after, FieldsBack(there->before)));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(Read(name).json.at("spec"), before.json.at("spec"));
    EXPECT_TRUE(CheckOnlyChanges(before, Read(name), {}).ok());
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(PatchApi, ADryRunChangesNothing) {
  const LiveObject live = Orders();
  PatchRequest request = Request(live, {{kParallelism, json(3)}});
  request.dry_run = true;
  const absl::StatusOr<PatchResult> result = Run(request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->generation_after, live.generation + 1);
  EXPECT_EQ(Read("orders").resource_version, live.resource_version);
}

TEST_F(PatchApi, WithoutForceOthersKeepTheirFieldsAndAreNamed) {
  const LiveObject live = Orders();
  const absl::Status refused = SetParallelism(live, 3, /*force=*/false).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.message(), "others own what would change: spec.job.parallelism is kubectl-create's");
  EXPECT_EQ(Read("orders").resource_version, live.resource_version);
  EXPECT_TRUE(SetParallelism(live, 2, /*force=*/false).ok()) << "it is so already";
  PatchRequest slots = Request(Read("orders"), {{{"spec", "flinkConfiguration", "a.new.option"}, json("x")}});
  slots.force = false;
  EXPECT_TRUE(Run(slots).ok()) << "nobody's yet";
}

TEST_F(PatchApi, TheOwnersBeforeAreTold) {
  const LiveObject live = Orders();
  server_->Apply(absl::StrCat(
      "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders, namespace: ", ns_,
      "}\nspec: {taskManager: {resource: {cpu: 1}}}\n"));
  const absl::StatusOr<PatchResult> result =
      Run(Request(Read("orders"), {{{"spec", "taskManager", "resource", "cpu"}, json(0.5)}}));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->before.size(), 1u);
  EXPECT_EQ(result->before[0].value, json(1));
  std::set<std::string> owners;
  for (const FieldOwner& owner : result->before[0].owners) owners.insert(owner.manager);
  EXPECT_EQ(owners, (std::set<std::string>{"kubectl", "kubectl-create"}));
}

TEST_F(PatchApi, IsForTheSpecThatWasLookedAt) {
  const LiveObject live = Orders();
  ASSERT_TRUE(SetParallelism(live, 3).ok());
  const absl::Status stale = SetParallelism(live, 4).status();
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(stale.message(),
              HasSubstr(absl::StrCat("generation ", live.generation + 1, ", the plan is for ", live.generation)));
  EXPECT_EQ(*FindField(Read("orders").json, kParallelism), 3);
  server_->Kubectl({"delete", "flinkdeployment", "orders", "-n", ns_});
  EXPECT_EQ(SetParallelism(live, 4).status().code(), absl::StatusCode::kNotFound);
  const LiveObject again = Orders();
  PatchRequest other = Request(again, {{kParallelism, json(4)}});
  other.uid = live.uid;
  EXPECT_THAT(std::string(Run(other).status().message()), HasSubstr("deleted and made anew"));
}

// The operator writes the status all the time: that is no reason to refuse.
TEST_F(PatchApi, AChangedStatusIsNoOtherSpec) {
  const LiveObject live = Orders();
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--subresource=status", "--type=merge", "-p",
                    R"({"status":{"lifecycleState":"STABLE"}})"});
  EXPECT_TRUE(SetParallelism(live, 3).ok());
}

TEST_F(PatchApi, WhatTheDefinitionRefusesIsAnErrorAndChangesNothing) {
  const LiveObject live = Orders();
  const std::pair<const char*, json> cases[] = {{"parallelism", "many"}, {"upgradeMode", "sometimes"}};
  for (const auto& [field, value] : cases) {
    const absl::Status status = Run(Request(live, {{{"spec", "job", field}, value}})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
  EXPECT_EQ(Read("orders").resource_version, live.resource_version);
}

TEST_F(PatchApi, WhoMayOnlyReadIsRefusedByTheServer) {
  const LiveObject live = Orders();
  KubeConfig config;
  config.server = server_->url();
  config.ca.file = server_->ca_file();
  config.token = server_->TokenFor(ns_, "reader");
  server_->LetRead(ns_, "reader", "flinkdeployments.flink.apache.org");
  const auto reader = KubeClient::Create(config);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const absl::Status status = Patch(**reader, Request(live, {{kParallelism, json(3)}}), kTime).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("403"), HasSubstr("cannot patch")));
}

}  // namespace
}  // namespace tune
