// service/deploy at a real API server: that it is taken, what the account then may and may not, and that this is
// enough.
#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "service/kube/client.h"
#include "service/patch/patcher.h"
#include "service/rollout/events.h"
#include "service/rollout/lease.h"
#include "tests/deploy/manifests.h"
#include "tests/deploy/rights.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr absl::Duration kTime = absl::Seconds(30);
const KubeResource kDeployments = {"flink.apache.org", "v1beta1", "flinkdeployments"};

bool Eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;
       absl::SleepFor(absl::Milliseconds(50))) {
    if (holds()) return true;
  }
  return false;
}

class DeployApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    admin_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
    for (const char* ns : {"team-a", "team-b", "team-c"}) {
      server_->Apply(absl::StrCat("{apiVersion: v1, kind: Namespace, metadata: {name: ", ns, "}}"));
    }
  }
  // The next overlay's rights are its own.
  void TearDown() override {
    if (IsSkipped()) return;
    for (const char* kinds :
         {"clusterroles,clusterrolebindings,validatingadmissionpolicybindings", "roles,rolebindings"}) {
      server_->Kubectl({"delete", kinds, "--all-namespaces", "--selector=app.kubernetes.io/name=tuned"});
    }
  }

  std::string Deploy(const std::string& overlay) const {
    return server_->Kubectl({"apply", "--kustomize", "service/deploy/overlays/" + overlay});
  }
  std::string Token(const std::string& ns, const std::string& account) const {
    const std::string token = server_->Kubectl({"--namespace", ns, "create", "token", account});
    return token.substr(0, token.find('\n'));
  }
  std::unique_ptr<KubeClient> ClientOf(const std::string& token) const {
    KubeConfig config;
    config.server = server_->url();
    config.ca.file = server_->ca_file();
    config.token = token;
    return *KubeClient::Create(config);
  }
  std::unique_ptr<KubeClient> Tuned() const { return ClientOf(Token("tuned", "tuned")); }

  // What of the table is not so. RBAC is known a little after it was written.
  std::string Differences(const std::string& overlay) const {
    std::string wrong;
    Eventually([&] {
      wrong.clear();
      for (const Right& right : kRights) {
        const bool want = IsIn(right, overlay);
        if (MayTuned(*admin_, right) == want) continue;
        absl::StrAppend(&wrong, overlay, want ? " may not " : " may ", right.verb, " ", right.group, "/",
                        right.resource, " ", right.name, " in ", right.ns, "\n");
      }
      return wrong.empty();
    });
    return wrong;
  }
  // Each object of an overlay as it is there; the generation counts changes of its spec.
  std::string Generations(const std::string& overlay) const {
    return server_->Kubectl({"get", "--kustomize", "service/deploy/overlays/" + overlay,
                             "--output=jsonpath={range .items[*]}{.kind} {.metadata.uid} {.metadata.generation}{end}"});
  }
  void Check(const std::string& overlay) const {
    Deploy(overlay);
    const std::string once = Generations(overlay);
    EXPECT_EQ(server_->Kubectl({"diff", "--kustomize", "service/deploy/overlays/" + overlay}), "");
    Deploy(overlay);
    EXPECT_EQ(Generations(overlay), once);
    EXPECT_EQ(Differences(overlay), "");
  }
  // Of the account in `ns`, beyond what every account may.
  std::set<std::string> OwnRights(const std::string& ns) const {
    std::set<std::string> own = AllRights(*Tuned(), ns);
    for (const std::string& right : AllRights(*ClientOf(Token("team-a", "default")), ns)) own.erase(right);
    return own;
  }

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

  std::unique_ptr<KubeClient> admin_;
};

const std::set<std::string> kAsks = {"create authentication.k8s.io/tokenreviews",
                                     "create authorization.k8s.io/subjectaccessreviews"};
const std::set<std::string> kReadsInNamespace = {"list flink.apache.org/flinkdeployments",
                                                 "watch flink.apache.org/flinkdeployments",
                                                 "list flink.apache.org/flinksessionjobs",
                                                 "watch flink.apache.org/flinksessionjobs",
                                                 "list /pods",
                                                 "watch /pods",
                                                 "list /resourcequotas",
                                                 "watch /resourcequotas",
                                                 "list /limitranges",
                                                 "watch /limitranges"};
const std::set<std::string> kReadsNamespaces = {"list /namespaces", "watch /namespaces"};
const std::set<std::string> kWrites = {"get flink.apache.org/flinkdeployments",
                                       "patch flink.apache.org/flinkdeployments", "create events.k8s.io/events",
                                       "patch events.k8s.io/events"};
const std::set<std::string> kLease = {"create coordination.k8s.io/leases", "get coordination.k8s.io/leases tuned",
                                      "update coordination.k8s.io/leases tuned"};

std::set<std::string> All(const std::vector<std::set<std::string>>& parts) {
  std::set<std::string> all;
  for (const std::set<std::string>& part : parts) all.insert(part.begin(), part.end());
  return all;
}

TEST_F(DeployApi, AdviseReadsEverywhereAndWritesNowhere) {
  Check("advise");
  for (const char* ns : {"team-a", "team-c", "tuned", "kube-system"}) {
    EXPECT_EQ(OwnRights(ns), All({kAsks, kReadsInNamespace, kReadsNamespaces})) << ns;
  }
}

TEST_F(DeployApi, WritePatchesJobsEverywhereAndHasOneLease) {
  Check("write");
  const auto everywhere = All({kAsks, kReadsInNamespace, kReadsNamespaces, kWrites});
  for (const char* ns : {"team-a", "team-c", "kube-system"}) EXPECT_EQ(OwnRights(ns), everywhere) << ns;
  EXPECT_EQ(OwnRights("tuned"), All({everywhere, kLease}));
}

TEST_F(DeployApi, NamespacedReadsItsNamespacesAlone) {
  Check("namespaced");
  for (const char* ns : {"team-a", "team-b"}) EXPECT_EQ(OwnRights(ns), All({kAsks, kReadsInNamespace})) << ns;
  for (const char* ns : {"team-c", "tuned", "kube-system"}) EXPECT_EQ(OwnRights(ns), kAsks) << ns;
}

TEST_F(DeployApi, NamespacedWritePatchesInItsNamespacesAlone) {
  Check("namespaced-write");
  for (const char* ns : {"team-a", "team-b"}) EXPECT_EQ(OwnRights(ns), All({kAsks, kReadsInNamespace, kWrites})) << ns;
  for (const char* ns : {"team-c", "kube-system"}) EXPECT_EQ(OwnRights(ns), kAsks) << ns;
  EXPECT_EQ(OwnRights("tuned"), All({kAsks, kLease}));
}

// Its namespace takes hardened pods alone, and a pod that were not would never be made.
TEST_F(DeployApi, ThePodIsTakenUnderTheRestrictedStandard) {
  Deploy("advise");
  const std::string of_tuned = "--selector=app.kubernetes.io/name=tuned";
  EXPECT_TRUE(Eventually([&] {
    return server_->Kubectl({"--namespace", "tuned", "get", "pods", of_tuned, "--output=name"}) != "";
  })) << server_->Kubectl({"--namespace", "tuned", "get", "events"});
  const auto refused = admin_->Post("/api/v1/namespaces/tuned/pods",
                                    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
                                        "spec":{"containers":[{"name":"c","image":"i"}]}})",
                                    kTime);
  EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << refused.status();
}

// What tuned does to write, as this account.
TEST_F(DeployApi, RightsOfWriteAreEnoughToWrite) {
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

TEST_F(DeployApi, WithOwnFieldsAWriterChangesNothingElse) {
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

TEST_F(DeployApi, RightsOfAdviseAreNotEnoughToWrite) {
  Deploy("advise");
  CreateOrders("team-b");
  EXPECT_TRUE(absl::IsPermissionDenied(SetParallelism(*Tuned(), "team-b", 3)));
}

}  // namespace
}  // namespace tune
