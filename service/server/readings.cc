#include "service/server/readings.h"

namespace tune {
namespace {

constexpr bool kOnlyGrows = true;

void Add(const FollowedCluster& cluster, std::vector<Metrics::Reading>& out) {
  for (const KindState& kind : cluster.view().States()) {
    out.push_back({"tuned_cluster_objects", "Objects of the cluster that are known.", kind.kind,
                   static_cast<double>(kind.objects)});
    out.push_back({"tuned_cluster_age_seconds", "Since the API server's last word on them.", kind.kind,
                   absl::ToDoubleSeconds(kind.age)});
    out.push_back({"tuned_cluster_followed", "1: changes are seen as they come; 0: not now.", kind.kind,
                   kind.synced && kind.error.ok() ? 1.0 : 0.0});
    out.push_back({"tuned_cluster_lists_total", "Lists that were begun.", kind.kind, static_cast<double>(kind.lists),
                   kOnlyGrows});
    out.push_back({"tuned_cluster_watches_total", "Watches that were begun.", kind.kind,
                   static_cast<double>(kind.watches), kOnlyGrows});
  }
  out.push_back({"tuned_cluster_requests_total", "Requests to the API server.", "",
                 static_cast<double>(cluster.client().requests()), kOnlyGrows});
}

void Add(const Keeping& keeping, std::vector<Metrics::Reading>& out) {
  out.push_back({"tuned_jobs", "Jobs whose samples are kept.", "", static_cast<double>(keeping.jobs().size())});
  const EvaluatorStats evaluator = keeping.evaluator_stats();
  out.push_back({"tuned_judged_total", "Jobs judged without being asked.", "", static_cast<double>(evaluator.judged),
                 kOnlyGrows});
  out.push_back({"tuned_judged_failed_total", "Jobs that could not be judged.", "",
                 static_cast<double>(evaluator.failed), kOnlyGrows});
  out.push_back({"tuned_judge_round_seconds", "What the last round over the jobs took.", "",
                 absl::ToDoubleSeconds(evaluator.last_round)});
  const StoreStats store = keeping.store_stats();
  out.push_back({"tuned_store_bytes", "Of the store's files.", "file", static_cast<double>(store.file_bytes)});
  out.push_back({"tuned_store_bytes", "", "wal", static_cast<double>(store.wal_bytes)});
  out.push_back({"tuned_store_commits_total", "Commits.", "", static_cast<double>(store.commits), kOnlyGrows});
  out.push_back({"tuned_store_writes_total", "Writes committed.", "", static_cast<double>(store.writes), kOnlyGrows});
  out.push_back(
      {"tuned_store_failures_total", "Writes that failed.", "", static_cast<double>(store.failures), kOnlyGrows});
  out.push_back({"tuned_store_refused_total", "Writes that found the queue full.", "",
                 static_cast<double>(store.refused), kOnlyGrows});
  out.push_back({"tuned_store_queued", "Writes that wait.", "", static_cast<double>(store.queued)});
}

void Add(const Writing& writing, std::vector<Metrics::Reading>& out) {
  out.push_back(
      {"tuned_writes", "1: this daemon writes; 0: another one holds the Lease.", "", writing.IsWriter() ? 1.0 : 0.0});
  const RolloutStats stats = writing.stats();
  out.push_back({"tuned_changes_waiting", "Jobs that wait to be changed.", "", static_cast<double>(stats.waiting)});
  out.push_back({"tuned_changes_open", "Changes that are not over.", "", static_cast<double>(stats.open)});
  out.push_back({"tuned_change_failures_total", "Writes to the cluster that failed.", "",
                 static_cast<double>(stats.failures), kOnlyGrows});
  out.push_back({"tuned_untold_total", "Events and annotations that could not be written.", "",
                 static_cast<double>(writing.untold()), kOnlyGrows});
}

}  // namespace

std::vector<Metrics::Reading> ReadingsOf(const FollowedCluster* cluster, const Keeping* keeping) {
  std::vector<Metrics::Reading> readings;
  if (cluster != nullptr) Add(*cluster, readings);
  if (keeping != nullptr) Add(*keeping, readings);
  if (keeping != nullptr && keeping->writing() != nullptr) Add(*keeping->writing(), readings);
  return readings;
}

}  // namespace tune
