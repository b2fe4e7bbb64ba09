// WindowBuilder: TaskManagers and the job as a whole.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

TaskManagerSample Machine(double seconds, const std::string& id, double cpu_s, double gc_s) {
  TaskManagerSample sample;
  sample.time_ms = FeedMs(seconds);
  sample.task_manager = id;
  sample.cpu_time_ns = cpu_s * 1e9;
  sample.gc_time_ms = gc_s * 1e3;
  return sample;
}

JobSample Job(double seconds, JobState state = JobState::kRunning) {
  JobSample sample;
  sample.time_ms = FeedMs(seconds);
  sample.state = state;
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
    const TaskManagerWindow& tm = builder.Window().task_managers.at(0);
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
  EXPECT_NEAR(builder.Window().task_managers[0].gc_fraction.value_or(-1), 10.0 / 100, 1e-9);
}

// The process was started anew between 60 and 70 s: its counters fall.
TEST(TaskManager, RestartCountsNothingNegative) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) MustAdd(builder, Machine(t, "tm1", 0.5 * t, 0.1 * t));
  for (double t = 70; t <= 130; t += 10) MustAdd(builder, Machine(t, "tm1", 0.5 * (t - 70), 0.1 * (t - 70)));
  const TaskManagerWindow& tm = builder.Window().task_managers[0];
  EXPECT_NEAR(tm.gc_fraction.value_or(-1), 0.1, 1e-9);
  EXPECT_NEAR(tm.cpu_cores_p90->value, 0.5, 1e-9);
  EXPECT_NEAR(tm.covered_s, 120, 1e-9);
}

// The same CPU time twice is an old answer; the next one speaks for both steps.
TEST(TaskManager, StaleAnswersAreBridged) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, cpu_s] : {std::pair{0.0, 0.0}, {60.0, 0.0}, {120.0, 120.0}})
    MustAdd(builder, Machine(t, "tm1", cpu_s, 0));
  EXPECT_NEAR(builder.Window().task_managers[0].cpu_cores_p90->value, 1, 1e-9);
}

TEST(TaskManager, HeapAndSlotsAreKept) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  TaskManagerSample sample = Machine(0, "tm1", 0, 0);
  sample.heap_max_bytes = 1000;
  sample.slots = 4;
  for (const double used : {300.0, 700.0, 500.0}) {
    sample.heap_used_bytes = used;
    sample.time_ms += 1000;
    MustAdd(builder, sample);
  }
  const JobWindow& window = builder.Window();
  EXPECT_EQ(window.task_managers[0].heap_used_max.value_or(Bytes()).value(), 700);
  EXPECT_EQ(window.task_managers[0].heap_max.value_or(Bytes()).value(), 1000);
  EXPECT_EQ(window.facts.slots_per_task_manager.value_or(0), 4);
}

TEST(TaskManager, AbsentMetricsStayAbsent) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  TaskManagerSample sample;
  sample.task_manager = "tm1";
  for (const double t : {0.0, 60.0}) {
    sample.time_ms = FeedMs(t);
    MustAdd(builder, sample);
  }
  const TaskManagerWindow& tm = builder.Window().task_managers[0];
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
  EXPECT_LE(builder.Window().task_managers.size(), 7u);  // of the last 10 minutes and an eighth
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
  EXPECT_NEAR(builder.Window().task_managers[0].gc_fraction.value_or(-1), 0.1, 1e-9);
}

TEST(Job, NotRunningIsTimedAndSeenAtTheEnd) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Job(0));
  MustAdd(builder, Job(30, JobState::kNotRunning));
  MustAdd(builder, Job(45, JobState::kNotRunning));
  EXPECT_FALSE(builder.Window().running_at_end);
  EXPECT_NEAR(builder.Window().not_running_s, 15, 1e-9);
  MustAdd(builder, Job(60));
  EXPECT_TRUE(builder.Window().running_at_end);
  EXPECT_NEAR(builder.Window().not_running_s, 30, 1e-9);
}

// RUNNING again from 100 s: warm until 130 s though no counter fell.
TEST(Job, RunningAgainBeginsAWarmUp) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 90, 10);
  MustAdd(builder, Job(95, JobState::kNotRunning));
  MustAdd(builder, Job(100));
  for (double t = 100; t <= 160; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  // 30 to 90 s, the step to 100 s (it began before the stop was seen), and 130 to 160 s.
  EXPECT_NEAR(Total(MapOf(builder)).warm_s, 60 + 30, 10 + 1e-9);
  EXPECT_NEAR(MapOf(builder).bins[1].warm_s, 30, 1e-9);  // 60 to 90 s
}

TEST(Job, CheckpointsAreCountedInTheWindow) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  JobSample job = Job(0);
  job.completed_checkpoints = 100;
  job.failed_checkpoints = 3;
  job.last_checkpoint_ms = 1500;
  MustAdd(builder, job);
  job = Job(60);
  job.completed_checkpoints = 104;
  job.failed_checkpoints = 5;
  job.last_checkpoint_ms = 900;
  MustAdd(builder, job);
  job = Job(120);  // a new JobManager counts from zero
  job.completed_checkpoints = 1;
  job.failed_checkpoints = 0;
  MustAdd(builder, job);
  const CheckpointWindow& c = builder.Window().checkpoints;
  EXPECT_EQ(c.completed, 4);
  EXPECT_EQ(c.failed, 2);
  EXPECT_EQ(c.longest.value_or(absl::ZeroDuration()), absl::Milliseconds(1500));
}

// numRestarts grew by 5 between two polls: the job is in trouble, whatever the distance of the polls.
TEST(Job, EveryRestartThatFlinkCountedIsCounted) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  JobSample job = Job(0);
  job.restarts = 2;
  MustAdd(builder, job);
  job = Job(60);
  job.restarts = 7;
  MustAdd(builder, job);
  EXPECT_EQ(builder.Window().restarts, 5);
}

TEST(Job, TroubleOfMoreThanAHorizonAgoIsForgotten) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (double t = 0; t <= 3600; t += 10) {
    JobSample job = Job(t);
    job.restarts = t < 300 ? 0 : 1;
    job.failed_checkpoints = t < 300 ? 0 : 4;
    MustAdd(builder, job);
    MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  }
  EXPECT_EQ(builder.Window().restarts, 0);
  EXPECT_EQ(builder.Window().checkpoints.failed, 0);
}

TEST(Empty, WindowIsAcceptedAndHoldsEverything) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  const absl::StatusOr<JobRecommendation> job = Recommend(builder.Window(), TuningPolicy{});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->vertices[kMap].verdict, Verdict::kThinData);
  EXPECT_EQ(job->vertices[kMap].wanted, 1);
}

// A minute at 1 core and 5 s at 4 cores: 90 % of the time are below the 4.
TEST(TaskManager, CpuIsWeighedByTheTimeSeen) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, cpu_s] : {std::pair{0.0, 0.0}, {60.0, 60.0}, {65.0, 80.0}}) {
    MustAdd(builder, Machine(t, "tm1", cpu_s, 0));
  }
  const TaskManagerWindow& tm = builder.Window().task_managers[0];
  EXPECT_NEAR(tm.cpu_cores_p90->value, 1, 1e-9);
  EXPECT_NEAR(tm.cpu_cores_p90->weight, 65, 1e-9);
}

// One answer twice, the second time without its counters: the third still speaks for the time since the first.
TEST(TaskManager, DoubledAnswerChangesNothing) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Machine(0, "tm1", 0, 0));
  TaskManagerSample again;
  again.time_ms = FeedMs(0);
  again.task_manager = "tm1";
  MustAdd(builder, again);
  MustAdd(builder, Machine(60, "tm1", 30, 6));
  const TaskManagerWindow& tm = builder.Window().task_managers[0];
  EXPECT_NEAR(tm.covered_s, 60, 1e-9);
  EXPECT_NEAR(tm.gc_fraction.value_or(-1), 0.1, 1e-9);
}

TEST(TaskManager, SlotsAreTakenFromTheFactsFirst) {
  JobFacts facts;
  facts.slots_per_task_manager = 4;
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(SourceToMap(1, 1), facts, {});
  ASSERT_TRUE(builder.ok()) << builder.status();
  TaskManagerSample sample = Machine(0, "tm1", 0, 0);
  sample.slots = 2;
  MustAdd(*builder, sample);
  EXPECT_EQ(builder->Window().facts.slots_per_task_manager, 4);
}

TEST(TaskManager, SlotsAreAtLeastOneAndAtMostWhatFlinkAccepts) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  TaskManagerSample sample = Machine(0, "tm1", 0, 0);
  sample.slots = 0;
  MustAdd(builder, sample);
  EXPECT_FALSE(builder.Window().facts.slots_per_task_manager.has_value());
  sample.slots = 100'000;
  MustAdd(builder, sample);
  EXPECT_EQ(builder.Window().facts.slots_per_task_manager, kMaxParallelism);
}

// 90 s over two bins are 90 s.
TEST(Job, NotRunningIsSpreadOverItsBins) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Job(0, JobState::kNotRunning));
  MustAdd(builder, Job(90));
  EXPECT_NEAR(builder.Window().not_running_s, 90, 1e-9);
}

TEST(Job, UnknownStateIsNoStandstill) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Job(0, JobState::kUnknown));
  MustAdd(builder, Job(30, JobState::kUnknown));
  MustAdd(builder, Job(60));
  EXPECT_EQ(builder.Window().not_running_s, 0);
  MustAdd(builder, Job(90, JobState::kUnknown));
  EXPECT_TRUE(builder.Window().running_at_end);  // as last known
}

TEST(Job, LongestCheckpointOfABinIsKept) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, ms] : {std::pair{0.0, 900.0}, {10.0, 1500.0}, {20.0, 700.0}}) {
    JobSample job = Job(t);
    job.last_checkpoint_ms = ms;
    MustAdd(builder, job);
  }
  EXPECT_EQ(builder.Window().checkpoints.longest.value_or(absl::ZeroDuration()), absl::Milliseconds(1500));
}

TEST(Job, CheckpointOfLessThanAMillisecondIsOne) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Job(0));
  EXPECT_FALSE(builder.Window().checkpoints.longest.has_value());
  JobSample job = Job(10);
  job.last_checkpoint_ms = 0;
  MustAdd(builder, job);
  EXPECT_EQ(builder.Window().checkpoints.longest, absl::ZeroDuration());
}

}  // namespace
}  // namespace tune
