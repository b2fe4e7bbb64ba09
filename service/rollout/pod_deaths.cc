#include "service/rollout/pod_deaths.h"

namespace tune {
namespace {

constexpr char kOomKilled[] = "OOMKilled";
constexpr size_t kMostClusters = 10'000;

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
  const Known before = it == pods_.end() ? Known() : it->second;
  // Of a container that runs again the reason is why it died before.
  const bool ended = pod.phase == PodPhase::kFailed || (pod.reason == kOomKilled && !pod.ready && pod.restarts == 0);
  const bool is_first_look = it == pods_.end() && change.kind == PodChange::Kind::kAdded;
  const bool restarted = pod.restarts > before.restarts && !is_first_look;
  if (ended || pod.restarts > 0) pods_[name] = {pod.restarts, before.dead || ended};
  if (pod.deleting || (!restarted && (!ended || before.dead))) return;
  Add({change.ns, pod.cluster},
      {now, change.name, pod.reason.empty() ? "Error" : pod.reason, pod.role, pod.reason == kOomKilled});
}

void PodDeaths::Add(const Name& cluster, PodDeath death) {
  if (deaths_.size() >= kMostClusters) {
    std::erase_if(deaths_, [&](const auto& entry) { return entry.second.back().time + kKept < death.time; });
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
