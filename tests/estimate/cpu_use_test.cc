#include "libtune/estimate/cpu_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/estimate/cpu_cases.h"

namespace tune {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

CpuUse Collect(const CpuHistory& history, const CpuWeighting& weighting, Censoring censoring = Censoring::kCounted) {
  return CollectCpuUse(history, weighting, censoring);
}

CpuWeighting Even() { return Plain().weighting; }

TEST(CpuUse, QuantileIsTheSmallestValueThatEnoughMinutesDoNotExceed) {
  const CpuUse use = Collect(Uses({10, 3, 1, 7, 2, 8, 6, 4, 9, 5}), Even());
  EXPECT_DOUBLE_EQ(use.Quantile(0.9), 9);
  EXPECT_DOUBLE_EQ(use.Quantile(0.91), 10);
  EXPECT_DOUBLE_EQ(use.Quantile(0.05), 1);
  EXPECT_DOUBLE_EQ(use.covered_s, 600);
}

TEST(CpuUse, BinsCountByTheirSeconds) {
  CpuHistory history = Uses({1, 2});
  history.bins[1].covered_s = 6;  // 6 of 66 s: 0.0909
  EXPECT_DOUBLE_EQ(Collect(history, Even()).Quantile(0.9), 1);
  history.bins[1].covered_s = 7;  // 7 of 67 s: 0.1045
  EXPECT_DOUBLE_EQ(Collect(history, Even()).Quantile(0.9), 2);
}

TEST(CpuUse, ABinCountsHalfAfterTheHalfLife) {
  CpuWeighting weighting = Even();
  weighting.half_life = absl::Minutes(1);  // 1/2 and 1/4: shares 2/3 and 1/3
  const CpuUse use = Collect(Uses({10, 1}), weighting);
  EXPECT_DOUBLE_EQ(use.Quantile(0.66), 1);
  EXPECT_DOUBLE_EQ(use.Quantile(0.67), 10);
}

TEST(CpuUse, OlderThanTheHorizonIsLeftOut) {
  CpuWeighting weighting = Even();
  weighting.horizon = absl::Minutes(10);
  EXPECT_DOUBLE_EQ(Collect(Constant(1, 5, std::vector<double>(10, 1)), weighting).Largest(), 1);
  weighting.horizon = absl::Minutes(11);
  EXPECT_DOUBLE_EQ(Collect(Constant(1, 5, std::vector<double>(10, 1)), weighting).Largest(), 5);
}

TEST(CpuUse, BinsLeftOutOrNotSeenAreAsGoodAsAbsent) {
  CpuHistory history = Uses({1, 50, 2, 60});
  history.bins[1].left_out = true;
  history.bins[3].covered_s = 0;
  EXPECT_THAT(Collect(history, Even()).cores(), ElementsAre(1, 2));
}

// Four equal bins, 3 of them censored: 1 and 2 take a quarter each, the rest of the weight is 4's.
TEST(CpuUse, WeightOfACensoredBinGoesToWhatLiesAbove) {
  CpuHistory history = Uses({1, 2, 0, 4});
  history.bins[2] = Throttled(2.5, 3);
  const CpuUse use = Collect(history, Even());
  EXPECT_THAT(use.cores(), ElementsAre(1, 2, 3, 4));
  EXPECT_NEAR(use.FractionOf(2), 0.5, 1e-12);
  EXPECT_NEAR(use.FractionOf(3), 0.5, 1e-12);
  EXPECT_NEAR(use.FractionOf(4), 1, 1e-12);
  EXPECT_NEAR(use.UseOf(4), 0.25 + 0.5 + 2, 1e-12);  // 1/4 + 2/4 + 4/2
  EXPECT_NEAR(use.unplaced_fraction, 0, 1e-12);
  EXPECT_DOUBLE_EQ(use.censored_fraction, 0.25);
  EXPECT_THAT(Collect(history, Even(), Censoring::kIgnored).cores(), ElementsAre(1, 2, 2.5, 4));
}

TEST(CpuUse, WeightWithNothingAboveStaysAndIsReported) {
  CpuHistory history = Uses({1, 2, 4});
  history.bins.push_back(Throttled(4, 4));
  const CpuUse use = Collect(history, Even());
  EXPECT_NEAR(use.unplaced_fraction, 0.25, 1e-12);
  EXPECT_NEAR(use.UseOf(4), 0.25 * (1 + 2 + 4 + 4), 1e-12);
}

TEST(CpuUse, WhatCountsAsCensored) {
  CpuHistory history = Uses({1, 1, 1, 0.95, 0.94});
  history.bins[0].throttled_fraction = 0.25;  // a quarter of the periods: yes
  history.bins[1].throttled_fraction = 0.24;  // no
  history.bins[2].throttled_fraction = std::nullopt;
  history.bins[3].limit_cores = 1;  // 95 % of its limit: yes
  history.bins[4].limit_cores = 1;  // no
  EXPECT_DOUBLE_EQ(Collect(history, Even()).censored_fraction, 0.4);
}

// Two days in hours; now is midnight, and the answer is for the next hour. Bins of 23:00, 0:00 and 1:00 count more.
TEST(CpuUse, TheSameTimeOfDayCountsMore) {
  CpuHistory history{.bin = absl::Hours(1), .bins = {}};
  for (int hour = 0; hour < 48; ++hour) {
    CpuUseBin bin = Used(hour % 24);
    bin.covered_s = 3600;
    history.bins.push_back(bin);
  }
  CpuWeighting weighting = Even();
  weighting.season_weight = 7;
  weighting.ahead = absl::Hours(1);
  const CpuUse use = Collect(history, weighting);   // 3 hours of 7, 21 of 1: 42 a day
  EXPECT_NEAR(use.FractionOf(2), 7.0 / 42, 1e-12);  // both bins of 0:00
  EXPECT_NEAR(use.FractionOf(4), 14.0 / 42, 1e-12);
  EXPECT_NEAR(use.FractionOf(6), 15.0 / 42, 1e-12);
  EXPECT_NEAR(use.FractionOf(46), 35.0 / 42, 1e-12);
  weighting.ahead = absl::Hours(24);  // all of the day
  EXPECT_NEAR(Collect(history, weighting).FractionOf(2), 1.0 / 24, 1e-12);
}

TEST(CpuUse, DaysAreCountedBackAndNeedTwelveHours) {
  CpuHistory history = Constant(719, 9);  // not quite 12 hours
  for (int i = 0; i < 1440; ++i) history.bins.push_back(Used(1));
  for (int i = 0; i < 1440; ++i) history.bins.push_back(Used(2));
  EXPECT_THAT(DailyQuantiles(history, absl::Hours(72), 0.9), ElementsAre(DoubleEq(2), DoubleEq(1)));
  history.bins.insert(history.bins.begin(), Used(9));
  EXPECT_THAT(DailyQuantiles(history, absl::Hours(72), 0.9), ElementsAre(DoubleEq(2), DoubleEq(1), DoubleEq(9)));
  const CpuRequest answer = Estimate(history, {}, Plain());
  EXPECT_DOUBLE_EQ(*answer.day_low_cores, 1);
  EXPECT_DOUBLE_EQ(*answer.day_high_cores, 9);
  EXPECT_EQ(Estimate(Constant(1440, 1), {}, Plain()).day_low_cores, std::nullopt);
}

}  // namespace
}  // namespace tune
