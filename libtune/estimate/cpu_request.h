// CPU request and limit of one process, or of one service's replica, from its use.
//
// Rule. u90 = 90th percentile of the bins' use. While u90 is in [band_low, band_high] of the present request nothing
// changes. Otherwise the wanted request is, among those that have u90 inside the band, the cheapest one at `over_price`
// (cpu_price.h). Throttled bins count as "at least the limit", and nothing is lowered on them. The limit lets the
// process start in time, and lets pass what was used. Source: libtune/DESIGN.md, "CPU".
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libtune/estimate/cpu_use.h"
#include "tune/recommendation.h"
#include "tune/units.h"

namespace tune {

struct CpuPolicy {
  CpuWeighting weighting;
  double quantile = 0.9;  // of the use that is mapped into the band, in (0, 1)
  // The band, as shares of the request; 0 < band_low < band_high <= 1.
  double band_low = 0.5;
  double band_high = 0.8;
  // What one minute over the request is worth, in minutes in which the whole request is idle; in (0, 1e6]. More: a
  // larger request, fewer minutes over it. nullopt: no price, the quantile goes to the middle of the band.
  std::optional<double> over_price = 4;
  double level_sd = 0.1;  // of ln(level) from one day to another, in [0, 1]; LevelSpread() in cpu_price.h
  // True: the quantile stays inside the band, the price chooses where. False: the price alone chooses, and a
  // present request is kept while it is within [middle / band_high, middle / band_low] of the wanted one.
  bool inside_band = true;
  double max_censored_fraction = 0.01;             // in [0, 1]; with more of the time censored nothing is lowered
  absl::Duration min_covered = absl::Minutes(10);  // >= 0; with less data nothing changes
  MilliCores min_request = MilliCores(25);         // in [1, max_request]
  MilliCores max_request = MilliCores(1'000'000);  // <= 1e9
  // The limit is at least this, so that a small request still starts. 0.5 core starts a TaskManager in 33 s
  // (StartUpCores). >= 0.
  MilliCores start_up_floor = MilliCores(500);
  std::optional<double> max_limit_ratio;  // LimitRange's maxLimitRequestRatio, >= 1. nullopt: none
};

// What is set now.
struct CpuSpec {
  std::optional<MilliCores> request;  // > 0; nullopt: not set
  std::optional<MilliCores> limit;    // >= request; nullopt: no limit
};

enum class CpuRule {
  kThinData,   // less than min_covered: kept
  kKept,       // inside the band
  kFirst,      // no request until now
  kAboveBand,  // raised
  kBelowBand,  // lowered
  kCensored,   // would be lowered, but throttling hides what was wanted: kept
  kStartUp,    // min. limit to start over max_limit_ratio
  kMinimum,    // min_request
  kMaximum,    // max_request
};

struct CpuRequest {
  Action action = Action::kHold;  // kHold, kRaise or kLower the request; a new one is raised
  CpuRule rule = CpuRule::kThinData;
  std::optional<MilliCores> request;  // nullopt: thin data, and none now
  // Never lowered, but for max_limit_ratio. nullopt: no limit now, so none wanted.
  std::optional<MilliCores> limit;
  // Limit over request, rounded up to hundredths where max_limit_ratio allows: `kubernetes.*.cpu.limit-factor`.
  std::optional<double> limit_factor;
  bool limit_capped = false;  // max_limit_ratio or max_request keeps the limit below start-up floor or use

  // What it was found from. Cores, shares in [0, 1].
  double covered_s = 0;
  double quantile_cores = 0;             // u90
  bool quantile_is_bound = false;        // so much is censored that u90 is at least quantile_cores
  double largest_cores = 0;              // of a bin; "at least" of a censored one
  double middle_cores = 0;               // the request with u90 in the middle of the band
  double priced_cores = 0;               // the cheapest request; 0 without a price
  double expected_idle_fraction = 0;     // of priced_cores
  double expected_over_fraction = 0;     // of the minutes, over priced_cores
  double level_spread = 0;               // cpu_price.h
  double wanted_cores = 0;               // before bounds and rounding
  double safety_cores = 0;               // wanted_cores less u90
  double censored_fraction = 0;          // of covered_s
  std::optional<double> day_low_cores;   // u90 of the lowest and of the highest day: how much u90 itself moves.
  std::optional<double> day_high_cores;  // nullopt: fewer than two days
};

// kInvalidArgument lists what is out of range, `cpu.bins[7].cores = -1; allowed: …`.
absl::StatusOr<CpuRequest> EstimateCpuRequest(const CpuHistory& history, const CpuSpec& now, const CpuPolicy& policy);

enum class StartUp { kTaskManager, kJobManager };

// Cores that bring a container from created to RUNNING within `goal`: work / (goal - waiting), from measured starts
// (TaskManager 22, 33, 40, 85 s at 1, 0.5, 0.25, 0.1 core: 15 s + 7 core-seconds, off by 4 s at most; JobManager 14,
// 110 s at 1, 0.1 core: 3.33 s + 10.67 core-seconds). kInvalidArgument: a goal that asks for more than 1 core or less
// than 0.1, where nothing was measured.
absl::StatusOr<MilliCores> StartUpCores(StartUp process, absl::Duration goal);

}  // namespace tune
