// TakeDelta: what passed between two samples of one subtask.
#include "libtune/ingest/task_delta.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace tune {
namespace {

TaskSample At(int64_t time_ms) {
  TaskSample sample;
  sample.time_ms = time_ms;
  return sample;
}

TaskSample Times(int64_t time_ms, double busy_ms, double idle_ms, double pressed_ms) {
  TaskSample sample = At(time_ms);
  sample.Set(TaskMetric::kBusyMs, busy_ms);
  sample.Set(TaskMetric::kIdleMs, idle_ms);
  sample.Set(TaskMetric::kBackPressuredMs, pressed_ms);
  return sample;
}

TEST(TakeDelta, DifferencesCounters) {
  TaskSample last = Times(1000, 100, 200, 300), now = Times(11'000, 4100, 5200, 1300);
  last.Set(TaskMetric::kRecordsIn, 50);
  now.Set(TaskMetric::kRecordsIn, 950);
  last.Set(TaskMetric::kRecordsOut, 7);
  now.Set(TaskMetric::kRecordsOut, 107);
  last.Set(TaskMetric::kCpuNanos, 1e9);
  now.Set(TaskMetric::kCpuNanos, 3.5e9);
  last.Set(TaskMetric::kPendingRecords, 90);
  now.Set(TaskMetric::kPendingRecords, 60);
  TaskDelta d;
  ASSERT_EQ(TakeDelta(last, now, d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.elapsed_s, 10);
  EXPECT_DOUBLE_EQ(d.task_s, 10);  // 4 + 5 + 1
  EXPECT_DOUBLE_EQ(d.records_in, 900);
  EXPECT_DOUBLE_EQ(d.records_out, 100);
  EXPECT_DOUBLE_EQ(d.busy_s, 4);
  EXPECT_DOUBLE_EQ(d.backpressured_s, 1);
  EXPECT_DOUBLE_EQ(d.cpu_s, 2.5);
  EXPECT_DOUBLE_EQ(d.pending_change, -30);
  EXPECT_TRUE(d.has_records && d.has_busy && d.has_cpu && d.has_pending);
  EXPECT_FALSE(d.from_gauges);
}

TEST(TakeDelta, AbsentMetricsAreNotZero) {
  TaskDelta d;
  ASSERT_EQ(TakeDelta(At(0), At(1000), d), Step::kDelta);
  EXPECT_FALSE(d.has_records || d.has_busy || d.has_cpu || d.has_pending);
  // On one side only, neither.
  TaskSample now = At(1000);
  now.Set(TaskMetric::kRecordsIn, 500);
  now.Set(TaskMetric::kBusyMs, 500);
  ASSERT_EQ(TakeDelta(At(0), now, d), Step::kDelta);
  EXPECT_FALSE(d.has_records);
  EXPECT_FALSE(d.has_busy);
}

TEST(TakeDelta, KnowsDuplicatesAndOrder) {
  TaskDelta d;
  EXPECT_EQ(TakeDelta(Times(1000, 1, 1, 1), Times(1000, 2, 2, 2), d), Step::kDuplicate);
  EXPECT_EQ(TakeDelta(Times(1000, 1, 1, 1), Times(999, 0, 0, 0), d), Step::kOutOfOrder);
}

struct ResetCase {
  const char* name;
  TaskMetric metric;
  double before, after;
  Step want;
};
void PrintTo(const ResetCase& c, std::ostream* out) { *out << c.name; }
class ResetTest : public testing::TestWithParam<ResetCase> {};
TEST_P(ResetTest, IsSeenInAFallingCounter) {
  const ResetCase& c = GetParam();
  TaskSample last = At(0), now = At(5000);
  last.Set(c.metric, c.before);
  now.Set(c.metric, c.after);
  TaskDelta d;
  EXPECT_EQ(TakeDelta(last, now, d), c.want);
}
INSTANTIATE_TEST_SUITE_P(Counters, ResetTest,
                         testing::Values(ResetCase{"RecordsIn", TaskMetric::kRecordsIn, 10, 9, Step::kReset},
                                         ResetCase{"RecordsOut", TaskMetric::kRecordsOut, 10, 9, Step::kReset},
                                         ResetCase{"Idle", TaskMetric::kIdleMs, 10, 9, Step::kReset},
                                         ResetCase{"BackPressured", TaskMetric::kBackPressuredMs, 10, 9, Step::kReset},
                                         ResetCase{"Cpu", TaskMetric::kCpuNanos, 10, 9, Step::kReset},
                                         ResetCase{"BusyByALot", TaskMetric::kBusyMs, 60'000, 200, Step::kReset},
                                         // Derived, and so it may step back: by less than the time that passed.
                                         ResetCase{"BusyByAFewMilliseconds", TaskMetric::kBusyMs, 60'000, 59'996,
                                                   Step::kDelta},
                                         ResetCase{"EqualRecords", TaskMetric::kRecordsIn, 10, 10, Step::kDelta},
                                         // A gauge may fall as it likes.
                                         ResetCase{"Pending", TaskMetric::kPendingRecords, 10, 0, Step::kDelta}),
                         [](const auto& c) { return std::string(c.param.name); });

// Busy time of so many subtasks falls by `fall_ms` over `elapsed_ms`. 1000 ms, or 0.5 % of the subtasks' time, may be
// jitter.
struct Fall {
  const char* name;
  int64_t elapsed_ms;
  int subtasks;
  double fall_ms;
  Step want;
};
void PrintTo(const Fall& c, std::ostream* out) { *out << c.name; }
class BusyFallTest : public testing::TestWithParam<Fall> {};
TEST_P(BusyFallTest, IsAResetBeyondTheJitter) {
  const Fall& c = GetParam();
  TaskSample last = At(0), now = At(c.elapsed_ms);
  last.Set(TaskMetric::kBusyMs, 60'000);
  now.Set(TaskMetric::kBusyMs, 60'000 - c.fall_ms);
  TaskDelta d;
  EXPECT_EQ(TakeDelta(last, now, d, c.subtasks), c.want);
}
INSTANTIATE_TEST_SUITE_P(Busy, BusyFallTest,
                         testing::Values(Fall{"FiveSeconds", 5000, 1, 5000, Step::kDelta},
                                         Fall{"MoreThanFiveSeconds", 5000, 1, 5001, Step::kReset},
                                         Fall{"PartOfALongTime", 1'000'000, 1, 5000, Step::kDelta},
                                         Fall{"MoreThanThatPart", 1'000'000, 1, 5001, Step::kReset},
                                         Fall{"PartOfTheSubtasksTime", 100'000, 10, 5000, Step::kDelta},
                                         Fall{"MoreThanThat", 100'000, 10, 5001, Step::kReset}),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(TakeDelta, ClockThatStoodStillIsAnOldAnswer) {
  TaskDelta d;
  EXPECT_EQ(TakeDelta(Times(0, 10, 20, 30), Times(5000, 10, 20, 30), d), Step::kStale);
  EXPECT_EQ(TakeDelta(Times(0, 10, 20, 30), Times(5000, 11, 20, 30), d), Step::kDelta);
  EXPECT_EQ(TakeDelta(Times(0, 10, 20, 30), Times(5000, 10, 21, 30), d), Step::kDelta);
  EXPECT_EQ(TakeDelta(Times(0, 10, 20, 30), Times(5000, 10, 20, 31), d), Step::kDelta);
  // Records alone may stand still: a quiet stream.
  TaskSample last = At(0), now = At(5000);
  last.Set(TaskMetric::kRecordsIn, 10);
  now.Set(TaskMetric::kRecordsIn, 10);
  EXPECT_EQ(TakeDelta(last, now, d), Step::kDelta);
  EXPECT_EQ(d.records_in, 0);
}

// 5 s between the polls. Flink's clock says 7 s: the first answer was 2 s old. A clock further off than four times is
// not believed.
TEST(TakeDelta, TimeIsFlinksOwnWhereItHasOne) {
  TaskDelta d;
  ASSERT_EQ(TakeDelta(Times(0, 0, 0, 0), Times(5000, 3000, 4000, 0), d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.task_s, 7);
  EXPECT_DOUBLE_EQ(d.elapsed_s, 5);
  ASSERT_EQ(TakeDelta(Times(0, 0, 0, 0), Times(5000, 90'000, 0, 0), d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.task_s, 20);
  ASSERT_EQ(TakeDelta(Times(0, 0, 0, 0), Times(5000, 10, 0, 0), d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.task_s, 1.25);
}

TEST(TakeDelta, WithoutIdleTimeTakesTheWallClock) {
  TaskSample last = At(0), now = At(5000);
  last.Set(TaskMetric::kBusyMs, 0);
  now.Set(TaskMetric::kBusyMs, 3000);
  TaskDelta d;
  ASSERT_EQ(TakeDelta(last, now, d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.task_s, 5);
  EXPECT_DOUBLE_EQ(d.busy_s, 3);
}

// 250 ms/s of 8 s are 2 s; 40 records/s of 8 s are 320.
TEST(TakeDelta, GaugesStandInForCounters) {
  TaskSample now = At(8000);
  now.Set(TaskMetric::kBusyRate, 250);
  now.Set(TaskMetric::kBackPressuredRate, 500);
  now.Set(TaskMetric::kRecordsInRate, 40);
  now.Set(TaskMetric::kRecordsOutRate, 10);
  TaskDelta d;
  ASSERT_EQ(TakeDelta(At(0), now, d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.busy_s, 2);
  EXPECT_DOUBLE_EQ(d.backpressured_s, 4);
  EXPECT_DOUBLE_EQ(d.records_in, 320);
  EXPECT_DOUBLE_EQ(d.records_out, 80);
  EXPECT_TRUE(d.from_gauges);
}

// Flink's clock says 7 s, but a gauge is per second of the wall clock: 40 / s of 5 s.
TEST(TakeDelta, RateGaugesBesideAClockStandForTheWallClock) {
  TaskSample now = Times(5000, 3000, 4000, 0);
  now.Set(TaskMetric::kRecordsInRate, 40);
  TaskDelta d;
  ASSERT_EQ(TakeDelta(Times(0, 0, 0, 0), now, d), Step::kDelta);
  EXPECT_DOUBLE_EQ(d.task_s, 7);
  EXPECT_DOUBLE_EQ(d.records_in, 200);
  EXPECT_TRUE(d.from_gauges);
  EXPECT_TRUE(d.has_records);
}

TEST(LacksCounters, IsSaidOfThoseThatWereThere) {
  TaskSample last = Times(0, 0, 0, 0);
  last.Set(TaskMetric::kRecordsIn, 1);
  last.Set(TaskMetric::kPendingRecords, 1);
  last.Set(TaskMetric::kBusyRate, 1);
  TaskSample now = Times(1, 0, 0, 0);
  now.Set(TaskMetric::kRecordsIn, 1);
  EXPECT_FALSE(LacksCounters(last, now));  // gauges come and go
  EXPECT_TRUE(LacksCounters(last, Times(1, 0, 0, 0)));
  EXPECT_FALSE(LacksCounters(Times(1, 0, 0, 0), last));
  EXPECT_TRUE(LacksCounters(last, At(1)));
}

RC_GTEST_PROP(TakeDeltaProperty, DeltasOverAnySplitAddUpToTheWhole, ()) {
  const int steps = *rc::gen::inRange(2, 20);
  std::vector<TaskSample> samples = {Times(0, 0, 0, 0)};
  samples[0].Set(TaskMetric::kRecordsIn, 0);
  for (int i = 1; i < steps; ++i) {
    const TaskSample& last = samples.back();
    const int64_t step_ms = *rc::gen::inRange(1, 60'000);
    TaskSample next = Times(last.time_ms + step_ms, *last.Get(TaskMetric::kBusyMs) + *rc::gen::inRange(0, 1000),
                            *last.Get(TaskMetric::kIdleMs) + *rc::gen::inRange(1, 1000), 0);
    next.Set(TaskMetric::kRecordsIn, *last.Get(TaskMetric::kRecordsIn) + *rc::gen::inRange(0, 1'000'000));
    samples.push_back(next);
  }
  double records = 0, busy = 0, elapsed = 0;
  for (size_t i = 1; i < samples.size(); ++i) {
    TaskDelta d;
    RC_ASSERT(TakeDelta(samples[i - 1], samples[i], d) == Step::kDelta);
    RC_ASSERT(d.task_s >= d.elapsed_s / 4 && d.task_s <= d.elapsed_s * 4);
    records += d.records_in;
    busy += d.busy_s;
    elapsed += d.elapsed_s;
  }
  RC_ASSERT(records == *samples.back().Get(TaskMetric::kRecordsIn));
  RC_ASSERT(std::abs(busy - *samples.back().Get(TaskMetric::kBusyMs) / 1000) < 1e-9);
  RC_ASSERT(std::abs(elapsed - static_cast<double>(samples.back().time_ms) / 1000) < 1e-9);
}

}  // namespace
}  // namespace tune
