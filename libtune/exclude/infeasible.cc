// Demand that no parallelism allowed can carry: a hot key that needs more than one subtask, or a cap.
#include "libtune/exclude/exclusions.h"

namespace tune {

void ExcludeInfeasible(JobSizing& job, int vertex) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  const double per_record = job.policy.side == Side::kSafe ? v.service.high : v.service.per_record;
  const double hot = v.share.kind == ShareKind::kBroadcast ? 1 : v.share.hot;
  const double hot_busy = v.demand.value() * per_record * hot + v.service.fixed_busy;
  const bool hot_alone = hot > 0 && hot_busy > job.policy.target_busy_fraction;
  if (v.feasible && !hot_alone) return;
  Finding& finding = job.Add(FindingKind::kInfeasible, vertex);
  finding.subtasks = v.busiest;
  if (hot > 0) finding.share = hot;
  if (per_record > 0) finding.rate_limit = RecordsPerSecond(1 / (v.service.per_record * v.share.At(v.cap)));
  finding.evidence = job.out.evidence.Add("exclude.infeasible", vertex,
                                          {{"demand", v.demand.value(), "records/s", "demand"},
                                           {"service_time", per_record, "s/record", "service"},
                                           {"hot_share", hot, "1", "share"},
                                           {"fixed_busy", v.service.fixed_busy, "1", "service"},
                                           {"share_at_cap", v.share.At(v.cap), "1", "share"},
                                           {"largest_allowed", static_cast<double>(v.cap), "subtasks", "graph, policy"},
                                           {"target_busy_fraction", job.policy.target_busy_fraction, "1", "policy"}},
                                          {"busy_of_hot_share", hot_busy, "1", "exclude.infeasible"});
  // A cap is met as far as it goes; a hot key gains nothing from more subtasks.
  if (hot_alone) job.out.vertices[static_cast<size_t>(vertex)].verdict = Verdict::kExcluded;
}

}  // namespace tune
