// What would be written to a job's spec now, and what speaks against it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"
#include "service/job_key.h"
#include "service/jobs/cluster_facts.h"
#include "service/jobs/judge.h"
#include "service/rollout/change_book.h"
#include "service/rollout/history.h"
#include "service/rollout/pause_book.h"
#include "service/rollout/refusals.h"
#include "service/rollout/settings.h"
#include "tune/policy.h"
#include "tune/v1/changes.pb.h"

namespace tune {

struct PlannedChange {
  v1::Change change;              // as it would begin: no id, no author
  std::vector<Refusal> refusals;  // the weightiest first; empty: go
  Priority priority = Priority::kP2;
};

// Thread-safe. Nothing here asks the cluster.
class Planner {
 public:
  // All of them outlive this.
  Planner(Judge& judge, ClusterFacts& facts, const ClusterView& cluster, const ChangeBook& changes,
          const PauseBook& pauses, const HistoryLimits& limits)
      : judge_(judge), facts_(facts), cluster_(cluster), changes_(changes), pauses_(pauses), limits_(limits) {}

  // By the job's window and spec as they are now. `policy` nullptr: the one in force. Errors: Judge::Ask()'s;
  // kNotFound: the cluster does not have the job; kFailedPrecondition: its spec cannot be planned for.
  absl::StatusOr<PlannedChange> Plan(const JobKey& job, const TuningPolicy* policy, bool by_person,
                                     absl::Time now) const;
  // The same of a judgement that is at hand, but for what the job's past says.
  absl::StatusOr<PlannedChange> Plan(const JobKey& job, const Judgement& judged, bool by_person, absl::Time now) const;
  // What the job's past says, and who paused it.
  absl::Status AddHistory(absl::Time now, PlannedChange& planned) const;

  // SettingsForWriting(). nullopt: the cluster does not have the job.
  std::optional<absl::StatusOr<JobSettings>> SettingsOf(const JobKey& job) const;

 private:
  Judge& judge_;
  ClusterFacts& facts_;
  const ClusterView& cluster_;
  const ChangeBook& changes_;
  const PauseBook& pauses_;
  const HistoryLimits limits_;
};

void Write(const Refusal& refusal, v1::Refusal& out);

}  // namespace tune
