#include "tests/support/recompute.h"

#include <cmath>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using Inputs = std::map<std::string, double>;
// What the step's result must be. NaN: the result is wrong whatever it is (an inequality does not hold).
using Formula = std::function<double(const Inputs&, double result)>;

const double kWrong = std::nan("");

double EvenShare(double units, double p) { return units > 0 ? std::ceil(units / p) / units : 1 / p; }

double UnevenShare(const Inputs& in) {
  const double p = in.at("subtasks"), m = in.at("measured_at"), excess = std::max(0.0, in.at("excess"));
  const double grown = m > 1 ? std::sqrt((p - 1) / (m - 1)) : 1;
  return std::min(1.0, std::max(EvenShare(in.at("whole_units"), p), (1 + excess * grown) / p));
}

double BusyAt(const Inputs& in, double p, double share) {
  const double per_record = in.at("service_time") * std::pow(p / in.at("measured_at"), in.at("exponent"));
  return per_record * (in.at("rate") * share + in.at("rate_to_every_subtask")) + in.at("fixed_busy");
}

// p fits and p - 1 does not; or, beyond the cap, not even the cap does (its share is then the one given).
double SmallestThatFits(const Inputs& in, double p) {
  const double limit = in.at("busy_limit") * (1 + 1e-9);
  if (p > in.at("largest_allowed")) return BusyAt(in, in.at("largest_allowed"), in.at("share")) > limit ? p : kWrong;
  if (BusyAt(in, p, in.at("share")) > limit) return kWrong;
  return p <= 1 || BusyAt(in, p - 1, in.at("share_one_less")) > limit ? p : kWrong;
}

double CatchUp(const Inputs& in, double p) {
  const double rate =
      in.at("demand") + (in.at("lag") + in.at("demand") * in.at("restart_time")) / in.at("catch_up_time");
  return std::abs(rate - in.at("rate")) <= 1e-9 * rate ? SmallestThatFits(in, p) : kWrong;
}

double Step(const Inputs& in, double) {
  const double now = in.at("now"), factor = in.at("factor"), asked = in.at("asked");
  return factor > 1 ? std::min(asked, std::max(now + 1, std::floor(now * factor)))
                    : std::max(asked, std::max(1.0, std::ceil(now * factor)));
}

double ThinData(const Inputs& in, double) {
  const double need = in.at("min_coverage");
  const bool thin = in.at("covered") < need || in.at("past_warm_up") < need / 2 || in.at("records") <= 0 ||
                    (in.at("records") < in.at("min_records") && in.at("covered") < 30 * need);
  return thin ? 1 : kWrong;
}

double If(bool holds, double result) { return holds ? result : kWrong; }

const std::map<std::string, Formula>& Formulas() {
  static const auto* formulas = new std::map<std::string, Formula>{
      {"demand.given", [](const Inputs& in, double) { return in.at("given_rate") * in.at("out_per_record_read"); }},
      {"demand.quantile",
       [](const Inputs& in, double) { return in.at("rate_quantile") * in.at("out_per_record_read"); }},
      {"demand.lower_bound",
       [](const Inputs& in, double) { return in.at("rate_quantile") * in.at("out_per_record_read"); }},
      {"demand.carried",
       [](const Inputs& in, double) { return in.at("source_demand") * in.at("records_per_source_record"); }},
      {"demand.carried_series", [](const Inputs& in, double) { return in.at("carried_quantile"); }},
      {"service.latency", [](const Inputs& in, double) { return in.at("latency"); }},
      {"service.ratio", [](const Inputs& in, double) { return in.at("busy_fraction_sum") / in.at("rate_sum"); }},
      {"service.line", [](const Inputs& in, double) { return in.at("slope"); }},
      {"service.floor",
       [](const Inputs& in, double) { return in.at("smallest_busy_fraction") * in.at("blocks") / in.at("rate_sum"); }},
      {"service.held_back",
       [](const Inputs& in, double) {
         return in.at("subtask_seconds") * (1 - in.at("throttled_fraction")) / in.at("records");
       }},
      {"service.contention", [](const Inputs&, double result) { return If(result >= 0, result); }},
      {"service.interval",
       [](const Inputs& in, double) {
         const double l = in.at("service_time");
         return l + std::sqrt(std::pow(in.at("student_t") * in.at("standard_error"), 2) +
                              std::pow(in.at("systematic_error") * l, 2));
       }},
      {"share.measured",
       [](const Inputs& in, double) { return in.at("busiest_subtask_records") / in.at("all_subtasks_records"); }},
      {"share.hot_key",
       [](const Inputs& in, double) {
         return (in.at("largest_share") * in.at("subtasks") - 1) / (in.at("subtasks") - 1);
       }},
      {"share.even", [](const Inputs& in, double) { return EvenShare(in.at("whole_units"), in.at("subtasks")); }},
      {"share.with_hot_key",
       [](const Inputs& in, double) {
         const double h = in.at("hot_share");
         return h + (1 - h) * EvenShare(in.at("whole_units"), in.at("subtasks"));
       }},
      {"share.uneven", [](const Inputs& in, double) { return UnevenShare(in); }},
      {"share.broadcast", [](const Inputs&, double) { return 1.0; }},
      {"parallelism.steady", SmallestThatFits},
      {"parallelism.catch_up", CatchUp},
      {"parallelism.lag_goal",
       [](const Inputs& in, double result) {
         return If(result >= in.at("asked") && (result == in.at("asked") || in.at("longest_delay") > in.at("lag_goal")),
                   result);
       }},
      {"parallelism.held_back", [](const Inputs& in, double) { return in.at("now") + 1; }},
      {"parallelism.optimism",
       [](const Inputs& in, double) { return std::pow(in.at("needed") / in.at("now"), in.at("usual_exponent")) - 1; }},
      {"guard.bounds",
       [](const Inputs& in, double) { return std::max(in.at("least"), std::min(in.at("most"), in.at("asked"))); }},
      {"guard.step", Step},
      {"guard.dead_band",
       [](const Inputs& in, double) { return If(in.at("now") < in.at("lower_ratio") * in.at("asked"), in.at("now")); }},
      {"guard.payback", [](const Inputs& in, double) { return If(in.at("saved") <= in.at("cost"), in.at("now")); }},
      {"guard.hidden_demand", [](const Inputs& in, double) { return If(in.at("asked") < in.at("now"), in.at("now")); }},
      {"guard.checkpoints", [](const Inputs& in, double) { return in.at("now"); }},
      {"guard.forward",
       [](const Inputs& in, double) { return std::min(in.at("largest_tied"), in.at("smallest_cap")); }},
      {"guard.one_parallelism_held", [](const Inputs& in, double) { return in.at("now"); }},
      {"guard.one_parallelism",
       [](const Inputs& in, double) { return std::min(in.at("of_the_job"), in.at("largest_allowed")); }},
      {"exclude.thin_data", ThinData},
      {"exclude.stale", [](const Inputs& in, double) { return If(in.at("stood_still") > in.at("max_staleness"), 1); }},
      {"exclude.slow", [](const Inputs& in, double) { return If(in.at("service_time") > in.at("slow_record"), 1); }},
      {"exclude.gc_bound",
       [](const Inputs& in, double) { return If(in.at("gc_fraction") >= in.at("gc_bound_fraction"), 1); }},
      {"exclude.checkpoints",
       [](const Inputs& in, double) { return in.at("failed") / (in.at("failed") + in.at("completed")); }},
      {"exclude.infeasible",
       [](const Inputs& in, double) {
         return (in.at("demand") * in.at("hot_share") + in.at("rate_to_every_subtask")) * in.at("service_time") +
                in.at("fixed_busy");
       }},
  };
  return *formulas;
}

}  // namespace

std::vector<std::string> RecomputeEvidence(const JobRecommendation& job) {
  std::vector<std::string> wrong;
  for (size_t i = 0; i < job.evidence.size(); ++i) {
    const Evidence step = job.evidence[i];
    Inputs inputs;
    std::string text = step.rule;
    for (const auto terms : {step.inputs, step.caps}) {
      for (const Term& term : terms) {
        inputs[term.name] = term.value;
        absl::StrAppend(&text, " ", term.name, "=", term.value);
      }
    }
    const auto formula = Formulas().find(step.rule);
    if (formula == Formulas().end()) {
      wrong.push_back(absl::StrCat(step.rule, ": no formula to redo it by"));
      continue;
    }
    const double want = formula->second(inputs, step.result.value);
    if (std::abs(want - step.result.value) <= 1e-9 * std::max(1e-12, std::abs(want))) continue;
    wrong.push_back(absl::StrCat(text, " -> ", step.result.value, ", redone: ", want));
  }
  return wrong;
}

}  // namespace tune
