// WindowBuilder: demand on sources, from end offsets, pendingRecords, consumption or a rate that was given.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

SourceSample Offsets(double seconds, std::optional<double> end, std::optional<double> committed = std::nullopt) {
  SourceSample sample;
  sample.time_ms = FeedMs(seconds);
  sample.vertex = kSource;
  sample.end_offset = end;
  sample.committed_offset = committed;
  return sample;
}

TaskSample SourceAnswer(double seconds, double out, std::optional<double> pending) {
  TaskSample sample = Answer(seconds, kSource, 0, {0, out, 0, 1000 * seconds, 0});
  if (pending) sample.Set(TaskMetric::kPendingRecords, *pending);
  return sample;
}

const SourceWindow& Demand(WindowBuilder& builder) { return builder.Window().sources.at(0); }

// 100/s for a minute and a half, 70 records of lag at every commit.
TEST(EndOffsets, AreProductionAndLag) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 90; t += 30) MustAdd(builder, Offsets(t, 5000 + 100 * t, 5000 + 100 * t - 70));
  const SourceWindow& source = Demand(builder);
  EXPECT_EQ(source.kind, DemandKind::kOffsets);
  ASSERT_EQ(source.bins.size(), 2u);
  EXPECT_NEAR(source.bins[0].records, 6000, 1e-9);
  EXPECT_NEAR(source.bins[0].covered_s, 60, 1e-9);
  EXPECT_NEAR(source.bins[1].records, 3000, 1e-9);
  EXPECT_NEAR(source.bins[1].covered_s, 30, 1e-9);
  EXPECT_NEAR(source.lag_records.value_or(-1), 70, 1e-9);
}

TEST(EndOffsets, WithoutCommitsLeaveTheLagUnknown) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 90; t += 30) MustAdd(builder, Offsets(t, 100 * t));
  EXPECT_FALSE(Demand(builder).lag_records.has_value());
}

// The topic was made anew at 60 s: its offset falls from 6000 to 100. Nothing negative, and the growth goes on.
TEST(EndOffsets, ThatFallAreANewLog) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, end] : {std::pair{0.0, 0.0}, {30.0, 3000.0}, {60.0, 100.0}, {90.0, 3100.0}}) {
    MustAdd(builder, Offsets(t, end));
  }
  const SourceWindow& source = Demand(builder);
  EXPECT_NEAR(source.bins[0].records, 3000, 1e-9);
  EXPECT_NEAR(source.bins[0].covered_s, 30, 1e-9);
  EXPECT_NEAR(source.bins[1].records, 3000, 1e-9);
  EXPECT_EQ(SourceOf(builder).coverage.counter_resets, 1);
}

TEST(EndOffsets, OutOfOrderAndDoubledAreLeftOutAndCounted) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 30.0, 30.0, 30.0, 10.0, 60.0}) MustAdd(builder, Offsets(t, 100 * t));
  double records = 0;
  for (const DemandBin& bin : Demand(builder).bins) records += bin.records;
  EXPECT_NEAR(records, 6000, 1e-9);
  EXPECT_EQ(SourceOf(builder).coverage.duplicates, 2);
  EXPECT_EQ(SourceOf(builder).coverage.out_of_order, 1);
}

// Nothing was written: that is a demand of 0, and no new log.
TEST(EndOffsets, ThatStandStillAreAQuietLog) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 30) MustAdd(builder, Offsets(t, 5000));
  EXPECT_EQ(Demand(builder).kind, DemandKind::kOffsets);
  EXPECT_NEAR(Demand(builder).bins[0].covered_s, 60, 1e-9);
  EXPECT_EQ(Demand(builder).bins[0].records, 0);
  EXPECT_EQ(SourceOf(builder).coverage.counter_resets, 0);
}

// A commit that is read later than the end may be beyond it; one of 0 is one.
TEST(EndOffsets, LeaveALagThatIsNeverNegative) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 30) MustAdd(builder, Offsets(t, 100 * t, 100 * t + 50));
  EXPECT_EQ(Demand(builder).lag_records, 0);
  WindowBuilder unread = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 30) MustAdd(unread, Offsets(t, 100 * t, 0));
  EXPECT_EQ(Demand(unread).lag_records, 6000);
}

// Known for half of the window they speak for the source, for a little less they do not.
TEST(EndOffsets, SpeakFromHalfTheWindowOn) {
  for (const auto& [until, want] : {std::pair{300.0, DemandKind::kOffsets}, {290.0, DemandKind::kConsumed}}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    for (double t = 0; t <= until; t += 10) MustAdd(builder, Offsets(t, 100 * t));
    for (double t = 0; t <= 600; t += 10) MustAdd(builder, SourceAnswer(t, 100 * t, std::nullopt));
    EXPECT_EQ(Demand(builder).kind, want) << until;
  }
}

// Offsets were known for 2 of 12 minutes: the source's own counters say more. What was answered before does not stay.
TEST(EndOffsets, OfLessThanHalfTheWindowDoNotSpeakForIt) {
  WindowBuilder asked = MustCreate(SourceToMap(1, 1)), once = MustCreate(SourceToMap(1, 1));
  for (WindowBuilder* builder : {&asked, &once}) {
    for (double t = 0; t <= 120; t += 30) MustAdd(*builder, Offsets(t, 100 + 100 * t, 30 + 100 * t));
    if (builder == &asked) {
      EXPECT_EQ(Demand(*builder).kind, DemandKind::kOffsets);
    }
    for (double t = 0; t <= 720; t += 30) MustAdd(*builder, SourceAnswer(t, 100 * t, std::nullopt));
    const SourceWindow& source = Demand(*builder);
    EXPECT_EQ(source.kind, DemandKind::kConsumed);
    EXPECT_TRUE(source.bins.empty()) << (builder == &asked ? "asked in between" : "asked once");
    EXPECT_FALSE(source.lag_records.has_value()) << (builder == &asked ? "asked in between" : "asked once");
  }
}

// Offsets ended more than a horizon ago: none of the bins that are left has any.
TEST(EndOffsets, ThatLeftTheHorizonDoNotSpeakForTheSource) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (double t = 0; t <= 1200; t += 30) MustAdd(builder, Offsets(t, 100 * t));
  for (double t = 1200; t <= 3000; t += 30) MustAdd(builder, SourceAnswer(t, 100 * t, std::nullopt));
  EXPECT_EQ(Demand(builder).kind, DemandKind::kConsumed);
}

// A log that was not read for longer than the horizon: the rate of the bins that are left is still 100/s.
TEST(EndOffsets, SpreadOverMoreThanTheHorizonKeepTheirRate) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  MustAdd(builder, Offsets(0, 0));
  for (double t = 0; t <= 1790; t += 10) MustAdd(builder, Answer(t, kMap, 0, Steady(t, 10, 0.5)));
  MustAdd(builder, Offsets(1800, 180'000));
  const std::vector<DemandBin>& bins = Demand(builder).bins;
  ASSERT_GT(bins.size(), 2u);
  EXPECT_NEAR(bins[1].records / bins[1].covered_s, 100, 1e-6);
}

// Production is 100/s all the time. Taken: 100/s, then 40/s for a minute (3600 more wait), then 160/s until none waits.
TEST(PendingRecords, GiveProductionWithConsumption) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  double out = 0, pending = 50;
  for (double t = 0; t <= 180; t += 10) {
    MustAdd(builder, SourceAnswer(t, out, pending));
    const double taken = t < 60 ? 1000 : t < 120 ? 400 : 1600;
    out += taken;
    pending += 1000 - taken;
  }
  const SourceWindow& source = Demand(builder);
  EXPECT_EQ(source.kind, DemandKind::kLag);
  ASSERT_EQ(source.bins.size(), 4u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(source.bins[static_cast<size_t>(i)].records, 6000, 1e-6) << "bin " << i;
    EXPECT_NEAR(source.bins[static_cast<size_t>(i)].covered_s, 60, 1e-6) << "bin " << i;
  }
  EXPECT_NEAR(source.bins[1].lag_records, 50 + 3600, 1e-6);
  EXPECT_NEAR(source.lag_records.value_or(-1), 50, 1e-6);
}

// Whatever pendingRecords did in between, a bin's production is what was taken plus the difference of its ends.
TEST(PendingRecords, TelescopeOverABin) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  const double pending[] = {100, 900, 20, 5000, 300, 0, 400};
  for (int i = 0; i <= 6; ++i) MustAdd(builder, SourceAnswer(10.0 * i, 500.0 * i, pending[i]));
  EXPECT_NEAR(Demand(builder).bins[0].records, 3000 + (400 - 100), 1e-9);
}

TEST(PendingRecords, OfSeveralSubtasksAddUp) {
  WindowBuilder builder = MustCreate(SourceToMap(2, 1));
  for (double t = 0; t <= 60; t += 10) {
    for (int i = 0; i < 2; ++i) {
      TaskSample sample = Answer(t, kSource, i, {0, 30 * t, 0, 1000 * t, 0});
      sample.Set(TaskMetric::kPendingRecords, 10 + i * t);  // the second's grows by 1/s
      MustAdd(builder, sample);
    }
  }
  const SourceWindow& source = Demand(builder);
  EXPECT_NEAR(source.bins[0].records, 60 * (30 + 30 + 1), 1e-6);
  EXPECT_NEAR(source.bins[0].covered_s, 60, 1e-9);
  EXPECT_NEAR(source.lag_records.value_or(-1), 10 + 10 + 60, 1e-9);
}

// The source reads 100/s and, filtering, gives 20/s; 5/s more wait: 105/s were put into its log.
TEST(PendingRecords, AreBesideWhatTheSourceReads) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) {
    TaskSample sample = Answer(t, kSource, 0, {100 * t, 20 * t, 0, 1000 * t, 0});
    sample.Set(TaskMetric::kPendingRecords, 5 * t);
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(Demand(builder).bins[0].records, 60 * 105, 1e-6);
}

// An old answer and a fresh one, 10 s apart by the wall clock and 12 s by Flink's: demand is by the wall clock.
TEST(PendingRecords, CoverTheTimeBetweenThePolls) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, clock] : {std::pair{10.0, 8.0}, {20.0, 20.0}}) {
    TaskSample sample = Answer(t, kSource, 0, {0, 100 * clock, 0, 1000 * clock, 0});
    sample.Set(TaskMetric::kPendingRecords, 5);
    MustAdd(builder, sample);
  }
  EXPECT_NEAR(Demand(builder).bins[0].covered_s, 10, 1e-9);
}

// Without an out rate the growth of what waits is not what was produced.
TEST(PendingRecords, AloneAreNoDemand) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    TaskSample sample = Answer(t, kSource, 0);
    sample.Set(TaskMetric::kPendingRecords, 5 * t);
    MustAdd(builder, sample);
  }
  EXPECT_NE(Demand(builder).kind, DemandKind::kLag);
}

TEST(PendingRecords, ThatLeftTheHorizonDoNotSpeakForTheSource) {
  WindowOptions options;
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (double t = 0; t <= 3000; t += 10)
    MustAdd(builder, SourceAnswer(t, 100 * t, t < 60 ? std::optional(1.0) : std::nullopt));
  EXPECT_EQ(Demand(builder).kind, DemandKind::kConsumed);
}

TEST(EndOffsets, ArePreferredToPendingRecords) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) {
    MustAdd(builder, SourceAnswer(t, 80 * t, 7));
    MustAdd(builder, Offsets(t, 100 * t, 80 * t));
  }
  EXPECT_EQ(Demand(builder).kind, DemandKind::kOffsets);
  EXPECT_NEAR(Demand(builder).bins[0].records, 6000, 1e-9);
  EXPECT_NEAR(Demand(builder).lag_records.value_or(-1), 20 * 60, 1e-9);
}

// A legacy source reports no busy time, but it says that it is held back 90 % of the time: what it took is no demand.
TEST(Consumption, OfAThrottledLegacySourceIsALowerBound) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 600; t += 10) {
    TaskSample sample = Answer(t, kSource, 0);
    sample.Set(TaskMetric::kRecordsOut, 100 * t);
    sample.Set(TaskMetric::kIdleMs, 0);
    sample.Set(TaskMetric::kBackPressuredMs, 900 * t);
    MustAdd(builder, sample);
    MustAdd(builder, Answer(t, kMap, 0, Steady(t, 100, 1)));
  }
  const absl::StatusOr<JobRecommendation> job = Recommend(builder.Window(), TuningPolicy{});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->vertices[kMap].verdict, Verdict::kLowerBound);
}

TEST(GivenRate, BeatsWhatWasMeasured) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  EXPECT_TRUE(builder.SetSourceRate(kSource, RecordsPerSecond(250)).ok());
  for (double t = 0; t <= 60; t += 10) MustAdd(builder, Offsets(t, 100 * t, 100 * t));
  EXPECT_EQ(Demand(builder).kind, DemandKind::kGiven);
  EXPECT_EQ(Demand(builder).given.value_or(RecordsPerSecond()).value(), 250);
}

TEST(GivenRate, IsRefusedWhereItMakesNoSense) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  EXPECT_EQ(builder.SetSourceRate(kMap, RecordsPerSecond(1)).message(),
            "vertex = 1; allowed: a source (a vertex without inputs)");
  EXPECT_EQ(builder.SetSourceRate(-1, RecordsPerSecond(1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder.SetSourceRate(2, RecordsPerSecond(1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder.SetSourceRate(kSource, RecordsPerSecond(0)).message(), "rate = 0; allowed: > 0 records/s");
  EXPECT_EQ(builder.SetSourceRate(kSource, RecordsPerSecond(std::nan(""))).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Demand(builder).kind, DemandKind::kConsumed);
}

}  // namespace
}  // namespace tune
