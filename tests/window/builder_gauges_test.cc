// WindowBuilder: gauges instead of counters, and the whole vertex reported as one.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

TaskSample Gauges(double seconds, int subtask, double records_in_rate, double busy_rate, double pressed_rate = 0) {
  TaskSample sample = Answer(seconds, kMap, subtask);
  sample.Set(TaskMetric::kRecordsInRate, records_in_rate);
  sample.Set(TaskMetric::kBusyRate, busy_rate);
  sample.Set(TaskMetric::kBackPressuredRate, pressed_rate);
  return sample;
}

// 20 records/s and 600 ms/s. The gauges are means of 60 s: nothing that began in the first 60 s counts.
TEST(GaugesOnly, CountAfterAMinute) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 180; t += 10) MustAdd(builder, Gauges(t, 0, 20, 600, 100));
  const VertexWindow& map = MapOf(builder);
  EXPECT_EQ(map.bins[0].covered_s, 0);
  EXPECT_EQ(map.bins[0].records_in, 0);
  EXPECT_NEAR(map.bins[1].covered_s, 60, 1e-9);
  EXPECT_NEAR(map.bins[1].records_in, 1200, 1e-9);
  EXPECT_NEAR(map.bins[1].busy_s, 36, 1e-9);  // 600 ms/s are 0.6
  EXPECT_NEAR(map.bins[1].backpressured_s, 6, 1e-9);
  EXPECT_NEAR(map.service.y / map.service.x, 0.6 / 20, 1e-9);
}

TEST(GaugesOnly, DoNotCountJustShortOfAMinute) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 59.5, 69.5}) MustAdd(builder, Gauges(t, 0, 20, 600));
  EXPECT_EQ(Total(MapOf(builder)).covered_s, 0);
  for (const double t : {79.5, 89.5}) MustAdd(builder, Gauges(t, 0, 20, 600));
  EXPECT_NEAR(Total(MapOf(builder)).covered_s, 20, 1e-9);
}

TEST(GaugesOnly, AreLeftOutForAMinuteAfterARestartToo) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 600; t += 10) {
    if (t == 300) {
      JobSample job;
      job.time_ms = FeedMs(0);
      job.restarts = 0;
      MustAdd(builder, job);
      job.time_ms = FeedMs(300);
      job.restarts = 1;
      MustAdd(builder, job);
    }
    MustAdd(builder, Gauges(t, 0, 20, 600));
  }
  // 60 to 290 s, for the step that ends at the restart began before it; then 360 to 600 s.
  EXPECT_NEAR(Total(MapOf(builder)).covered_s, 230 + 240, 1e-9);
}

TEST(GaugesAndCounters, CountersArePreferred) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) {
    TaskSample sample = Answer(t, kMap, 0, Steady(t, 10, 0.5));
    sample.Set(TaskMetric::kRecordsInRate, 5);  // not yet risen
    sample.Set(TaskMetric::kBusyRate, 900);
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(MapOf(builder).bins[0].records_in, 600, 1e-9);
  EXPECT_NEAR(MapOf(builder).bins[0].busy_s, 30, 1e-9);
}

// Records by counters, busy time by a gauge: used together only where the gauge may be trusted.
TEST(GaugesAndCounters, BusyGaugeBesideRecordCountersIsHeldBackForAMinute) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    TaskSample sample = Answer(t, kMap, 0);
    sample.Set(TaskMetric::kRecordsIn, 10 * t);
    sample.Set(TaskMetric::kBusyRate, 300);
    MustAdd(builder, sample);
  }
  const VertexWindow& map = MapOf(builder);
  EXPECT_EQ(map.bins[0].task_s, 0);
  EXPECT_NEAR(map.bins[1].records_in, 600, 1e-9);
  EXPECT_NEAR(map.bins[1].busy_s, 18, 1e-9);
  EXPECT_NEAR(map.bins[1].task_s, 60, 1e-9);
}

// Records in by a counter, records out by a gauge alone: absent as a counter is not zero.
TEST(GaugesAndCounters, AreChosenForEachMetricByItself) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    TaskSample sample = Answer(t, kMap, 0);
    sample.Set(TaskMetric::kRecordsIn, 10 * t);
    sample.Set(TaskMetric::kRecordsOutRate, 7);
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(MapOf(builder).bins[1].records_in, 600, 1e-9);
  EXPECT_NEAR(MapOf(builder).bins[1].records_out, 420, 1e-9);
}

TEST(NoBusyTime, IsNotMeasuredAndNotZero) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    TaskSample sample = Answer(t, kMap, 0);
    sample.Set(TaskMetric::kRecordsIn, 10 * t);
    MustAdd(builder, sample);
  }
  EXPECT_FALSE(MapOf(builder).busy_measured);
  EXPECT_EQ(MapOf(builder).bins[0].task_s, 0);
  EXPECT_NEAR(MapOf(builder).bins[0].records_in, 600, 1e-9);
  EXPECT_EQ(MapOf(builder).service.blocks, 0);
}

// 8 CPU seconds in 20 s past the warm-up.
TEST(ThreadCpu, IsSummedPastTheWarmUp) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 50; t += 10) {
    TaskSample sample = Answer(t, kMap, 0, Steady(t, 10, 0.5));
    sample.Set(TaskMetric::kCpuNanos, 0.4e9 * t);
    MustAdd(builder, sample);
  }
  ASSERT_EQ(MapOf(builder).subtasks.size(), 1u);
  EXPECT_NEAR(MapOf(builder).subtasks[0].cpu_s.value_or(-1), 8, 1e-9);
}

TEST(ThreadCpu, IsAbsentWhereNoneWasReported) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 60, 10);
  EXPECT_FALSE(MapOf(builder).subtasks[0].cpu_s.has_value());
}

// A vertex reported as one: counters are sums over its 4 subtasks, together busy 2 s and idle 2 s of each second.
TEST(WholeVertex, CountersAreSumsOverItsSubtasks) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (double t = 0; t <= 120; t += 10) {
    MustAdd(builder, Answer(t, kMap, TaskSample::kWholeVertex, {40 * t, 0, 2000 * t, 2000 * t, 0}));
  }
  const VertexWindow& map = MapOf(builder);
  EXPECT_NEAR(map.bins[0].covered_s, 60, 1e-9);
  EXPECT_NEAR(map.bins[0].records_in, 2400, 1e-9);
  EXPECT_NEAR(map.bins[0].busy_s, 120, 1e-9);
  EXPECT_NEAR(map.bins[0].task_s, 240, 1e-9);  // 4 subtasks, each a minute
  ASSERT_GT(map.service.blocks, 0);
  EXPECT_NEAR(map.service.x / map.service.blocks, 10, 1e-9);   // records/s of one subtask
  EXPECT_NEAR(map.service.y / map.service.blocks, 0.5, 1e-9);  // its busy share
  ASSERT_EQ(map.runs.size(), 1u);
  EXPECT_NEAR(map.runs[0].task_s, 4 * 90, 1e-9);  // past the warm-up of 30 s
  EXPECT_NEAR(map.runs[0].records, 40 * 90, 1e-9);
  EXPECT_NEAR(map.runs[0].busy_s, 2 * 90, 1e-9);
}

// Busy time without any count of records covers nothing, and is no block.
TEST(NoRecords, CoverNothing) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    TaskSample sample = Answer(t, kMap, 0);
    sample.Set(TaskMetric::kBusyMs, 500 * t);
    sample.Set(TaskMetric::kIdleMs, 500 * t);
    sample.Set(TaskMetric::kBackPressuredMs, 0);
    MustAdd(builder, sample);
  }
  EXPECT_EQ(Total(MapOf(builder)).covered_s, 0);
  EXPECT_NEAR(Total(MapOf(builder)).busy_s, 60, 1e-9);
  EXPECT_NEAR(Total(MapOf(builder)).task_s, 120, 1e-9);
  EXPECT_EQ(MapOf(builder).service.blocks, 0);
  EXPECT_FALSE(MapOf(builder).busy_measured);
}

// Busy counters without idle ones leave the wall clock: 4 subtasks, 10 s each.
TEST(WholeVertex, WithoutIdleTimeTakesTheWallClock) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (double t = 0; t <= 60; t += 10) {
    TaskSample sample = Answer(t, kMap, TaskSample::kWholeVertex);
    sample.Set(TaskMetric::kRecordsIn, 40 * t);
    sample.Set(TaskMetric::kBusyMs, 2000 * t);
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(MapOf(builder).bins[0].task_s, 240, 1e-9);
  EXPECT_NEAR(MapOf(builder).bins[0].busy_s, 120, 1e-9);
}

// The record rate is the sum of 4 subtasks, 40/s; the busy time is their mean, 500 ms/s: 2 of 4 subtask-seconds.
TEST(WholeVertex, GaugeRatesAreSumsAndGaugeSharesAreMeans) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (double t = 0; t <= 180; t += 10) MustAdd(builder, Gauges(t, TaskSample::kWholeVertex, 40, 500, 250));
  const VertexWindow& map = MapOf(builder);
  EXPECT_NEAR(map.bins[1].records_in, 2400, 1e-9);
  EXPECT_NEAR(map.bins[1].task_s, 240, 1e-9);
  EXPECT_NEAR(map.bins[1].busy_s, 120, 1e-9);
  EXPECT_NEAR(map.bins[1].backpressured_s, 60, 1e-9);
  EXPECT_NEAR(map.service.y / map.service.x, 0.5 / 10, 1e-9);  // 50 ms of one subtask a record
}

}  // namespace
}  // namespace tune
