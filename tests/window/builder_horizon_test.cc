// WindowBuilder: a rolling horizon, and a window that does not depend on when it was asked for.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

WindowOptions TenMinutes() {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  return options;
}

// 1000 minutes through a horizon of 10: an eighth more than the horizon may be kept, and one bin that has begun.
TEST(Horizon, HoldsItsBinsAndNoMore) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2), TenMinutes());
  size_t most = 0;
  for (double t = 0; t <= 60'000; t += 10) {
    MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
    MustAdd(builder, Answer(t, kMap, 1, Steady(t, 10, 0.5)));
    most = std::max(most, MapOf(builder).bins.size());
  }
  const JobWindow& window = builder.Window();
  EXPECT_GE(window.vertices[kMap].bins.size(), 11u);
  EXPECT_LE(most, 11u + 2u);
  EXPECT_EQ(window.vertices[kSource].bins.size(), window.vertices[kMap].bins.size());
  EXPECT_GE(window.length, absl::Minutes(10));
  EXPECT_LE(window.length, absl::Minutes(13));
  EXPECT_EQ(window.start + window.length, absl::FromUnixMillis(FeedMs(60'000)));
  for (size_t i = 0; i + 1 < window.vertices[kMap].bins.size(); ++i) {
    EXPECT_NEAR(window.vertices[kMap].bins[i].records_in, 1200, 1e-6);
    EXPECT_NEAR(window.vertices[kMap].bins[i].covered_s, 60, 1e-6);
  }
  // Totals: between seven eighths of the horizon and the whole of it, and one eighth that is filling.
  const VertexWindow& map = window.vertices[kMap];
  ASSERT_EQ(map.subtasks.size(), 2u);
  EXPECT_GE(map.subtasks[0].covered_s, 600 * 7.0 / 8 - 10);
  EXPECT_LE(map.subtasks[0].covered_s, 600 * 9.0 / 8 + 10);
  EXPECT_NEAR(map.subtasks[0].records_in, 10 * map.subtasks[0].covered_s, 1e-6);
  EXPECT_NEAR(map.service.blocks, 2 * map.subtasks[0].covered_s / 10, 1e-6);
  EXPECT_NEAR(map.runs[0].task_s, 2 * map.subtasks[0].covered_s, 1e-6);
  EXPECT_NEAR(map.service.x, 10 * map.service.blocks, 1e-6);  // every block: 10 / s, half busy
  EXPECT_NEAR(map.service.y, 0.5 * map.service.blocks, 1e-6);
  EXPECT_NEAR(map.service.xx, 100 * map.service.blocks, 1e-6);
  EXPECT_NEAR(map.service.xy, 5 * map.service.blocks, 1e-6);
  EXPECT_NEAR(map.service.yy, 0.25 * map.service.blocks, 1e-6);
}

// Skew, service time and saturation that ended more than a horizon ago are gone from the totals.
TEST(Horizon, ForgetsWhatALoadThatIsOverLeft) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), TenMinutes());
  Counters c;
  for (double t = 0; t <= 3000; t += 10) {
    MustAdd(builder, Answer(t, kMap, 0, c));
    const bool early = t < 1500;
    c.in += early ? 1000 : 100;
    c.busy_ms += early ? 10'000 : 2'000;
    c.idle_ms += early ? 0 : 8'000;
  }
  const VertexWindow& map = MapOf(builder);
  EXPECT_EQ(map.subtasks[0].saturated_s, 0);
  EXPECT_NEAR(map.service.y / map.service.x, 0.02, 1e-9);
  EXPECT_NEAR(map.subtasks[0].busy_s / map.subtasks[0].covered_s, 0.2, 1e-9);
  EXPECT_NEAR(map.runs[0].busy_s / map.runs[0].records, 0.02, 1e-9);
}

// Always busy: every second of the totals is a saturated one, those in closed chunks too.
TEST(Horizon, KeepsSaturationAndThreadCpuOfItsChunks) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), TenMinutes());
  for (double t = 0; t <= 3000; t += 10) {
    TaskSample sample = Answer(t, kMap, 0, Steady(t, 10, 1));
    sample.Set(TaskMetric::kCpuNanos, 0.5e9 * t);
    MustAdd(builder, sample);
  }
  const SubtaskWindow& subtask = MapOf(builder).subtasks.at(0);
  EXPECT_GE(subtask.covered_s, 600 * 7.0 / 8 - 10);
  EXPECT_NEAR(subtask.saturated_s, subtask.covered_s, 10);
  EXPECT_NEAR(subtask.cpu_s.value_or(-1), 0.5 * subtask.covered_s, 1e-6);
}

TEST(Horizon, IsTheLargestStepForward) {
  for (const auto& [t, ok] : {std::pair{600.0, true}, {600.001, false}}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1), TenMinutes());
    MustAdd(builder, Answer(0, kMap, 0, Steady(0, 10, 0.5)));
    EXPECT_EQ(builder.Add(Answer(t, kMap, 0, Steady(t, 10, 0.5))).ok(), ok) << t;
  }
}

TEST(Horizon, KeepsBackPressureOfItsChunks) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), TenMinutes());
  for (double t = 0; t <= 3000; t += 10) {
    MustAdd(builder, Answer(t, kMap, 0, {10 * t, 0, 500 * t, 250 * t, 250 * t}));
  }
  const SubtaskWindow& subtask = MapOf(builder).subtasks.at(0);
  EXPECT_NEAR(subtask.backpressured_s, 0.25 * subtask.covered_s, 1e-6);
}

// A subtask that was silent for more than the horizon speaks only for the part of its time that is left.
TEST(Horizon, LongSilenceDoesNotOverfillTheBins) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2), TenMinutes());
  MustAdd(builder, Answer(0, kMap, 1, Steady(0, 10, 0.5)));
  for (double t = 0; t <= 3600; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  MustAdd(builder, Answer(3610, kMap, 1, Steady(3610, 10, 0.5)));
  const std::vector<Bin>& bins = MapOf(builder).bins;
  for (size_t i = 0; i + 1 < bins.size(); ++i) {
    EXPECT_LE(bins[i].covered_s, 60 + 1e-6) << "bin " << i;
    EXPECT_LE(bins[i].records_in, 1200 + 1e-6) << "bin " << i;
  }
}

void ExpectSame(const Bin& a, const Bin& b) {
  EXPECT_EQ(a.covered_s, b.covered_s);
  EXPECT_EQ(a.records_in, b.records_in);
  EXPECT_EQ(a.records_out, b.records_out);
  EXPECT_EQ(a.task_s, b.task_s);
  EXPECT_EQ(a.busy_s, b.busy_s);
  EXPECT_EQ(a.backpressured_s, b.backpressured_s);
  EXPECT_EQ(a.warm_s, b.warm_s);
}

void ExpectSame(const VertexWindow& a, const VertexWindow& b) {
  ASSERT_EQ(a.bins.size(), b.bins.size());
  for (size_t i = 0; i < a.bins.size(); ++i) ExpectSame(a.bins[i], b.bins[i]);
  EXPECT_EQ(a.service.blocks, b.service.blocks);
  EXPECT_EQ(a.service.x, b.service.x);
  EXPECT_EQ(a.service.y, b.service.y);
  EXPECT_EQ(a.service.xx, b.service.xx);
  EXPECT_EQ(a.service.xy, b.service.xy);
  EXPECT_EQ(a.service.yy, b.service.yy);
  ASSERT_EQ(a.subtasks.size(), b.subtasks.size());
  for (size_t i = 0; i < a.subtasks.size(); ++i) {
    EXPECT_EQ(a.subtasks[i].covered_s, b.subtasks[i].covered_s);
    EXPECT_EQ(a.subtasks[i].records_in, b.subtasks[i].records_in);
    EXPECT_EQ(a.subtasks[i].busy_s, b.subtasks[i].busy_s);
    EXPECT_EQ(a.subtasks[i].backpressured_s, b.subtasks[i].backpressured_s);
    EXPECT_EQ(a.subtasks[i].cpu_s, b.subtasks[i].cpu_s);
    EXPECT_EQ(a.subtasks[i].saturated_s, b.subtasks[i].saturated_s);
  }
  ASSERT_EQ(a.runs.size(), b.runs.size());
  for (size_t i = 0; i < a.runs.size(); ++i) {
    EXPECT_EQ(a.runs[i].parallelism, b.runs[i].parallelism);
    EXPECT_EQ(a.runs[i].task_s, b.runs[i].task_s);
    EXPECT_EQ(a.runs[i].records, b.runs[i].records);
    EXPECT_EQ(a.runs[i].busy_s, b.runs[i].busy_s);
  }
  EXPECT_EQ(a.coverage.covered_s, b.coverage.covered_s);
  EXPECT_EQ(a.coverage.longest_gap_s, b.coverage.longest_gap_s);
  EXPECT_EQ(a.coverage.samples, b.coverage.samples);
  EXPECT_EQ(a.coverage.gaps, b.coverage.gaps);
  EXPECT_EQ(a.coverage.counter_resets, b.coverage.counter_resets);
  EXPECT_EQ(a.coverage.duplicates, b.coverage.duplicates);
  EXPECT_EQ(a.coverage.out_of_order, b.coverage.out_of_order);
  EXPECT_EQ(a.coverage.stale, b.coverage.stale);
  EXPECT_EQ(a.busy_measured, b.busy_measured);
}

void ExpectSame(const SourceWindow& a, const SourceWindow& b) {
  EXPECT_EQ(a.vertex, b.vertex);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.given, b.given);
  EXPECT_EQ(a.lag_records, b.lag_records);
  ASSERT_EQ(a.bins.size(), b.bins.size());
  for (size_t i = 0; i < a.bins.size(); ++i) {
    EXPECT_EQ(a.bins[i].covered_s, b.bins[i].covered_s);
    EXPECT_EQ(a.bins[i].records, b.bins[i].records);
    EXPECT_EQ(a.bins[i].lag_records, b.bins[i].lag_records);
  }
}

void ExpectSame(const ProcessWindow& a, const ProcessWindow& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.covered_s, b.covered_s);
  ASSERT_EQ(a.cpu_cores_p90.has_value(), b.cpu_cores_p90.has_value());
  if (a.cpu_cores_p90) {
    EXPECT_EQ(a.cpu_cores_p90->value, b.cpu_cores_p90->value);
    EXPECT_EQ(a.cpu_cores_p90->weight, b.cpu_cores_p90->weight);
  }
  EXPECT_EQ(a.gc_fraction, b.gc_fraction);
  EXPECT_EQ(a.heap_used_max, b.heap_used_max);
  EXPECT_EQ(a.heap_max, b.heap_max);
}

void ExpectSame(const JobWindow& a, const JobWindow& b) {
  EXPECT_EQ(a.start, b.start);
  EXPECT_EQ(a.length, b.length);
  ASSERT_EQ(a.vertices.size(), b.vertices.size());
  for (size_t v = 0; v < a.vertices.size(); ++v) {
    ExpectSame(a.vertices[v], b.vertices[v]);
    EXPECT_EQ(a.graph.vertices[v].parallelism, b.graph.vertices[v].parallelism);
  }
  ASSERT_EQ(a.sources.size(), b.sources.size());
  for (size_t i = 0; i < a.sources.size(); ++i) ExpectSame(a.sources[i], b.sources[i]);
  ASSERT_EQ(a.task_managers.processes.size(), b.task_managers.processes.size());
  for (size_t i = 0; i < a.task_managers.processes.size(); ++i)
    ExpectSame(a.task_managers.processes[i], b.task_managers.processes[i]);
  EXPECT_EQ(a.checkpoints.completed, b.checkpoints.completed);
  EXPECT_EQ(a.checkpoints.failed, b.checkpoints.failed);
  EXPECT_EQ(a.checkpoints.longest, b.checkpoints.longest);
  EXPECT_EQ(a.restarts, b.restarts);
  EXPECT_EQ(a.not_running_s, b.not_running_s);
  EXPECT_EQ(a.running_at_end, b.running_at_end);
  EXPECT_EQ(a.stale_at_end_s, b.stale_at_end_s);
}

// Every kind of sample over 40 minutes: a restart, a rescale, a gap, old answers, a stop.
void FeedAll(WindowBuilder& builder, bool ask_each_time) {
  const auto add = [&](const auto& sample) {
    MustAdd(builder, sample);
    if (ask_each_time) {
      EXPECT_GE(builder.Window().length, absl::ZeroDuration());
    }
  };
  int parallelism = 2;
  for (int i = 0; i <= 240; ++i) {
    const double t = 10.0 * i, run = t < 800 ? t : t - 790;  // the second run began at 790 s
    if (i > 60 && i < 70) continue;                          // a gap
    if (i == 120) add(ParallelismSample{FeedMs(t), kMap, parallelism = 3});
    for (int s = 0; s < parallelism; ++s) add(Answer(t, kMap, s, Steady(i % 7 == 3 ? run - 10 : run, 10 + s, 0.4)));
    TaskSample source = Answer(t, kSource, 0, {0, 30 * run, 0, 1000 * run, 0});
    source.Set(TaskMetric::kPendingRecords, i % 11);
    add(source);
    add(SourceSample{FeedMs(t), kSource, 35 * t, 30 * t});
    ProcessSample machine{};
    machine.time_ms = FeedMs(t);
    machine.id = i < 150 ? "tm1" : "tm2";
    machine.Set(ProcessMetric::kCpuTimeNs, 0.7e9 * t);
    machine.Set(ProcessMetric::kGcTimeMs, 30 * t);
    machine.Set(ProcessMetric::kHeapUsed, 1000 + i);
    add(machine);
    JobSample job;
    job.time_ms = FeedMs(t);
    job.state = i == 100 ? JobState::kNotRunning : JobState::kRunning;
    job.restarts = i < 80 ? 0 : 1;
    job.completed_checkpoints = i;
    job.failed_checkpoints = i / 50;
    job.last_checkpoint_ms = 100 + i % 5;
    add(job);
  }
}

TEST(Incremental, WindowAskedForEachTimeEqualsTheOneAskedForAtTheEnd) {
  for (const absl::Duration horizon : {absl::Hours(1), absl::Minutes(10)}) {
    WindowOptions options;
    options.horizon = horizon;
    WindowBuilder each = MustCreate(SourceToMap(1, 2), options), once = MustCreate(SourceToMap(1, 2), options);
    FeedAll(each, true);
    FeedAll(once, false);
    ExpectSame(each.Window(), once.Window());
    EXPECT_GT(once.Window().vertices[kMap].service.blocks, 0);
    EXPECT_TRUE(CheckWindow(once.Window()).ok()) << CheckWindow(once.Window());
  }
}

TEST(Incremental, BuilderThatWasMovedGoesOn) {
  WindowBuilder first = MustCreate(SourceToMap(1, 1));
  FeedSteady(first, 0, 60, 10);
  WindowBuilder second = std::move(first);
  MustAdd(second, Answer(70, kMap, 0, Steady(70, 10, 0.5)));
  EXPECT_NEAR(Total(MapOf(second)).records_in, 700, 1e-9);
}

// A rescale after several eighths of the horizon: none of their service times and shares remain, at once or later.
TEST(Horizon, RescaleForgetsClosedChunksToo) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2), TenMinutes());
  for (double t = 0; t <= 300; t += 10) {
    for (int i = 0; i < 2; ++i) MustAdd(builder, Answer(t, kMap, i, Steady(t, 20, 0.8)));
  }
  MustAdd(builder, ParallelismSample{FeedMs(305), kMap, 4});
  for (double t = 0; t <= 200; t += 10) {
    for (int i = 0; i < 4; ++i) MustAdd(builder, Answer(310 + t, kMap, i, Steady(t, 10, 0.4)));
    const VertexWindow& map = MapOf(builder);
    const double warm_s = std::max(0.0, t - 30);  // from 340 s on
    EXPECT_EQ(map.service.blocks, 4 * warm_s / 10) << t;
    EXPECT_NEAR(map.service.y, 0.4 * map.service.blocks, 1e-9) << t;
    for (const SubtaskWindow& subtask : map.subtasks) EXPECT_NEAR(subtask.covered_s, warm_s, 1e-9) << t;
  }
}

}  // namespace
}  // namespace tune
