// `tune audit` against a server that is made up: what it asks for, and how it is laid out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/client/made_up_answers.h"
#include "tests/client/made_up_server.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AuditCommand : public testing::Test {
 protected:
  AuditCommand() {
    server_.decisions = [this](const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& out) {
      requests_.push_back(request);
      out = answer_;
      return grpc::Status::OK;
    };
  }
  ProgramResult Audit(std::vector<std::string> words) const {
    words.insert(words.begin(), {"audit", "--server", server_.address()});
    return RunTune(words);
  }
  // As many changes as there are, from the latest on, in pages of the size that was asked for.
  void KeepsSoMany(int all) {
    server_.decisions = [this, all](const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& out) {
      page_sizes_.push_back(request.page_size());
      int id = request.page_token().empty() ? all : std::stoi(request.page_token());
      for (int i = 0; i < request.page_size() && id > 0; ++i, --id) {
        *out.add_changes() = MadeUpChange(id, v1::CHANGE_STATE_STABLE);
      }
      if (id > 0) out.set_next_page_token(std::to_string(id));
      return grpc::Status::OK;
    };
  }

  MadeUpServer server_;
  v1::ListDecisionsResponse answer_;
  std::vector<v1::ListDecisionsRequest> requests_;
  std::vector<int> page_sizes_;
};

TEST_F(AuditCommand, ALineForEachChange) {
  *answer_.add_changes() = MadeUpChange(12, v1::CHANGE_STATE_WATCHED);
  *answer_.add_changes() = MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK);
  answer_.mutable_changes(1)->set_outcome("a TaskManager was killed for its memory");
  answer_.mutable_changes(1)->set_author("tuned");
  const ProgramResult r = Audit({"-n", "team-a"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_EQ(r.out,
            "id  begun (UTC)          job            state        who    what changed                                  "
            "        "
            "outcome, or why\n"
            "12  2026-11-22 08:07:31  team-a/orders  watched      ann    parallelism 1 → 2, taskManager.memory absent "
            "→ 1600m  "
            "raise from 1 to 2\n"
            " 7  2026-11-22 08:07:31  team-a/orders  rolled-back  tuned  parallelism 1 → 2, taskManager.memory absent "
            "→ 1600m  "
            "a TaskManager was killed for its memory\n");
}

TEST_F(AuditCommand, LongValuesAreCutInTheTable) {
  v1::Change change = MadeUpChange(7, v1::CHANGE_STATE_STABLE);
  change.mutable_fields(0)->set_after("\"" + std::string(1000, 'x') + "\"");
  *answer_.add_changes() = change;
  EXPECT_THAT(Audit({}).out, HasSubstr("parallelism 1 → " + std::string(23, 'x') + "…, taskManager"));
  EXPECT_THAT(Audit({"--details"}).out, HasSubstr(std::string(1000, 'x')));
}

TEST_F(AuditCommand, AsksForWhatTheLineSays) {
  Audit({"team-a/orders", "--open"});
  Audit({"orders", "-n", "team-b", "--session-job"});
  Audit({"-A", "--change", "7"});
  Audit({});
  ASSERT_EQ(requests_.size(), 4u);
  EXPECT_EQ(requests_[0].job().namespace_(), "team-a");
  EXPECT_EQ(requests_[0].namespace_(), "") << "not with a job";
  EXPECT_TRUE(requests_[0].only_open());
  EXPECT_FALSE(requests_[0].has_change());
  EXPECT_EQ(requests_[1].job().namespace_(), "team-b");
  EXPECT_EQ(requests_[1].job().kind(), v1::JOB_KIND_SESSION_JOB);
  EXPECT_EQ(requests_[2].namespace_(), "");
  EXPECT_FALSE(requests_[2].has_job());
  EXPECT_EQ(requests_[2].change(), 7);
  EXPECT_EQ(requests_[3].namespace_(), "default");
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"orders", "-A"}, {"-A", "-n", "x"}, {"--limit", "0"}, {"--change", "0"}, {"--session-job"}}) {
    EXPECT_EQ(Audit(wrong).exit_code, 2) << wrong.front();
  }
  EXPECT_EQ(requests_.size(), 4u);
}

TEST_F(AuditCommand, WhereThereIsNoneItSaysWhereItLooked) {
  EXPECT_EQ(Audit({}).out, "no changes in namespace default; -A looks in all\n");
  EXPECT_EQ(Audit({"-A", "--open"}).out, "no changes that are not over\n");
  EXPECT_EQ(Audit({"team-a/orders"}).out, "no changes of team-a/orders\n");
  EXPECT_EQ(Audit({"--change", "7"}).out, "no change 7 in namespace default; -A looks in all\n");
}

// 1,203 changes are pages of 500, 500 and 203; up to 600 of them 500 and 100.
TEST_F(AuditCommand, AllPagesUpToTheLimit) {
  KeepsSoMany(1203);
  const auto all = nlohmann::json::parse(Audit({"--limit", "5000", "--json"}).out);
  EXPECT_EQ(all.at("changes").size(), 1203u);
  EXPECT_EQ(all.at("next_page_token"), "");
  page_sizes_.clear();
  EXPECT_EQ(nlohmann::json::parse(Audit({"--limit", "600", "--json"}).out).at("changes").size(), 600u);
  EXPECT_THAT(page_sizes_, ElementsAre(500, 100));
  const std::string table = Audit({}).out;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 103)
      << "headings, 100 changes, a blank line, and what is left";
  EXPECT_THAT(table, testing::EndsWith("\n\nthere are more; --limit shows them\n"));
  EXPECT_THAT(Audit({"--limit", "1203"}).out, Not(HasSubstr("there are more")));
}

TEST_F(AuditCommand, PausesInForceStandAboveTheTable) {
  v1::Pause& pause = *answer_.add_pauses();
  pause.mutable_scope()->set_everyone(true);
  pause.set_author("ann");
  pause.set_reason("maintenance");
  pause.mutable_time()->set_seconds(60);
  EXPECT_THAT(Audit({}).out,
              StartsWith("everyone: paused since 1970-01-01 00:01:00 UTC by ann: maintenance\n\nno changes"));
}

TEST_F(AuditCommand, DetailsAreAllThatIsKnown) {
  v1::Change change = MadeUpChange(7, v1::CHANGE_STATE_ROLLED_BACK);
  change.set_outcome("a TaskManager was killed for its memory");
  change.set_is_urgent(true);
  change.set_is_forced(true);
  change.set_uid("1b4e");
  change.set_generation_back(6);
  change.set_held_back_before(0.25);
  change.set_was_delayed(true);
  change.set_put_back(2);
  change.set_put_back_by("argocd");
  change.mutable_decision()->set_id(40);
  change.mutable_decision()->set_policy_name("careful");
  change.mutable_fields(0)->set_reason("one more subtask");
  change.mutable_applied()->set_seconds(60);
  change.mutable_went_back()->set_seconds(120);
  change.mutable_ended()->set_seconds(180);
  v1::ChangeMeasure& slots = *change.add_measures();
  slots.set_name("slots");
  slots.set_before(1);
  slots.set_predicted(2);
  change.add_measures()->set_name("records behind");
  change.mutable_measures(1)->set_happened(1234567);
  AddEvent(60, "applied", change);
  *answer_.add_changes() = change;
  const std::string out = Audit({"-A", "--change", "7"}).out;
  for (const char* text :
       {"change     7\njob        team-a/orders\nstate      rolled-back: the values before are in force again\n"
        "outcome    a TaskManager was killed for its memory\nasked by   ann\n",
        "by policy careful: ", "reason     raise from 1 to 2\n",
        "kind       urgent, restarts the job, takes fields of others\n",
        "spec       generation 4 → 5, back with 6, uid 1b4e\n",
        "before it  sources held back for 25 % of the time, the job fell behind\n",
        "put back   2 times, last by argocd\n", "begun      2026-11-22 08:07:31 UTC\n",
        "applied    1970-01-01 00:01:00 UTC\nwent back  1970-01-01 00:02:00 UTC\nended      1970-01-01 00:03:00 "
        "UTC\n",
        "\nfields\n  spec.job.parallelism: 1 → 2; owned by kubectl before; one more subtask\n",
        "\nmeasure         before  predicted     happened\nslots                1          2            -\n"
        "records behind       -          -  1.23457e+06\n",
        "\nevents (UTC)\n  1970-01-01 00:01:00  applied\n"}) {
    EXPECT_THAT(out, HasSubstr(text));
  }
  EXPECT_THAT(out, Not(HasSubstr("running  "))) << "it never was";
  EXPECT_EQ(Audit({"team-a/orders", "--details"}).out, out);
}

// Of a what-if policy nothing is decided, and so the decision has no number.
TEST_F(AuditCommand, ADecisionThatIsNotStoredHasNoNumber) {
  v1::Change change = MadeUpChange(7, v1::CHANGE_STATE_STABLE);
  *answer_.add_changes() = change;
  EXPECT_THAT(Audit({"--details"}).out, Not(HasSubstr("#0")));
  change.mutable_decision()->set_id(40);
  *answer_.mutable_changes(0) = change;
  EXPECT_THAT(Audit({"--details"}).out, HasSubstr(" #40, "));
}

TEST_F(AuditCommand, OneThatTakesAnotherBackSaysWhich) {
  v1::Change change = MadeUpChange(8, v1::CHANGE_STATE_STABLE);
  change.clear_decision();
  change.set_takes_back(7);
  *answer_.add_changes() = change;
  EXPECT_THAT(Audit({}).out, HasSubstr("takes change 7 back\n"));
  EXPECT_THAT(Audit({"--details"}).out, HasSubstr("takes back  change 7\n"));
}

}  // namespace
}  // namespace tune
