// The daemon beside a real API server: its own rights, its callers', live specs, quotas, and faults of the server.
#include <gmock/gmock.h>

#include <fstream>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/kube/api_server.h"
#include "tests/service/served.h"
#include "tests/store/temporary_store.h"
#include "tests/support/recorded_job.h"

namespace tune {
namespace {

using testing::HasSubstr;
using Stub = v1::Tuner::Stub;

// As service/deploy/rights/ has them, in a namespace of the test.
std::string OwnRights(const ApiServer& server, const std::string& ns) {
  const std::string text = absl::StrCat(server.Kubectl({"kustomize", "service/deploy/rights/account"}), "---\n",
                                        server.Kubectl({"kustomize", "service/deploy/rights/read"}));
  return absl::StrReplaceAll(text, {{"namespace: tuned", "namespace: " + ns},
                                    {"name: tuned-reader", absl::StrCat("name: ", ns, "-reader")},
                                    {"name: tuned-asks-about-callers", absl::StrCat("name: ", ns, "-asks")}});
}

constexpr char kJobs[] = "flinkdeployments.flink.apache.org,flinksessionjobs.flink.apache.org";

// The vertices' parallelism of datasets/kafka900-p2 is two.
std::string Deployment(const std::string& ns, const std::string& name) {
  return absl::StrReplaceAll(R"(
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata: {name: NAME, namespace: NS}
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: "1"
    high-availability.type: kubernetes
  ingress: {template: "NAME.flink.example.com"}
  jobManager: {resource: {memory: 1g, cpu: 0.5}}
  taskManager: {resource: {memory: 2g, cpu: 1}}
  job: {jarURI: "local:///opt/job.jar", parallelism: 2, upgradeMode: savepoint}
)",
                             {{"NAME", name}, {"NS", ns}});
}

class ServiceApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    own_ns_ = server_->NewNamespace();
    ns_ = server_->NewNamespace();
    server_->Apply(OwnRights(*server_, own_ns_));
    WriteKubeconfig(server_->TokenFor(own_ns_, "tuned"));
    daemon_.options.cluster.follow = true;
    daemon_.options.cluster.kubeconfig = folder_.File("kubeconfig");
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Hours(1);
  }

  // Of the daemon itself, by a token file, which may change.
  void WriteKubeconfig(const std::string& token) const {
    std::ofstream(folder_.File("token")) << token;
    std::ofstream(folder_.File("kubeconfig"))
        << "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \""
        << server_->url() << "\", certificate-authority: \"" << server_->ca_file()
        << "\"}}]\nusers: [{name: u, user: {tokenFile: \"" << folder_.File("token")
        << "\"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n";
  }

  static bool Eventually(const std::function<bool()>& holds) {
    for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;
         absl::SleepFor(absl::Milliseconds(20))) {
      if (holds()) return true;
    }
    return false;
  }
  v1::JobRef Job(const std::string& name) const {
    v1::JobRef job;
    job.set_namespace_(ns_);
    job.set_name(name);
    return job;
  }
  grpc::Status GetJob(const std::string& name, v1::GetJobResponse& response) {
    v1::GetJobRequest request;
    *request.mutable_job() = Job(name);
    return daemon_.Call(&Stub::GetJob, request, response);
  }
  grpc::Status Push(const std::string& name) {
    v1::PushSamplesResponse response;
    return daemon_.Call(&Stub::PushSamples, RecordedJob().Pushes(ns_, name, 1).front(), response);
  }
  void AllowAll(const std::string& account) {
    daemon_.token = server_->TokenFor(ns_, account);
    server_->Let(ns_, account, "get,list,watch,update", kJobs);
  }

  TemporaryFolder folder_;
  std::string own_ns_, ns_;
  ServedDaemon daemon_;
};

TEST_F(ServiceApi, CallersMayWhatTheClusterLetsThem) {
  daemon_.Start();
  v1::GetJobResponse job;
  EXPECT_EQ(GetJob("orders", job).error_code(), grpc::UNAUTHENTICATED) << "nobody is named";
  daemon_.token = "eyJhbGciOiJub25lIn0.e30.";
  EXPECT_EQ(GetJob("orders", job).error_code(), grpc::UNAUTHENTICATED);

  const std::string limited = server_->TokenFor(ns_, "limited");
  server_->Let(ns_, "limited", "get,list", kJobs);
  daemon_.token = limited;
  EXPECT_TRUE(Eventually([&] { return GetJob("orders", job).error_code() == grpc::NOT_FOUND; }))
      << "he may ask; there is none";
  const grpc::Status pushed = Push("orders");
  EXPECT_EQ(pushed.error_code(), grpc::PERMISSION_DENIED);
  EXPECT_THAT(pushed.error_message(),
              HasSubstr("limited\" may not update flinkdeployments.flink.apache.org \"orders\""));
  v1::ListJobsResponse jobs;
  EXPECT_EQ(daemon_.Call(&Stub::ListJobs, v1::ListJobsRequest{}, jobs).error_code(), grpc::PERMISSION_DENIED)
      << "one namespace is not all of them";
  v1::ListJobsRequest in_ns;
  in_ns.mutable_filter()->set_namespace_(ns_);
  EXPECT_TRUE(daemon_.Call(&Stub::ListJobs, in_ns, jobs).ok());
  v1::PutPolicyRequest policy;
  policy.mutable_scope()->set_namespace_(ns_);
  policy.mutable_policy()->set_name("careful");
  v1::PutPolicyResponse put;
  EXPECT_EQ(daemon_.Call(&Stub::PutPolicy, policy, put).error_code(), grpc::PERMISSION_DENIED);

  AllowAll("permitted");
  EXPECT_TRUE(Eventually([&] { return Push("orders").ok(); }));
  const grpc::Status permitted = daemon_.Call(&Stub::PutPolicy, policy, put);
  EXPECT_TRUE(permitted.ok()) << permitted.error_message();
  EXPECT_THAT(put.stored().author(), HasSubstr("system:serviceaccount:"));
  policy.mutable_scope()->set_everyone(true);
  EXPECT_EQ(daemon_.Call(&Stub::PutPolicy, policy, put).error_code(), grpc::PERMISSION_DENIED);
  v1::RecommendResponse answer;
  daemon_.token.clear();
  EXPECT_EQ(daemon_.Call(&Stub::Recommend, RecordedJob().Request(), answer).error_code(), grpc::UNAUTHENTICATED)
      << "what keeps nothing is not for everybody either";
}

TEST_F(ServiceApi, AJobIsPlannedAgainstItsLiveSpec) {
  AllowAll("scheduler");
  daemon_.Start();
  server_->Apply(Deployment(ns_, "orders"));
  v1::GetJobResponse job;
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.job().has_status(); }));
  EXPECT_EQ(job.job().status().parallelism(), 2);
  EXPECT_EQ(job.job().status().flink_version(), "v1_20");
  EXPECT_EQ(job.job().status().high_availability(), v1::HIGH_AVAILABILITY_KUBERNETES);
  EXPECT_EQ(job.job().status().phase(), v1::JOB_PHASE_CREATED);
  EXPECT_THAT(job.job().status().web_ui(), HasSubstr("orders.flink.example.com"));
  EXPECT_TRUE(job.has_cluster());
  EXPECT_EQ(job.cluster().error(), "");
  ASSERT_TRUE(Push("orders").ok());
  v1::PlanRequest request;
  *request.mutable_kept()->mutable_job() = Job("orders");
  v1::PlanResponse plan;
  grpc::Status status = daemon_.Call(&Stub::Plan, request, plan);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(plan.patch().name(), "orders");
  EXPECT_EQ(plan.patch().namespace_(), ns_);
  EXPECT_EQ(plan.generation(), 1);
  EXPECT_TRUE(plan.fit().fits());
  ASSERT_GT(plan.patch().changes_size(), 0) << "900 records/s are more than it takes";
  EXPECT_NE(plan.patch_yaml(), "");
  // The API server takes the patch: nothing is applied, it is a dry run of kubectl's.
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--type", "merge", "--dry-run=server", "--patch",
                    plan.patch_yaml()});

  // A quota that leaves no room: the answer names it.
  server_->Kubectl({"create", "quota", "team", "-n", ns_, "--hard", "requests.cpu=1500m"});
  v1::GetQuotaRequest ask;
  ask.set_namespace_(ns_);
  v1::GetQuotaResponse quota;
  ASSERT_TRUE(
      Eventually([&] { return daemon_.Call(&Stub::GetQuota, ask, quota).ok() && quota.quota().lines_size() == 1; }));
  EXPECT_EQ(quota.quota().lines(0).quota(), "team");
  EXPECT_EQ(quota.quota().lines(0).hard(), 1500);
  EXPECT_EQ(quota.quota().lines(0).in_flight(), 2500) << "0.5 and two of 1 core, of which no pod is there";
  EXPECT_EQ(quota.quota().lines(0).left(), 0);
  ASSERT_TRUE(Eventually([&] {
    status = daemon_.Call(&Stub::Plan, request, plan);
    return status.ok() && !plan.fit().fits();
  })) << status.error_message();
  EXPECT_THAT(plan.fit().cap(), HasSubstr("quota team"));
}

// Its TaskManagers hold the slots of all of its jobs; each job's own answer is about its parallelism alone.
TEST_F(ServiceApi, ASessionClusterIsJudgedOverItsJobs) {
  AllowAll("scheduler");
  daemon_.Start();
  std::string cluster = Deployment(ns_, "session");
  cluster.erase(cluster.find("  job: {"));
  server_->Apply(cluster);
  for (const char* name : {"orders", "bills"}) {
    server_->Apply(absl::StrReplaceAll(R"(
apiVersion: flink.apache.org/v1beta1
kind: FlinkSessionJob
metadata: {name: NAME, namespace: NS}
spec: {deploymentName: session, job: {jarURI: "local:///opt/job.jar", parallelism: 2, upgradeMode: stateless}}
)",
                                       {{"NAME", name}, {"NS", ns_}}));
    v1::PushSamplesRequest push = RecordedJob().Pushes(ns_, name, 1).front();
    push.mutable_job()->set_kind(v1::JOB_KIND_SESSION_JOB);
    v1::PushSamplesResponse pushed;
    ASSERT_TRUE(Eventually([&] { return daemon_.Call(&Stub::PushSamples, push, pushed).ok(); }));
  }
  v1::GetRecommendationRequest request;
  *request.mutable_kept()->mutable_job() = Job("session");
  v1::GetRecommendationResponse together, alone;
  ASSERT_TRUE(Eventually([&] {
    return daemon_.Call(&Stub::GetRecommendation, request, together).ok() &&
           together.recommendation().vertices_size() == 2 * static_cast<int>(RecordedJob().graph.vertices.size());
  }));
  EXPECT_THAT(together.recommendation().vertices(0).id(), testing::StartsWith("bills/"));
  EXPECT_TRUE(together.job().status().is_session_cluster());
  request.mutable_kept()->mutable_job()->set_name("orders");
  request.mutable_kept()->mutable_job()->set_kind(v1::JOB_KIND_SESSION_JOB);
  const grpc::Status status = daemon_.Call(&Stub::GetRecommendation, request, alone);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(alone.job().status().session_cluster(), "session");
  EXPECT_EQ(together.recommendation().slots_wanted(), 2 * alone.recommendation().slots_wanted());
  EXPECT_FALSE(alone.recommendation().task_managers().wanted().has_memory());
}

TEST_F(ServiceApi, AWatchTellsOfTheClustersJobsToo) {
  AllowAll("scheduler");
  daemon_.Start();
  grpc::ClientContext context;
  daemon_.Prepare(context);
  v1::WatchJobsRequest request;
  request.mutable_filter()->set_namespace_(ns_);
  v1::GetJobResponse nothing;
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", nothing).error_code() == grpc::NOT_FOUND; }));
  const auto reader = daemon_.stub().WatchJobs(&context, request);
  v1::JobEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::JOB_EVENT_KIND_RESET);
  const auto next = [&](v1::JobEventKind kind) {
    while (reader->Read(&event)) {
      if (event.kind() == kind) return true;
    }
    return false;
  };
  server_->Apply(Deployment(ns_, "orders"));
  ASSERT_TRUE(next(v1::JOB_EVENT_KIND_JOB));
  EXPECT_EQ(event.job().job().name(), "orders");
  EXPECT_EQ(event.job().status().parallelism(), 2);
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--type", "merge", "--patch",
                    R"({"spec":{"job":{"parallelism":5}}})"});
  do {
    ASSERT_TRUE(next(v1::JOB_EVENT_KIND_JOB));
  } while (event.job().status().parallelism() != 5);
  server_->Kubectl({"delete", "flinkdeployment", "orders", "-n", ns_});
  EXPECT_TRUE(next(v1::JOB_EVENT_KIND_GONE));
  context.TryCancel();
  reader->Finish();
}

// Answers go on from memory, say how old they are and why, and follow again afterwards.
TEST_F(ServiceApi, WhileTheApiServerIsAwayAnswersSayHowOldTheyAre) {
  AllowAll("scheduler");
  daemon_.Start();
  server_->Apply(Deployment(ns_, "orders"));
  v1::GetJobResponse job;
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.job().has_status(); }));
  server_->Kill();
  ASSERT_TRUE(Eventually([&] {
    const grpc::Status status = GetJob("orders", job);
    return status.error_code() == grpc::UNAVAILABLE || !job.cluster().error().empty();
  }));
  // Whom the cluster said may call is remembered for ten seconds; then nobody can be looked up.
  EXPECT_TRUE(Eventually([&] { return GetJob("orders", job).error_code() == grpc::UNAVAILABLE; }));
  server_->Start();
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.cluster().error().empty(); }));
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--type", "merge", "--patch",
                    R"({"spec":{"job":{"parallelism":7}}})"});
  EXPECT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.job().status().parallelism() == 7; }));
}

// Status costs the API server nothing, however often it is asked for.
TEST_F(ServiceApi, AThousandAnswersAskTheApiServerNothing) {
  AllowAll("scheduler");
  daemon_.options.access = AccessMode::kOpen;  // no questions about callers in between
  daemon_.options.metrics = "127.0.0.1:0";
  daemon_.Start();
  server_->Apply(Deployment(ns_, "orders"));
  v1::GetJobResponse job;
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.job().has_status(); }));
  const auto requests = [&] {
    const std::string text = server_->Kubectl({"get", "--raw", "/metrics"});
    double sum = 0;  // of GETs and LISTs of one FlinkDeployment or many
    for (size_t at = text.find("\napiserver_request_total{"); at != std::string::npos;
         at = text.find("\napiserver_request_total{", at + 1)) {
      const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
      if (line.find("flinkdeployments") == std::string::npos || line.find("WATCH") != std::string::npos) continue;
      sum += std::stod(line.substr(line.rfind(' ')));
    }
    return sum;
  };
  const double before = requests();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(GetJob("orders", job).ok());
  EXPECT_EQ(requests(), before);
}

// Tokens of service accounts are renewed every hour; the one that was is then refused.
TEST_F(ServiceApi, ItsOwnTokenMayChange) {
  AllowAll("scheduler");
  WriteKubeconfig(server_->TokenFor(own_ns_, "tuned"));
  daemon_.Start();
  server_->Apply(Deployment(ns_, "orders"));
  v1::GetJobResponse job;
  ASSERT_TRUE(Eventually([&] { return GetJob("orders", job).ok() && job.job().has_status(); }));
  std::ofstream(folder_.File("token")) << server_->TokenFor(own_ns_, "tuned");
  server_->Kill();
  server_->Start();
  server_->Apply(Deployment(ns_, "bills"));
  EXPECT_TRUE(Eventually([&] { return GetJob("bills", job).ok() && job.job().has_status(); }));
}

// What tuned's own manifest allows is enough for it, and no more.
TEST_F(ServiceApi, ItsOwnRightsAreTheLeast) {
  const std::string account = absl::StrCat("--as=system:serviceaccount:", own_ns_, ":tuned");
  const std::string rules = server_->Kubectl({"auth", "can-i", "--list", account});
  for (const char* right : {"flinkdeployments.flink.apache.org", "tokenreviews.authentication.k8s.io", "limitranges"}) {
    EXPECT_NE(rules.find(right), std::string::npos) << rules;
  }
  for (const char* verb : {"secrets", "configmaps", "update", "patch", "delete", "[*]"}) {
    EXPECT_EQ(rules.find(verb), std::string::npos) << rules;
  }
}

}  // namespace
}  // namespace tune
