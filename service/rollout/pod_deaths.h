// Which processes of jobs died, and of what. Flink takes a dead pod away within two seconds: who looks now and then
// sees nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"

namespace tune {

struct PodDeath {
  absl::Time time;  // when it was seen
  std::string pod, reason;
  std::string node;  // empty: none
  PodRole role = PodRole::kTaskManager;
  bool is_oom = false;  // killed for its memory
};

// Thread-safe.
class PodDeaths {
 public:
  // Takes in what a ClusterView tells. A pod that is being deleted, or that the cluster takes away, does not die of
  // itself; when one died that is seen for the first time is not known.
  void Note(const PodChange& change, absl::Time now);
  // Of a FlinkDeployment's pods, from `since` on, in order of time; the last kMostOfCluster are known, those of the
  // hour before the last one. Of more than kMostClusters those go whose last death is the longest ago.
  std::vector<PodDeath> Since(const std::string& ns, const std::string& cluster, absl::Time since) const;

  static constexpr size_t kMostOfCluster = 100, kMostClusters = 10'000;
  static constexpr absl::Duration kKept = absl::Hours(1);

 private:
  using Name = std::pair<std::string, std::string>;
  struct Known {
    int64_t restarts = 0;
    bool dead = false;
  };
  void Add(const Name& cluster, PodDeath death);

  mutable std::mutex mutex_;
  std::map<Name, Known> pods_;  // those that restarted or died
  std::map<Name, std::deque<PodDeath>> deaths_;
};

}  // namespace tune
