// What the cluster knows of kept jobs beyond their samples.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libtune/codec/spec_yaml.h"
#include "service/cluster/cluster_view.h"
#include "service/job_key.h"
#include "tune/window.h"

namespace tune {

// Thread-safe. Nothing here asks the cluster.
class ClusterFacts {
 public:
  // `view` outlives this; nullptr: the cluster is not followed, and nothing is known.
  explicit ClusterFacts(const ClusterView* view) : view_(view) {}

  // The job's facts, with what its namespace leaves it; a session job's are those of its cluster, without limits.
  // nullopt: the cluster does not have it. kFailedPrecondition: its spec cannot be read, and why.
  absl::StatusOr<std::optional<JobFacts>> FactsOf(const JobKey& job, absl::Time now);
  // The jobs that run on a session cluster; empty: it is none, or has none.
  std::vector<JobKey> SessionJobs(const JobKey& job) const;
  // The spec that a plan for the job changes: its own. kNotFound, kFailedPrecondition.
  absl::StatusOr<FlinkDeployment> SpecOf(const JobKey& job) const;
  // Whether the job's namespace takes the pods that the plan makes. Errors: SpecOf()'s, and of pods that cannot be
  // told.
  absl::StatusOr<PlanFit> FitOf(const JobKey& job, const JobWindow& window, const JobRecommendation& recommendation,
                                bool restarts_job, absl::Time now);
  // Of a namespace, at most kUseAge old, so that a namespace's jobs do not each count all of the others.
  std::shared_ptr<const NamespaceUse> UseOf(const std::string& ns, absl::Time now);

 private:
  struct Use {
    std::shared_ptr<const NamespaceUse> use;
    absl::Time at;
  };

  const ClusterView* const view_;
  std::mutex mutex_;
  std::map<std::string, Use> uses_;
};

constexpr absl::Duration kUseAge = absl::Seconds(2);

}  // namespace tune
