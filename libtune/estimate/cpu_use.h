// What a process used of CPU, as the distribution of its minutes.
//
// Source: libtune/DESIGN.md, "CPU".
#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "tune/units.h"

namespace tune {

// CPU of one process, or of one service, in one bin.
struct CpuUseBin {
  double covered_s = 0;  // seconds seen, in [0, bin]; 0: nothing known, the rest is not read
  double cores = 0;      // mean cores used while covered, in [0, kMostCores]
  // Share of the CFS periods that were throttled, in [0, 1]. nullopt: not measured.
  std::optional<double> throttled_fraction;
  std::optional<double> limit_cores;  // the limit that held then, > 0. nullopt: none, or not known
  bool left_out = false;              // start-up, a restart, or an excluded operator's window: not demand
};

struct CpuHistory {
  absl::Duration bin = absl::Minutes(1);  // > 0
  std::vector<CpuUseBin> bins;            // oldest first; the last one ends now
};

constexpr double kMostCores = 1e6;

// How much each bin tells about the time ahead.
struct CpuWeighting {
  absl::Duration horizon = absl::Hours(24 * 7);    // > 0; older bins are left out
  absl::Duration half_life = absl::Hours(24 * 3);  // > 0; a bin this old counts half. InfiniteDuration: all alike
  // The answer holds from now on for this long, > 0. Shorter than a day, bins of the same time of day (an hour more on
  // both sides) count `season_weight` times. nullopt: for long.
  std::optional<absl::Duration> ahead;
  double season_weight = 30;  // >= 1; 1: the time of day does not matter
  // In (0, 1]; a bin throttled in at least this share of its periods is censored: it shows that `limit_cores` or more
  // was wanted, not how much. So does one that used 95 % of its limit.
  double throttled_fraction = 0.25;
};

// Minutes by cores used, weighted. Censored bins are placed as Kaplan and Meier do: the weight of "at least c" is
// spread over what the other bins above c show. What nothing above can take stays at the largest value, and is
// `unplaced`.
class CpuUse {
 public:
  double covered_s = 0;          // of the bins that count
  double censored_fraction = 0;  // of covered_s
  double unplaced_fraction = 0;  // of the weight: only "at least Largest()" is known of it

  bool empty() const { return cores_.empty(); }
  double Largest() const { return cores_.empty() ? 0 : cores_.back(); }
  // Values ascending; a value may occur more than once.
  const std::vector<double>& cores() const { return cores_; }
  // Smallest value that at least the share q of the minutes does not exceed; 0 when empty. A relative 1e-12 is
  // forgiven.
  double Quantile(double q) const;
  // Share of the minutes, and their mean use times that share, of the first `count` values.
  double FractionOf(size_t count) const { return count == 0 ? 0 : fraction_[count - 1]; }
  double UseOf(size_t count) const { return count == 0 ? 0 : use_[count - 1]; }

 private:
  friend class CpuUseBuilder;
  std::vector<double> cores_;
  std::vector<double> fraction_;  // of the minutes, up to and with this value
  std::vector<double> use_;       // sum of fraction times cores, up to and with this value
};

enum class Censoring {
  kCounted,  // censored bins are "at least": at least their use, and their limit
  kIgnored,  // every bin is what was used
};

// `history` and `weighting` hold what their comments allow (CheckCpu in cpu_request.cc).
CpuUse CollectCpuUse(const CpuHistory& history, const CpuWeighting& weighting, Censoring censoring);

// The quantile of each day that was seen for at least 12 hours, days counted back from the end of the history, the last
// one first. Not weighted by age.
std::vector<double> DailyQuantiles(const CpuHistory& history, absl::Duration horizon, double q);

}  // namespace tune
