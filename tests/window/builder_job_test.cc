// WindowBuilder: the job as a whole.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

JobSample Job(double seconds, JobState state = JobState::kRunning) {
  JobSample sample;
  sample.time_ms = FeedMs(seconds);
  sample.state = state;
  return sample;
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
