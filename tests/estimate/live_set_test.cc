#include "libtune/estimate/live_set.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tune {
namespace {

LiveReading At(double time_s, LiveRung rung, double bytes) {
  LiveReading reading;
  reading.time_s = time_s;
  reading.bytes[static_cast<size_t>(rung)] = bytes;
  return reading;
}

std::vector<LiveReading> Every(double step_s, LiveRung rung, const std::vector<double>& bytes) {
  std::vector<LiveReading> readings;
  for (const double value : bytes) readings.push_back(At(step_s * static_cast<double>(readings.size()), rung, value));
  return readings;
}

TEST(LiveSetTest, NothingReadIsNothingKnown) {
  EXPECT_FALSE(EstimateLiveSet({}, 600, false).has_value());
  EXPECT_FALSE(EstimateLiveSet(std::vector<LiveReading>(5), 600, false).has_value());
}

TEST(LiveSetTest, OfFullCollectionsTheLargestCounts) {
  const auto live = EstimateLiveSet(Every(60, LiveRung::kFullCollection, {200, 230, 210}), 600, false);
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->rung, LiveRung::kFullCollection);
  EXPECT_EQ(live->bytes, 230);
  EXPECT_NEAR(live->low, 230 / 1.02, 1e-9);
  EXPECT_FALSE(live->is_bound);
}

// Bounds: within ten minutes the lowest, over two such blocks the larger.
TEST(LiveSetTest, OfBoundsTheLowestOfABlockAndTheLargestOfTheBlocksCount) {
  std::vector<LiveReading> readings = Every(200, LiveRung::kCollection, {300, 260, 290, 400, 340, 360});
  const auto live = EstimateLiveSet(readings, 600, false);
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->bytes, 340);
  EXPECT_EQ(live->smallest, 260);
  EXPECT_EQ(live->blocks, 2);
  EXPECT_TRUE(live->is_bound);
  EXPECT_NEAR(live->low, 340 / 1.55, 1e-9);
}

// A block without the best rung is left to those that have it; one that has a tighter bound of another takes that.
TEST(LiveSetTest, TheBestRungThatWasSeenDecides) {
  std::vector<LiveReading> readings = {At(0, LiveRung::kMarking, 250), At(700, LiveRung::kHeap, 900),
                                       At(1300, LiveRung::kMarking, 260), At(1310, LiveRung::kCollection, 240)};
  const auto live = EstimateLiveSet(readings, 600, false);
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->rung, LiveRung::kMarking);
  EXPECT_EQ(live->bytes, 250);
  EXPECT_EQ(live->smallest, 240);
  EXPECT_EQ(live->blocks, 2);
  EXPECT_EQ(live->all_blocks, 3);
}

// After three futile ones 1 - 0.8^3 = 0.49, after four 0.59; after two better ones 0.59 * 0.64 = 0.38.
TEST(ExhaustionTest, MostOfTheLastFiveAreFutile) {
  Exhaustion exhaustion;
  for (const bool expected : {false, false, false, true, true}) {
    exhaustion.Add(1, 1);
    EXPECT_EQ(exhaustion.IsExhausted(), expected);
  }
  exhaustion.Add(0, 0);
  EXPECT_TRUE(exhaustion.IsExhausted());
  exhaustion.Add(2, 0);
  EXPECT_FALSE(exhaustion.IsExhausted());
}

// Of ten at once six: 0.6 * (1 - 0.8^10) = 0.54. Of eight five: 0.625 * (1 - 0.8^8) = 0.52; of ten five never.
TEST(ExhaustionTest, BinsTellHowManyOfTheirCollectionsAreFutile) {
  const auto bin = [](double full, double futile) {
    MemoryBin memory;
    memory.log_full_gcs = full;
    memory.log_futile_full_gcs = futile;
    return memory;
  };
  EXPECT_FALSE(IsExhausted({}));
  EXPECT_FALSE(IsExhausted(std::vector{bin(0, 0), bin(3, 3), bin(0, 0)}));
  EXPECT_TRUE(IsExhausted(std::vector{bin(2, 2), bin(0, 0), bin(2, 2)}));
  EXPECT_TRUE(IsExhausted(std::vector{bin(10, 6)}));
  EXPECT_TRUE(IsExhausted(std::vector{bin(8, 5)}));
  EXPECT_FALSE(IsExhausted(std::vector{bin(10, 5), bin(10, 5)}));
  EXPECT_FALSE(IsExhausted(std::vector{bin(10, 10), bin(10, 1)}));
}

// 600 s after the first reading the second block begins: 300 and 200, not the lower one of both.
TEST(LiveSetTest, ABlockEndsBeforeTheReadingAtItsBorder) {
  const auto live = EstimateLiveSet(Every(600, LiveRung::kCollection, {300, 200}), 600, false);
  EXPECT_EQ(live->bytes, 300);
  EXPECT_EQ(live->blocks, 2);
}

// Full collections are off by 2 % at most, markings by 10, others by 55, the old generation by 100, the heap by 1000.
TEST(LiveSetTest, AtLeastWhatTheRungsBiasLeavesIsAlive) {
  const std::vector<std::pair<LiveRung, double>> readings = {{LiveRung::kFullCollection, 102},
                                                             {LiveRung::kMarking, 110},
                                                             {LiveRung::kCollection, 155},
                                                             {LiveRung::kOldGen, 200},
                                                             {LiveRung::kHeap, 1100}};
  for (const auto& [rung, bytes] : readings) {
    const auto live = EstimateLiveSet(Every(60, rung, {bytes}), 600, false);
    EXPECT_NEAR(live->low, 100, 1e-9);
    EXPECT_EQ(live->is_bound, rung != LiveRung::kFullCollection && rung != LiveRung::kMarking);
  }
}

std::vector<double> Line(int n, double first, double step) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(first + step * i);
  return values;
}

TEST(LiveTrendTest, ASteadyRiseIsNamed) {
  const auto live = EstimateLiveSet(Every(60, LiveRung::kFullCollection, Line(40, 100, 2)), 600, false);
  EXPECT_TRUE(live->trend.rising);
  // Ten readings at either end: medians of 100 … 118 and of 160 … 178.
  EXPECT_NEAR(live->trend.rise, 60, 2.1);
}

TEST(LiveTrendTest, NoiseARisingTenthAndTooFewAreNone) {
  std::vector<double> noise;
  for (int i = 0; i < 60; ++i) noise.push_back(200 + 10 * std::sin(i * 12.9898));
  for (const std::vector<double>& flat : {noise, Line(40, 200, 0.4), Line(7, 100, 20), Line(40, 180, -2)}) {
    EXPECT_FALSE(EstimateLiveSet(Every(60, LiveRung::kFullCollection, flat), 600, false)->trend.rising);
  }
}

bool Rises(const std::vector<double>& bytes) {
  return EstimateLiveSet(Every(60, LiveRung::kFullCollection, bytes), 600, false)->trend.rising;
}

// Eight points: of 28 pairs 4 fall, z = (20 - 1) / sqrt(8 * 7 * 21 / 18) = 2.35; with 5 that fall (18 - 1) / 8.08
// = 2.10.
TEST(LiveTrendTest, ARiseIsClearAboveChance) {
  EXPECT_TRUE(Rises({140, 120, 110, 130, 150, 160, 170, 180}));
  EXPECT_FALSE(Rises({140, 130, 110, 120, 150, 160, 170, 180}));
}

// All pairs rise: z = 27 / 8.08 = 3.34 and 1.70 in the second half.
TEST(LiveTrendTest, EightReadingsAreEnough) {
  EXPECT_TRUE(Rises(Line(8, 100, 10)));
  EXPECT_FALSE(Rises(Line(7, 100, 10)));
}

// The medians of the first and the last ten are 0.9 * 30 = 27 apart, 11 % of 235; 0.8 * 30 = 24 are 10.4 %, 0.7 * 30 =
// 21 are 9.2 % of 227.
TEST(LiveTrendTest, ATenthIsALargeRise) {
  EXPECT_TRUE(Rises(Line(40, 200, 0.9)));
  EXPECT_TRUE(Rises(Line(40, 200, 0.8)));
  EXPECT_FALSE(Rises(Line(40, 200, 0.7)));
}

// Of the second half's 28 pairs 8 fall, z = (12 - 1) / 8.08 = 1.36: it still rises; with 9 that fall 9 / 8.08 = 1.11.
TEST(LiveTrendTest, TheSecondHalfTellsWhetherItStillRises) {
  std::vector<double> bytes = Line(8, 100, 10);
  const auto with = [&](const std::vector<double>& later) {
    std::vector<double> all = bytes;
    all.insert(all.end(), later.begin(), later.end());
    return all;
  };
  EXPECT_TRUE(Rises(with({240, 230, 220, 210, 270, 250, 260, 280})));
  EXPECT_FALSE(Rises(with({240, 230, 220, 210, 270, 260, 250, 280})));
}

// State that fills and then keeps its height is no leak.
TEST(LiveTrendTest, ARiseThatEndedIsNone) {
  std::vector<double> filling = Line(20, 100, 10);
  for (int i = 0; i < 40; ++i) filling.push_back(300 + (i % 3));
  EXPECT_FALSE(EstimateLiveSet(Every(60, LiveRung::kFullCollection, filling), 600, false)->trend.rising);
}

// The same series ends because the heap is full: that is one.
TEST(LiveTrendTest, ARiseThatFillsTheHeapIsNamed) {
  std::vector<double> filling = Line(20, 100, 10);
  for (int i = 0; i < 40; ++i) filling.push_back(300 + (i % 3));
  const auto live = EstimateLiveSet(Every(60, LiveRung::kFullCollection, filling), 600, true);
  EXPECT_TRUE(live->trend.rising);
}

// More live data because there is more to do: a day's morning.
TEST(LiveTrendTest, ARiseWithTheLoadIsExplained) {
  std::vector<LiveReading> readings = Every(60, LiveRung::kFullCollection, Line(40, 100, 2));
  for (size_t i = 0; i < readings.size(); ++i) readings[i].load = 1000 + 50.0 * static_cast<double>(i);
  const auto with = EstimateLiveSet(readings, 600, false);
  EXPECT_TRUE(with->trend.explained_by_load);
  EXPECT_FALSE(with->trend.rising);
  for (size_t i = 0; i < readings.size(); ++i) readings[i].load = 5000 - 50.0 * static_cast<double>(i);
  EXPECT_TRUE(EstimateLiveSet(readings, 600, false)->trend.rising);  // the less there is to do, the more is alive
  for (size_t i = 0; i < readings.size(); ++i) readings[i].load = 1000 + (i % 5);
  EXPECT_TRUE(EstimateLiveSet(readings, 600, false)->trend.rising);
}

TEST(ReadingsTest, BinsBecomeReadingsWithTheirLoad) {
  std::vector<MemoryBin> bins(3);
  bins[1].live[static_cast<size_t>(LiveRung::kOldGen)] = Bytes(70);
  const std::vector<double> load = {1, 2, 3};
  const std::vector<LiveReading> readings = ReadingsOf(bins, 1, 60, load);
  ASSERT_EQ(readings.size(), 2u);
  EXPECT_EQ(readings[0].time_s, 90);
  EXPECT_EQ(readings[0].bytes[static_cast<size_t>(LiveRung::kOldGen)], 70);
  EXPECT_EQ(readings[1].load, 3);
}

}  // namespace
}  // namespace tune
