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

// Live and carried to its heap: the model's overhead at `heap`, from what was measured at `heap_now`.
double OverheadAt(const Inputs& in, double heap) {
  const double f = in.at("old_fraction"), live = in.at("live_set"), now = in.at("heap");
  const auto full = in.find("full_overhead");
  const bool divided = f < 1 && full != in.end();
  const double old_part = divided ? full->second : in.at("overhead");
  const double young_part = divided ? std::max(0.0, in.at("overhead") - full->second) : 0;
  return old_part * (f * now - live) / (f * heap - live) + young_part * now / heap;
}

// Above the goal: a quarter of the heap is room, which grows as the overhead has to fall. Else the smallest heap that
// meets the goal, or the one that live data fill.
double HeapByOverhead(const Inputs& in, double result) {
  const double overhead = in.at("overhead"), goal = in.at("goal"), now = in.at("heap");
  if (overhead > goal) return now * (1 + 0.25 * std::max(0.0, std::min(overhead, 1.0 / 12) / goal - 1));
  const double filled = in.at("live_set") / in.at("old_fraction");
  if (filled >= now) return now;
  if (result <= filled * (1 + 1e-9)) return filled;
  const bool meets = OverheadAt(in, result) <= goal * (1 + 1e-6);
  const double less = filled + (result - filled) * (1 - 1e-6);
  return meets && OverheadAt(in, less) >= goal * (1 - 1e-4) ? result : std::nan("");
}

double Optional(const Inputs& in, const char* name, double absent) {
  const auto it = in.find(name);
  return it == in.end() ? absent : it->second;
}

double Heap(const Inputs& in, double) {
  if (in.contains("live_factor")) return in.at("live_factor") * in.at("live_set");
  const double enough = Optional(in, "present_is_enough", 1e300), now = Optional(in, "heap_now", 0);
  const double overhead = Optional(in, "overhead", 0), goal = in.at("goal"), margin = in.at("margin");
  const bool by_overhead = in.contains("by_overhead");
  double heap = std::min(enough, in.at("by_live_share") * (by_overhead ? 1 : 1.15));
  if (by_overhead) heap = std::max(heap, std::min(enough, margin * in.at("by_overhead")));
  heap = std::max(heap, std::min(enough, Optional(in, "by_burst", 0)));
  if (overhead >= 0.2) {
    heap = std::max({heap, 1.4 * now, margin * now * (1 + 0.25 * std::max(0.0, 1.0 / 12 / goal - 1))});
  }
  return in.at("exhausted") > 0 ? std::max(heap, 2 * now) : heap;
}

// In the band, or the present one that is in it, or the smallest allowed.
double CpuRequestOf(const Inputs& in, double result) {
  const double low = in.at("cores") / in.at("band_high"), high = in.at("cores") / in.at("band_low");
  const double milli = 0.001 * (1 + 1e-9);
  const bool kept = in.contains("request_now") && in.at("request_now") == result;
  const bool inside = result >= low * (1 - 1e-9) && result <= high + milli;
  return inside || kept || result <= in.at("min_request") + milli ? result : std::nan("");
}

double CpuUse(const Inputs& in, double) {
  const double fixed = in.at("fixed");
  return fixed + (in.at("mean_quantile") - fixed) * in.at("busiest_over_mean");
}

double Cost(const Inputs& in, double) {
  const double core_price = in.at("price_per_core"), gib_price = in.at("price_per_gib");
  const double pod = core_price + gib_price > 0 ? in.at("cores") * core_price + in.at("memory") * gib_price
                                                : std::max(in.at("cores") / 0.25, in.at("memory") / 2);
  return in.at("count") * pod;
}

double Sum(const Inputs& in, double) {
  double sum = 0;
  for (const auto& [name, value] : in) sum += value;
  return sum;
}

double LiveAtLayout(const Inputs& in, double) {
  return in.at("lift") *
         (in.at("fixed") + in.at("per_slot") * in.at("slots") + in.at("state") * in.at("share_of_state"));
}

double LayoutParallelism(const Inputs& in, double) {
  const double spread = std::ceil(in.at("now") / in.at("slots_now_over_then") * (1 - 1e-9));
  const double load = std::max(1.0, std::floor(in.at("asked") * in.at("part")));
  return std::max(std::min(std::max(1.0, spread), in.at("largest_allowed")), load);
}

double If(bool holds, double result) { return holds ? result : kWrong; }

const std::map<std::string, Formula>& Formulas() {
  static auto* formulas = new std::map<std::string, Formula>{
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
      {"layout.live_set", LiveAtLayout},
      {"layout.cores",
       [](const Inputs& in, double) {
         return in.at("fixed") + in.at("work") * std::min(1.0, in.at("share_of_work") * in.at("imbalance"));
       }},
      {"layout.parallelism", LayoutParallelism},
      {"layout.no_room",
       [](const Inputs& in, double result) { return If(in.at("needed") >= in.at("allowed") && result < 1, result); }},
      {"guard.layout",
       [](const Inputs& in, double) {
         const double saved = in.at("cost_held") - in.at("cost_of_best");
         const bool little = saved < in.at("least_saving") * in.at("cost_held") * (1 + 1e-9) ||
                             saved * in.at("payback_time") <= in.at("cost_held") * in.at("restart_time");
         return If(little, in.at("cost_held"));
       }},
      {"exclude.thin_data", ThinData},
      {"exclude.stale", [](const Inputs& in, double) { return If(in.at("stood_still") > in.at("max_staleness"), 1); }},
      {"exclude.slow", [](const Inputs& in, double) { return If(in.at("service_time") > in.at("slow_record"), 1); }},
      {"exclude.gc_bound",
       [](const Inputs& in, double) { return If(in.at("gc_fraction") >= in.at("gc_bound_fraction"), 1); }},
      {"exclude.cpu_bound",
       [](const Inputs& in, double) {
         return If(
             in.at("throttled_fraction") >= in.at("least_throttled") && in.at("limit_used") >= in.at("least_used"), 1);
       }},
      {"exclude.checkpoints",
       [](const Inputs& in, double) { return in.at("failed") / (in.at("failed") + in.at("completed")); }},
      {"exclude.infeasible",
       [](const Inputs& in, double) {
         return (in.at("demand") * in.at("hot_share") + in.at("rate_to_every_subtask")) * in.at("service_time") +
                in.at("fixed_busy");
       }},
  };
  for (const std::string role : {"task_manager", "job_manager"}) {
    if (formulas->contains(role + ".heap")) break;
    formulas->insert({
        {role + ".live_set",
         [](const Inputs& in, double) { return in.at("largest_reading") / (1 + in.at("usual_bias")); }},
        {role + ".heap.live_share",
         [](const Inputs& in, double) { return in.at("live_set") / (in.at("old_fraction") * in.at("full_fraction")); }},
        {role + ".heap.overhead", HeapByOverhead},
        {role + ".heap.burst",
         [](const Inputs& in, double) { return in.at("live_set") + in.at("burst") * in.at("allocation_rate"); }},
        {role + ".heap", Heap},
        {role + ".cpu.use", CpuUse},
        {role + ".cpu.request", CpuRequestOf},
        {role + ".memory", Sum},
        {role + ".metaspace",
         [](const Inputs& in, double) {
           const double steps = std::ceil(in.at("largest_use") * in.at("margin") / in.at("step") * (1 - 1e-12));
           return std::max(1.0, steps) * in.at("step");
         }},
        {role + ".off_heap",
         [](const Inputs& in, double result) {
           return If(in.at("largest_use") >= in.at("full_fraction") * in.at("now"), result);
         }},
        {role + ".container",
         [](const Inputs& in, double) {
           return std::ceil(in.at("unreclaimable") + (in.at("margin") - 1) * (in.at("native") + in.at("dirty")));
         }},
        {role + ".beside_heap",
         [](const Inputs& in, double) {
           return std::ceil(in.at("margin") * in.at("resident") - in.at("off_heap") - in.at("network") -
                            in.at("metaspace") - in.at("managed"));
         }},
        {role + ".oom_floor",
         [](const Inputs& in, double) { return std::ceil(in.at("factor") * in.at("limit_then")); }},
        {role + ".cost", Cost},
    });
  }
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
