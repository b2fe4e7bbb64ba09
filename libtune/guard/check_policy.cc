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

}  // namespace

absl::Status CheckPolicy(const TuningPolicy& policy) {
  Violations bad;
  PolicyCheck check(bad);
  CheckEstimates(policy, check);
  CheckGuards(policy, check);
  return bad.ToStatus();
}

}  // namespace tune
