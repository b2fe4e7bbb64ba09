// `tune` as the client of a daemon without a cluster: what it prints, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/cli/program.h"
#include "tests/kube/child.h"
#include "tests/service/served.h"
#include "tests/support/certificates.h"
#include "tests/support/recorded_job.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ClientCommands : public testing::Test {
 protected:
  ClientCommands() {
    unsetenv("TUNE_SERVER");
    unsetenv("TUNE_TOKEN");
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Hours(1);  // judged when asked
    daemon_.options.drain = absl::Seconds(1);
    daemon_.Start();
    address_ = daemon_.server().addresses().front();
    daemon_.options.listen = {address_};
  }
  ~ClientCommands() override { unsetenv("TUNE_SERVER"); }

  void Push(const std::string& ns, const std::string& name) {
    v1::PushSamplesResponse response;
    const grpc::Status status =
        daemon_.Call(&v1::Tuner::Stub::PushSamples, recorded_.Pushes(ns, name, 1).front(), response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  ProgramResult Tune(std::vector<std::string> words) const {
    words.insert(words.end(), {"--server", address_});
    return RunTune(words);
  }
  // What it prints; the test fails where it fails.
  std::string Out(const std::vector<std::string>& words) const {
    const ProgramResult r = Tune(words);
    EXPECT_EQ(r.exit_code, 0) << r.error;
    EXPECT_EQ(r.error, "");
    return r.out;
  }
  nlohmann::json Json(const std::vector<std::string>& words) const {
    return nlohmann::json::parse(Out(words), nullptr, /*allow_exceptions=*/false);
  }
  void Refused(const std::vector<std::string>& words, int exit_code, const std::string& says) const {
    const ProgramResult r = Tune(words);
    EXPECT_EQ(r.exit_code, exit_code) << r.out << r.error;
    EXPECT_THAT(r.error, HasSubstr(says));
    EXPECT_EQ(r.out, "");
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }

  RecordedJob recorded_;
  TemporaryFolder folder_;
  ServedDaemon daemon_;
  std::string address_;
};

const char kManifest[] =
    "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders, namespace: team-a}\n"
    "spec: {flinkVersion: v1_20, job: {parallelism: 2, upgradeMode: savepoint}}\n";

TEST_F(ClientCommands, JobsAsATable) {
  EXPECT_EQ(Out({"jobs"}), "no jobs in namespace default; -A shows all\n");
  EXPECT_EQ(Out({"jobs", "-A"}), "no jobs\n");
  Push("team-a", "orders");
  Push("team-b", "bills");
  Out({"get", "team-a/orders"});  // decides
  const std::string all = Out({"jobs", "-A"});
  EXPECT_THAT(all, StartsWith("namespace  name    status  parallelism  slots  action  samples  reason\n"));
  EXPECT_THAT(all, HasSubstr("team-a     orders  -             2 → 3  2 → 3  raise "));
  EXPECT_THAT(all, HasSubstr("from 2 to "));
  EXPECT_THAT(all, HasSubstr("team-b     bills   -                 -      -  - "));
  EXPECT_THAT(Out({"jobs", "-n", "team-b"}), Not(HasSubstr("orders")));
  EXPECT_EQ(Out({"jobs", "-A", "--name", "ill", "-o", "name"}), "team-b/bills\n");
  EXPECT_EQ(Out({"jobs", "-A", "--action", "raise", "--action", "lower", "-o", "name"}), "team-a/orders\n");
  EXPECT_EQ(Out({"jobs", "-A", "--phase", "running"}), "no jobs\n") << "no cluster tells of phases";
}

TEST_F(ClientCommands, JobsAsJsonHaveTheContractsNames) {
  Push("team-a", "orders");
  const nlohmann::json all = Json({"jobs", "-A", "--json"});
  ASSERT_EQ(all.at("jobs").size(), 1u);
  EXPECT_EQ(all.at("jobs")[0].at("job").at("namespace"), "team-a");
  EXPECT_EQ(all.at("jobs")[0].at("samples").at("pushes"), "1");
  EXPECT_EQ(all.at("next_page_token"), "");
}

// 1,203 jobs are three pages of 500.
TEST_F(ClientCommands, JobsOfAllPagesAreListed) {
  v1::PushSamplesRequest push = recorded_.Pushes("team-a", "", 1).front();
  push.clear_samples();
  for (int i = 0; i < 1203; ++i) {
    push.mutable_job()->set_name(absl::StrCat("job-", i));
    push.set_idempotency_key(absl::StrCat("key-", i));
    v1::PushSamplesResponse response;
    const grpc::Status status = daemon_.Call(&v1::Tuner::Stub::PushSamples, push, response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_EQ(Json({"jobs", "-n", "team-a", "--json"}).at("jobs").size(), 1203u);
}

TEST_F(ClientCommands, GetSaysWhatTheJobIsAndWhatItNeeds) {
  Push("team-a", "orders");
  const std::string out = Out({"get", "orders", "-n", "team-a"});
  EXPECT_THAT(out, StartsWith("job      team-a/orders\n"));
  EXPECT_THAT(out, HasSubstr("1 push, the last "));
  EXPECT_THAT(out, HasSubstr("answer: raise; delayed; parallelism 2 -> 3, slots 2 -> 3\n"));
  EXPECT_THAT(out, HasSubstr("\nenrich                    2     3         3       3    902.407         2.57"));
  EXPECT_THAT(out, HasSubstr("[bottleneck] enrich: saturated"));
  EXPECT_THAT(Out({"get", "team-a/orders"}), HasSubstr("decision  #1, "));
}

// The numbers are those that `tune recommend` finds from the same samples.
TEST_F(ClientCommands, GetPrintsTheTablesThatRecommendPrints) {
  Push("team-a", "orders");
  const auto table = [](const std::string& text) {
    const size_t from = text.find("operator "), to = text.find("\nTaskManagers: ");
    return from == std::string::npos ? text : text.substr(from, to - from);
  };
  EXPECT_EQ(table(Out({"get", "team-a/orders"})), table(RunTune({"recommend", "datasets/kafka900-p2"}).out));
}

TEST_F(ClientCommands, GetExplainsAsExplainDoes) {
  Push("team-a", "orders");
  const ProgramResult local = RunTune({"explain", "datasets/kafka900-p2", "--vertex", "enrich"});
  EXPECT_THAT(Out({"get", "team-a/orders", "--explain", "--vertex", "enrich"}), HasSubstr("\n\n" + local.out));
  EXPECT_THAT(Out({"get", "team-a/orders", "--evidence"}), HasSubstr("\nTaskManagers"));
  Refused({"get", "team-a/orders", "--vertex", "enrich"}, 2, "--explain");
  const ProgramResult wrong = Tune({"get", "team-a/orders", "--explain", "--vertex", "enrich2"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.error, HasSubstr("\"enrich\""));
}

TEST_F(ClientCommands, GetAsJsonHasTheEvidenceWhereItIsAskedFor) {
  Push("team-a", "orders");
  const nlohmann::json without = Json({"get", "team-a/orders", "--json"});
  EXPECT_EQ(without.at("recommendation").at("vertices").size(), 4u);
  EXPECT_TRUE(without.at("recommendation").at("evidence").empty());
  EXPECT_GT(Json({"get", "team-a/orders", "--json", "--evidence"}).at("recommendation").at("evidence").size(), 10u);
  Refused({"get", "team-a/orders", "--json", "--explain", "--vertex", "enrich"}, 2, "--vertex");
}

TEST_F(ClientCommands, GetTriesAnotherPolicyAndStoresNothing) {
  Push("team-a", "orders");
  // 902.4 records/s of 2.628 ms are 2.37 subtasks' time; a third of it may be used: 7.1, so 8.
  const std::string tried = Out({"get", "team-a/orders", "--set", "target_busy_fraction=0.333"});
  EXPECT_THAT(tried, HasSubstr("policy balanced with target_busy_fraction=0.333\n"));
  EXPECT_THAT(tried, HasSubstr("parallelism 2 -> 8"));
  const std::string file = Write("our.textproto", "name: \"ours\"\nmax_parallelism: 2\n");
  EXPECT_THAT(Out({"get", "team-a/orders", "--policy", file}), HasSubstr("policy ours\n"));
  EXPECT_THAT(Out({"get", "team-a/orders"}), HasSubstr("policy balanced\n"));
  Refused({"get", "team-a/orders", "--policy", "boldest"}, 2, "balanced");
  Refused({"get", "team-a/orders", "--set", "target_busy_fraction=2"}, 2, "target_busy_fraction = 2; allowed: (0, 1]");
}

TEST_F(ClientCommands, WhatIsNotThereIsBadInput) {
  Refused({"get", "orders"}, 2, "default/orders is not in the cluster");
  Refused({"get", "team-a/../x"}, 2, "job.name = \"../x\"");
  Refused({"get", "team-a/orders", "-n", "team-b"}, 2, "--namespace");
  Refused({"get"}, 2, "JOB");
  Refused({"plan", "orders"}, 2, "not");
  Push("team-a", "orders");
  Refused({"get", "team-a/orders", "--session-job"}, 2, "team-a/orders");
}

// The recording takes the same way as `tune recommend`'s, and the answer is the same to the last digit.
TEST_F(ClientCommands, PushedHistoriesAreJudgedAsTheyAreHere) {
  EXPECT_EQ(Out({"push", "team-a/orders", "datasets/kafka900-p2"}), "team-a/orders: 347 samples taken, a new window\n");
  nlohmann::json kept = Json({"get", "team-a/orders", "--json"}).at("recommendation");
  nlohmann::json here =
      nlohmann::json::parse(RunTune({"recommend", "datasets/kafka900-p2", "--format", "json"}).out, nullptr, false);
  kept.erase("evidence");
  here.erase("evidence");
  EXPECT_EQ(kept, here);
  EXPECT_EQ(Out({"push", "team-a/orders", "datasets/kafka900-p2"}),
            "team-a/orders: all of it was pushed before; nothing was added\n");
  EXPECT_EQ(Json({"push", "team-a/orders", "datasets/kafka900-p2", "--json"}).at("repeated"), true);
}

TEST_F(ClientCommands, PushedTimesMayEndNow) {
  const absl::Time before = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now()));
  Out({"push", "orders", "datasets/kafka900-p2", "--until-now"});
  const nlohmann::json samples = Json({"get", "orders", "--json"}).at("job").at("samples");
  absl::Time first, last;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, samples.at("last_sample").get<std::string>(), &last, nullptr));
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, samples.at("window_start").get<std::string>(), &first, nullptr));
  EXPECT_GE(last, before);
  EXPECT_LE(last, absl::Now());
  EXPECT_LT(last - first, absl::Minutes(5)) << "4m12s were recorded; a window begins at a whole bin";
}

TEST_F(ClientCommands, PushTakesWhatTheHistoryDoesNotTell) {
  Out({"push", "orders", "datasets/kafka900-p2", "--source-rate", "Source: kafka=5000"});
  // 5000 records/s of 2.57 ms are 12.8 subtasks' time, of which 0.8 may be used: 16.06, with what is not certain more.
  const nlohmann::json recommendation = Json({"get", "orders", "--json"}).at("recommendation");
  for (const nlohmann::json& vertex : recommendation.at("vertices")) {
    if (vertex.at("name") != "enrich") continue;
    EXPECT_GE(vertex.at("needed").get<int>(), 13);
  }
  Refused({"push", "orders", "datasets/kafka900-p2", "--source-rate", "enrich=5"}, 2, "one of the sources");
  Refused({"push", "orders", folder_.File("absent")}, 2, "no such file or folder");
  Refused({"push", "orders", "datasets/kafka900-p2", "--spec", Write("spec.yaml", "kind: Pod")}, 2, "spec.yaml");
  Refused({"push", "no such name", "datasets/kafka900-p2"}, 2, "no such name");
}

TEST_F(ClientCommands, PlanShowsADiffOfAGivenSpec) {
  Push("team-a", "orders");
  Refused({"plan", "team-a/orders"}, 2, "the cluster is not followed");
  const std::string spec = Write("spec.yaml", kManifest);
  const std::string out = Out({"plan", "team-a/orders", "--spec", spec});
  EXPECT_THAT(out, StartsWith("team-a/orders: raise; parallelism 2 → 3, slots 2 → 3\n\n"
                              "--- FlinkDeployment orders\n+++ FlinkDeployment orders as planned\n@@ spec."));
  EXPECT_THAT(out, HasSubstr("@@ spec.job.parallelism @@ "));
  EXPECT_THAT(out, HasSubstr("\n-2\n+3\n"));
  EXPECT_THAT(out, HasSubstr("\nthe change restarts the job\n"));
  EXPECT_THAT(out, HasSubstr(R"(@@ spec.flinkConfiguration["pipeline.jobvertex-parallelism-overrides"] @@ )"));
  EXPECT_EQ(out.find('\033'), std::string::npos) << "colours without a terminal";
}

TEST_F(ClientCommands, PlanAsYamlIsThePatchThatRecommendWrites) {
  Push("team-a", "orders");
  const std::string spec = Write("spec.yaml", kManifest);
  const std::string yaml = Out({"plan", "team-a/orders", "--spec", spec, "-o", "yaml"});
  ASSERT_EQ(RunTune({"recommend", "datasets/kafka900-p2", "--spec", spec, "--out", folder_.File("p.yaml")}).exit_code,
            0);
  EXPECT_EQ(yaml, TextOfFile(folder_.File("p.yaml")));
  const nlohmann::json json = Json({"plan", "team-a/orders", "--spec", spec, "--json"});
  EXPECT_GT(json.at("patch").at("changes").size(), 0u);
  const ProgramResult nothing = Tune({"plan", "team-a/orders", "--spec", spec, "-o", "yaml", "--set",
                                      "max_parallelism=2", "--set", "size_processes=false"});
  EXPECT_EQ(nothing.exit_code, 0) << nothing.error;
}

TEST_F(ClientCommands, PoliciesArePutShownAndRemoved) {
  EXPECT_THAT(
      Out({"policy", "get", "--job", "team-a/orders"}),
      StartsWith(
          "# in force for the job team-a/orders: balanced, tuned's own or the owner's, as none was put\nname: "));
  EXPECT_THAT(Out({"policy", "put", "-n", "team-a", "--policy", "careful", "--set", "max_parallelism=32"}),
              StartsWith("careful with max_parallelism=32, put for all jobs of namespace team-a at 20"));
  const std::string shown = Out({"policy", "get", "--job", "orders", "-n", "team-a"});
  EXPECT_THAT(shown, StartsWith("# in force for the job team-a/orders: careful with max_parallelism=32, put for all "
                                "jobs of namespace team-a at 20"));
  EXPECT_THAT(shown, HasSubstr("max_parallelism: 32\n"));
  EXPECT_EQ(Json({"policy", "get", "-n", "team-a", "--json"}).at("policy").at("max_parallelism"), 32);
  // What it prints is a policy's file.
  const std::string file = Write("shown.textproto", shown);
  EXPECT_THAT(Out({"policy", "put", "--everyone", "--policy", file}), HasSubstr(", put for everyone at 20"));
  Refused({"policy", "put", "-n", "team-a", "--policy", "thrifty", "--if-revision", "99"}, 1, "tune policy get");
  Refused({"policy", "put", "-n", "team-a", "--policy", "thrifty", "--if-revision", "0"}, 1, "--if-revision");
  EXPECT_THAT(
      Out({"policy", "remove", "-n", "team-a"}),
      StartsWith("in force for all jobs of namespace team-a: careful with max_parallelism=32, put for everyone"));
  Refused({"policy", "remove", "-n", "team-a"}, 2, "team-a");
  EXPECT_THAT(Out({"policy", "remove", "--everyone"}), HasSubstr("tuned's own"));
}

TEST_F(ClientCommands, PoliciesNeedToBeForSomebody) {
  Refused({"policy", "get"}, 2, "--everyone");
  Refused({"policy", "put", "-n", "team-a"}, 2, "--policy");
  Refused({"policy"}, 2, "subcommand");
  Refused({"policy", "put", "--everyone", "--job", "x", "--policy", "careful"}, 2, "--everyone");
  Refused({"policy", "put", "--everyone", "--set", "target_busy_fraction=7"}, 2, "allowed: (0, 1]");
  Refused({"policy", "put", "--everyone", "--policy", Write("bad.textproto", "target: 1\n")}, 2,
          "bad.textproto line 1");
}

TEST_F(ClientCommands, WhatTheServerLacksIsNamed) {
  Refused({"quota", "team-a"}, 1, "--kubeconfig");
  daemon_.Stop();
  daemon_.options.keeping.store.clear();
  daemon_.Start();
  Refused({"jobs"}, 1, "--store FILE");
}

TEST_F(ClientCommands, NobodyThereIsSaid) {
  daemon_.Stop();
  Refused({"jobs", "--timeout", "2"}, 1, absl::StrCat("Is tuned running at ", address_, "?"));
  Refused({"watch", "--timeout", "2"}, 1, "Is tuned running");
  Refused({"jobs", "--server", "tuned"}, 2, "");
}

TEST_F(ClientCommands, TheServerMayBeNamedByTheEnvironment) {
  setenv("TUNE_SERVER", address_.c_str(), 1);
  EXPECT_EQ(RunTune({"jobs", "-A"}).out, "no jobs\n");
  setenv("TUNE_SERVER", "nonsense", 1);
  const ProgramResult r = RunTune({"jobs", "-A"});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_THAT(r.error, HasSubstr("--server = \"nonsense\"; allowed: host:port"));
}

TEST_F(ClientCommands, HelpHasExamplesForEach) {
  for (const char* command : {"jobs", "watch", "get", "plan", "policy", "quota", "push"}) {
    const ProgramResult r = RunTune({command, "--help"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.out, HasSubstr("Examples:")) << command;
  }
  EXPECT_THAT(RunTune({"policy", "put", "--help"}).out, HasSubstr("--if-revision"));
}

class WatchCommand : public ClientCommands {
 protected:
  void Begin(std::vector<std::string> words) {
    words.insert(words.begin(), TUNE_PROGRAM);
    words.insert(words.end(), {"--server", address_});
    child_ = std::make_unique<Child>(words, folder_.File("errors"));
  }
  std::string Line() { return child_->ReadLine(absl::Seconds(30)).value_or("(nothing)"); }
  // Ctrl-C.
  int End() {
    child_->Signal(SIGINT);
    return child_->Wait(absl::Seconds(20));
  }
  std::unique_ptr<Child> child_;
};

TEST_F(WatchCommand, PrintsALineForEachChangeAndEndsByCtrlC) {
  Push("team-a", "orders");
  Begin({"watch", "-A"});
  EXPECT_THAT(Line(), StartsWith("at        namespace  name    status  parallelism"));
  EXPECT_THAT(Line(), HasSubstr("team-a     orders"));
  Push("team-b", "bills");
  EXPECT_THAT(Line(), HasSubstr("team-b     bills "));
  EXPECT_EQ(End(), 0);
  EXPECT_EQ(TextOfFile(folder_.File("errors")), "");
}

// Jobs that are as they were are not told again; what changed meanwhile is.
TEST_F(WatchCommand, SaysThatItConnectsAgainAndRepeatsNothing) {
  Push("team-a", "orders");
  Push("team-b", "bills");
  Begin({"watch", "-A"});
  Line();
  EXPECT_THAT(Line(), HasSubstr("orders"));
  EXPECT_THAT(Line(), HasSubstr("bills"));
  daemon_.Stop();
  daemon_.Start();
  Push("team-b", "carts");
  EXPECT_THAT(Line(), HasSubstr("carts"));
  EXPECT_EQ(End(), 0);
  EXPECT_THAT(TextOfFile(folder_.File("errors")), HasSubstr("warning: the connection was lost ("));
  EXPECT_THAT(TextOfFile(folder_.File("errors")), HasSubstr("); trying again in "));
}

TEST_F(WatchCommand, AsJsonPrintsAnEventALine) {
  Push("team-a", "orders");
  Begin({"watch", "-A", "--json"});
  EXPECT_EQ(nlohmann::json::parse(Line()).at("kind"), "JOB_EVENT_KIND_RESET");
  const nlohmann::json event = nlohmann::json::parse(Line());
  EXPECT_EQ(event.at("kind"), "JOB_EVENT_KIND_JOB");
  EXPECT_EQ(event.at("job").at("job").at("name"), "orders");
  const nlohmann::json bookmark = nlohmann::json::parse(Line());
  EXPECT_EQ(bookmark.at("kind"), "JOB_EVENT_KIND_BOOKMARK");
  EXPECT_NE(bookmark.at("resume_token"), "");
  EXPECT_EQ(End(), 0);
}

}  // namespace
}  // namespace tune
