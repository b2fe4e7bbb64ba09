// The job as a whole: dead metrics, not running, restarting, checkpoints, hidden demand, backlog.
#include <algorithm>

#include "libtune/exclude/exclusions.h"
#include "libtune/internal/amount.h"

namespace tune {
namespace {

constexpr double kManyRestarts = 3;
constexpr double kLeastCheckpoints = 3;    // fewer say nothing of a failure rate
constexpr double kCatchingUpRatio = 1.05;  // taken over produced; less is the noise of two clocks
constexpr double kBacklogSeconds = 5;      // a backlog worth fewer seconds of demand is the distance of two polls

void FindHiddenDemand(JobSizing& job) {
  for (const SourceDemand& d : job.sources) {
    if (!d.lower_bound) continue;
    Finding& finding = job.Add(FindingKind::kDemandHidden, d.vertex);
    finding.share = d.throttled_fraction;
  }
}

// Over the last third of the window: more taken from the log than was put into it, and a backlog left.
bool WorksOffBacklog(const JobSizing& job, const SourceWindow& source, const SourceDemand& d) {
  if (!d.lag_known || !(d.lag_records > kBacklogSeconds * d.rate.value())) return false;
  const std::vector<Bin>& bins = job.window.vertices[static_cast<size_t>(source.vertex)].bins;
  double taken = 0, produced = 0;
  for (size_t i = bins.size() - std::max<size_t>(1, bins.size() / 3); i < bins.size() && i < source.bins.size(); ++i) {
    if (!IsSome(source.bins[i].covered_s) || !IsSome(bins[i].covered_s)) continue;
    taken += (bins[i].records_in > 0 ? bins[i].records_in : bins[i].records_out) / bins[i].covered_s;
    produced += source.bins[i].records / source.bins[i].covered_s;
  }
  return taken > kCatchingUpRatio * produced;
}

void FindBacklog(JobSizing& job) {
  for (size_t i = 0; i < job.sources.size(); ++i) {  // in the window's order
    if (WorksOffBacklog(job, job.window.sources[i], job.sources[i]))
      job.Add(FindingKind::kCatchingUp, job.sources[i].vertex);
  }
}

}  // namespace

bool ExcludeDeadJob(JobSizing& job) {
  const bool stale = job.window.stale_at_end_s > absl::ToDoubleSeconds(job.policy.max_staleness);
  if (stale) {
    Finding& finding = job.Add(FindingKind::kStaleMetrics, -1);
    finding.evidence =
        job.out.evidence.Add("exclude.stale", -1,
                             {{"stood_still", job.window.stale_at_end_s, "s", "window"},
                              {"max_staleness", absl::ToDoubleSeconds(job.policy.max_staleness), "s", "policy"}},
                             {"excluded", 1, "1", "exclude.stale"});
  }
  if (!job.window.running_at_end) job.Add(FindingKind::kRestarting, -1);
  return stale || !job.window.running_at_end;
}

void FindJobState(JobSizing& job) {
  if (job.window.running_at_end && job.window.restarts >= kManyRestarts) job.Add(FindingKind::kRestarting, -1);
  const CheckpointWindow& c = job.window.checkpoints;
  const double all = c.completed + c.failed;
  if (all >= kLeastCheckpoints && c.failed > job.policy.max_checkpoint_failure_fraction * all) {
    Finding& finding = job.Add(FindingKind::kCheckpointBound, -1);
    finding.share = c.failed / all;
    finding.evidence =
        job.out.evidence.Add("exclude.checkpoints", -1,
                             {{"failed", c.failed, "checkpoints", "window"},
                              {"completed", c.completed, "checkpoints", "window"},
                              {"max_failure_fraction", job.policy.max_checkpoint_failure_fraction, "1", "policy"}},
                             {"failure_fraction", c.failed / all, "1", "exclude.checkpoints"});
  }
  if (job.window.graph.inferred) job.Add(FindingKind::kGraphInferred, -1);
  FindHiddenDemand(job);
  FindBacklog(job);
}

}  // namespace tune
