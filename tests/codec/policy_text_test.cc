#include "libtune/codec/policy_text.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/codec/policy_codec.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string SetError(const std::string& assignment) {
  v1::TuningPolicy policy;
  const absl::Status status = ApplySet(policy, assignment);
  EXPECT_EQ(policy.DebugString(), "") << "changed by what was refused";
  return std::string(status.message());
}

v1::TuningPolicy Set(const std::string& assignment) {
  v1::TuningPolicy policy;
  EXPECT_TRUE(ApplySet(policy, assignment).ok()) << assignment;
  return policy;
}

TEST(ModelsTest, EveryFileInModelsIsBuiltInAndLoads) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("models")) {
    if (entry.path().extension() != ".textproto") continue;
    ++files;
    const auto policy = LoadPolicy(entry.path().stem());
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->name, entry.path().stem());
  }
  EXPECT_EQ(files, PolicyNames().size());
  EXPECT_EQ(PolicyNames().front(), "balanced");
}

TEST(ModelsTest, BalancedIsTheDefaultOfEveryField) {
  const auto balanced = LoadPolicy("balanced");
  ASSERT_TRUE(balanced.ok()) << balanced.status();
  EXPECT_EQ(ToProto(*balanced).DebugString(), ToProto(TuningPolicy()).DebugString());
}

TEST(ModelsTest, ClassicIsRateTimesTimeAndNothingElse) {
  const auto classic = LoadPolicy("classic");
  ASSERT_TRUE(classic.ok()) << classic.status();
  EXPECT_EQ(classic->target_busy_fraction, 1);
  EXPECT_FALSE(classic->catch_up);
  EXPECT_EQ(classic->lag_goal, absl::InfiniteDuration());
  EXPECT_EQ(classic->share_model, ShareModel::kEven);
  EXPECT_EQ(classic->side, Side::kEstimate);
  EXPECT_EQ(classic->scope, Scope::kJob);
}

TEST(ModelsTest, CarefulAsksForMoreAndThriftyForLess) {
  const auto careful = LoadPolicy("careful"), balanced = LoadPolicy("balanced"), thrifty = LoadPolicy("thrifty");
  ASSERT_TRUE(careful.ok() && thrifty.ok());
  EXPECT_LT(careful->target_busy_fraction, balanced->target_busy_fraction);
  EXPECT_LT(balanced->target_busy_fraction, thrifty->target_busy_fraction);
  EXPECT_LT(careful->catch_up_time, balanced->catch_up_time);
  EXPECT_LT(balanced->catch_up_time, thrifty->catch_up_time);
  EXPECT_GT(careful->lower_ratio, balanced->lower_ratio);
  EXPECT_GT(balanced->lower_ratio, thrifty->lower_ratio);
}

TEST(ParsePolicyTextTest, MistakesCarryFileLineAndColumn) {
  const auto policy = ParsePolicyText("name: \"x\"\n  target_busy: 0.7\n", "my.textproto");
  EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(policy), AllOf(testing::StartsWith("my.textproto line 2, column "), HasSubstr("target_busy")));
  EXPECT_THAT(MessageOf(ParsePolicyText("demand_quantile: high", "p")), testing::StartsWith("p line 1, column "));
  EXPECT_THAT(MessageOf(ParsePolicyText("side: SIDE_BOTH", "p")), HasSubstr("SIDE_BOTH"));
  EXPECT_THAT(MessageOf(ParsePolicyText("catch_up: true\ncatch_up: false", "p")), HasSubstr("p line 2"));
  EXPECT_THAT(MessageOf(ParsePolicyText("horizon {", "p")), testing::StartsWith("p line 1"));
}

TEST(ParsePolicyTextTest, AHugeTextIsRefused) {
  EXPECT_EQ(ParsePolicyText(std::string((1 << 20) + 1, '#'), "p").status().message(),
            "p = 1048577 bytes; allowed: at most 1048576");
}

TEST(ApplySetTest, SetsEveryKindOfField) {
  EXPECT_EQ(Set("target_busy_fraction=0.7").target_busy_fraction(), 0.7);
  EXPECT_EQ(Set(" min_parallelism = 3 ").min_parallelism(), 3);
  EXPECT_TRUE(Set("catch_up=false").has_catch_up());
  EXPECT_FALSE(Set("catch_up=false").catch_up());
  EXPECT_EQ(Set("name=a=b").name(), "a=b");
  EXPECT_EQ(Set("side=estimate").side(), v1::SIDE_ESTIMATE);
  EXPECT_EQ(Set("side=SIDE_SAFE").side(), v1::SIDE_SAFE);
  EXPECT_EQ(Set("share_model=Even").share_model(), v1::SHARE_MODEL_EVEN);
  EXPECT_EQ(Set("horizon=24h").horizon().seconds(), 86400);
  EXPECT_EQ(Set("catch_up_time=30m").catch_up_time().seconds(), 1800);
  EXPECT_EQ(Set("slow_record=10ms").slow_record().nanos(), 10'000'000);
  EXPECT_EQ(Set("lag_goal=inf").lag_goal().seconds(), 315'576'000'000);
}

TEST(ApplySetTest, SetsThresholdsOfSingleVertices) {
  EXPECT_EQ(Set("slow_record_of.enrich=50ms").slow_record_of().at("enrich").nanos(), 50'000'000);
  EXPECT_EQ(Set("slow_record_of.Source: a.b = c=1s").slow_record_of().at("Source: a.b = c").seconds(), 1);
}

TEST(ApplySetTest, RefusesWhatDoesNotFitTheFieldAndSaysWhatDoes) {
  EXPECT_EQ(SetError("target_busy_fraction=high"), "policy.target_busy_fraction = \"high\"; allowed: a finite number");
  EXPECT_EQ(SetError("target_busy_fraction=nan"), "policy.target_busy_fraction = \"nan\"; allowed: a finite number");
  EXPECT_EQ(SetError("min_parallelism=1.5"), "policy.min_parallelism = \"1.5\"; allowed: a whole number");
  EXPECT_EQ(SetError("min_parallelism=3000000000"), "policy.min_parallelism = \"3000000000\"; allowed: a whole number");
  EXPECT_EQ(SetError("catch_up=yes"), "policy.catch_up = \"yes\"; allowed: true, false");
  EXPECT_EQ(SetError("side=unspecified"), "policy.side = \"unspecified\"; allowed: safe, estimate");
  EXPECT_EQ(SetError("horizon=30"), "policy.horizon = \"30\"; allowed: a number and a unit, as 10ms, 30m, 24h; or inf");
  EXPECT_EQ(SetError("horizon.seconds=30"),
            "policy.horizon[\"seconds\"] = \"30\"; allowed: horizon=VALUE, as the field has no parts");
  EXPECT_EQ(SetError("slow_record_of=1s"), "policy.slow_record_of = \"1s\"; allowed: slow_record_of.VERTEX=DURATION");
  EXPECT_EQ(SetError("slow_record_of.=1s"),
            "policy.slow_record_of[\"\"] = \"1s\"; allowed: slow_record_of.VERTEX=DURATION");
  EXPECT_EQ(SetError("slow_record_of.map=fast"),
            "policy.slow_record_of[\"map\"] = \"fast\"; allowed: a number and a unit, as 10ms, 30m, 24h; or inf");
  EXPECT_EQ(SetError("catch_up"), "\"catch_up\"; allowed: FIELD=VALUE");
  EXPECT_EQ(SetError(""), "\"\"; allowed: FIELD=VALUE");
}

TEST(ApplySetTest, AnUnknownFieldIsAnsweredWithThoseThatComeNear) {
  const std::string error = SetError("target_busy_fracton=0.7");
  EXPECT_THAT(error, testing::StartsWith(
                         "policy has no field \"target_busy_fracton\"; near: target_busy_fraction; allowed: name, "));
  EXPECT_THAT(error, HasSubstr("max_checkpoint_failure_fraction"));
  EXPECT_THAT(SetError("parallelism=3"), HasSubstr("near: min_parallelism, max_parallelism; "));
  EXPECT_THAT(SetError("zzz=3"), AllOf(HasSubstr("allowed: name, "), Not(HasSubstr("near"))));
}

TEST(LoadPolicyTest, SetsGoOverTheShippedPolicyAndShowInItsName) {
  const auto policy = LoadPolicy("thrifty", {"catch_up_time=2h", "side=safe"});
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->name, "thrifty with catch_up_time=2h, side=safe");
  EXPECT_EQ(policy->catch_up_time, absl::Hours(2));
  EXPECT_EQ(policy->side, Side::kSafe);
  EXPECT_EQ(policy->target_busy_fraction, 0.9);
  EXPECT_EQ(LoadPolicy("thrifty", {"name=mine", "side=safe"})->name, "mine");
}

TEST(LoadPolicyTest, TakesATextToo) {
  const auto policy = LoadPolicy("target_busy_fraction: 0.5");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->name, "custom");
  EXPECT_EQ(policy->target_busy_fraction, 0.5);
  EXPECT_EQ(policy->demand_quantile, 0.9);
}

TEST(LoadPolicyTest, AWordThatIsNoPolicyIsAnsweredWithAll) {
  const auto policy = LoadPolicy("frugal");
  EXPECT_EQ(policy.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(policy.status().message(),
            "policy \"frugal\" is not shipped; allowed: balanced, thrifty, careful, classic, or a text proto");
  EXPECT_EQ(LoadPolicy("").status().code(), absl::StatusCode::kNotFound);
}

TEST(LoadPolicyTest, RangesAreCheckedAfterTheSets) {
  EXPECT_THAT(MessageOf(LoadPolicy("balanced", {"target_busy_fraction=1.5"})),
              HasSubstr("policy.target_busy_fraction = 1.5; allowed: (0, 1]"));
  EXPECT_THAT(MessageOf(LoadPolicy("side: SIDE_SAFE oops", {}, "my.textproto")),
              testing::StartsWith("my.textproto line 1, column "));
}

}  // namespace
}  // namespace tune
