// `tune` against a daemon that follows a real API server: live specs, quotas, and what RBAC lets a caller do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/cli/program.h"
#include "tests/kube/api_server.h"
#include "tests/kube/child.h"
#include "tests/service/served.h"
#include "tests/support/recorded_job.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kJobs[] = "flinkdeployments.flink.apache.org,flinksessionjobs.flink.apache.org";

constexpr char kDeployment[] = R"(
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata: {name: NAME, namespace: NS}
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration: {taskmanager.numberOfTaskSlots: "1"}
  jobManager: {resource: {memory: 1g, cpu: 0.5}}
  taskManager: {resource: {memory: 2g, cpu: 1}}
  job: {jarURI: "local:///opt/job.jar", parallelism: 2, upgradeMode: savepoint}
)";

// A daemon with the administrator's rights, and a caller, by kubeconfig, with those of one namespace.
class ClientApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    ns_ = server_->NewNamespace();
    daemon_.options.cluster.follow = true;
    daemon_.options.cluster.kubeconfig = server_->kubeconfig();
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Hours(1);
    daemon_.Start();
    address_ = daemon_.server().addresses().front();
    Allow("ann", "get,list,watch,update");
  }

  void Allow(const std::string& account, const std::string& verbs) {
    daemon_.token = server_->TokenFor(ns_, account);
    server_->Let(ns_, account, verbs, kJobs);
    std::ofstream(folder_.File("kubeconfig"))
        << "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \""
        << server_->url() << "\", certificate-authority: \"" << server_->ca_file() << "\"}}]\nusers: [{name: u, user: "
        << "{token: " << daemon_.token << "}}]\ncontexts: [{name: c, context: {cluster: c, user: u, namespace: " << ns_
        << "}}]\n";
  }
  void Deploy(const std::string& name) const {
    server_->Apply(absl::StrReplaceAll(kDeployment, {{"NAME", name}, {"NS", ns_}}));
  }
  std::vector<std::string> Words(std::vector<std::string> words) const {
    words.insert(words.end(), {"--server", address_, "--kubeconfig", folder_.File("kubeconfig")});
    return words;
  }
  ProgramResult Tune(const std::vector<std::string>& words) const { return RunTune(Words(words)); }
  // What it prints, once `holds` is true of it.
  std::string Eventually(const std::vector<std::string>& words, const std::function<bool(const std::string&)>& holds) {
    ProgramResult r;
    for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;
         absl::SleepFor(absl::Milliseconds(100))) {
      r = Tune(words);
      if (r.exit_code == 0 && holds(r.out)) return r.out;
    }
    ADD_FAILURE() << words.front() << ": " << r.exit_code << "\n" << r.out << r.error;
    return r.out;
  }
  static std::function<bool(const std::string&)> Has(const std::string& part) {
    return [part](const std::string& text) { return text.find(part) != std::string::npos; };
  }
  void Push(const std::string& name) {
    v1::PushSamplesResponse response;
    const grpc::Status status =
        daemon_.Call(&v1::Tuner::Stub::PushSamples, RecordedJob().Pushes(ns_, name, 1).front(), response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  TemporaryFolder folder_;
  ServedDaemon daemon_;
  std::string ns_, address_;
};

TEST_F(ClientApi, JobsOfTheContextsNamespaceWithTheirPhase) {
  Deploy("orders");
  const std::string jobs = Eventually({"jobs"}, Has("orders"));
  EXPECT_THAT(jobs, HasSubstr("created"));
  EXPECT_EQ(Tune({"jobs", "--phase", "created", "-o", "name"}).out, absl::StrCat(ns_, "/orders\n"));
  EXPECT_EQ(Tune({"jobs", "--phase", "running", "-o", "name"}).out, "");
  const std::string job = Tune({"get", "orders"}).out;
  EXPECT_THAT(job, StartsWith(absl::StrCat("job      ", ns_, "/orders\nstatus   ")));
  EXPECT_THAT(job, HasSubstr("\nspec     Flink v1_20, parallelism 2, upgrade mode savepoint, high availability none"));
  EXPECT_THAT(job, HasSubstr("\nsamples  none were pushed\n"));
}

TEST_F(ClientApi, ThePlanIsOfTheLiveSpecAndKubectlTakesIt) {
  Deploy("orders");
  Eventually({"jobs"}, Has("orders"));
  Push("orders");
  const ProgramResult plan = Tune({"plan", "orders"});
  EXPECT_EQ(plan.exit_code, 0) << plan.error;
  EXPECT_THAT(plan.out, HasSubstr("--- FlinkDeployment orders (generation 1)\n"));
  EXPECT_THAT(plan.out, HasSubstr("\nthe namespace takes the pods\n"));
  const std::string parallelism = "size_processes=false";
  const ProgramResult yaml = Tune({"plan", "orders", "-o", "yaml", "--set", parallelism});
  ASSERT_EQ(yaml.exit_code, 0) << yaml.error;
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--type", "merge", "--patch", yaml.out});
  Eventually({"plan", "orders", "--set", parallelism}, Has("nothing to change"));
  EXPECT_EQ(Tune({"plan", "orders", "-o", "yaml", "--set", parallelism}).error, "warning: nothing to change\n");
}

TEST_F(ClientApi, QuotasAreShownAndHoldPlansBack) {
  Deploy("orders");
  Eventually({"jobs"}, Has("orders"));
  EXPECT_THAT(Tune({"quota", ns_}).out, StartsWith(absl::StrCat("no quota in namespace ", ns_, "\n")));
  server_->Kubectl({"create", "quota", "team", "-n", ns_, "--hard", "requests.cpu=1500m,requests.memory=3Gi,pods=9"});
  const std::string quota = Eventually({"quota"}, Has("team"));
  // 0.5 and two of 1 core, of which no pod is there; 1 and two of 2 GiB; three pods.
  EXPECT_THAT(quota, StartsWith("quota  resource         unit   hard  used  in flight  left\n"));
  EXPECT_THAT(quota, HasSubstr("team   requests.cpu     cores   1.5     0        2.5     0\n"));
  EXPECT_THAT(quota, HasSubstr("team   requests.memory  GiB       3     0          5     0\n"));
  EXPECT_THAT(quota, HasSubstr("team   pods                       9     0          3     6\n"));
  EXPECT_THAT(quota, HasSubstr("orders      0 → 3  0 → 2.5"));
  Push("orders");
  const std::string plan = Eventually({"plan", "orders"}, Has("does not take"));
  EXPECT_THAT(plan, HasSubstr("the namespace does not take the pods: requests."));
  EXPECT_THAT(plan, HasSubstr("; of TaskManagers of this size it takes 1 at most\n"))
      << "1.5 cores less the JobManager's 0.5";
  EXPECT_THAT(Tune({"plan", "orders", "-o", "yaml"}).error,
              StartsWith("warning: the namespace does not take the pods"));
}

TEST_F(ClientApi, ACallerWhoMayNotIsToldWhatToAskFor) {
  Allow("bob", "get");
  const auto refused = [this](const std::vector<std::string>& words) {
    const ProgramResult r = Tune(words);
    EXPECT_EQ(r.exit_code, 1) << r.out;
    EXPECT_THAT(r.error, HasSubstr("get, list and watch on flinkdeployments.flink.apache.org"));
    EXPECT_THAT(r.error, HasSubstr("bob"));
  };
  refused({"jobs"});
  refused({"jobs", "-A"});
  refused({"policy", "put", "-n", ns_, "--policy", "careful"});
  const ProgramResult nobody = RunTune({"jobs", "--server", address_});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.error, HasSubstr("Show who calls: --token-file or TUNE_TOKEN"));
  const ProgramResult stranger = RunTune({"jobs", "--server", address_, "--token", "eyJhbGciOiJub25lIn0.e30."});
  EXPECT_EQ(stranger.exit_code, 1);
  EXPECT_THAT(stranger.error, HasSubstr("may have run out"));
}

TEST_F(ClientApi, AWatchTellsOfChangesInTheCluster) {
  Eventually({"jobs"}, [](const std::string&) { return true; });
  std::vector<std::string> words = Words({"watch"});
  words.insert(words.begin(), TUNE_PROGRAM);
  Child watch(words, folder_.File("errors"));
  const auto next = [&watch](const std::string& part) {
    while (const auto line = watch.ReadLine(absl::Seconds(30))) {
      if (line->find(part) != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(next("namespace"));
  Deploy("orders");
  EXPECT_TRUE(next("orders"));
  server_->Kubectl({"patch", "flinkdeployment", "orders", "-n", ns_, "--type", "merge", "--patch",
                    R"({"spec":{"job":{"parallelism":5}}})"});
  EXPECT_TRUE(next(" 5 "));
  server_->Kubectl({"delete", "flinkdeployment", "orders", "-n", ns_});
  EXPECT_TRUE(next("gone"));
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(absl::Seconds(20)), 0);
}

TEST_F(ClientApi, AnswersSayThatTheClusterIsNotFollowed) {
  Deploy("orders");
  Eventually({"jobs"}, Has("orders"));
  daemon_.Stop();
  daemon_.options.access = AccessMode::kOpen;  // the callers' rights cannot be asked for while it is away
  daemon_.options.listen = {address_};
  daemon_.Start();
  Eventually({"jobs"}, Has("orders"));
  server_->Kill();
  EXPECT_THAT(Eventually({"jobs"}, Has("not followed now")), HasSubstr("\n\nthe cluster as it was "));
  server_->Start();
  Eventually({"jobs"}, [](const std::string& text) { return text.find("not followed") == std::string::npos; });
}

}  // namespace
}  // namespace tune
