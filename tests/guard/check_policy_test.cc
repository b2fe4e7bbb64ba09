// CheckPolicy: the borders of every field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tune/job_graph.h"
#include "tune/policy.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

struct NumberCase {
  const char* name;
  double TuningPolicy::* field;
  std::vector<double> allowed, refused;
};
void PrintTo(const NumberCase& c, std::ostream* out) { *out << c.name; }
class PolicyNumberTest : public testing::TestWithParam<NumberCase> {};
TEST_P(PolicyNumberTest, HasItsRange) {
  const NumberCase& c = GetParam();
  for (const double value : c.allowed) {
    TuningPolicy policy;
    policy.*c.field = value;
    EXPECT_TRUE(CheckPolicy(policy).ok()) << value << ": " << CheckPolicy(policy);
  }
  for (const double value : c.refused) {
    TuningPolicy policy;
    policy.*c.field = value;
    const absl::Status status = CheckPolicy(policy);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << value;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string("policy.") + c.name + " = ")) << value;
    EXPECT_THAT(std::string(status.message()), HasSubstr("; allowed: ")) << value;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Fields, PolicyNumberTest,
    testing::Values(
        NumberCase{"demand_quantile", &TuningPolicy::demand_quantile, {1e-6, 1}, {0, 1.001, -1, kNaN}},
        NumberCase{"target_busy_fraction", &TuningPolicy::target_busy_fraction, {0.1, 1}, {0, 1.5, kNaN}},
        NumberCase{"throttled_fraction", &TuningPolicy::throttled_fraction, {0.1, 1}, {0, 1.5, kNaN}},
        NumberCase{"confidence", &TuningPolicy::confidence, {0.5, 0.999}, {0, 1, kNaN}},
        NumberCase{"skew_ratio", &TuningPolicy::skew_ratio, {1, 5}, {0.99, kInf, kNaN}},
        NumberCase{"gc_bound_fraction", &TuningPolicy::gc_bound_fraction, {0.1, 1}, {0, 2, kNaN}},
        NumberCase{"min_records", &TuningPolicy::min_records, {0, 1e9}, {-1, kInf, kNaN}},
        NumberCase{"max_step_up_factor", &TuningPolicy::max_step_up_factor, {0, 1.01, 10}, {1, 0.5, -2, kInf, kNaN}},
        NumberCase{"max_step_down_factor", &TuningPolicy::max_step_down_factor, {0, 0.01, 0.99}, {1, 2, -0.5, kNaN}},
        NumberCase{"lower_ratio", &TuningPolicy::lower_ratio, {1, 3}, {0.99, kInf, kNaN}},
        NumberCase{"max_checkpoint_failure_fraction",
                   &TuningPolicy::max_checkpoint_failure_fraction,
                   {0.01, 1},
                   {0, 1.01, kNaN}},
        NumberCase{"gc_overhead_goal", &TuningPolicy::gc_overhead_goal, {0.01, 0.99}, {0, 1, kNaN}},
        NumberCase{"heap_margin", &TuningPolicy::heap_margin, {1, 10}, {0.99, 10.1, kNaN}},
        NumberCase{"heap_live_factor", &TuningPolicy::heap_live_factor, {0, 1, 100}, {0.99, -1, 101, kNaN}},
        NumberCase{"metaspace_margin", &TuningPolicy::metaspace_margin, {1.21, 10}, {1.2, 10.1, kNaN}},
        NumberCase{"cpu_quantile", &TuningPolicy::cpu_quantile, {0.5, 0.99}, {0, 1, kNaN}},
        NumberCase{"cpu_band_low", &TuningPolicy::cpu_band_low, {0.1, 0.79}, {0, 0.8, kNaN}},
        NumberCase{"cpu_band_high", &TuningPolicy::cpu_band_high, {0.51, 1}, {1.01, kNaN}},
        NumberCase{"cpu_over_price", &TuningPolicy::cpu_over_price, {0, 1e6}, {-1, 1.1e6, kNaN}},
        NumberCase{"price_per_core", &TuningPolicy::price_per_core, {0, 1e9}, {-1, kInf, kNaN}},
        NumberCase{"price_per_gib", &TuningPolicy::price_per_gib, {0, 1e9}, {-1, kInf, kNaN}},
        NumberCase{"least_saving", &TuningPolicy::least_saving, {0, 0.99}, {-0.1, 1, kNaN}}),
    [](const auto& c) { return std::string(c.param.name); });

struct DurationCase {
  const char* name;
  absl::Duration TuningPolicy::* field;
  bool zero_allowed, infinite_allowed;
};
void PrintTo(const DurationCase& c, std::ostream* out) { *out << c.name; }
class PolicyDurationTest : public testing::TestWithParam<DurationCase> {};
TEST_P(PolicyDurationTest, HasItsRange) {
  const DurationCase& c = GetParam();
  const auto ok = [&](absl::Duration value) {
    TuningPolicy policy;
    policy.*c.field = value;
    return CheckPolicy(policy).ok();
  };
  EXPECT_TRUE(ok(absl::Seconds(1)));
  EXPECT_FALSE(ok(absl::Seconds(-1)));
  EXPECT_EQ(ok(absl::ZeroDuration()), c.zero_allowed);
  EXPECT_EQ(ok(absl::InfiniteDuration()), c.infinite_allowed);
}
INSTANTIATE_TEST_SUITE_P(Fields, PolicyDurationTest,
                         testing::Values(DurationCase{"horizon", &TuningPolicy::horizon, false, false},
                                         DurationCase{"catch_up_time", &TuningPolicy::catch_up_time, false, false},
                                         DurationCase{"restart_time", &TuningPolicy::restart_time, true, false},
                                         DurationCase{"lag_goal", &TuningPolicy::lag_goal, false, true},
                                         DurationCase{"slow_record", &TuningPolicy::slow_record, false, true},
                                         DurationCase{"min_coverage", &TuningPolicy::min_coverage, true, false},
                                         DurationCase{"max_staleness", &TuningPolicy::max_staleness, false, true},
                                         DurationCase{"min_process_coverage", &TuningPolicy::min_process_coverage, true,
                                                      false},
                                         DurationCase{"oom_memory", &TuningPolicy::oom_memory, false, true},
                                         DurationCase{"payback_time", &TuningPolicy::payback_time, false, false}),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(CheckPolicy, AcceptsTheDefault) { EXPECT_TRUE(CheckPolicy(TuningPolicy{}).ok()); }

TEST(CheckPolicy, BoundsOfParallelismAreInOrder) {
  TuningPolicy policy;
  policy.min_parallelism = policy.max_parallelism = 7;
  EXPECT_TRUE(CheckPolicy(policy).ok());
  policy.min_parallelism = 8;
  EXPECT_THAT(std::string(CheckPolicy(policy).message()),
              HasSubstr("policy.min_parallelism = 8; allowed: [1, max_parallelism]"));
  policy.min_parallelism = 0;
  EXPECT_FALSE(CheckPolicy(policy).ok());
  policy = TuningPolicy{};
  policy.max_parallelism = kMaxParallelism + 1;
  EXPECT_THAT(std::string(CheckPolicy(policy).message()),
              HasSubstr("policy.max_parallelism = 32769; allowed: [1, 32768]"));
}

TEST(CheckPolicy, CountsOfSlotsAndTaskManagersAreInOrder) {
  TuningPolicy policy;
  policy.min_slots = policy.max_slots = policy.min_task_managers = policy.max_task_managers = 3;
  EXPECT_TRUE(CheckPolicy(policy).ok());
  policy.min_slots = 4;
  policy.max_task_managers = kMaxParallelism + 1;
  policy.min_task_managers = 0;
  policy.min_cpu_request = MilliCores(0);
  policy.cpu_start_up = MilliCores(-1);
  EXPECT_EQ(std::string(CheckPolicy(policy).message()),
            "policy.min_cpu_request = 0; allowed: [1, 1000000000]\n"
            "policy.cpu_start_up = -1; allowed: [0, 1000000000]\n"
            "policy.min_slots = 4; allowed: [1, max_slots]\n"
            "policy.max_task_managers = 32769; allowed: [1, 32768]\n"
            "policy.min_task_managers = 0; allowed: [1, max_task_managers]");
}

TEST(CheckPolicy, OverridesOfTheSlowThresholdAreNamed) {
  TuningPolicy policy;
  policy.slow_record_of["enrich"] = absl::Milliseconds(50);
  EXPECT_TRUE(CheckPolicy(policy).ok());
  policy.slow_record_of["enrich"] = absl::ZeroDuration();
  EXPECT_THAT(std::string(CheckPolicy(policy).message()),
              HasSubstr("policy.slow_record_of[\"enrich\"] = 0; allowed: > 0"));
}

TEST(CheckPolicy, ListsEveryViolation) {
  TuningPolicy policy;
  policy.confidence = 2;
  policy.lower_ratio = 0;
  const std::string message(CheckPolicy(policy).message());
  EXPECT_THAT(message, HasSubstr("policy.confidence = 2; allowed: (0, 1)"));
  EXPECT_THAT(message, HasSubstr("policy.lower_ratio = 0; allowed: >= 1"));
}

}  // namespace
}  // namespace tune
