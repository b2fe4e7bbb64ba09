// Tells people where they look: the last recommendation as an annotation of the job, and what was done as Events.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"
#include "service/job_key.h"
#include "service/kube/client.h"
#include "service/rollout/events.h"
#include "service/rollout/planner.h"
#include "service/rollout/write_gate.h"
#include "tune/v1/changes.pb.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// Thread-safe. Nobody waits for it: what cannot be told is tried a few times, then left, and counted. Until this daemon
// writes, the last of each job waits. While the operator brings a spec in, the recommendation waits too, for ten
// minutes at most: the operator may lose its own status when the object changes under it.
class Teller {
 public:
  // All of them outlive this. `instance` is this process's name.
  Teller(KubeClient& client, const ClusterView& cluster, const Planner& planner, const WriteGate& gate,
         std::string instance, std::function<absl::Time()> clock);
  ~Teller();
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  // Of a job whose owner wants to be told: mode advise or auto.
  void Decided(const JobKey& job, const v1::Decision& decision);
  void Changed(const v1::Change& change);
  // A change that was meant to be made was not.
  void NotChanged(const JobKey& job, const absl::Status& why);

  int64_t failures() const;

 private:
  struct Told {
    std::optional<v1::Decision> decision;
    std::deque<JobEvent> events;
    int tries = 0;
    absl::Time not_before = absl::InfinitePast();
  };
  void Add(const JobKey& job, JobEvent event, std::optional<v1::Decision> decision = std::nullopt);
  void Run();
  std::map<JobKey, Told>::iterator Next();
  void TryAgain(const JobKey& job, Told told);
  void PutBack(const JobKey& job, Told told);
  // What was told is taken out of it; what has to wait stays.
  absl::Status Tell(const JobKey& job, Told& told);
  absl::Status Annotate(const FlinkJob& job, const v1::Decision& decision);

  static constexpr size_t kMostJobs = 10'000, kMostEvents = 10;  // of a job; the oldest go
  static constexpr int kMostTries = 5;

  KubeClient& client_;
  const ClusterView& cluster_;
  const Planner& planner_;
  const WriteGate& gate_;
  const std::function<absl::Time()> clock_;
  EventRecorder events_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  bool ending_ = false;
  std::map<JobKey, Told> told_;
  int64_t failures_ = 0;
  std::thread thread_;
};

// "raise: parallelism 2 -> 4, slots 4 -> 8; REASON (decision 12, 2026-11-22 10:00 UTC)"
std::string RecommendationText(const v1::Decision& decision);

}  // namespace tune
