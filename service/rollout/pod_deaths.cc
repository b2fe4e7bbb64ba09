#include "service/rollout/pod_deaths.h"

#include <algorithm>

namespace tune {
namespace {

constexpr char kOomKilled[] = "OOMKilled", kError[] = "Error";

// Of a container that runs again the reason is why it died before. The phase of a pod whose container has just ended is
// Running still, and when it is Failed, Flink is deleting it.
bool HasEnded(const JobPod& pod) {
  const bool of_container = pod.reason == kOomKilled || pod.reason == kError;
  return pod.phase == PodPhase::kFailed || (of_container && !pod.ready && pod.restarts == 0);
}

}  // namespace

void PodDeaths::Note(const PodChange& change, absl::Time now) {
  const Name name(change.ns, change.name);
  const std::lock_guard lock(mutex_);
  if (change.pod == nullptr) {
    pods_.erase(name);
    return;
  }
  const JobPod& pod = *change.pod;
  const auto it = pods_.find(name);
  const bool is_first_look = it == pods_.end() && change.kind == PodChange::Kind::kAdded;
  const bool ended = HasEnded(pod);
  Known before = it == pods_.end() ? Known() : it->second;
  const bool lives = pod.ready || pod.phase == PodPhase::kPending;
  const bool is_another = pod.restarts < before.restarts || (before.dead && lives && pod.restarts == before.restarts);
  if (is_another) before = {};
  // A container that ended and runs again died once.
  const bool restarted = pod.restarts > before.restarts + (before.dead ? 1 : 0);
  if (ended || pod.restarts > 0) {
    pods_[name] = {pod.restarts, ended};
  } else if (it != pods_.end()) {
    pods_.erase(it);
  }
  if (is_first_look || pod.deleting || pod.disrupted || (!restarted && (!ended || before.dead))) return;
  Add({change.ns, pod.cluster},
      {now, change.name, pod.reason.empty() ? kError : pod.reason, pod.node, pod.role, pod.reason == kOomKilled});
}

void PodDeaths::Add(const Name& cluster, PodDeath death) {
  if (deaths_.size() >= kMostClusters) {
    std::erase_if(deaths_, [&](const auto& entry) { return entry.second.back().time + kKept < death.time; });
  }
  if (deaths_.size() >= kMostClusters && !deaths_.contains(cluster)) {
    deaths_.erase(std::min_element(deaths_.begin(), deaths_.end(), [](const auto& a, const auto& b) {
      return a.second.back().time < b.second.back().time;
    }));
  }
  std::deque<PodDeath>& of_cluster = deaths_[cluster];
  of_cluster.push_back(std::move(death));
  while (of_cluster.size() > kMostOfCluster || of_cluster.front().time + kKept < of_cluster.back().time) {
    of_cluster.pop_front();
  }
}

std::vector<PodDeath> PodDeaths::Since(const std::string& ns, const std::string& cluster, absl::Time since) const {
  std::vector<PodDeath> deaths;
  const std::lock_guard lock(mutex_);
  const auto it = deaths_.find({ns, cluster});
  if (it == deaths_.end()) return deaths;
  for (const PodDeath& death : it->second) {
    if (death.time >= since) deaths.push_back(death);
  }
  return deaths;
}

}  // namespace tune
