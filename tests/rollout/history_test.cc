#include "service/rollout/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libtune/codec/door.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'795'334'400);

TEST(IsAsGood, ValuesThatDifferByRounding) {
  EXPECT_TRUE(IsAsGood("2", "2"));
  EXPECT_TRUE(IsAsGood("2", R"("2")")) << "the plan's text and the object's number";
  EXPECT_TRUE(IsAsGood("0.5", R"("0.50")"));
  EXPECT_TRUE(IsAsGood(R"("1200m")", R"("1260m")")) << "60 of 1,260 is less than a twentieth";
  EXPECT_TRUE(IsAsGood("95", "100")) << "exactly a twentieth";
  EXPECT_TRUE(IsAsGood("0", "0.0"));
  EXPECT_TRUE(IsAsGood("-100", "-96"));
  EXPECT_TRUE(IsAsGood("true", "true"));
  EXPECT_TRUE(IsAsGood(R"("a:1,b:2")", R"("a:1,b:2")"));
}

TEST(IsAsGood, OtherValues) {
  EXPECT_FALSE(IsAsGood("94", "100"));
  EXPECT_FALSE(IsAsGood("1", "2"));
  EXPECT_FALSE(IsAsGood("0", "1"));
  EXPECT_FALSE(IsAsGood("1", "-1"));
  EXPECT_FALSE(IsAsGood(R"("1200m")", R"("1200k")"));
  EXPECT_FALSE(IsAsGood(R"("1g")", R"("1024m")")) << "units are not converted";
  EXPECT_FALSE(IsAsGood(R"("1200m")", "1200"));
  EXPECT_FALSE(IsAsGood(R"("a:1,b:2")", R"("a:1,b:3")"));
  EXPECT_FALSE(IsAsGood(R"("59fa:1")", R"("59fa:2")")) << "a vertex id that begins with digits";
  EXPECT_FALSE(IsAsGood("true", "false"));
  for (const char* other : {"", "{", "null", "[]", R"("")", "1e999", R"("1.2.3")", R"("m")", R"("1e3")"}) {
    EXPECT_FALSE(IsAsGood(other, "1")) << other;
    EXPECT_FALSE(IsAsGood("1", other)) << other;
  }
}

v1::FieldChange FieldOf(const std::string& name, const std::string& before, const std::string& after) {
  v1::FieldChange field;
  field.add_path("spec");
  field.add_path(name);
  if (!before.empty()) field.set_before(before);
  if (!after.empty()) field.set_after(after);
  return field;
}

// 1200m -> 1600m is wanted; what was done before is made up, the latest first.
class History : public testing::Test {
 protected:
  History() {
    wanted_.set_restarts_job(true);
    *wanted_.add_fields() = FieldOf("memory", R"("1200m")", R"("1600m")");
  }
  // The same as is wanted, begun so long ago, and over a minute later.
  v1::Change& Add(v1::ChangeState state, absl::Duration ago) {
    v1::Change change;
    change.set_id(100 - static_cast<int64_t>(past_.size()));
    change.set_state(state);
    change.set_restarts_job(true);
    *change.mutable_fields() = wanted_.fields();
    *change.mutable_begun() = ToProto(kNow - ago);
    *change.mutable_ended() = ToProto(kNow - ago + absl::Minutes(1));
    return past_.emplace_back(change);
  }
  std::vector<Refusal> All() const { return RefusalsByHistory(past_, wanted_, limits_, kNow); }
  std::vector<RefusalKind> Kinds() const {
    std::vector<RefusalKind> kinds;
    for (const Refusal& refusal : All()) kinds.push_back(refusal.kind);
    return kinds;
  }
  PutBacks Back() const { return PutBacksOf(past_, wanted_, limits_, kNow); }

  HistoryLimits limits_;
  std::vector<v1::Change> past_;
  v1::Change wanted_;
};

TEST_F(History, OfNothingRefusesNothing) {
  EXPECT_THAT(All(), IsEmpty());
  EXPECT_EQ(Back().count, 0);
}

TEST_F(History, OneThatIsNotOverIsInTheWay) {
  for (const v1::ChangeState state :
       {v1::CHANGE_STATE_APPLYING, v1::CHANGE_STATE_WATCHED, v1::CHANGE_STATE_GOING_BACK}) {
    past_.clear();
    Add(state, absl::Hours(100)).clear_ended();
    EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kOpen));
    EXPECT_FALSE(All()[0].waivable());
    EXPECT_THAT(All()[0].text, HasSubstr("change 100"));
  }
}

TEST_F(History, WhatFailedIsNotTriedAgainForADay) {
  for (const v1::ChangeState state : {v1::CHANGE_STATE_ROLLED_BACK, v1::CHANGE_STATE_FAILED}) {
    past_.clear();
    Add(state, absl::Hours(24) + absl::Seconds(59)).set_outcome("crash loop");
    EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFailedBefore)) << "over for 24 h less a second";
    EXPECT_TRUE(All()[0].waivable());
    EXPECT_EQ(All()[0].text, "the same was rolled back (change 100): crash loop");
    past_.clear();
    Add(state, absl::Hours(24) + absl::Minutes(1));
    EXPECT_THAT(Kinds(), IsEmpty()) << "over for 24 h";
  }
}

TEST_F(History, OnlyTheSameFailedBefore) {
  v1::Change& failed = Add(v1::CHANGE_STATE_ROLLED_BACK, absl::Hours(1));
  *failed.mutable_fields(0) = FieldOf("memory", R"("1000m")", R"("1610m")");
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFailedBefore)) << "whatever was before, and by rounding";
  failed.mutable_fields(0)->set_after(R"("1700m")");
  EXPECT_THAT(Kinds(), IsEmpty());
  failed.mutable_fields(0)->clear_after();
  EXPECT_THAT(Kinds(), IsEmpty()) << "the field went";
  *failed.mutable_fields(0) = wanted_.fields(0);
  *wanted_.add_fields() = FieldOf("parallelism", "1", "2");
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFailedBefore)) << "and more besides";
  *failed.add_fields() = FieldOf("parallelism", "1", "3");
  EXPECT_THAT(Kinds(), IsEmpty()) << "another parallelism";
  failed.clear_fields();
  EXPECT_THAT(Kinds(), IsEmpty());
}

TEST_F(History, ThatWasStableOvertakenOrNotAppliedIsNoFailure) {
  for (const v1::ChangeState state :
       {v1::CHANGE_STATE_STABLE, v1::CHANGE_STATE_OVERTAKEN, v1::CHANGE_STATE_NOT_APPLIED}) {
    past_.clear();
    Add(state, absl::Hours(1));
    EXPECT_THAT(Kinds(), IsEmpty());
  }
}

// A person's way back that failed says nothing of values that libtune wants.
TEST_F(History, AWayBackThatFailedIsNoFailureOfItsValues) {
  Add(v1::CHANGE_STATE_ROLLED_BACK, absl::Hours(1)).set_takes_back(12);
  EXPECT_THAT(Kinds(), IsEmpty());
}

// Else the next judgement would write again what a person has just taken back.
TEST_F(History, WhatAPersonTookBackStaysSoForADay) {
  v1::Change& back = Add(v1::CHANGE_STATE_STABLE, absl::Hours(24) + absl::Seconds(59));
  back.set_takes_back(99);
  back.set_author("ann");
  *back.mutable_fields(0) = FieldOf("memory", R"("1600m")", R"("1200m")");
  Add(v1::CHANGE_STATE_STABLE, absl::Hours(30));
  ASSERT_EQ(past_[1].id(), 99);
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFailedBefore));
  EXPECT_EQ(All()[0].text, "ann took the same back (change 100)");
  EXPECT_TRUE(All()[0].waivable());
  past_[0].set_state(v1::CHANGE_STATE_NOT_APPLIED);
  EXPECT_THAT(Kinds(), IsEmpty());
  past_[0].set_state(v1::CHANGE_STATE_STABLE);
  *past_[0].mutable_ended() = ToProto(kNow - absl::Hours(24));
  EXPECT_THAT(Kinds(), IsEmpty());
  *past_[0].mutable_ended() = ToProto(kNow);
  wanted_.mutable_fields(0)->set_after(R"("2000m")");
  EXPECT_THAT(Kinds(), IsEmpty()) << "something else is wanted";
}

TEST_F(History, APersonWhoTakesBackIsNoManagerThatPutsBack) {
  v1::Change& back = Add(v1::CHANGE_STATE_STABLE, absl::Hours(1));
  back.set_takes_back(98);
  Add(v1::CHANGE_STATE_STABLE, absl::Hours(2)).set_put_back(5);
  EXPECT_EQ(Back().count, 0);
}

// Argo writes its own values again while the change is watched.
TEST_F(History, ValuesThatWerePutBackOnceMayBeWrittenAgainAndTwiceNot) {
  v1::Change& first = Add(v1::CHANGE_STATE_OVERTAKEN, absl::Hours(1));
  first.set_put_back(1);
  first.set_put_back_by("argocd-controller");
  EXPECT_EQ(Back().count, 1);
  EXPECT_EQ(Back().by, "argocd-controller");
  EXPECT_THAT(Kinds(), IsEmpty());
  first.set_put_back(2);
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFlapping));
  EXPECT_EQ(All()[0].text, "argocd-controller put the values back 2 times: settle who owns them");
  EXPECT_TRUE(All()[0].waivable());
  first.clear_put_back_by();
  EXPECT_THAT(All()[0].text, HasSubstr("somebody put"));
  limits_.most_put_backs = 3;
  EXPECT_THAT(Kinds(), IsEmpty());
}

// After it was stable: what is there now is what was there before.
TEST_F(History, ValuesThatWerePutBackLaterCountToo) {
  v1::Change& stable = Add(v1::CHANGE_STATE_STABLE, absl::Hours(2));
  EXPECT_EQ(Back().count, 1);
  stable.set_put_back(1);  // as planned after the first time
  stable.set_put_back_by("argocd-controller");
  EXPECT_EQ(Back().count, 2);
  EXPECT_EQ(Back().by, "argocd-controller");
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kFlapping));
  wanted_.mutable_fields(0)->set_before(R"("1000m")");
  EXPECT_EQ(Back().count, 0) << "neither the value before nor the change's";
  wanted_.mutable_fields(0)->set_before(R"("1200m")");
  wanted_.mutable_fields(0)->set_after(R"("2000m")");
  EXPECT_EQ(Back().count, 2) << "whatever is wanted by now: a plan that wobbles is written over all the same";
}

TEST_F(History, PutBacksAreLookedForBehindWhatFailed) {
  Add(v1::CHANGE_STATE_ROLLED_BACK, absl::Hours(1));
  Add(v1::CHANGE_STATE_OVERTAKEN, absl::Hours(2));
  Add(v1::CHANGE_STATE_STABLE, absl::Hours(3));
  EXPECT_EQ(Back().count, 1);
}

TEST_F(History, PutBacksAreForgottenAfterAWeek) {
  Add(v1::CHANGE_STATE_OVERTAKEN, absl::Hours(168) - absl::Seconds(1)).set_put_back(2);
  EXPECT_EQ(Back().count, 2);
  *past_[0].mutable_begun() = ToProto(kNow - absl::Hours(168));
  EXPECT_EQ(Back().count, 0);
}

TEST_F(History, AJobIsRestartedFourTimesADayAndEightWhereItMust) {
  wanted_.mutable_fields(0)->set_after(R"("3000m")");
  for (int i = 0; i < 3; ++i) Add(v1::CHANGE_STATE_STABLE, absl::Hours(1 + i)).clear_fields();
  EXPECT_THAT(Kinds(), IsEmpty());
  Add(v1::CHANGE_STATE_OVERTAKEN, absl::Hours(24) - absl::Seconds(1));
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kBudget));
  EXPECT_TRUE(All()[0].waivable());
  EXPECT_EQ(All()[0].text, "it was restarted 4 times within a day; allowed are 4");
  wanted_.set_restarts_job(false);
  EXPECT_THAT(Kinds(), IsEmpty()) << "in place";
  wanted_.set_restarts_job(true);
  wanted_.set_is_urgent(true);
  EXPECT_THAT(Kinds(), IsEmpty());
  for (int i = 0; i < 2; ++i) Add(v1::CHANGE_STATE_ROLLED_BACK, absl::Hours(5)).set_generation_back(9);
  EXPECT_THAT(Kinds(), testing::Contains(RefusalKind::kBudget)) << "4 + 2 * 2: there and back";
  wanted_.set_is_urgent(false);
  past_.erase(past_.begin() + 4, past_.end());
  *past_[3].mutable_begun() = ToProto(kNow - absl::Hours(24));
  EXPECT_THAT(Kinds(), IsEmpty()) << "a day ago";
}

TEST_F(History, WhatDidNotRestartTheJobIsNotInItsBudget) {
  for (int i = 0; i < 10; ++i) Add(v1::CHANGE_STATE_NOT_APPLIED, absl::Hours(1));
  for (int i = 0; i < 10; ++i) {
    v1::Change& in_place = Add(v1::CHANGE_STATE_STABLE, absl::Hours(1));
    in_place.set_restarts_job(false);
    in_place.mutable_fields(0)->set_after(R"("3000m")");
  }
  EXPECT_THAT(Kinds(), IsEmpty());
}

}  // namespace
}  // namespace tune
