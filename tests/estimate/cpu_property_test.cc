#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "libtune/estimate/cpu_price.h"
#include "tests/estimate/cpu_cases.h"

namespace tune {
namespace {

double AnyCores() { return 0.001 * *rc::gen::inRange(0, 4000); }

CpuHistory AnyHistory() {
  CpuHistory history;
  for (int i = *rc::gen::inRange(1, 60); i > 0; --i) {
    CpuUseBin bin = Used(AnyCores());
    bin.covered_s = *rc::gen::inRange(1, 61);
    if (*rc::gen::inRange(0, 4) == 0) bin.throttled_fraction = 0.01 * *rc::gen::inRange(0, 101);
    if (*rc::gen::inRange(0, 4) == 0) bin.limit_cores = std::max(bin.cores, 0.5);
    bin.left_out = *rc::gen::inRange(0, 10) == 0;
    history.bins.push_back(bin);
  }
  return history;
}

CpuHistory WithoutCensoring(CpuHistory history) {
  for (CpuUseBin& bin : history.bins) bin.throttled_fraction = bin.limit_cores = std::nullopt;
  return history;
}

CpuSpec AnySpec() {
  CpuSpec now;
  if (*rc::gen::inRange(0, 4) > 0) now.request = MilliCores(*rc::gen::inRange(1, 5000));
  if (*rc::gen::inRange(0, 2) > 0) {
    now.limit = MilliCores(now.request.value_or(MilliCores(1)).value() + *rc::gen::inRange(0, 3000));
  }
  return now;
}

CpuPolicy AnyPolicy() {
  CpuPolicy policy = Plain();
  policy.min_request = MilliCores(25);
  policy.level_sd = 0.05 * *rc::gen::inRange(0, 4);
  policy.inside_band = *rc::gen::arbitrary<bool>();
  if (*rc::gen::inRange(0, 4) == 0) policy.over_price = std::nullopt;
  if (policy.over_price.has_value()) policy.over_price = 0.5 * *rc::gen::inRange(1, 60);
  if (*rc::gen::arbitrary<bool>()) policy.weighting.half_life = absl::Minutes(*rc::gen::inRange(5, 100));
  if (*rc::gen::inRange(0, 3) == 0) policy.max_limit_ratio = 1 + 0.5 * *rc::gen::inRange(0, 10);
  return policy;
}

// The price may leave a spike uncovered once it is tall enough, so this holds for the quantile's rule, and for the
// smallest request that the band allows. What was censored is guessed from the other bins, so there is none here.
TEST(CpuProperty, MoreUseNeverGivesASmallerRequest) {
  EXPECT_TRUE(rc::check([] {
    CpuHistory history = WithoutCensoring(AnyHistory());
    const CpuRequest before = Estimate(history, {}, Classic());
    const CpuPolicy priced = Plain();
    for (CpuUseBin& bin : history.bins) bin.cores += *rc::gen::inRange(0, 2) * AnyCores();
    RC_ASSERT((Estimate(history, {}, Classic()).request >= before.request));
    const CpuRequest after = Estimate(history, {}, priced);
    RC_ASSERT(after.wanted_cores >= before.quantile_cores / priced.band_high * (1 - 1e-9));
  }));
}

// Doubling is exact, so that not even ties are decided otherwise.
TEST(CpuProperty, UseScaledIsARequestScaled) {
  EXPECT_TRUE(rc::check([] {
    CpuHistory history = AnyHistory();
    CpuPolicy policy = AnyPolicy();
    policy.inside_band = true;
    const CpuRequest before = Estimate(history, {}, policy);
    RC_PRE(before.request.has_value() && before.quantile_cores > 0);
    for (CpuUseBin& bin : history.bins) {
      bin.cores *= 8;
      if (bin.limit_cores.has_value()) *bin.limit_cores *= 8;
    }
    const CpuRequest after = Estimate(history, {}, policy);
    RC_ASSERT(after.wanted_cores == 8 * before.wanted_cores);
    RC_ASSERT(after.expected_over_fraction == before.expected_over_fraction);
  }));
}

TEST(CpuProperty, OrderOfBinsDoesNotMatterWithoutAHalfLife) {
  EXPECT_TRUE(rc::check([] {
    CpuHistory history = AnyHistory();
    CpuPolicy policy = AnyPolicy();
    policy.weighting.half_life = absl::InfiniteDuration();
    const CpuSpec now = AnySpec();
    const CpuRequest before = Estimate(history, now, policy);
    std::rotate(history.bins.begin(), history.bins.begin() + *rc::gen::inRange<size_t>(0, history.bins.size()),
                history.bins.end());
    const CpuRequest after = Estimate(history, now, policy);
    RC_ASSERT((after.request == before.request));
    RC_ASSERT((after.limit == before.limit));
  }));
}

TEST(CpuProperty, CensoringNeverLowers) {
  EXPECT_TRUE(rc::check([] {
    CpuHistory history = WithoutCensoring(AnyHistory());
    const CpuPolicy policy = AnyPolicy();
    const CpuSpec now = AnySpec();
    const CpuRequest before = Estimate(history, now, policy);
    for (CpuUseBin& bin : history.bins) {
      if (*rc::gen::inRange(0, 3) == 0) bin.throttled_fraction = 1;
      if (*rc::gen::inRange(0, 3) == 0) bin.limit_cores = std::max(bin.cores, 0.001);
    }
    const CpuRequest after = Estimate(history, now, policy);
    RC_ASSERT(after.wanted_cores >= before.wanted_cores);
    RC_ASSERT(after.quantile_cores >= before.quantile_cores);
    if (after.censored_fraction > policy.max_censored_fraction && now.request.has_value()) {
      RC_ASSERT(after.action != Action::kLower);
    }
  }));
}

TEST(CpuProperty, TheAnswerFedBackIsKept) {
  EXPECT_TRUE(rc::check([] {
    const CpuHistory history = AnyHistory();
    const CpuPolicy policy = AnyPolicy();
    const CpuRequest once = Estimate(history, AnySpec(), policy);
    RC_PRE(once.request.has_value());
    const CpuRequest twice = Estimate(history, {once.request, once.limit}, policy);
    RC_ASSERT(twice.action == Action::kHold);
    RC_ASSERT((twice.request == once.request));
    RC_ASSERT((twice.limit == once.limit));
  }));
}

TEST(CpuProperty, AChangeBringsTheQuantileIntoTheBand) {
  EXPECT_TRUE(rc::check([] {
    const CpuHistory history = WithoutCensoring(AnyHistory());
    CpuPolicy policy = AnyPolicy();
    policy.inside_band = true;
    const CpuRequest answer = Estimate(history, AnySpec(), policy);
    RC_PRE(answer.rule == CpuRule::kAboveBand || answer.rule == CpuRule::kBelowBand || answer.rule == CpuRule::kFirst);
    const double request = 0.001 * static_cast<double>(answer.request->value());
    RC_ASSERT(answer.quantile_cores <= policy.band_high * request * (1 + 1e-9));
    RC_ASSERT(answer.quantile_cores >= policy.band_low * (request - 0.001) * (1 - 1e-9));
  }));
}

TEST(CpuProperty, BinsLeftOutDoNotMatter) {
  EXPECT_TRUE(rc::check([] {
    CpuHistory history = AnyHistory();
    const CpuPolicy policy = AnyPolicy();
    const CpuSpec now = AnySpec();
    const CpuRequest before = Estimate(history, now, policy);
    for (CpuUseBin& bin : history.bins) {
      if (bin.left_out) bin.cores = AnyCores();
    }
    RC_ASSERT((Estimate(history, now, policy).request == before.request));
    RC_ASSERT(Estimate(history, now, policy).wanted_cores == before.wanted_cores);
  }));
}

// The cost written down a second time, as sums over bins and levels; no other request may be cheaper.
TEST(CpuProperty, NoRequestIsCheaperThanTheCheapest) {
  EXPECT_TRUE(rc::check([] {
    std::vector<double> cores = {1};
    for (int i = *rc::gen::inRange(0, 30); i > 0; --i) cores.push_back(AnyCores());
    const double spread = 0.1 * *rc::gen::inRange(0, 4), price = 0.5 * *rc::gen::inRange(1, 60);
    const double low = 0.01 * *rc::gen::inRange(1, 100), high = low * *rc::gen::inRange(1, 5);
    const auto cost = [&](double request) {
      double sum = 0;
      for (const double level : {-1, 0, 1}) {
        for (const double c : cores) {
          const double use = c * std::exp(level * std::sqrt(3.0) * spread);
          const double now = use > request * (1 + 1e-12) ? price : std::max(0.0, 1 - use / request);
          sum += now * (level == 0 ? 4.0 : 1.0) / 6;
        }
      }
      return sum / static_cast<double>(cores.size());
    };
    const CpuUse use = CollectCpuUse(Uses(cores), Plain().weighting, Censoring::kCounted);
    const PricedRequest best = CheapestRequest(use, spread, price, low, high);
    RC_ASSERT(best.cores >= low && best.cores <= high);
    RC_ASSERT(std::abs(best.idle_fraction + price * best.over_fraction - cost(best.cores)) < 1e-9);
    for (int i = 0; i <= 50; ++i) RC_ASSERT(cost(best.cores) <= cost(low + (high - low) * i / 50) + 1e-9);
  }));
}

}  // namespace
}  // namespace tune
