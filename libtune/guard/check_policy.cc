// CheckPolicy: the door for policies.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "tune/job_graph.h"
#include "tune/policy.h"

namespace tune {
namespace {

class PolicyCheck {
 public:
  explicit PolicyCheck(Violations& bad) : bad_(bad) {}

  // (0, 1]; NaN fails.
  void Fraction(const char* field, double value) {
    if (!(value > 0 && value <= 1)) Bad(field, absl::StrCat(value), "(0, 1]");
  }
  void Positive(const char* field, absl::Duration value) {
    if (!(value > absl::ZeroDuration())) Bad(field, absl::FormatDuration(value), "> 0");
  }
  void PositiveFinite(const char* field, absl::Duration value) {
    if (!(value > absl::ZeroDuration() && value < absl::InfiniteDuration())) {
      Bad(field, absl::FormatDuration(value), "> 0 and finite");
    }
  }
  void NotNegative(const char* field, absl::Duration value) {
    if (value < absl::ZeroDuration() || value == absl::InfiniteDuration()) {
      Bad(field, absl::FormatDuration(value), ">= 0 and finite");
    }
  }
  void Require(bool ok, const char* field, double value, const std::string& allowed) {
    if (!ok) Bad(field, absl::StrCat(value), allowed);
  }
  void Between(const char* field, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most) Bad(field, absl::StrCat(value), absl::StrCat("[", least, ", ", most, "]"));
  }
  void Bad(const std::string& field, const std::string& value, const std::string& allowed) {
    bad_.Add(absl::StrCat("policy.", field), value, allowed);
  }

 private:
  Violations& bad_;
};

void CheckEstimates(const TuningPolicy& p, PolicyCheck& check) {
  check.Fraction("demand_quantile", p.demand_quantile);
  check.PositiveFinite("horizon", p.horizon);
  check.Fraction("target_busy_fraction", p.target_busy_fraction);
  check.PositiveFinite("catch_up_time", p.catch_up_time);
  check.NotNegative("restart_time", p.restart_time);
  check.Positive("lag_goal", p.lag_goal);
  check.Fraction("throttled_fraction", p.throttled_fraction);
  check.Require(p.confidence > 0 && p.confidence < 1, "confidence", p.confidence, "(0, 1)");
  check.Require(p.skew_ratio >= 1 && std::isfinite(p.skew_ratio), "skew_ratio", p.skew_ratio, ">= 1");
  check.Positive("slow_record", p.slow_record);
  for (const auto& [name, threshold] : p.slow_record_of) {
    if (!(threshold > absl::ZeroDuration())) {
      check.Bad(absl::StrCat("slow_record_of[\"", name, "\"]"), absl::FormatDuration(threshold), "> 0");
    }
  }
  check.Fraction("gc_bound_fraction", p.gc_bound_fraction);
}

void CheckGuards(const TuningPolicy& p, PolicyCheck& check) {
  check.NotNegative("min_coverage", p.min_coverage);
  check.Require(p.min_records >= 0 && std::isfinite(p.min_records), "min_records", p.min_records, ">= 0");
  check.Positive("max_staleness", p.max_staleness);
  check.Require(p.max_parallelism >= 1 && p.max_parallelism <= kMaxParallelism, "max_parallelism", p.max_parallelism,
                absl::StrCat("[1, ", kMaxParallelism, "]"));
  check.Require(p.min_parallelism >= 1 && p.min_parallelism <= p.max_parallelism, "min_parallelism", p.min_parallelism,
                "[1, max_parallelism]");
  const double up = p.max_step_up_factor, down = p.max_step_down_factor;
  check.Require(up == 0 || (up > 1 && std::isfinite(up)), "max_step_up_factor", up, "> 1, or 0 for no limit");
  check.Require(down == 0 || (down > 0 && down < 1), "max_step_down_factor", down, "(0, 1), or 0 for no limit");
  check.Require(p.lower_ratio >= 1 && std::isfinite(p.lower_ratio), "lower_ratio", p.lower_ratio, ">= 1");
  check.PositiveFinite("payback_time", p.payback_time);
  check.Fraction("max_checkpoint_failure_fraction", p.max_checkpoint_failure_fraction);
}

void CheckProcesses(const TuningPolicy& p, PolicyCheck& check) {
  constexpr int64_t kMostMilliCores = 1'000'000'000;
  check.NotNegative("min_process_coverage", p.min_process_coverage);
  check.Require(p.gc_overhead_goal > 0 && p.gc_overhead_goal < 1, "gc_overhead_goal", p.gc_overhead_goal, "(0, 1)");
  check.Require(p.heap_margin >= 1 && p.heap_margin <= 10, "heap_margin", p.heap_margin, "[1, 10]");
  const double factor = p.heap_live_factor;
  check.Require(factor == 0 || (factor >= 1 && factor <= 100), "heap_live_factor", factor, "[1, 100], or 0 for none");
  check.Require(p.metaspace_margin > 1.2 && p.metaspace_margin <= 10, "metaspace_margin", p.metaspace_margin,
                "(1.2, 10]");
  check.Positive("oom_memory", p.oom_memory);
  check.Require(p.cpu_quantile > 0 && p.cpu_quantile < 1, "cpu_quantile", p.cpu_quantile, "(0, 1)");
  check.Fraction("cpu_band_high", p.cpu_band_high);
  check.Require(p.cpu_band_low > 0 && p.cpu_band_low < p.cpu_band_high, "cpu_band_low", p.cpu_band_low,
                "(0, cpu_band_high)");
  check.Require(p.cpu_over_price >= 0 && p.cpu_over_price <= 1e6, "cpu_over_price", p.cpu_over_price, "[0, 1e6]");
  check.Between("min_cpu_request", p.min_cpu_request.value(), 1, kMostMilliCores);
  check.Between("cpu_start_up", p.cpu_start_up.value(), 0, kMostMilliCores);
}

void CheckLayout(const TuningPolicy& p, PolicyCheck& check) {
  check.Between("max_slots", p.max_slots, 1, kMaxParallelism);
  check.Require(p.min_slots >= 1 && p.min_slots <= p.max_slots, "min_slots", p.min_slots, "[1, max_slots]");
  check.Between("max_task_managers", p.max_task_managers, 1, kMaxParallelism);
  check.Require(p.min_task_managers >= 1 && p.min_task_managers <= p.max_task_managers, "min_task_managers",
                p.min_task_managers, "[1, max_task_managers]");
  check.Require(p.price_per_core >= 0 && std::isfinite(p.price_per_core), "price_per_core", p.price_per_core, ">= 0");
  check.Require(p.price_per_gib >= 0 && std::isfinite(p.price_per_gib), "price_per_gib", p.price_per_gib, ">= 0");
  check.Require(p.least_saving >= 0 && p.least_saving < 1, "least_saving", p.least_saving, "[0, 1)");
}

}  // namespace

absl::Status CheckPolicy(const TuningPolicy& policy) {
  Violations bad;
  PolicyCheck check(bad);
  CheckEstimates(policy, check);
  CheckGuards(policy, check);
  CheckProcesses(policy, check);
  CheckLayout(policy, check);
  return bad.ToStatus();
}

}  // namespace tune
