// Brings plans into force: those that jobs' owners leave to libtune, those that somebody asks for; looks after each
// until it is over, and takes back what does badly.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"
#include "service/jobs/job_book.h"
#include "service/rollout/applier.h"
#include "service/rollout/change_book.h"
#include "service/rollout/order.h"
#include "service/rollout/planner.h"
#include "service/rollout/pod_deaths.h"
#include "service/rollout/watch.h"
#include "service/rollout/write_gate.h"

namespace tune {

struct RolloutOptions {
  WatchLimits watch;
  HistoryLimits history;
  RolloutLimits limits;
  int workers = 4;                                     // changes that are written at one time; >= 1
  absl::Duration look = absl::Seconds(1);              // between two looks at what is under way; > 0
  absl::Duration request_timeout = absl::Seconds(30);  // of one write; > 0
  absl::Duration try_again = absl::Seconds(10);        // after a write that failed; > 0
};

struct RolloutStats {
  int64_t waiting = 0, open = 0, failures = 0;  // now; now; since the start: writes that ended with an error
};

// Thread-safe.
class Rollout {
 public:
  // What it stands on. All of it outlives this.
  struct Parts {
    KubeClient& client;
    const ClusterView& cluster;
    const JobBook& jobs;
    Judge& judge;
    const Planner& planner;
    ChangeBook& changes;
    const WriteGate& gate;
    const PodDeaths& deaths;
    std::function<absl::Time()> clock;
    // What was not done, and why; may be empty.
    std::function<void(const JobKey&, const absl::Status&)> failed;
  };
  Rollout(Parts parts, const RolloutOptions& options);
  ~Rollout();
  Rollout(const Rollout&) = delete;
  Rollout& operator=(const Rollout&) = delete;

  // A job was judged. Where its owner leaves changes to libtune and nothing speaks against this one, it waits its turn;
  // else it does so no more. From the call in which the judgement is valid.
  void Offer(const JobKey& job, const Judgement& judged, absl::Time now);

  // As Applier's; kAborted: the job is being changed at this moment.
  absl::StatusOr<ChangeBook::Begun> Apply(const ApplyWish& wish);
  absl::StatusOr<ChangeBook::Begun> Rollback(const RollbackWish& wish);

  RolloutStats stats() const;

 private:
  // A job that one thread is at, until it goes.
  class Hold;
  void RunWorker();
  void RunWatcher();
  void LookAtAll();
  // What is to be done about one change; empty: nothing.
  std::function<absl::Status()> StepOf(const v1::Change& change, absl::Time now);
  WatchStep LookAt(const v1::Change& change, absl::Time now);
  JobLook LookOf(const v1::Change& change, const std::shared_ptr<const FlinkJob>& job, absl::Time now) const;
  absl::Status TakeStep(v1::Change change, const WatchStep& step);
  bool MayTake(const JobKey& job, absl::Time now) const;
  std::optional<Candidate> TakeNext();
  InFlight CountInFlight() const;
  void Failed(const JobKey& job, const absl::Status& status);

  const Parts parts_;
  const RolloutOptions options_;
  Applier applier_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  bool ending_ = false;
  std::map<JobKey, Candidate> waiting_;
  std::set<JobKey> held_;
  std::map<JobKey, absl::Time> not_before_;                // after a write that failed
  std::map<JobKey, std::function<absl::Status()>> steps_;  // of changes under way, for the workers
  int64_t failures_ = 0;

  using WatchKey = std::pair<int64_t, int64_t>;  // of a change, and of the generation that it waits for
  std::map<WatchKey, Watch> watches_;            // the watcher's own

  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace tune
