#include "libtune/codec/policy_codec.h"

#include <limits>

#include "gmock/gmock.h"
#include "libtune/codec/wire.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr char kFullPolicy[] = R"(
  name: "own" demand_quantile: 0.02 horizon { seconds: 3 } target_busy_fraction: 0.04 catch_up: false
  catch_up_time { seconds: 6 } restart_time { seconds: 7 } lag_goal { seconds: 8 } throttled_fraction: 0.09
  share_model: SHARE_MODEL_EVEN side: SIDE_ESTIMATE confidence: 0.12 skew_ratio: 13 slow_record { nanos: 14 }
  slow_record_of { key: "map" value { seconds: 15 } } gc_bound_fraction: 0.16 min_coverage { seconds: 17 }
  min_records: 18 max_staleness { seconds: 19 } scope: SCOPE_JOB min_parallelism: 21 max_parallelism: 22
  max_step_up_factor: 23 max_step_down_factor: 0.24 lower_ratio: 25 payback_time { seconds: 26 }
  max_checkpoint_failure_fraction: 0.27 size_processes: false min_process_coverage { seconds: 29 }
  gc_overhead_goal: 0.30 heap_margin: 3.1 heap_live_factor: 3.2 metaspace_margin: 3.3 oom_memory { seconds: 34 }
  cpu_quantile: 0.35 cpu_band_low: 0.36 cpu_band_high: 0.37 cpu_over_price: 38 min_cpu_request: 39 cpu_start_up: 40
  min_slots: 41 max_slots: 42 min_task_managers: 43 max_task_managers: 44 price_per_core: 45 price_per_gib: 46
  least_saving: 0.47)";

TEST(PolicyCodecTest, EveryFieldArrivesAndLeavesAgain) {
  const auto proto = FromText<v1::TuningPolicy>(kFullPolicy);
  EXPECT_THAT(EmptyFields(proto), testing::IsEmpty());
  const auto policy = FromProto(proto);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->name, "own");
  EXPECT_EQ(policy->demand_quantile, 0.02);
  EXPECT_EQ(policy->horizon, absl::Seconds(3));
  EXPECT_EQ(policy->target_busy_fraction, 0.04);
  EXPECT_FALSE(policy->catch_up);
  EXPECT_EQ(policy->catch_up_time, absl::Seconds(6));
  EXPECT_EQ(policy->restart_time, absl::Seconds(7));
  EXPECT_EQ(policy->lag_goal, absl::Seconds(8));
  EXPECT_EQ(policy->throttled_fraction, 0.09);
  EXPECT_EQ(policy->share_model, ShareModel::kEven);
  EXPECT_EQ(policy->side, Side::kEstimate);
  EXPECT_EQ(policy->confidence, 0.12);
  EXPECT_EQ(policy->skew_ratio, 13);
  EXPECT_EQ(policy->slow_record, absl::Nanoseconds(14));
  EXPECT_EQ(policy->slow_record_of.at("map"), absl::Seconds(15));
  EXPECT_EQ(policy->gc_bound_fraction, 0.16);
  EXPECT_EQ(policy->min_coverage, absl::Seconds(17));
  EXPECT_EQ(policy->min_records, 18);
  EXPECT_EQ(policy->max_staleness, absl::Seconds(19));
  EXPECT_EQ(policy->scope, Scope::kJob);
  EXPECT_EQ(policy->min_parallelism, 21);
  EXPECT_EQ(policy->max_parallelism, 22);
  EXPECT_EQ(policy->max_step_up_factor, 23);
  EXPECT_EQ(policy->max_step_down_factor, 0.24);
  EXPECT_EQ(policy->lower_ratio, 25);
  EXPECT_EQ(policy->payback_time, absl::Seconds(26));
  EXPECT_EQ(policy->max_checkpoint_failure_fraction, 0.27);
  EXPECT_FALSE(policy->size_processes);
  EXPECT_EQ(policy->min_process_coverage, absl::Seconds(29));
  EXPECT_EQ(policy->gc_overhead_goal, 0.30);
  EXPECT_EQ(policy->heap_margin, 3.1);
  EXPECT_EQ(policy->heap_live_factor, 3.2);
  EXPECT_EQ(policy->metaspace_margin, 3.3);
  EXPECT_EQ(policy->oom_memory, absl::Seconds(34));
  EXPECT_EQ(policy->cpu_quantile, 0.35);
  EXPECT_EQ(policy->cpu_band_low, 0.36);
  EXPECT_EQ(policy->cpu_band_high, 0.37);
  EXPECT_EQ(policy->cpu_over_price, 38);
  EXPECT_EQ(policy->min_cpu_request, MilliCores(39));
  EXPECT_EQ(policy->cpu_start_up, MilliCores(40));
  EXPECT_EQ(policy->min_slots, 41);
  EXPECT_EQ(policy->max_slots, 42);
  EXPECT_EQ(policy->min_task_managers, 43);
  EXPECT_EQ(policy->max_task_managers, 44);
  EXPECT_EQ(policy->price_per_core, 45);
  EXPECT_EQ(policy->price_per_gib, 46);
  EXPECT_EQ(policy->least_saving, 0.47);
  EXPECT_EQ(ToProto(*policy).DebugString(), proto.DebugString());
}

TEST(PolicyCodecTest, AnEmptyMessageIsTheBuiltInPolicy) {
  const auto policy = FromProto(v1::TuningPolicy());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(ToProto(*policy).DebugString(), ToProto(TuningPolicy()).DebugString());
}

TEST(PolicyCodecTest, ListsEveryViolationOfDoorAndCheck) {
  const auto policy = FromProto(FromText<v1::TuningPolicy>(R"(
    target_busy_fraction: 1.5 side: SIDE_UNSPECIFIED horizon { nanos: 2000000000 } min_parallelism: 0
    slow_record_of { key: "map" value { seconds: 1 nanos: -1 } })"));
  const std::string message(policy.status().message());
  EXPECT_THAT(message, HasSubstr("policy.target_busy_fraction = 1.5; allowed: (0, 1]"));
  EXPECT_THAT(message, HasSubstr("policy.side = SIDE_UNSPECIFIED; allowed: SIDE_SAFE, SIDE_ESTIMATE"));
  EXPECT_THAT(message, HasSubstr("policy.horizon = {seconds: 0 nanos: 2000000000}; "));
  EXPECT_THAT(message, HasSubstr("policy.min_parallelism = 0; allowed: [1, max_parallelism]"));
  EXPECT_THAT(message, HasSubstr("policy.slow_record_of[\"map\"] = {seconds: 1 nanos: -1}; "));
  // A field that the door refused is not named by the check again.
  EXPECT_EQ(message.find("policy.horizon"), message.rfind("policy.horizon"));
}

TEST(PolicyCodecTest, NoNumberMayBeNanOrInfinite) {
  auto proto = FromText<v1::TuningPolicy>(kFullPolicy);
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    ForEachDouble(proto, value, [&](const std::string& path) {
      EXPECT_THAT(MessageOf(FromProto(proto)), testing::StartsWith("policy." + path + " = "));
    });
  }
}

RC_GTEST_PROP(PolicyCodecProperty, RoundTripsOverTheWire, ()) {
  const v1::TuningPolicy proto = ToProto(AnyPolicy());
  v1::TuningPolicy parsed;
  RC_ASSERT(ParseWire(SerializeDeterministic(proto), parsed).ok());
  const auto policy = FromProto(parsed);
  if (!policy.ok()) RC_FAIL(std::string(policy.status().message()));
  RC_ASSERT(SerializeDeterministic(ToProto(*policy)) == SerializeDeterministic(proto));
}

}  // namespace
}  // namespace tune
