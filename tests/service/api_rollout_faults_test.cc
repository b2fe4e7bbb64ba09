// What may go wrong while specs are changed: others that write, servers that go away, rights and room that lack.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "absl/strings/str_replace.h"
#include "service/rollout/settings.h"
#include "tests/service/rollout_daemon.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class RolloutFaults : public RolloutDaemon {
 protected:
  // As another manager does it, with force.
  void ApplyAs(const std::string& manager, const std::string& name, const json& fields) {
    json object = {{"apiVersion", "flink.apache.org/v1beta1"}, {"kind", "FlinkDeployment"}};
    object.update(fields, /*merge_objects=*/true);
    object["metadata"]["name"] = name;
    const auto applied = client_->Apply(ApplyPath(PathOfJob(name), manager, /*force=*/true, /*dry_run=*/false),
                                        object.dump(), absl::Seconds(30));
    EXPECT_TRUE(applied.ok()) << applied.status();
  }
  grpc::Status Apply(ServedDaemon& daemon, const v1::ApplyRequest& request, v1::Change* change = nullptr) {
    v1::ApplyResponse response;
    const grpc::Status status = daemon.Call(&Stub::Apply, request, response);
    if (change != nullptr) *change = response.change();
    return status;
  }
};

TEST_F(RolloutFaults, WhoPutsTheValuesBackTwiceIsLeftToItAndNamed) {
  daemon_.Start();
  Create("orders", Fate::kRuns, "auto");
  const auto changed = [&](size_t times) {
    Push("orders");
    return Audit("orders").size() == times && IsOver(Audit("orders").front().state());
  };
  ASSERT_TRUE(Eventually([&] { return changed(1); })) << Refusals("orders");
  const v1::Change first = Audit("orders").front();
  json put_back = {{"spec", {{"job", {{"parallelism", 2}}}}}};
  ApplyAs("argocd", "orders", put_back);
  ASSERT_TRUE(Eventually([&] { return changed(2); })) << "once is tolerated: " << Refusals("orders");
  const v1::Change second = Audit("orders").front();
  EXPECT_EQ(second.put_back(), 1);
  EXPECT_EQ(second.put_back_by(), "argocd");
  EXPECT_EQ(second.state(), v1::CHANGE_STATE_STABLE) << second.DebugString();
  ApplyAs("argocd", "orders", put_back);
  EXPECT_TRUE(Eventually([&] {
    return Refusals("orders").find("argocd put the values back 2 times") != std::string::npos;
  })) << Refusals("orders");
  for (int i = 0; i < 3; ++i) {
    Push("orders");
    absl::SleepFor(absl::Seconds(1.2));  // a judgement
  }
  EXPECT_EQ(Audit("orders").size(), 2u);
  EXPECT_EQ(Get("orders")["spec"]["job"]["parallelism"], 2);
}

TEST_F(RolloutFaults, OneThatIsOvertakenWhileItIsWatchedIsLeft) {
  daemon_.options.writing.rollout.watch.settle = absl::Seconds(30);
  daemon_.Start();
  Create("orders");
  MustApply(Wish("orders"));
  ApplyAs("argocd", "orders", {{"spec", {{"job", {{"parallelism", 2}}}}}});
  const v1::Change end = EndOf("orders");
  EXPECT_EQ(end.state(), v1::CHANGE_STATE_OVERTAKEN);
  EXPECT_EQ(end.put_back(), 1);
  EXPECT_THAT(end.outcome(), HasSubstr("argocd put the values before back"));

  Create("bills");
  MustApply(Wish("bills"));
  ApplyAs("argocd", "bills", {{"spec", {{"image", "flink:1.20.1"}}}});  // none of libtune's fields
  ASSERT_TRUE(Eventually([&] { return Audit("bills").front().generation_after() == GenerationOf("bills"); }));
  EXPECT_EQ(Audit("bills").front().state(), v1::CHANGE_STATE_WATCHED);
}

TEST_F(RolloutFaults, ASecondManagersFieldsSurvive) {
  daemon_.Start();
  const auto apply_all = [this] {
    for (int i = 0; i < 6; ++i) {
      ApplyAs("platform", absl::StrCat("job-", i),
              {{"metadata", {{"annotations", {{"owner", "ann"}}}}},
               {"spec", {{"flinkConfiguration", {{"metrics.scope.jm", "host"}}}}}});
    }
  };
  for (int i = 0; i < 6; ++i) Create(absl::StrCat("job-", i));
  apply_all();  // changes the specs; from then on it changes nothing
  std::atomic<bool> ending = false;
  std::jthread other([&] {
    while (!ending) apply_all();
  });
  for (int i = 0; i < 6; ++i) {
    const std::string name = absl::StrCat("job-", i);
    operator_->Accept(name);
    operator_->Set(name, i % 2 == 0 ? Fate::kRuns : Fate::kRefused);
    grpc::Status status;
    EXPECT_TRUE(Eventually([&] {
      status = Apply(daemon_, Wish(name));
      return status.ok();
    })) << status.error_message();
  }
  for (int i = 0; i < 6; ++i) {
    const std::string name = absl::StrCat("job-", i);
    EXPECT_EQ(EndOf(name).state(), i % 2 == 0 ? v1::CHANGE_STATE_STABLE : v1::CHANGE_STATE_ROLLED_BACK)
        << EndOf(name).DebugString();
    EXPECT_EQ(Get(name)["spec"]["flinkConfiguration"]["metrics.scope.jm"], "host");
    EXPECT_EQ(Get(name)["metadata"]["annotations"]["owner"], "ann");
  }
  ending = true;
}

TEST_F(RolloutFaults, AJobThatIsDeletedMeanwhileIsOver) {
  daemon_.Start();
  Create("orders", Fate::kIgnored);
  MustApply(Wish("orders"));
  server_->Kubectl({"delete", "flinkdeployment", "orders", "--namespace", ns_, "--wait=false"});
  const v1::Change end = EndOf("orders");
  EXPECT_EQ(end.state(), v1::CHANGE_STATE_OVERTAKEN);
  EXPECT_EQ(end.outcome(), "the job was deleted");
}

TEST_F(RolloutFaults, AQuotaThatShrankBetweenPlanAndApplyHoldsItUp) {
  daemon_.Start();
  Create("orders");
  v1::ApplyRequest wish = Wish("orders");
  wish.set_dry_run(true);
  wish.set_generation(MustApply(wish).generation_before());
  wish.set_dry_run(false);
  // 0.5 cores of the JobManager and 1 of each of two TaskManagers: a third one has no room.
  server_->Kubectl({"create", "quota", "small", "--namespace", ns_, "--hard=requests.cpu=2500m"});
  const int64_t generation = GenerationOf("orders");
  EXPECT_TRUE(Eventually([&] {
    wish.set_dry_run(true);
    const grpc::Status status = Apply(daemon_, wish);
    return status.error_code() == grpc::FAILED_PRECONDITION;
  })) << "by what the quota leaves there is nothing to change, or no room";
  wish.set_dry_run(false);
  EXPECT_EQ(Apply(daemon_, wish).error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_EQ(GenerationOf("orders"), generation);
}

TEST_F(RolloutFaults, AnApiServerThatGoesAwayWhileItIsWrittenTo) {
  daemon_.options.writing.rollout.watch.restart = absl::Seconds(60);
  daemon_.Start();
  constexpr int kJobs = 8;
  for (int i = 0; i < kJobs; ++i) Create(absl::StrCat("job-", i), i % 4 == 3 ? Fate::kRefused : Fate::kRuns);
  v1::ApplyRequest warm = Wish("job-0");
  warm.set_dry_run(true);
  MustApply(warm);  // the Lease is taken
  std::jthread killer([&] {
    absl::SleepFor(absl::Milliseconds(40));
    server_->Kill();
    absl::SleepFor(absl::Seconds(2));
    server_->Start();
  });
  for (int i = 0; i < kJobs; ++i) Apply(daemon_, Wish(absl::StrCat("job-", i)));
  killer.join();
  ASSERT_TRUE(Eventually([&] { return Audit("", /*only_open=*/true).empty(); }, absl::Minutes(3)));
  for (int i = 0; i < kJobs; ++i) {
    const std::string name = absl::StrCat("job-", i);
    int64_t writes = 0;
    for (const v1::Change& change : Audit(name)) {
      writes += (change.state() != v1::CHANGE_STATE_NOT_APPLIED) + (change.generation_back() > 0);
      EXPECT_NE(change.state(), v1::CHANGE_STATE_OVERTAKEN) << change.DebugString();
    }
    EXPECT_EQ(GenerationOf(name), 1 + writes) << name;
  }
}

TEST_F(RolloutFaults, OfTwoDaemonsOneWrites) {
  daemon_.Start();
  Create("orders");
  v1::ApplyRequest dry = Wish("orders");
  dry.set_dry_run(true);
  MustApply(dry);
  ServedDaemon second;
  second.options = daemon_.options;
  second.options.keeping.store = folder_.File("second.db");
  second.Start();
  v1::PushSamplesResponse pushed;
  ASSERT_TRUE(second.Call(&Stub::PushSamples, PushOf("orders"), pushed).ok());
  ASSERT_TRUE(Eventually([&] { return Apply(second, dry).ok(); }));
  const grpc::Status refused = Apply(second, Wish("orders"));
  EXPECT_EQ(refused.error_code(), grpc::UNAVAILABLE);
  EXPECT_THAT(refused.error_message(), HasSubstr("another tuned writes"));
  ASSERT_GT(MustApply(Wish("orders")).id(), 0);
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  v1::RollbackRequest back;
  *back.mutable_job() = Job("orders");
  v1::RollbackResponse response;
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, back, response).ok());
  EndOf("orders");
  daemon_.Stop();  // gives the Lease back
  EXPECT_TRUE(Eventually([&] { return Apply(second, Wish("orders")).ok(); }));
  second.Stop();
}

TEST_F(RolloutFaults, WithoutRoomInTheStoreNothingIsWritten) {
  daemon_.options.keeping.most_store_mib = 1;
  daemon_.options.keeping.evaluate = absl::Hours(1);
  daemon_.Start();
  constexpr int kJobs = 8;
  for (int i = 0; i < kJobs; ++i) Create(absl::StrCat("job-", i));
  v1::ApplyRequest dry = Wish("job-0");
  dry.set_dry_run(true);
  MustApply(dry);
  // Pushes of other jobs, ever smaller ones, until there is no room for any.
  int filler = 0;
  for (const int tasks : {500, 20, 1}) {
    v1::PushSamplesRequest push = PushOf("filler");
    push.mutable_samples()->mutable_tasks()->DeleteSubrange(tasks, push.samples().tasks_size() - tasks);
    v1::PushSamplesResponse pushed;
    do {
      push.mutable_job()->set_name(absl::StrCat("filler-", ++filler));
    } while (daemon_.Call(&Stub::PushSamples, push, pushed).error_code() != grpc::RESOURCE_EXHAUSTED &&
             filler < 10'000);
  }
  // The table of changes has a page of its own, which takes the first ones.
  int refused = 0;
  for (int i = 0; i < kJobs; ++i) {
    const std::string name = absl::StrCat("job-", i);
    const grpc::Status status = Apply(daemon_, Wish(name));
    if (status.ok()) continue;
    ++refused;
    EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED) << status.error_message();
    EXPECT_EQ(GenerationOf(name), 1) << "what cannot be remembered is not done";
    EXPECT_TRUE(Audit(name).empty());
  }
  EXPECT_GT(refused, 0);
}

// First without a right to the namespace itself, whose settings may forbid anything.
TEST_F(RolloutFaults, WhoMayNotReadTheNamespaceOrPatchIsToldSo) {
  // The daemon's own account may read alone.
  const std::string token = server_->TokenFor(ns_, "reader");
  server_->Apply(absl::StrReplaceAll(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: NS}
rules:
- {apiGroups: [flink.apache.org], resources: [flinkdeployments, flinksessionjobs], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [pods, resourcequotas, limitranges], verbs: [get, list, watch]}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: NS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: NS}]
)",
                                     {{"NS", ns_}}));
  std::ofstream(folder_.File("kubeconfig"))
      << "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \"" << server_->url()
      << "\", certificate-authority: \"" << server_->ca_file() << "\"}}]\nusers: [{name: u, user: {token: \"" << token
      << "\"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n";
  daemon_.options.cluster.kubeconfig = folder_.File("kubeconfig");
  daemon_.Start();
  Create("orders");
  grpc::Status status;
  ASSERT_TRUE(Eventually([&] {
    status = Apply(daemon_, Wish("orders"));
    return status.error_code() != grpc::UNAVAILABLE;
  }));
  EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION) << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("namespaces[\"", ns_, "\"] = not read")));
  const std::string right = absl::StrCat("namespace-", ns_);
  server_->Kubectl({"create", "clusterrole", right, "--verb=list,watch", "--resource=namespaces",
                    absl::StrCat("--resource-name=", ns_)});
  server_->Kubectl({"create", "clusterrolebinding", right, absl::StrCat("--clusterrole=", right),
                    absl::StrCat("--serviceaccount=", ns_, ":reader")});
  ASSERT_TRUE(Eventually([&] {
    status = Apply(daemon_, Wish("orders"));
    return status.error_code() != grpc::FAILED_PRECONDITION;
  }));
  EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED) << status.error_message();
  EXPECT_TRUE(Audit("orders").empty());
}

// The operator of 1.7.0 gives up on its status when the object changes meanwhile.
TEST_F(RolloutFaults, AJobIsNotAnnotatedWhileItsSpecIsBroughtIn) {
  daemon_.Start();
  CreateDeployment("orders", Fate::kIgnored, "advise");
  ApplyAs("argocd", "orders", {{"spec", {{"image", "flink:1.20.1"}}}});
  ASSERT_TRUE(Eventually([&] {
    v1::GetJobRequest request;
    *request.mutable_job() = Job("orders");
    v1::GetJobResponse response;
    return daemon_.Call(&Stub::GetJob, request, response).ok() && response.job().status().generation() == 2;
  }));
  Push("orders");
  const auto is_told = [&] {
    const std::string notes =
        server_->Kubectl({"get", "events.events.k8s.io", "--namespace", ns_, "-o", "jsonpath={.items[*].reason}"});
    return notes.find("Recommendation") != std::string::npos;
  };
  EXPECT_TRUE(Eventually(is_told));
  const auto is_annotated = [&] {
    return Get("orders")["metadata"]["annotations"].contains(kRecommendationAnnotation);
  };
  absl::SleepFor(absl::Seconds(7));  // it is looked again after five
  EXPECT_FALSE(is_annotated());
  operator_->Set("orders", Fate::kRuns);
  EXPECT_TRUE(Eventually(is_annotated)) << Get("orders")["metadata"].dump();
}

TEST_F(RolloutFaults, PeopleAreToldWhereTheyLook) {
  daemon_.Start();
  Create("orders", Fate::kRefused, "auto");
  ASSERT_TRUE(Eventually([&] {
    Push("orders");
    return !Audit("orders").empty();
  }));
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_ROLLED_BACK);
  EXPECT_TRUE(Eventually([&] {
    const json annotations = Get("orders")["metadata"]["annotations"];
    return annotations.contains(kRecommendationAnnotation) &&
           annotations[kRecommendationAnnotation].get<std::string>().find("parallelism 2 -> 3") != std::string::npos;
  })) << Get("orders")["metadata"].dump();
  std::string reasons;
  EXPECT_TRUE(Eventually([&] {
    reasons =
        server_->Kubectl({"get", "events.events.k8s.io", "--namespace", ns_, "-o", "jsonpath={.items[*].reason}"});
    const auto has = [&](const char* reason) { return reasons.find(reason) != std::string::npos; };
    return has("Recommendation") && has("Applied") && has("GoingBack") && has("RolledBack");
  })) << reasons;
  // The same values are not tried again, though the job is judged each second.
  Push("orders");
  EXPECT_THAT(Refusals("orders"), HasSubstr("failed-before"));
  EXPECT_EQ(Audit("orders").size(), 1u);
}

}  // namespace
}  // namespace tune
