// Whatever a server sends is data: nothing of it commands a terminal or a shell, and nothing of it is fatal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/cli/program.h"
#include "tests/client/hostile.h"
#include "tests/client/made_up_answers.h"
#include "tests/client/made_up_server.h"
#include "tests/kube/child.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::HasSubstr;

class HostileServer : public testing::Test {
 protected:
  ProgramResult Tune(std::vector<std::string> words) {
    words.insert(words.end(), {"--server", server_.address(), "--timeout", "10"});
    ProgramResult r = RunTune(words);
    ExpectHarmless(r.out);
    ExpectHarmless(r.error);
    return r;
  }
  static v1::JobSummary Job() {
    v1::JobSummary job;
    job.mutable_job()->set_namespace_(kHostile);
    job.mutable_job()->set_name(kHostile);
    v1::JobStatus& status = *job.mutable_status();
    for (auto* text :
         {status.mutable_text(), status.mutable_failure(), status.mutable_web_ui(), status.mutable_flink_version(),
          status.mutable_upgrade_mode(), status.mutable_session_cluster(), status.mutable_spec_error(),
          job.mutable_decision()->mutable_reason(), job.mutable_decision()->mutable_policy_name()}) {
      *text = kHostile;
    }
    status.set_phase(static_cast<v1::JobPhase>(1234));
    job.mutable_decision()->set_action(static_cast<v1::Action>(-5));
    job.mutable_samples()->mutable_last_sample()->set_seconds(INT64_MAX);
    job.mutable_samples()->mutable_last_push()->set_seconds(INT64_MIN);
    return job;
  }
  static v1::ClusterAge Age() {
    v1::ClusterAge age;
    age.set_error(kHostile);
    age.mutable_age()->set_seconds(INT64_MAX);
    return age;
  }
  MadeUpServer server_;
};

TEST_F(HostileServer, TextsOfJobsAreShownAsTheyAre) {
  server_.list = [](const auto&, v1::ListJobsResponse& out) {
    *out.add_jobs() = Job();
    *out.mutable_cluster() = Age();
    return grpc::Status::OK;
  };
  const ProgramResult table = Tune({"jobs"});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.out, HasSubstr("x\\x1b]0;owned\\x07\\x1b[2Jy\\x9b31mz\\x0derror: a\\x0ab\\x09c\\x7f"));
  EXPECT_EQ(Tune({"jobs", "-o", "name"}).out, "") << "a shell would read it";
  const ProgramResult json = Tune({"jobs", "--json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.error, HasSubstr("what the server sent is no JSON: ")) << "a time beyond its years";
  server_.list = [](const auto&, v1::ListJobsResponse& out) {
    *out.add_jobs() = Job();
    out.mutable_jobs(0)->clear_samples();
    return grpc::Status::OK;
  };
  const auto parsed = nlohmann::json::parse(Tune({"jobs", "--json"}).out);
  EXPECT_EQ(parsed.at("jobs").at(0).at("job").at("name"), kHostile);
}

TEST_F(HostileServer, SoAreThoseOfOneJob) {
  server_.job = [](v1::GetJobResponse& out) {
    *out.mutable_job() = Job();
    return grpc::Status::OK;
  };
  server_.recommendation = [](v1::GetRecommendationResponse& out) {
    *out.mutable_recommendation() = MadeUpRecommendation(kHostile);
    *out.mutable_job() = Job();
    *out.mutable_cluster() = Age();
    return grpc::Status::OK;
  };
  server_.explanation = [](v1::ExplainResponse& out) {
    v1::Explanation& explanation = *out.add_explanations();
    explanation.set_summary(kHostile);
    explanation.add_findings(kHostile);
    explanation.add_steps()->set_text(kHostile);
    explanation.mutable_steps(0)->set_depth(INT32_MAX);
    return grpc::Status::OK;
  };
  const ProgramResult got = Tune({"get", "a"});
  EXPECT_EQ(got.exit_code, 0) << got.error;
  EXPECT_THAT(got.out, HasSubstr("[thin-data] x\\x1b"));
  EXPECT_EQ(Tune({"get", "a", "--explain"}).exit_code, 0);
  EXPECT_EQ(Tune({"get", "a", "--json"}).exit_code, 1) << "a time that JSON cannot express";
}

TEST_F(HostileServer, SoAreThoseOfAPlan) {
  server_.plan = [](v1::PlanResponse& out) {
    *out.mutable_recommendation() = MadeUpRecommendation(kHostile);
    v1::SpecPatch& patch = *out.mutable_patch();
    *patch.mutable_computed_from() = MadeUpRecommendation(kHostile).computed_from();
    patch.set_api_version("v1");
    patch.set_kind(kHostile);
    patch.set_name(kHostile);
    v1::SpecChange& change = *patch.add_changes();
    change.add_path(kHostile);
    change.set_before(kHostile);
    change.set_after(kHostile);
    change.set_reason(kHostile);
    patch.add_notes(kHostile);
    out.set_patch_yaml(kHostile);
    out.mutable_fit()->set_cap(kHostile);
    v1::Refusal& refusal = *out.add_refusals();
    refusal.set_kind(kHostile);
    refusal.set_text(kHostile);
    refusal.set_is_waivable(true);
    out.set_generation(4);
    *out.mutable_cluster() = Age();
    return grpc::Status::OK;
  };
  EXPECT_EQ(Tune({"plan", "a"}).exit_code, 0);
  EXPECT_EQ(Tune({"plan", "a", "-o", "yaml"}).exit_code, 0);
}

TEST_F(HostileServer, SoAreThoseOfPoliciesAndQuotas) {
  server_.policy = [](v1::GetPolicyResponse& out) {
    out.mutable_policy()->set_name(kHostile);
    out.mutable_stored()->mutable_policy()->set_name(kHostile);
    out.mutable_stored()->set_author(kHostile);
    out.mutable_stored()->mutable_scope()->set_namespace_(kHostile);
    return grpc::Status::OK;
  };
  server_.put = [](v1::PutPolicyResponse& out) {
    out.mutable_stored()->set_author(kHostile);
    return grpc::Status::OK;
  };
  server_.quota = [](v1::GetQuotaResponse& out) {
    v1::NamespaceQuota& quota = *out.mutable_quota();
    v1::QuotaLine& line = *quota.add_lines();
    line.set_quota(kHostile);
    line.set_resource(kHostile);
    line.set_hard(INT64_MIN);
    v1::JobUse& job = *quota.add_jobs();
    job.set_deployment(kHostile);
    job.set_unknown(kHostile);
    quota.add_unread(kHostile);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Tune({"policy", "get", "--everyone"}).exit_code, 0);
  EXPECT_EQ(Tune({"policy", "put", "--everyone", "--policy", "careful"}).exit_code, 0);
  EXPECT_EQ(Tune({"quota", "team-a"}).exit_code, 0);
}

TEST_F(HostileServer, SoAreErrors) {
  server_.list = [](const auto&, auto&) { return grpc::Status(grpc::INTERNAL, kHostile, kHostile); };
  const ProgramResult r = Tune({"jobs"});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_THAT(r.error, HasSubstr("error: x\\x1b]0;owned"));
}

TEST_F(HostileServer, AnswersThatAreNoneAreErrors) {
  server_.job = [](v1::GetJobResponse& out) {
    *out.mutable_job() = Job();
    return grpc::Status::OK;
  };
  server_.recommendation = [](v1::GetRecommendationResponse& out) {
    out.mutable_recommendation()->add_vertices();
    return grpc::Status::OK;
  };
  server_.plan = [](auto&) { return grpc::Status::OK; };
  const ProgramResult got = Tune({"get", "a"});
  EXPECT_EQ(got.exit_code, 1);
  EXPECT_THAT(got.error, HasSubstr("what the server sent is no recommendation: "));
  EXPECT_THAT(Tune({"plan", "a"}).error, HasSubstr("what the server sent is no patch: "));
}

TEST_F(HostileServer, PagesWithoutEndAreAnError) {
  server_.list = [](const auto&, v1::ListJobsResponse& out) {
    out.set_next_page_token("again");
    return grpc::Status::OK;
  };
  const ProgramResult r = Tune({"jobs"});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_THAT(r.error, HasSubstr("has no end"));
}

TEST_F(HostileServer, EventsAreDataToo) {
  server_.watch = [](auto&, auto& writer, auto&) {
    v1::JobEvent event;
    for (const int kind : {1, 2, 3, 2, 99, 4}) {
      event.set_kind(static_cast<v1::JobEventKind>(kind));
      *event.mutable_job() = Job();
      writer.Write(event);
    }
    return grpc::Status(grpc::PERMISSION_DENIED, kHostile);
  };
  EXPECT_EQ(Tune({"watch"}).exit_code, 1);
}

// One key for all tries of a change, another for the next change.
TEST_F(HostileServer, AChangeThatIsTriedAgainHasOneKey) {
  int calls = 0;
  server_.put = [&calls](v1::PutPolicyResponse&) {
    return ++calls == 1 ? grpc::Status(grpc::UNAVAILABLE, "cut") : grpc::Status::OK;
  };
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Tune({"policy", "put", "--everyone", "--policy", "careful"}).exit_code, 0);
  const std::vector<std::string> keys = server_.keys();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_NE(keys[1], keys[2]);
  EXPECT_GE(keys[0].size(), 32u);
}

// Names are completed within a second or not at all, and only those that a shell cannot take for something else.
TEST_F(HostileServer, CompletesNamesOfJobsAlone) {
  server_.list = [](const auto&, v1::ListJobsResponse& out) {
    for (const char* name : {"orders", "$(reboot)", "bills"}) {
      v1::JobRef& job = *out.add_jobs()->mutable_job();
      job.set_namespace_("default");
      job.set_name(name);
    }
    out.add_jobs()->mutable_job()->set_namespace_("team-a");
    out.mutable_jobs(3)->mutable_job()->set_name("orders");
    *out.add_jobs() = Job();
    return grpc::Status::OK;
  };
  const std::vector<std::string> words = {"__complete", "get", "--server", server_.address()};
  const auto complete = [&words](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return RunTune(more).out;
  };
  EXPECT_EQ(complete({""}), "bills\norders\nteam-a/orders\n");
  EXPECT_EQ(complete({"or"}), "orders\n");
  EXPECT_EQ(complete({"-n", "team-a", "o"}), "orders\n");
  EXPECT_EQ(RunTune({"__complete", "policy", "put", "--server", server_.address(), "--job", "b"}).out, "bills\n");
  EXPECT_EQ(RunTune({"__complete", "get", "--server", "127.0.0.1:1", ""}).out, "");
  server_.list = [](const auto&, auto&) {
    usleep(3'000'000);
    return grpc::Status::OK;
  };
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(complete({""}), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(2500));
}

}  // namespace
}  // namespace tune
