// Texts of changes and pauses are data too: nothing of them commands a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/cli/program.h"
#include "tests/client/hostile.h"
#include "tests/client/made_up_answers.h"
#include "tests/client/made_up_server.h"

namespace tune {
namespace {

using testing::HasSubstr;

v1::Change HostileChange(v1::ChangeState state) {
  v1::Change change;
  change.set_id(7);
  change.mutable_job()->set_namespace_(kHostile);
  change.mutable_job()->set_name(kHostile);
  change.set_state(state);
  for (auto* text :
       {change.mutable_author(), change.mutable_uid(), change.mutable_outcome(), change.mutable_put_back_by(),
        change.mutable_decision()->mutable_reason(), change.mutable_decision()->mutable_policy_name()}) {
    *text = kHostile;
  }
  change.set_put_back(INT32_MIN);
  change.set_generation_after(INT64_MIN);
  change.set_held_back_before(std::numeric_limits<double>::quiet_NaN());
  v1::FieldChange& field = *change.add_fields();
  field.add_path(kHostile);
  field.set_before(kHostile);
  field.set_after(kHostile);
  field.add_owners(kHostile);
  field.set_reason(kHostile);
  change.add_fields()->set_before("\"");  // without a path, and no JSON
  change.add_measures()->set_name(kHostile);
  change.mutable_measures(0)->set_happened(std::numeric_limits<double>::infinity());
  AddEvent(INT64_MAX, kHostile, change);
  change.mutable_ended()->set_seconds(INT64_MIN);
  return change;
}

v1::Pause HostilePause() {
  v1::Pause pause;
  pause.mutable_scope()->set_namespace_(kHostile);
  pause.set_reason(kHostile);
  pause.set_author(kHostile);
  return pause;
}

class HostileChanges : public testing::Test {
 protected:
  ProgramResult Tune(std::vector<std::string> words) const {
    words.insert(words.end(), {"--server", server_.address()});
    ProgramResult r = RunTune(words);
    ExpectHarmless(r.out);
    ExpectHarmless(r.error);
    return r;
  }

  MadeUpServer server_;
};

TEST_F(HostileChanges, OfAnAudit) {
  server_.decisions = [](const auto&, v1::ListDecisionsResponse& out) {
    *out.add_changes() = HostileChange(static_cast<v1::ChangeState>(-5));
    *out.add_pauses() = HostilePause();
    return grpc::Status::OK;
  };
  const ProgramResult table = Tune({"audit"});
  EXPECT_EQ(table.exit_code, 0) << table.error;
  EXPECT_THAT(table.out, HasSubstr("?-5"));
  EXPECT_THAT(table.out, HasSubstr("x\\x1b]0;owned"));
  EXPECT_EQ(Tune({"audit", "--details"}).exit_code, 0);
  EXPECT_EQ(Tune({"audit", "--json"}).exit_code, 1) << "a time that JSON cannot express";
}

TEST_F(HostileChanges, OfApplyAndItsWaiting) {
  server_.plan = [](v1::PlanResponse& out) {
    out = MadeUpPlan();
    return grpc::Status::OK;
  };
  server_.apply = [](const auto&, v1::ApplyResponse& out) {
    *out.mutable_change() = HostileChange(v1::CHANGE_STATE_WATCHED);
    return grpc::Status::OK;
  };
  server_.decisions = [](const auto&, v1::ListDecisionsResponse& out) {
    *out.add_changes() = HostileChange(v1::CHANGE_STATE_FAILED);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Tune({"apply", "a", "-y", "--wait"}).exit_code, 5);
  EXPECT_EQ(Tune({"apply", "a", "--dry-run"}).exit_code, 0);
  server_.apply = [](const auto&, auto&) { return grpc::Status(grpc::FAILED_PRECONDITION, kHostile); };
  EXPECT_EQ(Tune({"apply", "a", "-y"}).exit_code, 4);
}

TEST_F(HostileChanges, OfRollbacksAndPauses) {
  server_.decisions = [](const auto&, v1::ListDecisionsResponse& out) {
    *out.add_changes() = HostileChange(v1::CHANGE_STATE_STABLE);
    return grpc::Status::OK;
  };
  server_.rollback = [](const auto&, v1::RollbackResponse& out) {
    *out.mutable_change() = HostileChange(v1::CHANGE_STATE_ROLLED_BACK);
    return grpc::Status::OK;
  };
  server_.pause = [](const auto&, v1::PauseResponse& out) {
    *out.mutable_pause() = HostilePause();
    return grpc::Status::OK;
  };
  server_.resume = [](const auto&, v1::ResumeResponse& out) {
    *out.add_pauses() = HostilePause();
    return grpc::Status::OK;
  };
  EXPECT_EQ(Tune({"rollback", "a", "-y"}).exit_code, 0);
  EXPECT_EQ(Tune({"pause", "--everyone"}).exit_code, 0);
  EXPECT_EQ(Tune({"resume", "--everyone"}).exit_code, 0);
}

TEST_F(HostileChanges, PagesWithoutEndAreAnError) {
  server_.decisions = [](const auto&, v1::ListDecisionsResponse& out) {
    out.set_next_page_token("again");
    return grpc::Status::OK;
  };
  const ProgramResult r = Tune({"audit"});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_THAT(r.error, HasSubstr("the server's list of changes has no end"));
  server_.decisions = [](const auto& request, v1::ListDecisionsResponse& out) {
    for (int i = 0; i <= request.page_size(); ++i) *out.add_changes() = HostileChange(v1::CHANGE_STATE_STABLE);
    return grpc::Status::OK;
  };
  EXPECT_THAT(Tune({"audit"}).error, HasSubstr("has no end")) << "more than was asked for";
}

}  // namespace
}  // namespace tune
