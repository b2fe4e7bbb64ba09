// Operators that take long on each record.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

// 40 records/s of 20 ms on one subtask, with this much CPU for its busy time of 480 s.
JobWindow Slow(std::optional<double> cpu_over_busy) {
  VertexOptions map = MapOptions(40, 0.02, 1);
  map.shares = {1};
  JobWindow window = SourceAndMap(40, map);
  SubtaskWindow& subtask = window.vertices[1].subtasks[0];
  if (cpu_over_busy) subtask.cpu_s = *cpu_over_busy * subtask.busy_s;
  return window;
}

TuningPolicy Within(absl::Duration slow_record) {
  TuningPolicy policy = PlainPolicy();
  policy.slow_record = slow_record;
  return policy;
}

TEST(Slow, IsLongerThanThePolicyAllows) {
  EXPECT_EQ(MustRecommend(Slow(0.9), Within(absl::Milliseconds(19))).vertices[1].verdict, Verdict::kExcluded);
  EXPECT_EQ(MustRecommend(Slow(0.9), Within(absl::Milliseconds(21))).vertices[1].verdict, Verdict::kEstimated);
}

TEST(Slow, AsLongAsAllowedIsNot) {
  JobWindow window = Slow(0.9);
  window.vertices[1].latency = SecondsPerRecord(0.0625);
  EXPECT_EQ(MustRecommend(window, Within(absl::Milliseconds(62.5))).vertices[1].verdict, Verdict::kEstimated);
}

TEST(Slow, ThresholdOfAVertexIsItsOwn) {
  TuningPolicy policy = Within(absl::Milliseconds(10));
  policy.slow_record_of["source"] = absl::Milliseconds(50);
  EXPECT_EQ(MustRecommend(Slow(0.9), policy).vertices[1].verdict, Verdict::kExcluded);
  policy.slow_record_of["map"] = absl::Milliseconds(50);
  EXPECT_EQ(MustRecommend(Slow(0.9), policy).vertices[1].verdict, Verdict::kEstimated);
}

struct Kind {
  const char* name;
  std::optional<double> cpu_over_busy;
  FindingKind want;
  std::optional<double> share;
};
void PrintTo(const Kind& c, std::ostream* out) { *out << c.name; }

class SlowKindTest : public testing::TestWithParam<Kind> {};

TEST_P(SlowKindTest, IsToldByTheThreadsCpu) {
  const Kind& c = GetParam();
  const JobRecommendation job = MustRecommend(Slow(c.cpu_over_busy), Within(absl::Milliseconds(10)));
  const Finding* finding = FindingOf(job, c.want);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->vertex, 1);
  ASSERT_EQ(finding->share.has_value(), c.share.has_value());
  if (c.share) {
    EXPECT_NEAR(*finding->share, *c.share, 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, SlowKindTest,
                         testing::Values(Kind{"Waits", 0.45, FindingKind::kSlowBlocking, 0.45},
                                         Kind{"Computes", 0.55, FindingKind::kSlowComputing, 0.55},
                                         Kind{"HalfIsWaiting", 0.5, FindingKind::kSlowBlocking, 0.5},
                                         Kind{"MoreThanAllIsAll", 1.2, FindingKind::kSlowComputing, 1},
                                         Kind{"NotMeasured", std::nullopt, FindingKind::kSlowUnknown, std::nullopt}),
                         [](const auto& row) { return std::string(row.param.name); });

// The second subtask's CPU is not known, and so not the vertex's.
TEST(Slow, KindNeedsTheCpuOfEverySubtask) {
  VertexOptions map = MapOptions(40, 0.02, 2);
  map.shares = {0.5, 0.5};
  JobWindow window = SourceAndMap(40, map);
  window.vertices[1].subtasks[0].cpu_s = window.vertices[1].subtasks[0].busy_s;
  EXPECT_NE(FindingOf(MustRecommend(window, Within(absl::Milliseconds(10))), FindingKind::kSlowUnknown), nullptr);
  window.vertices[1].subtasks[1].cpu_s = 0;
  const JobRecommendation job = MustRecommend(window, Within(absl::Milliseconds(10)));
  EXPECT_NEAR(TermOf(job, "exclude.slow", 1, "cpu_over_busy"), 0.5, 1e-9);
}

}  // namespace
}  // namespace tune
