// WindowBuilder: from counters to bins, blocks and totals; order, gaps, resets and rescales.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

// 10 records/s from second 50 to 80: 100 of them before the minute, 200 after it; busy half of the time.
TEST(Bins, TakeWhatPassedInThem) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Answer(50, kMap, 0, Steady(0, 10, 0.5)));
  MustAdd(builder, Answer(80, kMap, 0, Steady(30, 10, 0.5)));
  const JobWindow& window = builder.Window();
  EXPECT_EQ(window.start, absl::FromUnixMillis(kFeedStartMs));
  EXPECT_EQ(window.length, absl::Seconds(80));
  const std::vector<Bin>& bins = window.vertices[kMap].bins;
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_NEAR(bins[0].covered_s, 10, 1e-9);
  EXPECT_NEAR(bins[0].records_in, 100, 1e-9);
  EXPECT_NEAR(bins[0].busy_s, 5, 1e-9);
  EXPECT_NEAR(bins[0].task_s, 10, 1e-9);
  EXPECT_NEAR(bins[1].covered_s, 20, 1e-9);
  EXPECT_NEAR(bins[1].records_in, 200, 1e-9);
  EXPECT_NEAR(bins[1].busy_s, 10, 1e-9);
  EXPECT_EQ(window.vertices[kSource].bins.size(), 2u);
  EXPECT_EQ(window.vertices[kSource].bins[0].covered_s, 0);
}

// A border that a sample falls on belongs to the later bin, and nothing is counted in both.
TEST(Bins, BorderIsSharpAtASample) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 120, 60);
  const std::vector<Bin>& bins = MapOf(builder).bins;
  ASSERT_EQ(bins.size(), 3u);  // the third has just begun
  EXPECT_NEAR(bins[0].records_in, 600, 1e-9);
  EXPECT_NEAR(bins[1].records_in, 600, 1e-9);
  EXPECT_EQ(bins[2].records_in, 0);
  EXPECT_EQ(bins[2].covered_s, 0);
}

// One delta over three bins of 10 s: 5 s, 10 s and 2.5 s of 17.5 s with 4 records/s.
TEST(Bins, LongDeltaIsSpreadByTime) {
  WindowOptions options;
  options.bin = absl::Seconds(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  MustAdd(builder, Answer(5, kMap, 0, Steady(0, 4, 0.2)));
  MustAdd(builder, Answer(22.5, kMap, 0, Steady(17.5, 4, 0.2)));
  const std::vector<Bin>& bins = MapOf(builder).bins;
  ASSERT_EQ(bins.size(), 3u);
  EXPECT_NEAR(bins[0].records_in, 20, 1e-9);
  EXPECT_NEAR(bins[1].records_in, 40, 1e-9);
  EXPECT_NEAR(bins[2].records_in, 10, 1e-9);
  EXPECT_NEAR(bins[2].busy_s, 0.5, 1e-9);
}

// Two of four subtasks answer: 20 records/s were seen in half of the vertex's wall time.
TEST(Bins, UnseenSubtasksLeaveTheVertexPartlyCovered) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (const double t : {0.0, 60.0}) {
    MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
    MustAdd(builder, Answer(t, kMap, 1, Steady(t, 10, 0.25)));
  }
  const Bin& bin = MapOf(builder).bins[0];
  EXPECT_NEAR(bin.covered_s, 30, 1e-9);
  EXPECT_NEAR(bin.records_in, 1200, 1e-9);
  EXPECT_NEAR(bin.task_s, 120, 1e-9);
  EXPECT_NEAR(bin.busy_s, 45, 1e-9);  // 30 + 15
}

TEST(Bins, HoldBackPressureAndRecordsOut) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Answer(0, kSource, 0, {0, 0, 0, 0, 0}));
  MustAdd(builder, Answer(20, kSource, 0, {0, 500, 2000, 3000, 15000}));
  const Bin total = Total(SourceOf(builder));
  EXPECT_EQ(total.records_in, 0);
  EXPECT_NEAR(total.records_out, 500, 1e-9);
  EXPECT_NEAR(total.backpressured_s, 15, 1e-9);
  EXPECT_NEAR(total.task_s, 20, 1e-9);
}

// Warm-up: 30 s. Samples each 10 s: of 60 s, the deltas that begin at 30 s or later are warm.
TEST(WarmUp, IsLeftOutOfServiceTimeAndShares) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 60, 10);
  const VertexWindow& map = MapOf(builder);
  EXPECT_NEAR(Total(map).covered_s, 60, 1e-9);
  EXPECT_NEAR(Total(map).warm_s, 30, 1e-9);
  EXPECT_EQ(map.service.blocks, 3);
  EXPECT_NEAR(map.service.x, 30, 1e-9);   // 3 blocks of 10 records/s
  EXPECT_NEAR(map.service.y, 1.5, 1e-9);  // of a half
  EXPECT_NEAR(map.service.xy, 3 * 10 * 0.5, 1e-9);
  EXPECT_NEAR(map.service.xx, 3 * 100, 1e-9);
  EXPECT_NEAR(map.service.yy, 3 * 0.25, 1e-9);
  ASSERT_EQ(map.subtasks.size(), 1u);
  EXPECT_NEAR(map.subtasks[0].covered_s, 30, 1e-9);
  EXPECT_NEAR(map.subtasks[0].records_in, 300, 1e-9);
  EXPECT_NEAR(map.subtasks[0].busy_s, 15, 1e-9);
  ASSERT_EQ(map.runs.size(), 1u);
  EXPECT_NEAR(map.runs[0].task_s, 30, 1e-9);
  EXPECT_NEAR(map.runs[0].records, 300, 1e-9);
}

// 31/32 = 0.969 and 15/16 = 0.938.
TEST(Blocks, SaturatedOnesAreThoseBusyNinetyFivePercent) {
  WindowOptions options;
  options.warm_up = absl::ZeroDuration();
  WindowBuilder builder = MustCreate(SourceToMap(1, 2), options);
  for (double t = 0; t <= 60; t += 10) {
    MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 31.0 / 32)));
    MustAdd(builder, Answer(t, kMap, 1, Steady(t, 10, 15.0 / 16)));
  }
  const std::vector<SubtaskWindow>& subtasks = MapOf(builder).subtasks;
  EXPECT_NEAR(subtasks[0].saturated_s, 60, 1e-9);
  EXPECT_EQ(subtasks[1].saturated_s, 0);
}

// Counters after the restart at 100 s: 0 at 105 s. What passed between 100 and 105 is not known; warm-up until 135 s.
TEST(Restart, StartsANewWarmUpAndCountsNothingNegative) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 5);
  const double blocks_before = MapOf(builder).service.blocks;
  EXPECT_EQ(blocks_before, 7);  // 30 to 100 s
  FeedSteady(builder, 105, 205, 5);
  const JobWindow& window = builder.Window();
  EXPECT_NEAR(Total(window.vertices[kMap]).records_in, 1000 + 1000, 1e-9);
  EXPECT_NEAR(Total(window.vertices[kMap]).warm_s, 70 + 70, 1e-9);
  EXPECT_EQ(window.vertices[kMap].service.blocks, 14);
  EXPECT_EQ(window.vertices[kMap].coverage.counter_resets, 1);
  EXPECT_EQ(window.restarts, 1);
}

TEST(Restart, IsOneThoughEverySubtaskReportsIt) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (const double run : {0.0, 200.0}) {
    for (double t = 0; t <= 100; t += 10) {
      // Subtasks are asked one after the other, 50 ms apart.
      for (int i = 0; i < 4; ++i) MustAdd(builder, Answer(run + t + 0.05 * i, kMap, i, Steady(t, 10, 0.5)));
    }
  }
  EXPECT_EQ(builder.Window().restarts, 1);
  EXPECT_EQ(MapOf(builder).coverage.counter_resets, 4);
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 2 * 4 * 1000, 1e-6);
}

TEST(Restart, AndTheJobsOwnCounterAreOneAndTheSame) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  JobSample job;
  job.time_ms = FeedMs(0);
  job.restarts = 2;  // before the window
  MustAdd(builder, job);
  FeedSteady(builder, 0, 100, 10);
  job.time_ms = FeedMs(112);
  job.restarts = 3;
  MustAdd(builder, job);
  FeedSteady(builder, 115, 215, 10);
  EXPECT_EQ(builder.Window().restarts, 1);
}

TEST(Restart, TwoOfThemAreTwo) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double run : {0.0, 200.0, 400.0}) FeedSteady(builder, run, run + 100, 10);
  EXPECT_EQ(builder.Window().restarts, 2);
}

// What falls within one warm-up of 30 s is told by several of one restart; what falls later is another.
TEST(Restart, AFallWithinTheWarmUpIsTheSameOne) {
  for (const auto& [second, want] : {std::pair(130.0, 1.0), {131.0, 2.0}}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    FeedSteady(builder, 0, 90, 10);
    MustAdd(builder, Answer(100, kMap, 0, Steady(5, 10, 0.5)));
    MustAdd(builder, Answer(second, kMap, 0, Steady(1, 10, 0.5)));
    EXPECT_EQ(builder.Window().restarts, want) << second;
  }
}

// Flink derives busy time; it steps back by a few ms and makes it up later.
TEST(BusyTime, SteppingBackAFewMillisecondsIsNoRestart) {
  WindowOptions options;
  options.warm_up = absl::ZeroDuration();
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  MustAdd(builder, Answer(0, kMap, 0, {0, 0, 1000, 0, 0}));
  MustAdd(builder, Answer(5, kMap, 0, {0, 0, 997, 5003, 0}));  // idle, and 3 ms back
  MustAdd(builder, Answer(10, kMap, 0, {5, 0, 1100, 9900, 0}));
  const JobWindow& window = builder.Window();
  EXPECT_EQ(window.restarts, 0);
  EXPECT_EQ(window.vertices[kMap].coverage.counter_resets, 0);
  EXPECT_NEAR(Total(window.vertices[kMap]).busy_s, 0.1, 1e-9);
  EXPECT_TRUE(CheckWindow(window).ok()) << CheckWindow(window);
}

// 2 subtasks until 100 s, then 4. Totals by subtask and the service moments are those of the 4.
TEST(Rescale, KeepsBinsAndRunsAndBeginsServiceTimeAnew) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2));
  const auto feed = [&](double from, int parallelism, double rate, double busy) {
    for (double t = 0; t <= 100; t += 10) {
      for (int i = 0; i < parallelism; ++i) MustAdd(builder, Answer(from + t, kMap, i, Steady(t, rate, busy)));
    }
  };
  feed(0, 2, 20, 0.8);
  MustAdd(builder, ParallelismSample{FeedMs(105), kMap, 4});
  feed(110, 4, 10, 0.4);
  const JobWindow& window = builder.Window();
  const VertexWindow& map = window.vertices[kMap];
  EXPECT_EQ(window.graph.vertices[kMap].parallelism, 4);
  EXPECT_EQ(window.restarts, 1);
  EXPECT_NEAR(Total(map).records_in, 100 * 40 + 100 * 40, 1e-6);
  ASSERT_EQ(map.subtasks.size(), 4u);
  // Warm-up from 105 s: the deltas that begin at 140 s and later, 70 s.
  for (const SubtaskWindow& subtask : map.subtasks) EXPECT_NEAR(subtask.records_in, 700, 1e-6);
  EXPECT_EQ(map.service.blocks, 4 * 7);
  EXPECT_NEAR(map.service.y / map.service.blocks, 0.4, 1e-9);
  ASSERT_EQ(map.runs.size(), 2u);
  EXPECT_EQ(map.runs[0].parallelism, 2);
  EXPECT_NEAR(map.runs[0].records, 2 * 20 * 70, 1e-6);
  EXPECT_NEAR(map.runs[0].busy_s, 2 * 0.8 * 70, 1e-6);
  EXPECT_NEAR(map.runs[0].task_s, 2 * 70, 1e-6);
  EXPECT_EQ(map.runs[1].parallelism, 4);
  EXPECT_NEAR(map.runs[1].records, 4 * 10 * 70, 1e-6);
}

// 2, 4, 2, 3 subtasks: a run for each parallelism, in order, those at 2 together.
TEST(Rescale, BackToAnEarlierParallelismAddsToItsRun) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2));
  double from = 0;
  for (const int parallelism : {2, 4, 2, 3}) {
    if (from > 0) MustAdd(builder, ParallelismSample{FeedMs(from - 5), kMap, parallelism});
    for (double t = 0; t <= 100; t += 10) {
      for (int i = 0; i < parallelism; ++i) MustAdd(builder, Answer(from + t, kMap, i, Steady(t, 10, 0.5)));
    }
    from += 110;
  }
  const std::vector<ParallelismRun>& runs = MapOf(builder).runs;
  ASSERT_EQ(runs.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(runs[i].parallelism, static_cast<int>(i) + 2);
  EXPECT_NEAR(runs[0].records, 2 * 2 * 10 * 70, 1e-6);  // 70 s of each run are past the warm-up
  EXPECT_NEAR(runs[1].records, 3 * 10 * 70, 1e-6);
  EXPECT_NEAR(runs[2].records, 4 * 10 * 70, 1e-6);
}

TEST(Rescale, ToTheSameParallelismIsNone) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 10);
  MustAdd(builder, ParallelismSample{FeedMs(100), kMap, 1});
  EXPECT_EQ(builder.Window().restarts, 0);
  EXPECT_EQ(MapOf(builder).service.blocks, 7);
}

TEST(Rescale, SubtaskBeyondTheKnownParallelismIsAWiderVertex) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) {
    for (int i = 0; i < 3; ++i) MustAdd(builder, Answer(t, kMap, i, Steady(t, 10, 0.5)));
  }
  EXPECT_EQ(builder.Window().graph.vertices[kMap].parallelism, 3);
  EXPECT_EQ(MapOf(builder).subtasks.size(), 3u);
  EXPECT_NEAR(MapOf(builder).bins[0].covered_s, 60, 60 * 0.17);  // the first 10 s were asked of fewer
  EXPECT_TRUE(CheckWindow(builder.Window()).ok()) << CheckWindow(builder.Window());
}

// Both come from before the rescale to 2, and arrive after it.
TEST(Rescale, LateSamplesDoNotUndoIt) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 4));
  for (int i = 0; i < 4; ++i) MustAdd(builder, Answer(0, kMap, i, Steady(0, 10, 0.5)));
  MustAdd(builder, ParallelismSample{FeedMs(100), kMap, 2});
  MustAdd(builder, ParallelismSample{FeedMs(50), kMap, 4});
  EXPECT_EQ(builder.Window().graph.vertices[kMap].parallelism, 2);
  MustAdd(builder, Answer(95, kMap, 3, Steady(95, 10, 0.5)));
  EXPECT_EQ(builder.Window().graph.vertices[kMap].parallelism, 2);
}

// What one subtask did until 200 s is in the bins. Two subtasks' older counters would count the same minutes again.
TEST(Rescale, SamplesOfTheTimeBeforeItAreOutOfOrder) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 200, 10);
  MustAdd(builder, ParallelismSample{FeedMs(200), kMap, 2});
  for (double t = 60; t <= 180; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  EXPECT_EQ(MapOf(builder).coverage.out_of_order, 13);  // (180 - 60) / 10 + 1
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 10 * 200, 1e-6);
  EXPECT_TRUE(CheckWindow(builder.Window()).ok()) << CheckWindow(builder.Window());
}

// 15.2 s of blocks of 16 s are 0.95, to the last bit.
TEST(Blocks, BusyNinetyFivePercentAreSaturated) {
  WindowOptions options;
  options.warm_up = absl::ZeroDuration();
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (int i = 0; i <= 3; ++i) MustAdd(builder, Answer(16 * i, kMap, 0, {160.0 * i, 0, 15200.0 * i, 800.0 * i, 0}));
  EXPECT_NEAR(MapOf(builder).subtasks.at(0).saturated_s, 48, 1e-9);
}

// Reported as one: the answers before and after a rescale are of different subtasks.
TEST(Rescale, BeginsTheWholeVertexAnew) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2));
  const auto feed = [&](double from, double to) {
    for (double t = from; t <= to; t += 10) {
      MustAdd(builder, Answer(t, kMap, TaskSample::kWholeVertex, {10 * t, 0, 500 * t, 500 * t, 0}));
    }
  };
  feed(0, 100);
  MustAdd(builder, ParallelismSample{FeedMs(105), kMap, 4});
  feed(110, 200);
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 1000 + 900, 1e-9);
}

}  // namespace
}  // namespace tune
