// WindowBuilder: answers that are late, old, doubled or missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

// The metric system answers from a cache every other time: the same counters again, 5 s later.
TEST(StaleAnswers, AreBridgedWithoutLoss) {
  WindowBuilder cached = MustCreate(SourceToMap(1, 1)), fresh = MustCreate(SourceToMap(1, 1));
  for (int i = 0; i <= 40; ++i) {
    const double t = 5.0 * i, asked_at = i % 2 == 0 ? t : t - 5;
    MustAdd(cached, Answer(t, kMap, 0, Steady(asked_at, 10, 0.5)));
    if (i % 2 == 0) MustAdd(fresh, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  }
  const Bin a = Total(MapOf(cached)), b = Total(MapOf(fresh));
  EXPECT_NEAR(a.records_in, 2000, 1e-9);
  EXPECT_EQ(a.records_in, b.records_in);
  EXPECT_EQ(a.busy_s, b.busy_s);
  EXPECT_EQ(a.covered_s, b.covered_s);
  EXPECT_EQ(MapOf(cached).service.blocks, MapOf(fresh).service.blocks);
  EXPECT_EQ(MapOf(cached).coverage.stale, 20);
  EXPECT_EQ(MapOf(cached).coverage.gaps, 0);
}

// An answer that was 2 s old when it came: 12 s of Flink's clock between two polls 10 s apart.
TEST(StaleAnswers, LeaveBusyShareToFlinksOwnClock) {
  WindowOptions options;
  options.warm_up = absl::ZeroDuration();
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  MustAdd(builder, Answer(10, kMap, 0, Steady(8, 10, 1)));
  MustAdd(builder, Answer(20, kMap, 0, Steady(20, 10, 1)));
  const VertexWindow& map = MapOf(builder);
  EXPECT_NEAR(map.bins[0].task_s, 12, 1e-9);
  EXPECT_NEAR(map.bins[0].busy_s, 12, 1e-9);
  EXPECT_NEAR(map.service.x, 10, 1e-9);  // 120 records in 12 s, not in 10 s
  EXPECT_NEAR(map.service.y, 1, 1e-9);   // not 1.2
  EXPECT_NEAR(map.subtasks.at(0).covered_s, 12, 1e-9);
}

TEST(StaleAnswers, OfTheWholeJobShowAtTheEnd) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 10);
  EXPECT_EQ(builder.Window().stale_at_end_s, 0);
  for (double t = 110; t <= 400; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(100, 10, 0.5)));
  EXPECT_NEAR(builder.Window().stale_at_end_s, 300, 1e-9);
}

TEST(Duplicates, AreLeftOutAndCounted) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 100; t += 10) {
    for (int i = 0; i < 3; ++i) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  }
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 1000, 1e-9);
  EXPECT_EQ(MapOf(builder).coverage.duplicates, 22);
  EXPECT_EQ(MapOf(builder).coverage.samples, 33);
}

TEST(OutOfOrder, IsLeftOutAndCounted) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 10);
  MustAdd(builder, Answer(55, kMap, 0, Steady(55, 10, 0.5)));
  MustAdd(builder, Answer(-500, kMap, 0, Steady(0, 10, 0.5)));  // older than the first bin
  MustAdd(builder, Answer(110, kMap, 0, Steady(110, 10, 0.5)));
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 1100, 1e-9);
  EXPECT_EQ(MapOf(builder).coverage.out_of_order, 2);
  EXPECT_EQ(builder.Window().restarts, 0);
  EXPECT_EQ(builder.Window().start, absl::FromUnixMillis(kFeedStartMs));
}

// The second subtask's first answer is 40 s older than the first bin. 50 s with 500 records: 10 s of them in the
// window.
TEST(OutOfOrder, FirstAnswerBeforeTheFirstBinSpeaksOnlyForThePartInside) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 2));
  MustAdd(builder, Answer(0, kMap, 0, Steady(0, 10, 0.5)));
  MustAdd(builder, Answer(-40, kMap, 1, Steady(0, 10, 0.5)));
  MustAdd(builder, Answer(10, kMap, 1, Steady(50, 10, 0.5)));
  const Bin& bin = MapOf(builder).bins[0];
  EXPECT_NEAR(bin.covered_s, 5, 1e-9);  // 10 s of one of two subtasks
  EXPECT_NEAR(bin.records_in, 100, 1e-9);
  EXPECT_NEAR(bin.task_s, 10, 1e-9);
}

// Steps of 10 s, then a hole of 31 s: more than three steps. What passed in it is left out, of a hole of 30 s it is
// not.
TEST(Gaps, LongerThanThreeUsualStepsAreLeftOut) {
  for (const double hole : {30.0, 31.0}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    FeedSteady(builder, 0, 100, 10);
    MustAdd(builder, Answer(100 + hole, kMap, 0, Steady(100 + hole, 10, 0.5)));
    MustAdd(builder, Answer(110 + hole, kMap, 0, Steady(110 + hole, 10, 0.5)));
    const bool gap = hole > 30;
    EXPECT_NEAR(Total(MapOf(builder)).records_in, 1000 + (gap ? 0 : 10 * hole) + 100, 1e-9);
    EXPECT_EQ(MapOf(builder).coverage.gaps, gap ? 1 : 0);
    EXPECT_NEAR(MapOf(builder).coverage.longest_gap_s, gap ? 31 : 0, 1e-9);
    EXPECT_NEAR(MapOf(builder).coverage.covered_s, 110 + (gap ? 0 : hole), 1e-9);
  }
}

// Asked every 5 s for a while, then every 30 s: the new step becomes the usual one.
TEST(Gaps, SlowerPollingIsNotAGapForEver) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  double t = 0;
  for (; t <= 100; t += 5) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  for (t = 130; t <= 3730; t += 30) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  const VertexWindow& map = MapOf(builder);
  EXPECT_NEAR(map.bins[50].covered_s, 60, 1e-9);
  EXPECT_NEAR(map.bins[50].records_in, 600, 1e-9);
  EXPECT_LT(map.coverage.gaps, 60);  // of 121 slow steps
}

// Two polls close together at the start (a retry) do not set the usual step.
TEST(Gaps, OneShortFirstStepDoesNotMakeTheRestGaps) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Answer(0, kMap, 0, Steady(0, 10, 0.5)));
  MustAdd(builder, Answer(1, kMap, 0, Steady(1, 10, 0.5)));
  for (double t = 11; t <= 1211; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  EXPECT_NEAR(MapOf(builder).bins[15].covered_s, 60, 1e-9);
  EXPECT_LT(MapOf(builder).coverage.gaps, 60);  // of 120
}

// A poll that did not get the record counters takes nothing away: the next one speaks for both steps.
TEST(Gaps, PollWithoutACounterLosesNoRecords) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (int i = 0; i <= 12; ++i) {
    const double t = 10.0 * i;
    TaskSample sample = Answer(t, kMap, 0, Steady(t, 10, 0.5));
    if (i % 2 == 1) {
      sample.present &= ~(1u << static_cast<int>(TaskMetric::kRecordsIn));
      sample.present &= ~(1u << static_cast<int>(TaskMetric::kRecordsOut));
    }
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 1200, 1e-9);
  EXPECT_NEAR(Total(MapOf(builder)).busy_s, 60, 1e-9);
}

// Steps of 10 s; one of 25 s counts as 20 and moves the usual one by an eighth of the difference, to 11.25 s. Three of
// those are 33.75 s.
TEST(Gaps, OneLateAnswerMovesTheUsualStepLittle) {
  for (const double hole : {33.5, 34.0}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    FeedSteady(builder, 0, 100, 10);
    MustAdd(builder, Answer(125, kMap, 0, Steady(125, 10, 0.5)));
    MustAdd(builder, Answer(125 + hole, kMap, 0, Steady(125 + hole, 10, 0.5)));
    EXPECT_EQ(MapOf(builder).coverage.gaps, hole > 33.75 ? 1 : 0) << hole;
  }
}

TEST(Gaps, LongestIsKept) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 10);
  for (const double t : {200.0, 210.0, 220.0, 230.0, 290.0}) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  EXPECT_EQ(MapOf(builder).coverage.gaps, 2);
  EXPECT_NEAR(MapOf(builder).coverage.longest_gap_s, 100, 1e-9);  // then 60
}

// Steps of 4 s make blocks of 12 s. 8 s before the hole are no block, nor part of the next one.
TEST(Gaps, BlocksDoNotReachAcross) {
  WindowOptions options;
  options.warm_up = absl::ZeroDuration();
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  FeedSteady(builder, 0, 8, 4, 10, 0.5);
  Counters c = Steady(40, 10, 0.5);
  for (double t = 40; t <= 52; t += 4) {
    MustAdd(builder, Answer(t, kMap, 0, c));
    c.in += 80;  // 20 / s
    c.busy_ms += 1000;
    c.idle_ms += 3000;
  }
  EXPECT_EQ(MapOf(builder).service.blocks, 1);
  EXPECT_NEAR(MapOf(builder).service.x, 20, 1e-9);
  EXPECT_NEAR(MapOf(builder).service.y, 0.25, 1e-9);
}

// The record counters are gone from 70 s on. Three answers in a row are waited out; then what is left is taken: the
// 40 s until 100 s are a gap, and the steps after it count.
TEST(Gaps, CounterThatIsGoneForGoodIsNotWaitedFor) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 60, 10);
  for (double t = 70; t <= 110; t += 10) {
    TaskSample sample = Answer(t, kMap, 0, Steady(t, 10, 0.5));
    sample.present &= ~(1u << static_cast<int>(TaskMetric::kRecordsIn));
    sample.present &= ~(1u << static_cast<int>(TaskMetric::kRecordsOut));
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(Total(MapOf(builder)).busy_s, 30 + 5, 1e-9);
  EXPECT_NEAR(Total(MapOf(builder)).records_in, 600, 1e-9);
  EXPECT_NEAR(Total(MapOf(builder)).covered_s, 60, 1e-9);
  EXPECT_EQ(MapOf(builder).coverage.gaps, 1);
}

TEST(OutOfOrder, IsToldBeforeMissingCounters) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 100, 10);
  MustAdd(builder, Answer(55, kMap, 0));
  EXPECT_EQ(MapOf(builder).coverage.out_of_order, 1);
}

}  // namespace
}  // namespace tune
