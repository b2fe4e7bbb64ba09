// WindowBuilder: TaskManagers and JobManagers.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

ProcessSample Machine(double seconds, const std::string& id, double cpu_s, double gc_s) {
  ProcessSample sample{};
  sample.time_ms = FeedMs(seconds);
  sample.id = id;
  sample.Set(ProcessMetric::kCpuTimeNs, cpu_s * 1e9);
  sample.Set(ProcessMetric::kGcTimeMs, gc_s * 1e3);
  return sample;
}

// 0.5 cores for 18 of 20 minutes, then 2: the 90th percentile by time is still 0.5; for 17 of them it is 2.
TEST(TaskManager, CpuIsTheNinetiethPercentileOfMinutes) {
  for (const auto& [quiet, want] : {std::pair{18, 0.5}, {17, 2.0}}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    double cpu_s = 100;  // before the window
    for (int minute = 0; minute <= 20; ++minute) {
      MustAdd(builder, Machine(60.0 * minute, "tm1", cpu_s, 0));
      cpu_s += 60 * (minute < quiet ? 0.5 : 2);
    }
    const ProcessWindow& tm = builder.Window().task_managers.processes.at(0);
    ASSERT_TRUE(tm.cpu_cores_p90.has_value());
    EXPECT_NEAR(tm.cpu_cores_p90->value, want, 1e-9);
    EXPECT_EQ(tm.cpu_cores_p90->relative_error, 0);
    EXPECT_NEAR(tm.cpu_cores_p90->weight, 1200, 1e-9);
    EXPECT_NEAR(tm.covered_s, 1200, 1e-9);
  }
}

TEST(TaskManager, CollectionsAreAShareOfTheTime) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Machine(0, "tm1", 0, 7));
  MustAdd(builder, Machine(40, "tm1", 10, 9));
  MustAdd(builder, Machine(100, "tm1", 20, 17));
  EXPECT_NEAR(builder.Window().task_managers.processes[0].gc_fraction.value_or(-1), 10.0 / 100, 1e-9);
}

// The process was started anew between 60 and 70 s: its counters fall.
TEST(TaskManager, RestartCountsNothingNegative) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) MustAdd(builder, Machine(t, "tm1", 0.5 * t, 0.1 * t));
  for (double t = 70; t <= 130; t += 10) MustAdd(builder, Machine(t, "tm1", 0.5 * (t - 70), 0.1 * (t - 70)));
  const ProcessWindow& tm = builder.Window().task_managers.processes[0];
  EXPECT_NEAR(tm.gc_fraction.value_or(-1), 0.1, 1e-9);
  EXPECT_NEAR(tm.cpu_cores_p90->value, 0.5, 1e-9);
  EXPECT_NEAR(tm.covered_s, 120, 1e-9);
}

// The same CPU time twice is an old answer; the next one speaks for both steps.
TEST(TaskManager, StaleAnswersAreBridged) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, cpu_s] : {std::pair{0.0, 0.0}, {60.0, 0.0}, {120.0, 120.0}})
    MustAdd(builder, Machine(t, "tm1", cpu_s, 0));
  EXPECT_NEAR(builder.Window().task_managers.processes[0].cpu_cores_p90->value, 1, 1e-9);
}

TEST(TaskManager, HeapAndSlotsAreKept) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  ProcessSample sample = Machine(0, "tm1", 0, 0);
  sample.Set(ProcessMetric::kHeapMax, 1000);
  sample.Set(ProcessMetric::kSlots, 4);
  for (const double used : {300.0, 700.0, 500.0}) {
    sample.Set(ProcessMetric::kHeapUsed, used);
    sample.time_ms += 1000;
    MustAdd(builder, sample);
  }
  const JobWindow& window = builder.Window();
  EXPECT_EQ(window.task_managers.processes[0].heap_used_max.value_or(Bytes()).value(), 700);
  EXPECT_EQ(window.task_managers.processes[0].heap_max.value_or(Bytes()).value(), 1000);
  EXPECT_EQ(window.facts.slots_per_task_manager.value_or(0), 4);
}

TEST(TaskManager, AbsentMetricsStayAbsent) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  ProcessSample sample{};
  sample.id = "tm1";
  for (const double t : {0.0, 60.0}) {
    sample.time_ms = FeedMs(t);
    MustAdd(builder, sample);
  }
  const ProcessWindow& tm = builder.Window().task_managers.processes[0];
  EXPECT_FALSE(tm.cpu_cores_p90.has_value());
  EXPECT_FALSE(tm.gc_fraction.has_value());
  EXPECT_FALSE(tm.heap_used_max.has_value());
}

// Pods come and go under new names; the one that was last seen a horizon ago is not part of the window.
TEST(TaskManager, GoneForAHorizonIsForgotten) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (int pod = 0; pod < 100; ++pod) {
    for (double t = 0; t <= 60; t += 30) MustAdd(builder, Machine(120.0 * pod + t, "tm" + std::to_string(pod), t, 0));
  }
  EXPECT_LE(builder.Window().task_managers.processes.size(), 7u);  // of the last 10 minutes and an eighth
}

// The load of a horizon ago is gone: 50 % collections in the first 10 minutes, 10 % in the 20 after them.
TEST(TaskManager, CollectionsOfMoreThanAHorizonAgoAreForgotten) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  double gc_s = 0;
  for (double t = 0; t <= 1800; t += 10) {
    MustAdd(builder, Machine(t, "tm1", t, gc_s));
    gc_s += t < 600 ? 5 : 1;
  }
  EXPECT_NEAR(builder.Window().task_managers.processes[0].gc_fraction.value_or(-1), 0.1, 1e-9);
}

// A minute at 1 core and 5 s at 4 cores: 90 % of the time are below the 4.
TEST(TaskManager, CpuIsWeighedByTheTimeSeen) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, cpu_s] : {std::pair{0.0, 0.0}, {60.0, 60.0}, {65.0, 80.0}}) {
    MustAdd(builder, Machine(t, "tm1", cpu_s, 0));
  }
  const ProcessWindow& tm = builder.Window().task_managers.processes[0];
  EXPECT_NEAR(tm.cpu_cores_p90->value, 1, 1e-9);
  EXPECT_NEAR(tm.cpu_cores_p90->weight, 65, 1e-9);
}

// One answer twice, the second time without its counters: the third still speaks for the time since the first.
TEST(TaskManager, DoubledAnswerChangesNothing) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Machine(0, "tm1", 0, 0));
  ProcessSample again{};
  again.time_ms = FeedMs(0);
  again.id = "tm1";
  MustAdd(builder, again);
  MustAdd(builder, Machine(60, "tm1", 30, 6));
  const ProcessWindow& tm = builder.Window().task_managers.processes[0];
  EXPECT_NEAR(tm.covered_s, 60, 1e-9);
  EXPECT_NEAR(tm.gc_fraction.value_or(-1), 0.1, 1e-9);
}

TEST(TaskManager, SlotsAreTakenFromTheFactsFirst) {
  JobFacts facts;
  facts.slots_per_task_manager = 4;
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(SourceToMap(1, 1), facts, {});
  ASSERT_TRUE(builder.ok()) << builder.status();
  ProcessSample sample = Machine(0, "tm1", 0, 0);
  sample.Set(ProcessMetric::kSlots, 2);
  MustAdd(*builder, sample);
  EXPECT_EQ(builder->Window().facts.slots_per_task_manager, 4);
}

TEST(TaskManager, SlotsAreAtLeastOneAndAtMostWhatFlinkAccepts) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  ProcessSample sample = Machine(0, "tm1", 0, 0);
  sample.Set(ProcessMetric::kSlots, 0);
  MustAdd(builder, sample);
  EXPECT_FALSE(builder.Window().facts.slots_per_task_manager.has_value());
  sample.Set(ProcessMetric::kSlots, 100'000);
  MustAdd(builder, sample);
  EXPECT_EQ(builder.Window().facts.slots_per_task_manager, kMaxParallelism);
}

}  // namespace
}  // namespace tune
