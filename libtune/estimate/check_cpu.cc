#include "libtune/estimate/check_cpu.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr double kMostPrice = 1e6;
constexpr MilliCores kMostRequest(1'000'000'000);

class Checker {
 public:
  explicit Checker(Violations& violations) : violations_(violations) {}

  void That(bool allowed, const std::string& field, double value, const std::string& range) {
    if (!allowed) violations_.Add(field, value, range);
  }
  void Duration(bool allowed, const std::string& field, absl::Duration value, const std::string& range) {
    if (!allowed) violations_.Add(field, absl::FormatDuration(value), range);
  }
  void Amount(const std::string& field, MilliCores value, MilliCores least, MilliCores most) {
    That(value >= least && value <= most, field, static_cast<double>(value.value()),
         absl::StrCat("[", least.value(), ", ", most.value(), "] millicores"));
  }

 private:
  Violations& violations_;
};

bool InUnit(double value) { return value >= 0 && value <= 1; }

void CheckBin(const CpuUseBin& bin, double bin_s, size_t i, Violations& violations) {
  if (bin.covered_s == 0) return;
  const auto name = [i](const char* field) { return absl::StrCat("cpu.bins[", i, "].", field); };
  if (!(bin.covered_s >= 0 && bin.covered_s <= bin_s)) {
    violations.Add(name("covered_s"), bin.covered_s, absl::StrCat("[0, ", bin_s, "]"));
  }
  if (!(bin.cores >= 0 && bin.cores <= kMostCores)) {
    violations.Add(name("cores"), bin.cores, absl::StrCat("[0, ", kMostCores, "]"));
  }
  if (bin.throttled_fraction.has_value() && !InUnit(*bin.throttled_fraction)) {
    violations.Add(name("throttled_fraction"), *bin.throttled_fraction, "[0, 1]");
  }
  if (bin.limit_cores.has_value() && !(*bin.limit_cores > 0 && *bin.limit_cores <= kMostCores)) {
    violations.Add(name("limit_cores"), *bin.limit_cores, absl::StrCat("(0, ", kMostCores, "]"));
  }
}

void CheckWeighting(const CpuWeighting& w, Checker& check) {
  const absl::Duration zero = absl::ZeroDuration();
  check.Duration(w.horizon > zero, "cpu.weighting.horizon", w.horizon, "> 0");
  check.Duration(w.half_life > zero, "cpu.weighting.half_life", w.half_life, "> 0");
  if (w.ahead.has_value()) check.Duration(*w.ahead > zero, "cpu.weighting.ahead", *w.ahead, "> 0");
  check.That(w.season_weight >= 1 && w.season_weight <= kMostPrice, "cpu.weighting.season_weight", w.season_weight,
             absl::StrCat("[1, ", kMostPrice, "]"));
  check.That(w.throttled_fraction > 0 && w.throttled_fraction <= 1, "cpu.weighting.throttled_fraction",
             w.throttled_fraction, "(0, 1]");
}

void CheckCpuPolicy(const CpuPolicy& p, Checker& check) {
  CheckWeighting(p.weighting, check);
  check.That(p.quantile > 0 && p.quantile < 1, "cpu.quantile", p.quantile, "(0, 1)");
  check.That(p.band_low > 0 && p.band_low < p.band_high, "cpu.band_low", p.band_low, "(0, band_high)");
  check.That(p.band_high <= 1, "cpu.band_high", p.band_high, "(band_low, 1]");
  if (p.over_price.has_value()) {
    check.That(*p.over_price > 0 && *p.over_price <= kMostPrice, "cpu.over_price", *p.over_price,
               absl::StrCat("(0, ", kMostPrice, "]"));
  }
  check.That(InUnit(p.level_sd), "cpu.level_sd", p.level_sd, "[0, 1]");
  check.That(InUnit(p.max_censored_fraction), "cpu.max_censored_fraction", p.max_censored_fraction, "[0, 1]");
  check.Duration(p.min_covered >= absl::ZeroDuration(), "cpu.min_covered", p.min_covered, ">= 0");
  check.Amount("cpu.min_request", p.min_request, MilliCores(1), p.max_request);
  check.Amount("cpu.max_request", p.max_request, p.min_request, kMostRequest);
  check.Amount("cpu.start_up_floor", p.start_up_floor, MilliCores(0), kMostRequest);
  if (p.max_limit_ratio.has_value()) {
    check.That(*p.max_limit_ratio >= 1 && std::isfinite(*p.max_limit_ratio), "cpu.max_limit_ratio", *p.max_limit_ratio,
               "finite, >= 1");
  }
}

void CheckSpec(const CpuSpec& now, Checker& check) {
  const MilliCores least(1);
  if (now.request.has_value()) check.Amount("cpu.request", *now.request, least, kMostRequest);
  if (now.limit.has_value()) check.Amount("cpu.limit", *now.limit, now.request.value_or(least), kMostRequest);
}

}  // namespace

absl::Status CheckCpu(const CpuHistory& history, const CpuSpec& now, const CpuPolicy& policy) {
  Violations violations;
  Checker check(violations);
  const double bin_s = absl::ToDoubleSeconds(history.bin);
  check.Duration(bin_s > 0 && std::isfinite(bin_s), "cpu.bin", history.bin, "finite, > 0");
  for (size_t i = 0; i < history.bins.size(); ++i) CheckBin(history.bins[i], bin_s, i, violations);
  CheckSpec(now, check);
  CheckCpuPolicy(policy, check);
  return violations.ToStatus();
}

}  // namespace tune
