// The daemon's writing to the cluster, put together: who may, what is under way, and what people are told of it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/jobs/change_log.h"
#include "service/rollout/change_book.h"
#include "service/rollout/lease.h"
#include "service/rollout/pause_book.h"
#include "service/rollout/planner.h"
#include "service/rollout/rollout.h"
#include "service/rollout/teller.h"
#include "service/rollout/write_gate.h"
#include "service/server/followed_cluster.h"
#include "service/server/options.h"
#include "service/store/store.h"

namespace tune {

// What is told; each may be empty. Thread-safe.
struct WritingListener {
  std::function<void(const v1::Change& change)> changed;
  std::function<void(const JobKey& job, const absl::Status& why)> not_changed;
  std::function<void(bool held)> lease;
  std::function<void(const absl::Status& damage)> damaged;
};

class Writing {
 public:
  // All of them outlive it. Errors: the store's, the Lease's options, and kFailedPrecondition: in no pod, and the
  // Lease's namespace is not said.
  static absl::StatusOr<std::unique_ptr<Writing>> Start(const WritingOptions& options, FollowedCluster& cluster,
                                                        Store& store, const JobBook& jobs, Judge& judge,
                                                        ClusterFacts& facts, ChangeLog& changes,
                                                        const WritingListener& listener);

  void Judged(const JobKey& job, const Judgement& judged, absl::Time now) { rollout_->Offer(job, judged, now); }
  void Decided(const JobKey& job, const v1::Decision& decision) { teller_->Decided(job, decision); }

  const Planner& planner() const { return *planner_; }
  ChangeBook& changes() { return *changes_; }
  PauseBook& pauses() { return *pauses_; }
  Rollout& rollout() { return *rollout_; }
  bool IsWriter() const { return gate_->IsWriter(); }
  RolloutStats stats() const { return rollout_->stats(); }
  int64_t untold() const { return teller_->failures(); }

 private:
  Writing() = default;

  // In the order in which they are built.
  std::unique_ptr<PauseBook> pauses_;
  std::unique_ptr<ChangeBook> changes_;
  std::unique_ptr<Lease> lease_;
  std::unique_ptr<WriteGate> gate_;
  std::unique_ptr<Planner> planner_;
  std::unique_ptr<Teller> teller_;
  std::unique_ptr<Rollout> rollout_;
};

}  // namespace tune
