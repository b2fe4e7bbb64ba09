#include "libtune/estimate/cpu_request.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libtune/estimate/check_cpu.h"
#include "libtune/estimate/cpu_price.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr double kForgiven = 1e-9;
constexpr double kLeastCores = 1e-6;
constexpr double kMilli = 1000;
constexpr double kFactorSteps = 100;  // limit factors are given in hundredths

MilliCores RoundUp(double cores) {
  return MilliCores(static_cast<int64_t>(std::ceil(cores * kMilli * (1 - kForgiven))));
}
double Cores(MilliCores amount) { return static_cast<double>(amount.value()) / kMilli; }

double Middle(const CpuPolicy& policy) { return (policy.band_low + policy.band_high) / 2; }

// The request wanted for one distribution of the use.
struct Wanted {
  double cores = 0;
  PricedRequest priced;  // all 0 without a price
};

Wanted FindWanted(const CpuUse& use, double spread, const CpuPolicy& policy) {
  const double quantile = use.Quantile(policy.quantile);
  const bool bound = use.unplaced_fraction > 1 - policy.quantile;
  Wanted wanted{.cores = quantile / Middle(policy), .priced = {}};
  const double within = policy.inside_band ? quantile : use.Largest();  // of nothing, nothing is wanted
  if (!policy.over_price.has_value() || within <= 0) return wanted;
  double low = kLeastCores, high = std::numeric_limits<double>::infinity();
  if (policy.inside_band) {
    low = quantile / policy.band_high;
    high = quantile / policy.band_low;
  }
  wanted.priced = CheapestRequest(use, spread, *policy.over_price, low, high);
  // Of a use that is known only to be at least this, the price knows too little.
  wanted.cores = bound ? std::max(wanted.cores, wanted.priced.cores) : wanted.priced.cores;
  return wanted;
}

void Describe(const CpuHistory& history, const CpuUse& use, const CpuPolicy& policy, CpuRequest& answer) {
  answer.covered_s = use.covered_s;
  answer.censored_fraction = use.censored_fraction;
  answer.quantile_cores = use.Quantile(policy.quantile);
  answer.quantile_is_bound = use.unplaced_fraction > 1 - policy.quantile;
  answer.largest_cores = use.Largest();
  answer.middle_cores = answer.quantile_cores / Middle(policy);
  answer.level_spread = LevelSpread(use.covered_s, policy.level_sd);
  const std::vector<double> daily = DailyQuantiles(history, policy.weighting.horizon, policy.quantile);
  if (daily.size() >= 2) {
    const auto [low, high] = std::minmax_element(daily.begin(), daily.end());
    answer.day_low_cores = *low;
    answer.day_high_cores = *high;
  }
}

// Counting censored bins as "at least" moves minutes up, which can make them too dear to cover: never ask for less
// than without them.
void FillWanted(const CpuHistory& history, const CpuUse& use, const CpuPolicy& policy, CpuRequest& answer) {
  Wanted wanted = FindWanted(use, answer.level_spread, policy);
  if (use.censored_fraction > 0) {
    const CpuUse as_used = CollectCpuUse(history, policy.weighting, Censoring::kIgnored);
    const Wanted at_least = FindWanted(as_used, answer.level_spread, policy);
    if (at_least.cores > wanted.cores) wanted = at_least;
  }
  answer.priced_cores = wanted.priced.cores;
  answer.expected_idle_fraction = wanted.priced.idle_fraction;
  answer.expected_over_fraction = wanted.priced.over_fraction;
  answer.wanted_cores = wanted.cores;
  answer.safety_cores = wanted.cores - answer.quantile_cores;
}

// The use that the band is held against.
double Mapped(const CpuRequest& answer, const CpuPolicy& policy) {
  const bool price_alone = policy.over_price.has_value() && !policy.inside_band;
  return price_alone ? answer.wanted_cores * Middle(policy) : answer.quantile_cores;
}

CpuRule BandRule(const CpuRequest& answer, MilliCores request, const CpuPolicy& policy) {
  const double mapped = Mapped(answer, policy), now = Cores(request);
  if (mapped > policy.band_high * now * (1 + kForgiven)) return CpuRule::kAboveBand;
  if (mapped >= policy.band_low * now * (1 - kForgiven)) return CpuRule::kKept;
  return answer.censored_fraction > policy.max_censored_fraction ? CpuRule::kCensored : CpuRule::kBelowBand;
}

// Rounding up makes the smallest request whose share of the band is still held; a bound that bites names itself.
void FillRequest(const CpuSpec& now, const CpuPolicy& policy, CpuRequest& answer) {
  answer.rule = now.request.has_value() ? BandRule(answer, *now.request, policy) : CpuRule::kFirst;
  const bool kept = answer.rule == CpuRule::kKept || answer.rule == CpuRule::kCensored;
  MilliCores request = kept ? *now.request : RoundUp(answer.wanted_cores);
  const auto raise_to = [&](MilliCores least, CpuRule rule) {
    if (request >= least) return;
    request = least;
    answer.rule = rule;
  };
  raise_to(policy.min_request, CpuRule::kMinimum);
  if (now.limit.has_value() && policy.max_limit_ratio.has_value()) {
    raise_to(RoundUp(Cores(policy.start_up_floor) / *policy.max_limit_ratio), CpuRule::kStartUp);
  }
  if (request > policy.max_request) {
    request = policy.max_request;
    answer.rule = CpuRule::kMaximum;
  }
  answer.request = request;
}

void FillLimit(const CpuSpec& now, const CpuPolicy& policy, CpuRequest& answer) {
  if (!now.limit.has_value()) return;
  const double request = Cores(*answer.request);
  const double needed = std::max({request, Cores(policy.start_up_floor), answer.largest_cores});
  const double wanted = std::max(needed, Cores(*now.limit));
  answer.limit = RoundUp(wanted);
  answer.limit_factor = std::ceil(wanted / request * kFactorSteps * (1 - kForgiven)) / kFactorSteps;
  if (!policy.max_limit_ratio.has_value()) return;
  const double most = request * *policy.max_limit_ratio;
  answer.limit = std::min(*answer.limit, MilliCores(static_cast<int64_t>(std::floor(most * kMilli * (1 + kForgiven)))));
  answer.limit_factor = std::min(*answer.limit_factor, *policy.max_limit_ratio);
  answer.limit_capped = needed > most * (1 + kForgiven);
}

Action ActionFor(const CpuSpec& now, MilliCores request) {
  if (!now.request.has_value() || request > *now.request) return Action::kRaise;
  return request < *now.request ? Action::kLower : Action::kHold;
}

}  // namespace

absl::StatusOr<CpuRequest> EstimateCpuRequest(const CpuHistory& history, const CpuSpec& now, const CpuPolicy& policy) {
  if (const absl::Status allowed = CheckCpu(history, now, policy); !allowed.ok()) return allowed;
  const CpuUse use = CollectCpuUse(history, policy.weighting, Censoring::kCounted);
  CpuRequest answer;
  answer.request = now.request;
  answer.limit = now.limit;
  Describe(history, use, policy, answer);
  if (use.empty() || use.covered_s < absl::ToDoubleSeconds(policy.min_covered)) {
    if (now.limit.has_value() && now.request.has_value()) answer.limit_factor = Cores(*now.limit) / Cores(*now.request);
    return answer;
  }
  FillWanted(history, use, policy, answer);
  FillRequest(now, policy, answer);
  FillLimit(now, policy, answer);
  answer.action = ActionFor(now, *answer.request);
  return answer;
}

absl::StatusOr<MilliCores> StartUpCores(StartUp process, absl::Duration goal) {
  const bool task_manager = process == StartUp::kTaskManager;
  const double waiting_s = task_manager ? 15 : 10.0 / 3;
  const double core_seconds = task_manager ? 7 : 32.0 / 3;
  const double left_s = absl::ToDoubleSeconds(goal) - waiting_s;
  const double cores = core_seconds / left_s;
  if (!(left_s > 0 && cores <= 1 + kForgiven && cores >= 0.1 - kForgiven)) {
    const std::string allowed =
        absl::StrCat("[", waiting_s + core_seconds, " s, ", waiting_s + 10 * core_seconds, " s]");
    return NotAllowed("goal", absl::FormatDuration(goal), allowed);
  }
  return RoundUp(cores);
}

}  // namespace tune
