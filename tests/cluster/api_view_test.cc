// The view of a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "service/cluster/job_state.h"
#include "tests/cluster/api_cluster.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ClusterApiView : public ApiClusterTest {
 protected:
  void CreateSessionJob(const std::string& name, const std::string& cluster, int parallelism) {
    Create({"flink.apache.org", "v1beta1", "flinksessionjobs"}, ns_,
           absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkSessionJob","metadata":{"name":")",
                        name, R"("},"spec":{"deploymentName":")", cluster,
                        R"(","job":{"jarURI":"local:///j.jar","upgradeMode":"savepoint","parallelism":)", parallelism,
                        "}}}"));
  }
  static std::vector<std::string> Names(const std::vector<std::shared_ptr<const FlinkJob>>& jobs) {
    std::vector<std::string> names;
    for (const auto& job : jobs) {
      names.push_back(job->key.name + (job->key.kind == JobKind::kSessionJob ? "*" : ""));
    }
    return names;
  }
  static KindState StateOfKind(const ClusterView& view, const std::string& kind) {
    for (KindState& state : view.States()) {
      if (state.kind == kind) return state;
    }
    ADD_FAILURE() << kind;
    return {};
  }
};

TEST_F(ClusterApiView, ShowsAJobItsStatusItsChangesAndItsEnd) {
  std::mutex mutex;
  std::vector<std::string> changes;
  const auto view = View(*client_, {ns_}, [&](const JobChange& change) {
    const std::lock_guard lock(mutex);
    const char* const kinds[] = {"added ", "modified ", "deleted "};
    changes.push_back(kinds[static_cast<int>(change.kind)] + ToText(change.job));
  });
  ASSERT_TRUE(view->WaitSettled(kTime));
  const JobKey key = {ns_, "orders"};
  CreateDeployment("orders", 4, R"(,"ingress":{"template":"{{name}}.example.com"})");
  ASSERT_TRUE(Eventually([&] { return view->FindJob(key) != nullptr; }));
  auto job = view->FindJob(key);
  ASSERT_TRUE(job->error.ok()) << job->error;
  EXPECT_EQ(job->parallelism, 4);
  EXPECT_EQ(job->generation, 1);
  EXPECT_EQ(job->uid.size(), 36);
  EXPECT_EQ(job->spec.high_availability, HighAvailability::kKubernetes);
  EXPECT_EQ(job->spec.ingress_url, "http://orders.example.com");
  EXPECT_EQ(StateOf(*job, absl::Now()).text, "created, not yet deployed");

  SetStatus("flinkdeployment", "orders",
            R"({"lifecycleState":"STABLE","jobManagerDeploymentStatus":"READY","observedGeneration":1,
                "jobStatus":{"state":"RUNNING","jobId":"7f93ffffffffffff0000000000000001","startTime":"1763783000000"},
                "reconciliationStatus":{"state":"DEPLOYED","reconciliationTimestamp":1763782990000,"lastReconciledSpec":
                "{\"spec\":{},\"resource_metadata\":{\"metadata\":{\"generation\":1}}}"}})");
  ASSERT_TRUE(Eventually([&] { return StateOf(*view->FindJob(key), absl::Now()).text == "running"; }));
  EXPECT_EQ(view->FindJob(key)->status.start_time, absl::FromUnixSeconds(1763783000));

  Kubectl({"patch", "flinkdeployment", "orders", "--type=merge", R"(--patch={"spec":{"job":{"parallelism":6}}})"});
  ASSERT_TRUE(Eventually([&] { return view->FindJob(key)->parallelism == 6; }));
  EXPECT_EQ(StateOf(*view->FindJob(key), absl::Now()).text, "running; changed spec not taken up yet");
  EXPECT_EQ(job->parallelism, 4) << "who holds an answer keeps it";

  Kubectl({"delete", "flinkdeployment", "orders"});
  ASSERT_TRUE(Eventually([&] { return view->FindJob(key) == nullptr; }));
  const std::lock_guard lock(mutex);
  ASSERT_GE(changes.size(), 4);
  EXPECT_EQ(changes.front(), "added " + ToText(key));
  EXPECT_EQ(changes.back(), "deleted " + ToText(key));
}

TEST_F(ClusterApiView, ListsJobsOfBothKindsInPages) {
  for (const char* name : {"a", "b", "cluster"}) CreateDeployment(name, name[0] == 'c' ? 0 : 2);
  CreateSessionJob("b", "cluster", 1);
  CreateSessionJob("z", "cluster", 3);
  CreateSessionJob("other", "elsewhere", 1);
  const std::string first = ns_;
  ns_ = server_->NewNamespace();
  CreateDeployment("a", 1);
  const auto view = View(*client_, {});
  ASSERT_TRUE(view->WaitSettled(kTime));
  EXPECT_THAT(Names(view->ListJobs(std::nullopt, 100, first)), ElementsAre("a", "b", "b*", "cluster", "other*", "z*"));
  EXPECT_THAT(Names(view->ListJobs(std::nullopt, 2, first)), ElementsAre("a", "b"));
  EXPECT_THAT(Names(view->ListJobs(JobKey{first, "b"}, 2, first)), ElementsAre("b*", "cluster"));
  EXPECT_THAT(Names(view->ListJobs(JobKey{first, "b", JobKind::kSessionJob}, 2, first)),
              ElementsAre("cluster", "other*"));
  EXPECT_THAT(Names(view->ListJobs(JobKey{first, "nobody"}, 9, first)), ElementsAre("other*", "z*"));
  EXPECT_THAT(Names(view->ListJobs(JobKey{ns_, "a"}, 9, first)), IsEmpty());
  EXPECT_THAT(Names(view->ListJobs(JobKey{first, "z", JobKind::kSessionJob}, 9, ns_)), ElementsAre("a"));
  std::vector<std::string> all;
  for (auto page = view->ListJobs(std::nullopt, 2); !page.empty(); page = view->ListJobs(page.back()->key, 2)) {
    for (const auto& job : page) {
      if (job->key.ns == first || job->key.ns == ns_) all.push_back(job->key.name);
    }
  }
  EXPECT_EQ(all.size(), 7) << "pages leave nothing out and repeat nothing";
  EXPECT_THAT(Names(view->SessionJobs(first, "cluster")), ElementsAre("b*", "z*"));
  EXPECT_TRUE(view->FindJob({first, "cluster"})->is_session_cluster());
}

TEST_F(ClusterApiView, ShowsNamespacesPodsAndLimits) {
  server_->Kubectl({"annotate", "namespace", ns_, "tune.dev/policy=careful", "other=1"});
  Create({"", "v1", "resourcequotas"}, ns_,
         R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"team"},"spec":{"hard":{"pods":"5"}}})");
  Create({"", "v1", "limitranges"}, ns_,
         R"({"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"r"},"spec":{"limits":[{"type":"Container",
             "max":{"cpu":"4"},"default":{"cpu":"1"}}]}})");
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  ASSERT_NE(view->FindNamespace(ns_), nullptr);
  EXPECT_THAT(view->FindNamespace(ns_)->annotations, ElementsAre(testing::Pair("tune.dev/policy", "careful")));
  EXPECT_EQ(view->FindNamespace("default"), nullptr) << "only what was asked for is followed";
  ASSERT_TRUE(Eventually([&] {
    const NamespaceUse use = view->QuotaOf(ns_);
    return !use.limits.quota.empty() && use.limits.quota[0].used == 0;
  }));
  EXPECT_EQ(view->QuotaOf(ns_).limits.quota[0].hard, 5);
  EXPECT_EQ(view->QuotaOf(ns_).limits.range.max_cpu, MilliCores(4000));
  EXPECT_EQ(view->QuotaOf(ns_).limits.defaults.cpu_request, MilliCores(1000)) << "the server fills it in";

  for (const char* app : {"orders", "pay"}) {
    Create({"", "v1", "pods"}, ns_,
           absl::StrCat(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")", app,
                        R"(-taskmanager-1-1","labels":{"app":")", app,
                        R"(","component":"taskmanager"}},"spec":{"containers":[{"name":"flink-main-container",
                        "image":"x","resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}]}})"));
  }
  ASSERT_TRUE(Eventually([&] { return view->PodsOf(ns_, "orders").size() == 1; }));
  const auto pod = view->PodsOf(ns_, "orders")[0];
  EXPECT_EQ(pod->phase, PodPhase::kPending);
  EXPECT_EQ(pod->resources.cpu_request, MilliCores(500)) << "the server takes it from the limit";
  SetStatus(
      "pod", "orders-taskmanager-1-1",
      R"({"phase":"Failed","containerStatuses":[{"name":"flink-main-container","image":"x","imageID":"","ready":false,
                "restartCount":0,"state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]})");
  EXPECT_TRUE(Eventually([&] {
    const auto pods = view->PodsOf(ns_, "orders");
    return pods.size() == 1 && pods[0]->reason == "OOMKilled" && !pods[0]->counts();
  }));
}

TEST_F(ClusterApiView, AKindThatMayNotBeListedSaysSoWhileOthersWork) {
  CreateDeployment("orders", 4);
  KubeConfig config;
  config.server = server_->url();
  config.ca.file = server_->ca_file();
  config.token = server_->TokenFor(ns_, "viewer");
  server_->LetRead(ns_, "viewer", "flinkdeployments.flink.apache.org,pods");
  const auto client = *KubeClient::Create(config);
  const auto view = View(*client, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  EXPECT_NE(view->FindJob({ns_, "orders"}), nullptr);
  EXPECT_TRUE(StateOfKind(*view, "flinkdeployments").synced);
  EXPECT_EQ(StateOfKind(*view, "flinkdeployments").objects, 1);
  const KindState quotas = StateOfKind(*view, "resourcequotas");
  EXPECT_FALSE(quotas.synced);
  EXPECT_TRUE(quotas.refused);
  EXPECT_EQ(quotas.error.code(), absl::StatusCode::kPermissionDenied) << quotas.error;
  EXPECT_THAT(std::string(quotas.error.message()), testing::HasSubstr("resourcequotas"));
  EXPECT_TRUE(view->QuotaOf(ns_).limits.quota.empty());
  server_->LetRead(ns_, "more", "resourcequotas");
  Kubectl(
      {"create", "rolebinding", "more-for-viewer", "--role=more", absl::StrCat("--serviceaccount=", ns_, ":viewer")});
  EXPECT_TRUE(Eventually([&] { return StateOfKind(*view, "resourcequotas").synced; }));
}

TEST_F(ClusterApiView, AKindThatIsNotInstalledSaysSoAndIsTriedAgain) {
  CreateDeployment("orders", 4);
  const std::string crd = "flinksessionjobs.flink.apache.org";
  server_->Kubectl({"delete", "crd", crd});
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  EXPECT_EQ(StateOfKind(*view, "flinksessionjobs").error.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(StateOfKind(*view, "flinksessionjobs").refused);
  EXPECT_NE(view->FindJob({ns_, "orders"}), nullptr);
  server_->Kubectl({"create", "-f", absl::StrCat(".cache/kubebox/crds/META-INF/fabric8/", crd, "-v1.yml")});
  EXPECT_TRUE(Eventually([&] { return StateOfKind(*view, "flinksessionjobs").synced; }));
}

TEST_F(ClusterApiView, ReadingNeverAsksTheServer) {
  for (int i = 0; i < 10; ++i) CreateDeployment(absl::StrCat("job", i), 2);
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  ASSERT_TRUE(Eventually([&] {  // all watches are open
    int64_t watches = 0;
    for (const KindState& state : view->States()) watches += state.watches;
    return watches >= 6;
  }));
  const int64_t before = client_->requests();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_NE(view->FindJob({ns_, absl::StrCat("job", i % 10)}), nullptr);
    EXPECT_EQ(view->ListJobs(std::nullopt, 5, ns_).size(), 5);
    EXPECT_EQ(view->QuotaOf(ns_).jobs.size(), 10);
  }
  EXPECT_EQ(client_->requests(), before);
}

TEST_F(ClusterApiView, FollowsSeveralNamespacesAndNoOthers) {
  std::vector<std::string> namespaces = {ns_, server_->NewNamespace(), server_->NewNamespace()};
  for (const std::string& ns : namespaces) {
    ns_ = ns;
    CreateDeployment("orders", 2);
  }
  const auto view = View(*client_, {namespaces[1], namespaces[0], namespaces[1]});
  ASSERT_TRUE(view->WaitSettled(kTime));
  const auto jobs = view->ListJobs(std::nullopt, 10);
  ASSERT_EQ(jobs.size(), 2);
  EXPECT_EQ(jobs[0]->key.ns, namespaces[0]);
  EXPECT_EQ(view->ListJobs(jobs[0]->key, 10).size(), 1);
  EXPECT_EQ(view->FindJob({namespaces[2], "orders"}), nullptr);
  EXPECT_TRUE(view->ListJobs(std::nullopt, 10, namespaces[2]).empty());
}

}  // namespace
}  // namespace tune
