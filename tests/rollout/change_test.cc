#include "service/rollout/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "libtune/codec/times.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'795'334'400);

SpecPatch Plan() {
  SpecPatch plan;
  plan.changes.push_back({{"spec", "job", "parallelism"}, "1", "2", true, "demand"});
  plan.changes.push_back({{"spec", "taskManager", "resource", "memory"}, "1200m", "1600m", false, "heap\nis short"});
  plan.changes.push_back({{"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"}, "", "2", false, "slots"});
  return plan;
}

v1::Change Written() {
  v1::Change change;
  const absl::Status status = WriteFields(Plan(), change);
  EXPECT_TRUE(status.ok()) << status;
  return change;
}

TEST(ChangeState, IsOverFromStableOn) {
  EXPECT_FALSE(IsOver(v1::CHANGE_STATE_APPLYING));
  EXPECT_FALSE(IsOver(v1::CHANGE_STATE_WATCHED));
  EXPECT_FALSE(IsOver(v1::CHANGE_STATE_GOING_BACK));
  EXPECT_TRUE(IsOver(v1::CHANGE_STATE_STABLE));
  EXPECT_TRUE(IsOver(v1::CHANGE_STATE_ROLLED_BACK));
  EXPECT_TRUE(IsOver(v1::CHANGE_STATE_NOT_APPLIED));
  EXPECT_TRUE(IsOver(v1::CHANGE_STATE_OVERTAKEN));
  EXPECT_TRUE(IsOver(v1::CHANGE_STATE_FAILED));
}

TEST(ChangeEvents, OfMoreThanFiftyTheFirstTenAndTheLastFortyStay) {
  v1::Change change;
  for (int i = 0; i < 57; ++i) AddEvent(absl::StrCat("event ", i), kNow + absl::Seconds(i), change);
  ASSERT_EQ(change.events_size(), 50);
  EXPECT_EQ(change.events(0).text(), "event 0");
  EXPECT_EQ(change.events(9).text(), "event 9");
  EXPECT_EQ(change.events(10).text(), "event 17") << "57 - 50 are gone";
  EXPECT_EQ(change.events(49).text(), "event 56");
  EXPECT_EQ(TimeOf(change.events(49).time()), kNow + absl::Seconds(56));
}

TEST(ChangeEvents, AreOneShortLineOfUtf8) {
  v1::Change change;
  AddEvent("a\n\tb\x1b[31m \xff" + std::string(600, 'x'), kNow, change);
  const std::string& text = change.events(0).text();
  EXPECT_THAT(text, HasSubstr("a b [31m"));
  EXPECT_THAT(text, testing::Not(HasSubstr("\xff")));
  EXPECT_LE(text.size(), 500u);
  EXPECT_FALSE(change.SerializeAsString().empty());
}

TEST(ChangeEnd, KeepsWhyItWentBack) {
  v1::Change change;
  BeginGoingBack("crash loop", kNow, change);
  EXPECT_EQ(change.state(), v1::CHANGE_STATE_GOING_BACK);
  EXPECT_EQ(TimeOf(change.went_back()), kNow);
  EXPECT_EQ(change.outcome(), "crash loop");
  EXPECT_EQ(change.events(0).text(), "going back: crash loop");
  End(v1::CHANGE_STATE_FAILED, "it does not run either", kNow + absl::Minutes(1), change);
  EXPECT_EQ(change.state(), v1::CHANGE_STATE_FAILED);
  EXPECT_EQ(TimeOf(change.ended()), kNow + absl::Minutes(1));
  EXPECT_EQ(change.outcome(), "crash loop");
  EXPECT_EQ(change.events(1).text(), "it does not run either");
}

TEST(ChangeEnd, SaysWhyOfOneThatDidNotGoBack) {
  v1::Change change;
  End(v1::CHANGE_STATE_STABLE, "ran for 10m as planned", kNow, change);
  EXPECT_EQ(change.outcome(), "ran for 10m as planned");
  v1::Change other;
  End(v1::CHANGE_STATE_ROLLED_BACK, "", kNow, other);
  EXPECT_EQ(other.events_size(), 0);
}

TEST(ChangeFields, AreWrittenAsThePlanHasThem) {
  const v1::Change change = Written();
  const auto after = FieldsAfter(change);
  ASSERT_TRUE(after.ok()) << after.status();
  ASSERT_EQ(after->size(), 3u);
  EXPECT_THAT((*after)[0].path, ElementsAre("spec", "job", "parallelism"));
  EXPECT_EQ((*after)[0].value, json(2)) << "a number";
  EXPECT_EQ((*after)[1].value, json("1600m"));
  EXPECT_EQ((*after)[2].value, json("2")) << "a text";
  EXPECT_EQ(change.fields(1).reason(), "heap is short");
  EXPECT_EQ(change.fields(0).before(), "\"1\"") << "the plan has texts alone";
  EXPECT_FALSE(change.fields(2).has_before());
}

TEST(ChangeFields, BeforeIsWhatTheObjectHad) {
  v1::Change change = Written();
  PatchResult result;
  result.before.push_back({{"spec", "job", "parallelism"}, json(1), {}});
  result.before.push_back({{"spec", "taskManager", "resource", "memory"}, std::nullopt, {}});
  result.before.push_back({{"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"}, json("4"), {}});
  result.before[0].owners.push_back({"kubectl-create", false, ""});
  result.before[0].owners.push_back({"argo\ncd", true, ""});
  for (int i = 0; i < 2; ++i) WriteBefore(result, change);  // twice changes nothing more
  EXPECT_THAT(change.fields(0).owners(), ElementsAre("kubectl-create", "argo cd"));
  const auto before = FieldsBefore(change);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ((*before)[0].value, json(1));
  EXPECT_EQ((*before)[1].value, std::nullopt);
  EXPECT_EQ((*before)[2].value, json("4"));
  EXPECT_EQ(FieldsText(change),
            "spec.job.parallelism 1 -> 2, spec.taskManager.resource.memory absent -> \"1600m\", "
            "spec.flinkConfiguration[\"taskmanager.numberOfTaskSlots\"] \"4\" -> \"2\"");
}

TEST(ChangeFields, ComeBackAsTheyWereFromBytes) {
  const std::vector<json> values = {
      json(2), json(0.5), json("a\"\n\xc3\xa4"), json(true), json::array({1, "b"}), json::object({{"k", nullptr}})};
  v1::Change change;
  PatchResult result;
  for (const json& value : values) {
    v1::FieldChange& field = *change.add_fields();
    field.add_path("spec");
    result.before.push_back({{"spec"}, value, {}});
  }
  WriteBefore(result, change);
  v1::Change read;
  ASSERT_TRUE(read.ParseFromString(change.SerializeAsString()));
  const auto before = FieldsBefore(read);
  ASSERT_TRUE(before.ok()) << before.status();
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ((*before)[i].value, values[i]);
}

TEST(ChangeFields, ThatAreDamagedAreNamed) {
  v1::Change change = Written();
  change.mutable_fields(1)->set_after("{\"a\":");
  const auto after = FieldsAfter(change);
  EXPECT_EQ(after.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(after.status().message()), HasSubstr("spec.taskManager.resource.memory"));
  EXPECT_TRUE(FieldsBefore(change).ok());
  change.mutable_fields(0)->set_before("1e999");
  EXPECT_FALSE(FieldsBefore(change).ok());
}

TEST(ChangeFields, ThatWouldBeWrittenHaveADigest) {
  const std::string digest = DigestOfPlan(Written());
  EXPECT_FALSE(digest.empty());
  v1::Change change = Written();
  change.set_id(7);
  change.mutable_fields(0)->set_before("9");
  change.mutable_fields(0)->add_owners("argocd");
  change.mutable_fields(0)->set_reason("another");
  EXPECT_EQ(DigestOfPlan(change), digest) << "what was there before, and why, is no matter";
  change.mutable_fields(0)->set_after("3");
  EXPECT_NE(DigestOfPlan(change), digest);
  change = Written();
  change.mutable_fields(0)->clear_after();
  EXPECT_NE(DigestOfPlan(change), digest);
  change = Written();
  change.mutable_fields()->RemoveLast();
  EXPECT_NE(DigestOfPlan(change), digest);
}

TEST(ChangeFields, OfNoneAreNone) {
  EXPECT_THAT(*FieldsAfter({}), IsEmpty());
  EXPECT_EQ(DigestOfPlan({}), "");
  EXPECT_EQ(FieldsText({}), "");
}

TEST(ChangeJob, IsOfItsKind) {
  v1::Change change;
  change.mutable_job()->set_namespace_("team-a");
  change.mutable_job()->set_name("demo");
  EXPECT_EQ(JobOf(change), (JobKey{"team-a", "demo", JobKind::kDeployment}));
  change.mutable_job()->set_kind(v1::JOB_KIND_SESSION_JOB);
  EXPECT_EQ(JobOf(change).kind, JobKind::kSessionJob);
}

}  // namespace
}  // namespace tune
