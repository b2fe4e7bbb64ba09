// Collections that eat the time: busy then means collecting, and more subtasks do not help.
#include <algorithm>

#include "libtune/exclude/exclusions.h"

namespace tune {

void ExcludeGcBound(JobSizing& job) {
  double most = 0;
  for (const ProcessWindow& tm : job.window.task_managers.processes) most = std::max(most, tm.gc_fraction.value_or(0));
  if (most < job.policy.gc_bound_fraction) return;
  Finding& finding = job.Add(FindingKind::kGcBound, -1);
  finding.share = most;
  finding.evidence = job.out.evidence.Add("exclude.gc_bound", -1,
                                          {{"gc_fraction", most, "1", "window: largest of the task managers"},
                                           {"gc_bound_fraction", job.policy.gc_bound_fraction, "1", "policy"}},
                                          {"excluded", 1, "1", "exclude.gc_bound"});
  for (VertexRecommendation& r : job.out.vertices) {
    const bool sized = r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
    if (!sized || r.needed <= r.now) continue;
    r.verdict = Verdict::kExcluded;
    job.vertices[static_cast<size_t>(r.vertex)].process_bound = true;
  }
}

}  // namespace tune
