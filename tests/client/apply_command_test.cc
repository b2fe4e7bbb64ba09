// `tune apply` against a server that is made up: what it shows, asks, sends and waits for, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/client/made_up_answers.h"
#include "tests/client/made_up_server.h"
#include "tests/client/terminal.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ApplyCommand : public testing::Test {
 protected:
  ApplyCommand() {
    server_.plan = [this](v1::PlanResponse& out) {
      out = plan_;
      return grpc::Status::OK;
    };
    server_.apply = [this](const v1::ApplyRequest& request, v1::ApplyResponse& out) {
      requests_.push_back(request);
      if (!answers_.empty() && requests_.size() <= answers_.size()) {
        if (const grpc::Status& status = answers_[requests_.size() - 1]; !status.ok()) return status;
      }
      *out.mutable_change() = change_;
      return grpc::Status::OK;
    };
  }
  // Each look at the change shows the next one of these.
  void Becomes(std::vector<v1::Change> changes) {
    looks_ = std::move(changes);
    server_.decisions = [this](const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& out) {
      EXPECT_EQ(request.change(), change_.id());
      EXPECT_EQ(request.job().name(), "orders");
      EXPECT_LT(looked_, looks_.size()) << "asked after it was over";
      if (looked_ < looks_.size()) *out.add_changes() = looks_[looked_++];
      return grpc::Status::OK;
    };
  }
  std::vector<std::string> Words(std::vector<std::string> words) const {
    words.insert(words.begin(), {"apply", "team-a/orders", "--server", server_.address()});
    return words;
  }
  ProgramResult Apply(const std::vector<std::string>& words) const { return RunTune(Words(words)); }
  ProgramResult AtTerminal(const std::string& typed) const { return RunTuneAtTerminal(Words({}), typed); }
  // How it ends when the change becomes this.
  int WaitFor(v1::ChangeState state) {
    looked_ = 0;
    Becomes({MadeUpChange(7, state)});
    return Apply({"--yes", "--wait"}).exit_code;
  }

  MadeUpServer server_;
  v1::PlanResponse plan_ = MadeUpPlan();
  v1::Change change_ = MadeUpChange(7, v1::CHANGE_STATE_WATCHED);
  std::vector<grpc::Status> answers_;  // to the first requests; then all is well
  std::vector<v1::ApplyRequest> requests_;
  std::vector<v1::Change> looks_;
  size_t looked_ = 0;
};

TEST_F(ApplyCommand, ShowsThePlanAndAsksAtATerminal) {
  const ProgramResult yes = AtTerminal("y\n");
  EXPECT_EQ(yes.exit_code, 0) << yes.out;
  EXPECT_THAT(yes.out, HasSubstr("@@ spec.job.parallelism @@"));
  EXPECT_THAT(yes.out, HasSubstr("Apply? [y/N] "));
  EXPECT_THAT(yes.out, HasSubstr("change 7 of team-a/orders is "));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ApplyCommand, DoesNothingUnlessTheAnswerIsYes) {
  for (const char* typed : {"n\n", "\n", "yesterday\n", "\x04"}) {  // the last one: the end of input
    const ProgramResult r = AtTerminal(typed);
    EXPECT_EQ(r.exit_code, 4) << typed;
    EXPECT_THAT(r.out, HasSubstr("nothing was done\n"));
  }
  EXPECT_THAT(requests_, IsEmpty());
  EXPECT_EQ(AtTerminal(" YES \n").exit_code, 0);
}

TEST_F(ApplyCommand, WithoutATerminalItNeedsYesOrDryRun) {
  const ProgramResult r = Apply({});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(r.error,
            "error: there is no terminal to ask a person at; --yes does it without asking, --dry-run only tries\n");
  EXPECT_THAT(requests_, IsEmpty());
  EXPECT_THAT(server_.tokens(), IsEmpty()) << "tuned is not asked either";
  const ProgramResult json = RunTuneAtTerminal(Words({"--json"}), "y\n");
  EXPECT_EQ(json.exit_code, 2);
  EXPECT_THAT(json.out, HasSubstr("JSON has no place for a question; --yes"));
  EXPECT_EQ(Apply({"-y"}).exit_code, 0);
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ApplyCommand, SendsWhatWasAskedForAndThePlanThatWasShown) {
  const ProgramResult r = Apply(
      {"-y", "--force", "--waive", "thin", "--waive", "quota", "--policy", "careful", "--set", "max_parallelism=8"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  ASSERT_EQ(requests_.size(), 1u);
  const v1::ApplyRequest& request = requests_.front();
  EXPECT_EQ(request.job().namespace_(), "team-a");
  EXPECT_EQ(request.job().name(), "orders");
  EXPECT_EQ(request.generation(), 4);
  EXPECT_EQ(request.plan_digest(), "what was shown");
  EXPECT_TRUE(request.force());
  EXPECT_FALSE(request.dry_run());
  EXPECT_THAT(request.waive(), ElementsAre("thin", "quota"));
  EXPECT_EQ(request.policy().name(), "careful");
  EXPECT_THAT(request.policy().sets(), ElementsAre("max_parallelism=8"));
  EXPECT_GE(request.idempotency_key().size(), 32u);
  Apply({"-y"});
  EXPECT_FALSE(requests_.back().has_policy()) << "the one in force";
  EXPECT_FALSE(requests_.back().force());
}

TEST_F(ApplyCommand, ATryAfterNoAnswerHasTheSameKeyAndTheNextCommandAnother) {
  answers_ = {{grpc::UNAVAILABLE, "cut"}, {grpc::UNAVAILABLE, "cut"}};
  EXPECT_EQ(Apply({"-y"}).exit_code, 0);
  EXPECT_EQ(Apply({"-y"}).exit_code, 0);
  ASSERT_EQ(requests_.size(), 4u);
  EXPECT_EQ(requests_[0].idempotency_key(), requests_[1].idempotency_key());
  EXPECT_EQ(requests_[1].idempotency_key(), requests_[2].idempotency_key());
  EXPECT_NE(requests_[2].idempotency_key(), requests_[3].idempotency_key());
}

TEST_F(ApplyCommand, PrintsTheFieldsWithTheirOwnersAndWhatComesNext) {
  const ProgramResult r = Apply({"-y"});
  EXPECT_THAT(r.out,
              HasSubstr("\nchange 7 of team-a/orders is watched: the API server took it; tuned looks at the job"));
  EXPECT_THAT(r.out, HasSubstr("\n  spec.job.parallelism: 1 → 2; owned by kubectl before\n"));
  EXPECT_THAT(r.out, HasSubstr("\n  spec.taskManager.resource.memory: absent → 1600m\n"));
  EXPECT_THAT(r.out, HasSubstr("\ngeneration 4 → 5\n"));
  EXPECT_THAT(r.out, HasSubstr("\ntune audit team-a/orders --change 7 shows what becomes of it, tune rollback "
                               "team-a/orders puts the values back\n"));
}

TEST_F(ApplyCommand, SaysWhyTunedWouldNotDoItByItself) {
  v1::Refusal& off = *plan_.add_refusals();
  off.set_kind("off");
  off.set_text("tune.dev/mode is off");
  v1::Refusal& thin = *plan_.add_refusals();
  thin.set_kind("thin");
  thin.set_text("too little was measured");
  thin.set_is_waivable(true);
  const char text[] =
      "tuned would not apply it by itself:\n"
      "  [off] tune.dev/mode is off\n"
      "  [thin] too little was measured (tune apply --waive thin lets it pass)\n";
  EXPECT_THAT(Apply({"-y"}).out, HasSubstr(text));
  EXPECT_THAT(RunTune({"plan", "team-a/orders", "--server", server_.address()}).out, HasSubstr(text));
  plan_.mutable_patch()->clear_changes();
  EXPECT_THAT(Apply({"-y"}).out, Not(HasSubstr("by itself")));
}

TEST_F(ApplyCommand, ADryRunAsksNobodyAndStoresNothing) {
  change_.set_id(0);
  const ProgramResult r = Apply({"--dry-run"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_TRUE(requests_.front().dry_run());
  EXPECT_THAT(r.out, HasSubstr("\ndry run: the API server would take it; nothing was changed\n  spec.job.parallelism"));
  EXPECT_THAT(r.out, Not(HasSubstr("tune audit")));
  EXPECT_EQ(Apply({"--dry-run", "--wait"}).exit_code, 2);
}

TEST_F(ApplyCommand, WithNothingToChangeItAsksForNothing) {
  plan_.mutable_patch()->clear_changes();
  const ProgramResult r = Apply({"-y"});
  EXPECT_EQ(r.exit_code, 0);
  EXPECT_THAT(r.out, HasSubstr("nothing to change\n"));
  EXPECT_FALSE(nlohmann::json::parse(Apply({"-y", "--json"}).out).contains("change"));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(ApplyCommand, ASpecThatChangedMeanwhileIsNotApplied) {
  answers_ = {{grpc::ABORTED, "the spec is of generation 5 by now"}};
  const ProgramResult r = Apply({"-y"});
  EXPECT_EQ(r.exit_code, 4);
  EXPECT_EQ(
      r.error,
      "error: the spec is of generation 5 by now\nNothing was done, as spec or plan is no longer the one that was "
      "shown; look again with tune plan team-a/orders\n");
}

TEST_F(ApplyCommand, TheGenerationThatIsGivenHasToBeThePlans) {
  const ProgramResult r = Apply({"-y", "--generation", "3"});
  EXPECT_EQ(r.exit_code, 4);
  EXPECT_THAT(r.error, StartsWith("error: --generation = 3; the spec is of generation 4\nNothing was done"));
  EXPECT_THAT(requests_, IsEmpty());
  EXPECT_EQ(Apply({"-y", "--generation", "4"}).exit_code, 0);
  EXPECT_EQ(Apply({"-y", "--generation", "0"}).exit_code, 2);
}

TEST_F(ApplyCommand, APlanForNoSpecOfTheClusterIsNotApplied) {
  plan_.clear_generation();
  const ProgramResult r = Apply({"-y"});
  EXPECT_EQ(r.exit_code, 4);
  EXPECT_THAT(r.error, HasSubstr("the plan is for no spec in the cluster"));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(ApplyCommand, EachReasonOfARefusalIsALine) {
  answers_ = {{grpc::FAILED_PRECONDITION, "quota: the namespace is full\nstateless: it would lose its state"}};
  const ProgramResult r = Apply({"-y"});
  EXPECT_EQ(r.exit_code, 4);
  EXPECT_EQ(r.error,
            "error: quota: the namespace is full\nstateless: it would lose its state\n"
            "Nothing was done; tune plan team-a/orders shows what would be\n");
}

TEST_F(ApplyCommand, WhereNobodyAnswersItSaysThatItMayHaveBeenDone) {
  const grpc::Status cut(grpc::UNAVAILABLE, "cut");
  answers_ = {cut, cut, cut, cut};  // as often as a call is tried
  const ProgramResult r = Apply({"-y"});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_THAT(r.error, HasSubstr("\nWhether it was done is not known; tune audit team-a/orders tells\n"));
}

TEST_F(ApplyCommand, WaitPrintsEachEventOnceUntilItIsOver) {
  AddEvent(100, "applied", change_);
  v1::Change running = change_;
  AddEvent(160, "the operator deploys it", running);
  v1::Change stable = running;
  stable.set_state(v1::CHANGE_STATE_STABLE);
  stable.mutable_events()->DeleteSubrange(0, 1);  // of long lists the ones in the middle go
  AddEvent(220, "stable for 10 min", stable);
  Becomes({change_, running, stable});
  const ProgramResult r = Apply({"-y", "--wait"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out,
              HasSubstr("\n1970-01-01 00:01:40  applied\n1970-01-01 00:02:40  the operator deploys it\n1970-01-01 "
                        "00:03:40  stable for 10 min\nchange 7 of team-a/orders is stable: the job runs with the new "
                        "values\n"));
  EXPECT_EQ(looked_, 3u);
}

TEST_F(ApplyCommand, WaitTellsByItsExitCodeWhatBecameOfIt) {
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_STABLE), 0);
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_NOT_APPLIED), 4);
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_ROLLED_BACK), 5);
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_OVERTAKEN), 5);
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_FAILED), 5);
  EXPECT_EQ(WaitFor(v1::CHANGE_STATE_UNSPECIFIED), 1) << "no state of a change";
  EXPECT_EQ(WaitFor(static_cast<v1::ChangeState>(99)), 5) << "of a later server; those behind STABLE are over";
}

TEST_F(ApplyCommand, WaitOutlastsAServerThatStartsOver) {
  int calls = 0;
  server_.decisions = [&calls](const auto&, v1::ListDecisionsResponse& out) {
    if (++calls <= 5) return grpc::Status(grpc::UNAVAILABLE, "going down");  // one more than a call is tried
    *out.add_changes() = MadeUpChange(7, v1::CHANGE_STATE_STABLE);
    return grpc::Status::OK;
  };
  const ProgramResult r = Apply({"-y", "--wait"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.error,
              StartsWith("warning: tuned does not answer now, and is asked again; Ctrl-C ends that: going down"));
}

TEST_F(ApplyCommand, WaitEndsWhereTheChangeIsNotKept) {
  server_.decisions = [](const auto&, v1::ListDecisionsResponse& out) {
    *out.add_changes() = MadeUpChange(8, v1::CHANGE_STATE_STABLE);
    return grpc::Status::OK;
  };
  const ProgramResult r = Apply({"-y", "--wait"});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_THAT(r.error, AllOf(HasSubstr("tuned keeps no change 7 of team-a/orders"), HasSubstr("goes on without tune")));
}

TEST_F(ApplyCommand, JsonIsOneDocumentWithTheChangeAsItIsInTheEnd) {
  EXPECT_EQ(nlohmann::json::parse(Apply({"-y", "--json"}).out).at("change").at("state"), "CHANGE_STATE_WATCHED");
  Becomes({change_, MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK)});
  const ProgramResult r = Apply({"-y", "--json", "--wait"});
  EXPECT_EQ(r.exit_code, 5);
  EXPECT_EQ(nlohmann::json::parse(r.out).at("change").at("state"), "CHANGE_STATE_ROLLED_BACK");
  EXPECT_THAT(r.error, HasSubstr("tune audit team-a/orders --change 7"));
}

}  // namespace
}  // namespace tune
