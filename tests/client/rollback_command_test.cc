// `tune rollback` against a server that is made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/client/made_up_answers.h"
#include "tests/client/made_up_server.h"
#include "tests/client/terminal.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

v1::Change TakesBack(int64_t other, v1::Change change) {
  change.set_takes_back(other);
  return change;
}

class RollbackCommand : public testing::Test {
 protected:
  RollbackCommand() {
    server_.decisions = [this](const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& out) {
      for (const v1::Change& change : kept_) {
        if (!request.has_change() || request.change() == change.id()) *out.add_changes() = change;
      }
      return grpc::Status::OK;
    };
    server_.rollback = [this](const v1::RollbackRequest& request, v1::RollbackResponse& out) {
      requests_.push_back(request);
      if (requests_.size() == 1 && !first_.ok()) return first_;
      *out.mutable_change() = begun_;
      kept_ = {ended_};
      return grpc::Status::OK;
    };
  }
  std::vector<std::string> Words(std::vector<std::string> words) const {
    words.insert(words.begin(), {"rollback", "team-a/orders", "--server", server_.address()});
    return words;
  }
  ProgramResult Rollback(const std::vector<std::string>& words) const { return RunTune(Words(words)); }
  // How it ends when the change becomes `ended`.
  int WaitFor(const v1::Change& ended) {
    kept_ = {MadeUpChange(7, v1::CHANGE_STATE_WATCHED)};
    ended_ = ended;
    begun_ = ended;
    begun_.set_state(v1::CHANGE_STATE_GOING_BACK);
    return Rollback({"-y", "--wait"}).exit_code;
  }

  MadeUpServer server_;
  std::vector<v1::Change> kept_ = {MadeUpChange(7, v1::CHANGE_STATE_STABLE)};  // the latest first
  grpc::Status first_;                                                         // answer
  v1::Change begun_ = MadeUpChange(7, v1::CHANGE_STATE_GOING_BACK);
  v1::Change ended_ = MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK);
  std::vector<v1::RollbackRequest> requests_;
};

TEST_F(RollbackCommand, ShowsWhatComesBackAndAsks) {
  const ProgramResult no = RunTuneAtTerminal(Words({}), "n\n");
  EXPECT_EQ(no.exit_code, 4) << no.out;
  EXPECT_THAT(requests_, IsEmpty());
  EXPECT_THAT(no.out, HasSubstr("made at 2026-11-22 08:07:31 UTC by ann\n"));
  EXPECT_THAT(no.out, HasSubstr("  spec.job.parallelism: 2 → 1\n  spec.taskManager.resource.memory: 1600m → absent\n"));
  EXPECT_THAT(no.out, HasSubstr("Take it back? [y/N] "));
  EXPECT_EQ(RunTuneAtTerminal(Words({}), "y\n").exit_code, 0);
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_.front().change(), 7);
}

TEST_F(RollbackCommand, WithoutATerminalItNeedsYes) {
  const ProgramResult r = Rollback({});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_EQ(r.error, "error: there is no terminal to ask a person at; --yes does it without asking\n");
  EXPECT_EQ(Rollback({"-y", "--dry-run"}).exit_code, 2) << "there is no such thing";
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(RollbackCommand, TakesTheLastOneInForce) {
  kept_ = {MadeUpChange(9, v1::CHANGE_STATE_ROLLED_BACK), MadeUpChange(8, v1::CHANGE_STATE_NOT_APPLIED),
           MadeUpChange(7, v1::CHANGE_STATE_STABLE), MadeUpChange(6, v1::CHANGE_STATE_STABLE)};
  EXPECT_EQ(Rollback({"-y"}).exit_code, 0);
  EXPECT_EQ(requests_.back().change(), 7);
}

TEST_F(RollbackCommand, TwiceItTakesTheOneBefore) {
  kept_ = {TakesBack(7, MadeUpChange(8, v1::CHANGE_STATE_STABLE)), MadeUpChange(7, v1::CHANGE_STATE_STABLE),
           MadeUpChange(6, v1::CHANGE_STATE_STABLE)};
  EXPECT_EQ(Rollback({"-y"}).exit_code, 0);
  EXPECT_EQ(requests_.back().change(), 6);
}

TEST_F(RollbackCommand, TheOneThatIsNamed) {
  kept_.push_back(MadeUpChange(6, v1::CHANGE_STATE_STABLE));
  EXPECT_EQ(Rollback({"-y", "--change", "6"}).exit_code, 0);
  EXPECT_EQ(requests_.back().change(), 6);
  const ProgramResult none = Rollback({"-y", "--change", "5"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.error, "error: tuned keeps no change 5 of team-a/orders; tune audit team-a/orders lists them\n");
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(RollbackCommand, WhereNoneIsInForceItSaysSo) {
  kept_ = {MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK)};
  const ProgramResult r = Rollback({"-y"});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_THAT(r.error, HasSubstr("no change of team-a/orders is in force that could be taken back; tune audit"));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(RollbackCommand, ATryAfterNoAnswerHasTheSameKey) {
  first_ = {grpc::UNAVAILABLE, "cut"};
  EXPECT_EQ(Rollback({"-y"}).exit_code, 0);
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_EQ(requests_[0].idempotency_key(), requests_[1].idempotency_key());
  EXPECT_GE(requests_[0].idempotency_key().size(), 32u);
}

TEST_F(RollbackCommand, WhatTunedRefusesIsNotDone) {
  first_ = {grpc::FAILED_PRECONDITION, "writing is paused for everyone"};
  const ProgramResult r = Rollback({"-y"});
  EXPECT_EQ(r.exit_code, 4);
  EXPECT_THAT(r.error, HasSubstr("writing is paused for everyone\nNothing was done"));
}

TEST_F(RollbackCommand, WaitTellsByItsExitCodeWhetherTheValuesAreBack) {
  EXPECT_EQ(WaitFor(MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK)), 0);
  EXPECT_EQ(WaitFor(MadeUpChange(7, v1::CHANGE_STATE_FAILED)), 5);
  EXPECT_EQ(WaitFor(MadeUpChange(7, v1::CHANGE_STATE_STABLE)), 5) << "it did not go back";
  EXPECT_EQ(WaitFor(TakesBack(7, MadeUpChange(8, v1::CHANGE_STATE_STABLE))), 0);
  EXPECT_EQ(WaitFor(TakesBack(7, MadeUpChange(8, v1::CHANGE_STATE_ROLLED_BACK))), 5);
  EXPECT_EQ(WaitFor(TakesBack(7, MadeUpChange(8, v1::CHANGE_STATE_NOT_APPLIED))), 4);
}

TEST_F(RollbackCommand, JsonIsOneDocument) {
  const ProgramResult r = Rollback({"-y", "--json", "--wait"});
  EXPECT_EQ(nlohmann::json::parse(r.out).at("change").at("state"), "CHANGE_STATE_ROLLED_BACK") << r.out;
}

}  // namespace
}  // namespace tune
