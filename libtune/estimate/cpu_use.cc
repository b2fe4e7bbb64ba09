#include "libtune/estimate/cpu_use.h"

#include <algorithm>
#include <cmath>

#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kDaySeconds = 86400;
constexpr double kLeastDaySeconds = kDaySeconds / 2;
constexpr double kSeasonMarginSeconds = 3600;
constexpr double kAtLimit = 0.95;  // of the limit: a mean of 60 s this near it was held back within
constexpr double kForgiven = 1e-12;

struct Observation {
  double cores = 0;
  double weight = 0;
  bool censored = false;
};

// A censored "at least c" lies above a use of c.
bool Before(const Observation& a, const Observation& b) {
  return a.cores != b.cores ? a.cores < b.cores : a.censored < b.censored;
}

bool Counts(const CpuUseBin& bin) { return bin.covered_s > 0 && !bin.left_out; }

bool IsCensored(const CpuUseBin& bin, double throttled_fraction) {
  const bool throttled = bin.throttled_fraction.has_value() && *bin.throttled_fraction >= throttled_fraction;
  return throttled || (bin.limit_cores.has_value() && bin.cores >= kAtLimit * *bin.limit_cores);
}

// How much a bin that began `age_s` ago counts for each covered second.
class Weigher {
 public:
  explicit Weigher(const CpuWeighting& weighting)
      : half_life_s_(absl::ToDoubleSeconds(weighting.half_life)), season_weight_(weighting.season_weight) {
    if (weighting.ahead.has_value()) ahead_s_ = absl::ToDoubleSeconds(*weighting.ahead);
  }

  double At(double age_s) const {
    const double recent = std::exp2(-age_s / half_life_s_);
    return IsSeason(age_s) ? recent * season_weight_ : recent;
  }

 private:
  bool IsSeason(double age_s) const {
    if (!ahead_s_.has_value()) return false;
    const double after_now = kDaySeconds - std::fmod(age_s, kDaySeconds);  // the same time of day, in (0, 1 day]
    return after_now < *ahead_s_ + kSeasonMarginSeconds || after_now >= kDaySeconds - kSeasonMarginSeconds;
  }

  double half_life_s_;
  double season_weight_;
  std::optional<double> ahead_s_;
};

size_t FirstBin(const CpuHistory& history, absl::Duration horizon) {
  const double bins = std::floor(absl::FDivDuration(horizon, history.bin) * (1 + kForgiven));
  const double count = static_cast<double>(history.bins.size());
  return bins >= count ? 0 : history.bins.size() - static_cast<size_t>(bins);
}

}  // namespace

class CpuUseBuilder {
 public:
  void Reserve(size_t bins) { observations_.reserve(bins); }

  void Add(const Observation& observation, double covered_s) {
    observations_.push_back(observation);
    total_ += observation.weight;
    use_.covered_s += covered_s;
    if (observation.censored) censored_s_ += covered_s;
  }

  CpuUse Build() {
    if (observations_.empty()) return use_;
    std::sort(observations_.begin(), observations_.end(), Before);
    double left = 1;  // share of the minutes not placed yet
    double at_risk = total_;
    for (const Observation& o : observations_) {
      const double placed = o.censored || at_risk <= 0 ? 0 : left * std::min(o.weight / at_risk, 1.0);
      Place(o.cores, placed);
      left -= placed;
      at_risk -= o.weight;
    }
    if (observations_.back().censored) use_.unplaced_fraction = left;
    use_.fraction_.back() = 1;
    use_.use_.back() += left * use_.cores_.back();
    use_.censored_fraction = censored_s_ / use_.covered_s;
    return use_;
  }

 private:
  void Place(double cores, double fraction) {
    use_.fraction_.push_back(use_.FractionOf(use_.cores_.size()) + fraction);
    use_.use_.push_back(use_.UseOf(use_.cores_.size()) + fraction * cores);
    use_.cores_.push_back(cores);
  }

  std::vector<Observation> observations_;
  double total_ = 0;
  double censored_s_ = 0;
  CpuUse use_;
};

double CpuUse::Quantile(double q) const {
  if (cores_.empty()) return 0;
  const auto at = std::lower_bound(fraction_.begin(), fraction_.end(), q * (1 - kForgiven));
  return at == fraction_.end() ? cores_.back() : cores_[at - fraction_.begin()];
}

CpuUse CollectCpuUse(const CpuHistory& history, const CpuWeighting& weighting, Censoring censoring) {
  const Weigher weigher(weighting);
  const double bin_s = absl::ToDoubleSeconds(history.bin);
  CpuUseBuilder builder;
  builder.Reserve(history.bins.size());
  for (size_t i = FirstBin(history, weighting.horizon); i < history.bins.size(); ++i) {
    const CpuUseBin& bin = history.bins[i];
    if (!Counts(bin)) continue;
    const double weight = bin.covered_s * weigher.At(static_cast<double>(history.bins.size() - i) * bin_s);
    const bool censored = censoring == Censoring::kCounted && IsCensored(bin, weighting.throttled_fraction);
    const double cores = censored ? std::max(bin.cores, bin.limit_cores.value_or(0)) : bin.cores;
    builder.Add({cores, weight, censored}, bin.covered_s);
  }
  return builder.Build();
}

std::vector<double> DailyQuantiles(const CpuHistory& history, absl::Duration horizon, double q) {
  const size_t first = FirstBin(history, horizon);
  const size_t per_day =
      static_cast<size_t>(std::max(1.0, std::floor(absl::FDivDuration(absl::Hours(24), history.bin))));
  std::vector<double> daily;
  std::vector<Weighted> day;
  for (size_t end = history.bins.size(); end > first;) {
    const size_t start = end - first > per_day ? end - per_day : first;
    double covered_s = 0;
    day.clear();
    for (size_t i = start; i < end; ++i) {
      if (!Counts(history.bins[i])) continue;
      day.push_back({history.bins[i].cores, history.bins[i].covered_s});
      covered_s += history.bins[i].covered_s;
    }
    const std::optional<double> found = covered_s >= kLeastDaySeconds ? WeightedQuantile(day, q) : std::nullopt;
    if (found.has_value()) daily.push_back(*found);
    end = start;
  }
  return daily;
}

}  // namespace tune
