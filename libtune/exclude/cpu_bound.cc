// TaskManagers that their CPU limit holds back: busy then means waiting for the next period, and more subtasks on the
// same processors do not help.
#include <algorithm>

#include "libtune/exclude/exclusions.h"
#include "libtune/internal/amount.h"

namespace tune {
namespace {

constexpr double kThrottled = 0.25;  // share of the time
constexpr double kAtLimit = 0.9;     // share of the limit in use

// Over the last third of the horizon: earlier trouble may be over.
struct Held {
  double throttled_fraction = 0;
  double limit_used = 0;  // share
};

Held HeldBack(const JobSizing& job) {
  const std::vector<CpuBin>& bins = job.window.task_managers.cpu;
  double seen_s = 0, throttled_s = 0, limited_s = 0, cpu_s = 0;
  const size_t first = bins.size() - std::max<size_t>(1, (bins.size() - std::min(job.first_bin, bins.size())) / 3);
  for (size_t i = bins.empty() ? 0 : first; i < bins.size(); ++i) {
    seen_s += bins[i].throttle_seen_s;
    throttled_s += bins[i].throttled_s;
    if (!bins[i].limit_cores) continue;
    limited_s += bins[i].covered_s * *bins[i].limit_cores;
    cpu_s += bins[i].cpu_s;
  }
  if (!IsSome(seen_s) || !IsSome(limited_s)) return {};
  return {std::min(1.0, throttled_s / seen_s), cpu_s / limited_s};
}

}  // namespace

void ExcludeCpuBound(JobSizing& job) {
  const Held held = HeldBack(job);
  if (held.throttled_fraction < kThrottled || held.limit_used < kAtLimit) return;
  bool any = false;
  for (VertexRecommendation& r : job.out.vertices) {
    const bool sized = r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
    if (!sized || r.needed <= r.now) continue;
    r.verdict = Verdict::kExcluded;
    job.vertices[static_cast<size_t>(r.vertex)].process_bound = true;
    any = true;
  }
  if (!any) return;
  Finding& finding = job.Add(FindingKind::kThrottled, -1);
  finding.role = ProcessRole::kTaskManager;
  finding.share = held.throttled_fraction;
  finding.evidence =
      job.out.evidence.Add("exclude.cpu_bound", -1,
                           {{"throttled_fraction", held.throttled_fraction, "1", "window: share of CFS periods"},
                            {"limit_used", held.limit_used, "1", "window: CPU time over the limit's"},
                            {"least_throttled", kThrottled, "1", "given"},
                            {"least_used", kAtLimit, "1", "given"}},
                           {"excluded", 1, "1", "exclude.cpu_bound"});
}

}  // namespace tune
