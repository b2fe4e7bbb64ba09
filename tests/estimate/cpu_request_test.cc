#include "libtune/estimate/cpu_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/estimate/cpu_cases.h"

namespace tune {
namespace {

using testing::HasSubstr;

// ---- the band, with the quantile in its middle

struct BandCase {
  const char* name;
  double use;  // in every bin
  CpuSpec now;
  int64_t want;
  Action action;
  CpuRule rule;
};
void PrintTo(const BandCase& c, std::ostream* out) { *out << c.name; }

class CpuBand : public testing::TestWithParam<BandCase> {};

TEST_P(CpuBand, MatchesHandCalculation) {
  const BandCase& c = GetParam();
  CpuPolicy policy = Classic();
  policy.min_request = MilliCores(25);
  policy.max_request = MilliCores(8000);
  const CpuRequest answer = Estimate(Constant(20, c.use), c.now, policy);
  EXPECT_EQ(answer.request->value(), c.want);
  EXPECT_EQ(answer.action, c.action);
  EXPECT_EQ(answer.rule, c.rule);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CpuBand,
    testing::Values(BandCase{"UpperEdgeIsInside", 0.8, Request(1000), 1000, Action::kHold, CpuRule::kKept},
                    BandCase{"AboveRises", 0.801, Request(1000), 1233, Action::kRaise,
                             CpuRule::kAboveBand},  // 0.801 / 0.65 = 1.2323
                    BandCase{"LowerEdgeIsInside", 0.5, Request(1000), 1000, Action::kHold, CpuRule::kKept},
                    BandCase{"BelowFalls", 0.499, Request(1000), 768, Action::kLower,
                             CpuRule::kBelowBand},  // 0.499 / 0.65 = 0.76769
                    BandCase{"ExactMilliCoresDoNotRoundUp", 1.3, Request(1000), 2000, Action::kRaise,
                             CpuRule::kAboveBand},  // 1.3/.65
                    BandCase{"NoneYet", 0.65, {}, 1000, Action::kRaise, CpuRule::kFirst},
                    BandCase{"TooSmallIsTheMinimum", 0.01, Request(1000), 25, Action::kLower,
                             CpuRule::kMinimum},  // 0.01 / 0.65: 16
                    BandCase{"IdleIsTheMinimum", 0, Request(1000), 25, Action::kLower, CpuRule::kMinimum},
                    BandCase{"TooLargeIsTheMaximum", 6, Request(1000), 8000, Action::kRaise,
                             CpuRule::kMaximum},  // 6 / 0.65: 9231
                    BandCase{"InsideButBelowTheMinimum", 0.013, Request(20), 25, Action::kRaise, CpuRule::kMinimum}),
    [](const auto& row) { return std::string(row.param.name); });

// ---- the price

TEST(CpuPrice, ASpikeIsCoveredWhenItsMinutesCostMoreThanTheIdleCores) {
  // 19 of 20 bins at 1 core, one at 2. Request 1: over in 0.05. Request 2: idle 0.95 * 0.5 = 0.475. 0.475 / 0.05 = 9.5.
  const CpuHistory history = Constant(19, 1, {2});
  CpuPolicy policy = Plain();
  policy.inside_band = false;
  policy.over_price = 9;
  EXPECT_EQ(Estimate(history, {}, policy).request, MilliCores(1000));
  EXPECT_NEAR(Estimate(history, {}, policy).expected_over_fraction, 0.05, 1e-12);
  policy.over_price = 10;
  EXPECT_EQ(Estimate(history, {}, policy).request, MilliCores(2000));
  EXPECT_NEAR(Estimate(history, {}, policy).expected_idle_fraction, 0.475, 1e-12);
}

TEST(CpuPrice, InsideTheBandTheQuantileSetsTheRange) {
  // u90 = 1: requests in [1 / 0.8, 1 / 0.5]. 1.25: 0.95 * 0.2 + 0.05 * price; 2: 0.475. Equal at 5.7.
  const CpuHistory history = Constant(19, 1, {2});
  CpuPolicy policy = Plain();
  policy.over_price = 5;
  EXPECT_EQ(Estimate(history, {}, policy).request, MilliCores(1250));
  policy.over_price = 6;
  const CpuRequest answer = Estimate(history, {}, policy);
  EXPECT_EQ(answer.request, MilliCores(2000));
  EXPECT_DOUBLE_EQ(answer.quantile_cores, 1);
  EXPECT_DOUBLE_EQ(answer.safety_cores, 1);
  EXPECT_NEAR(answer.middle_cores, 1.53846, 1e-5);  // 1 / 0.65, reported beside
  // A spike to 3 cores lies outside the band and costs the same wherever the request is inside: the least one.
  EXPECT_EQ(Estimate(Constant(19, 1, {3}), {}, policy).request, MilliCores(1250));
}

TEST(CpuPrice, AlonePriceKeepsWhatIsWithinTheBandsWidthOfTheWanted) {
  CpuPolicy policy = Plain();
  policy.inside_band = false;  // 1 core wanted: kept between 0.65 / 0.8 = 0.8125 and 0.65 / 0.5 = 1.3
  const CpuHistory history = Constant(20, 1);
  EXPECT_EQ(Estimate(history, Request(813), policy).action, Action::kHold);
  EXPECT_EQ(Estimate(history, Request(812), policy).request, MilliCores(1000));
  EXPECT_EQ(Estimate(history, Request(1300), policy).action, Action::kHold);
  EXPECT_EQ(Estimate(history, Request(1301), policy).request, MilliCores(1000));
}

TEST(CpuPrice, FewDaysAskForMoreThanMany) {
  // exp(sqrt(3) * 0.1 * sqrt(2 / days)): 7 days 1.09700, a third of a day and less 1.52847.
  CpuPolicy policy = Plain();
  policy.level_sd = 0.1;
  policy.inside_band = false;
  EXPECT_EQ(Estimate(Constant(7 * 1440, 1), {}, policy).request, MilliCores(1098));
  EXPECT_EQ(Estimate(Constant(480, 1), {}, policy).request, MilliCores(1529));
  EXPECT_EQ(Estimate(Constant(10, 1), {}, policy).request, MilliCores(1529));
}

// ---- censoring

TEST(CpuCensoring, ThrottledBinsAreAtLeastTheLimit) {
  // Half of the bins throttled at a limit of 1: at least half of the minutes want >= 1, and nobody knows how much.
  CpuHistory history = Constant(10, 0.6);
  for (int i = 0; i < 10; ++i) history.bins.push_back(Throttled(0.7, 1));
  const CpuRequest answer = Estimate(history, RequestAndLimit(1000, 1000), Classic());
  EXPECT_DOUBLE_EQ(answer.quantile_cores, 1);
  EXPECT_TRUE(answer.quantile_is_bound);
  EXPECT_DOUBLE_EQ(answer.censored_fraction, 0.5);
  EXPECT_EQ(answer.request, MilliCores(1539));  // 1 / 0.65
}

TEST(CpuCensoring, WhatIsKnownOnlyFromBelowIsRaisedAtLeastToTheMiddle) {
  CpuHistory history;
  for (int i = 0; i < 10; ++i) history.bins.push_back(Throttled(0.7, 1));
  CpuPolicy policy = Plain();
  policy.inside_band = false;
  EXPECT_EQ(Estimate(history, {}, policy).request, MilliCores(1539));
}

TEST(CpuCensoring, NothingIsLoweredOnIt) {
  CpuHistory history = Constant(98, 0.3);
  history.bins.push_back(Throttled(0.3, 0.4));
  EXPECT_EQ(Estimate(history, Request(1000), Classic()).rule, CpuRule::kCensored);  // 1 of 99 is more than 1 %
  EXPECT_EQ(Estimate(history, Request(1000), Classic()).request, MilliCores(1000));
  history.bins.push_back(Used(0.3));
  history.bins.push_back(Used(0.3));
  EXPECT_EQ(Estimate(history, Request(1000), Classic()).rule, CpuRule::kBelowBand);  // 1 of 101
}

// ---- limit and start-up

TEST(CpuLimit, ASmallRequestGetsALimitToStartWith) {
  const CpuRequest answer = Estimate(Constant(20, 0.065), RequestAndLimit(400, 400), Classic());
  EXPECT_EQ(answer.request, MilliCores(100));
  EXPECT_EQ(answer.limit, MilliCores(500));
  EXPECT_DOUBLE_EQ(*answer.limit_factor, 5);
}

TEST(CpuLimit, RatioOfTheLimitRangeRaisesTheRequest) {
  CpuPolicy policy = Classic();
  policy.max_limit_ratio = 4;
  const CpuRequest answer = Estimate(Constant(20, 0.065), RequestAndLimit(400, 400), policy);
  EXPECT_EQ(answer.rule, CpuRule::kStartUp);
  EXPECT_EQ(answer.request, MilliCores(125));  // 500 / 4
  EXPECT_EQ(answer.limit, MilliCores(500));
  EXPECT_DOUBLE_EQ(*answer.limit_factor, 4);
  EXPECT_FALSE(answer.limit_capped);
}

TEST(CpuLimit, LetsPassWhatWasUsedAsFarAsTheRatioAllows) {
  CpuPolicy policy = Classic();
  const CpuHistory history = Constant(19, 0.65, {3.003});
  EXPECT_EQ(Estimate(history, RequestAndLimit(1000, 1000), policy).limit, MilliCores(3003));
  EXPECT_DOUBLE_EQ(*Estimate(history, RequestAndLimit(1000, 1000), policy).limit_factor, 3.01);  // 3.003 in hundredths
  policy.max_limit_ratio = 2;
  const CpuRequest capped = Estimate(history, RequestAndLimit(1000, 1000), policy);
  EXPECT_EQ(capped.limit, MilliCores(2000));
  EXPECT_TRUE(capped.limit_capped);
}

TEST(CpuLimit, IsNotLoweredAndNotInvented) {
  const CpuHistory history = Constant(20, 0.65);
  EXPECT_EQ(Estimate(history, RequestAndLimit(1000, 4000), Classic()).limit, MilliCores(4000));
  EXPECT_EQ(Estimate(history, Request(1000), Classic()).limit, std::nullopt);
  EXPECT_EQ(Estimate(history, Request(1000), Classic()).limit_factor, std::nullopt);
}

TEST(CpuStartUp, GoalGivesTheCores) {
  EXPECT_EQ(*StartUpCores(StartUp::kTaskManager, absl::Seconds(22)), MilliCores(1000));  // 7 / (22 - 15)
  EXPECT_EQ(*StartUpCores(StartUp::kTaskManager, absl::Seconds(33)), MilliCores(389));   // 7 / 18 = 0.3889
  EXPECT_EQ(*StartUpCores(StartUp::kTaskManager, absl::Seconds(85)), MilliCores(100));
  EXPECT_EQ(*StartUpCores(StartUp::kJobManager, absl::Seconds(110)), MilliCores(100));
  EXPECT_EQ(*StartUpCores(StartUp::kJobManager, absl::Seconds(35.3334)), MilliCores(334));  // 10.6667 / 32.00
  for (const absl::Duration goal :
       {absl::Seconds(15), absl::Seconds(20), absl::Seconds(90), absl::InfiniteDuration()}) {
    EXPECT_THAT(std::string(StartUpCores(StartUp::kTaskManager, goal).status().message()),
                HasSubstr("; allowed: [22 s, 85 s]"));
  }
}

// ---- too little, and wrong

TEST(CpuThinData, ChangesNothing) {
  const CpuRequest answer = Estimate(Constant(9, 5), RequestAndLimit(1000, 1500), {});
  EXPECT_EQ(answer.rule, CpuRule::kThinData);
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.request, MilliCores(1000));
  EXPECT_DOUBLE_EQ(*answer.limit_factor, 1.5);
  EXPECT_DOUBLE_EQ(answer.quantile_cores, 5);
  EXPECT_EQ(Estimate(Constant(10, 5), RequestAndLimit(1000, 1500), {}).rule, CpuRule::kAboveBand);
  EXPECT_EQ(Estimate({}, {}, Plain()).request, std::nullopt);
}

struct Refused {
  const char* name;
  void (*spoil)(CpuHistory&, CpuSpec&, CpuPolicy&);
  const char* says;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }

class CpuRefuses : public testing::TestWithParam<Refused> {};

TEST_P(CpuRefuses, NamingTheField) {
  CpuHistory history = Constant(20, 1);
  CpuSpec now = RequestAndLimit(1000, 2000);
  CpuPolicy policy = Plain();
  GetParam().spoil(history, now, policy);
  const absl::StatusOr<CpuRequest> answer = EstimateCpuRequest(history, now, policy);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr(GetParam().says));
}

#define SPOIL(change) [](CpuHistory& h, CpuSpec& n, CpuPolicy& p) { (void)h, (void)n, (void)p, change; }
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Input, CpuRefuses,
    testing::Values(
        Refused{"NegativeUse", SPOIL(h.bins[7].cores = -1), "cpu.bins[7].cores = -1; allowed: [0, 1e+06]"},
        Refused{"NanUse", SPOIL(h.bins[0].cores = kNan), "cpu.bins[0].cores = nan"},
        Refused{"CoversMoreThanTheBin", SPOIL(h.bins[0].covered_s = 61), "bins[0].covered_s = 61; allowed: [0, 60]"},
        Refused{"NanCover", SPOIL(h.bins[0].covered_s = kNan), "covered_s = nan"},
        Refused{"ThrottledMoreThanAll", SPOIL(h.bins[0].throttled_fraction = 1.1), "throttled_fraction = 1.1"},
        Refused{"NoLimitIsNotZero", SPOIL(h.bins[0].limit_cores = 0), "limit_cores = 0; allowed: (0, "},
        Refused{"NoBin", SPOIL(h.bin = absl::ZeroDuration()), "cpu.bin = 0; allowed: finite, > 0"},
        Refused{"EndlessBin", SPOIL(h.bin = absl::InfiniteDuration()), "cpu.bin = inf"},
        Refused{"ZeroRequest", SPOIL(n.request = MilliCores(0)), "cpu.request = 0"},
        Refused{"LimitBelowRequest", SPOIL(n.limit = MilliCores(999)), "cpu.limit = 999; allowed: [1000, "},
        Refused{"BandUpsideDown", SPOIL(p.band_low = 0.9), "cpu.band_low = 0.9; allowed: (0, band_high)"},
        Refused{"BandAboveAll", SPOIL(p.band_high = 1.1), "cpu.band_high = 1.1; allowed: (band_low, 1]"},
        Refused{"NoPrice", SPOIL(p.over_price = 0), "cpu.over_price = 0; allowed: (0, "},
        Refused{"WholeQuantile", SPOIL(p.quantile = 1), "cpu.quantile = 1; allowed: (0, 1)"},
        Refused{"NanLevel", SPOIL(p.level_sd = kNan), "cpu.level_sd = nan"},
        Refused{"NoHorizon", SPOIL(p.weighting.horizon = absl::ZeroDuration()), "horizon = 0; allowed: > 0"},
        Refused{"NoHalfLife", SPOIL(p.weighting.half_life = absl::ZeroDuration()), "half_life = 0; allowed: > 0"},
        Refused{"NothingAhead", SPOIL(p.weighting.ahead = absl::ZeroDuration()), "ahead = 0; allowed: > 0"},
        Refused{"SeasonBelowOne", SPOIL(p.weighting.season_weight = 0.5), "season_weight = 0.5; allowed: [1, "},
        Refused{"RatioBelowOne", SPOIL(p.max_limit_ratio = 0.9), "max_limit_ratio = 0.9; allowed: finite, >= 1"},
        Refused{"LeastAboveMost", SPOIL(p.min_request = MilliCores(2'000'000)), "cpu.min_request = 2e+06"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace tune
