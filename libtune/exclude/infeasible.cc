// Demand that no parallelism allowed can carry: more than one subtask has for what cannot be split, or a cap.
#include "libtune/estimate/parallelism.h"
#include "libtune/exclude/exclusions.h"

namespace tune {

void ExcludeInfeasible(JobSizing& job, int vertex) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  if (v.feasible) return;
  const double per_record = job.policy.side == Side::kSafe ? v.service.high : v.service.per_record;
  const double hot = v.share.kind == ShareKind::kBroadcast ? 1 : v.share.hot;
  // What more subtasks do not take from the busiest one: the hot key, broadcast records, the fixed cost.
  const double unsplit = (v.demand.value() * hot + v.broadcast_rate) * per_record + v.service.fixed_busy;
  Finding& finding = job.Add(FindingKind::kInfeasible, vertex);
  finding.subtasks = v.busiest;
  if (hot > 0) finding.share = hot;
  if (per_record > 0) finding.rate_limit = RecordsPerSecond(Capacity(job, v, v.service.per_record, v.cap));
  finding.evidence = job.out.evidence.Add("exclude.infeasible", vertex,
                                          {{"demand", v.demand.value(), "records/s", "demand"},
                                           {"service_time", per_record, "s/record", "service"},
                                           {"hot_share", hot, "1", "share"},
                                           {"rate_to_every_subtask", v.broadcast_rate, "records/s", "demand"},
                                           {"fixed_busy", v.service.fixed_busy, "1", "service"},
                                           {"share_at_cap", v.share.At(v.cap), "1", "share"},
                                           {"largest_allowed", static_cast<double>(v.cap), "subtasks", "graph, policy"},
                                           {"target_busy_fraction", job.policy.target_busy_fraction, "1", "policy"}},
                                          {"busy_of_unsplit", unsplit, "1", "exclude.infeasible"});
  // A cap is met as far as it goes; what cannot be split gains nothing from more subtasks.
  if (unsplit > job.policy.target_busy_fraction) {
    job.out.vertices[static_cast<size_t>(vertex)].verdict = Verdict::kExcluded;
  }
}

}  // namespace tune
