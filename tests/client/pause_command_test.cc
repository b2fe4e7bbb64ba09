// `tune pause` and `tune resume` against a server that is made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/client/made_up_server.h"

namespace tune {
namespace {

using testing::HasSubstr;

class PauseCommand : public testing::Test {
 protected:
  PauseCommand() {
    server_.pause = [this](const v1::PauseRequest& request, v1::PauseResponse& out) {
      scopes_.push_back(request.scope());
      *out.mutable_pause()->mutable_scope() = request.scope();
      out.mutable_pause()->set_reason(request.reason());
      out.mutable_pause()->set_author("ann");
      out.mutable_pause()->mutable_time()->set_seconds(60);
      return grpc::Status::OK;
    };
    server_.resume = [this](const v1::ResumeRequest& request, v1::ResumeResponse& out) {
      scopes_.push_back(request.scope());
      out = left_;
      return grpc::Status::OK;
    };
  }
  ProgramResult Tune(std::vector<std::string> words) const {
    words.insert(words.end(), {"--server", server_.address()});
    return RunTune(words);
  }

  MadeUpServer server_;
  v1::ResumeResponse left_;
  std::vector<v1::PolicyScope> scopes_;
};

TEST_F(PauseCommand, SaysForWhomAndHowToEndIt) {
  const ProgramResult all = Tune({"pause", "--everyone", "--reason", "maintenance"});
  EXPECT_EQ(all.exit_code, 0) << all.error;
  EXPECT_EQ(all.out,
            "everyone: paused since 1970-01-01 00:01:00 UTC by ann: maintenance\n"
            "changes that are under way are not taken back meanwhile; tune resume --everyone ends it\n");
  EXPECT_THAT(Tune({"pause", "-n", "team-a"}).out, HasSubstr("tune resume -n team-a ends it\n"));
  EXPECT_THAT(Tune({"pause", "--job", "team-a/orders"}).out,
              HasSubstr("the job team-a/orders: paused since 1970-01-01 00:01:00 UTC by ann\n"));
  ASSERT_EQ(scopes_.size(), 3u);
  EXPECT_TRUE(scopes_[0].everyone());
  EXPECT_EQ(scopes_[1].namespace_(), "team-a");
  EXPECT_EQ(scopes_[2].job().name(), "orders");
}

TEST_F(PauseCommand, TheScopeHasToBeSaid) {
  for (const char* command : {"pause", "resume"}) {
    const ProgramResult r = Tune({command});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_EQ(r.error, "error: for which jobs is not said: --job JOB, --namespace NAMESPACE or --everyone\n");
  }
  EXPECT_EQ(Tune({"pause", "--everyone", "-n", "team-a"}).exit_code, 2);
  EXPECT_TRUE(scopes_.empty());
}

TEST_F(PauseCommand, ResumeTellsWhatIsStillInForce) {
  const ProgramResult r = Tune({"resume", "--job", "team-a/orders"});
  EXPECT_EQ(r.exit_code, 0);
  EXPECT_EQ(r.out, "nothing pauses the job team-a/orders\n");
  v1::Pause& wider = *left_.add_pauses();
  wider.mutable_scope()->set_namespace_("team-a");
  wider.set_author("ann");
  EXPECT_EQ(Tune({"resume", "--job", "team-a/orders"}).out,
            "the job team-a/orders stays paused:\n"
            "  all jobs of namespace team-a: paused by ann; tune resume -n team-a ends that\n");
}

TEST_F(PauseCommand, Json) {
  EXPECT_EQ(nlohmann::json::parse(Tune({"pause", "--everyone", "--json"}).out).at("pause").at("author"), "ann");
  EXPECT_TRUE(nlohmann::json::parse(Tune({"resume", "--everyone", "-o", "json"}).out).at("pauses").empty());
}

}  // namespace
}  // namespace tune
