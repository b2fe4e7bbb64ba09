// How a job is, as a person says it.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "service/cluster/flink_job.h"

namespace tune {

// By what the operator writes (job_status.h), the first that holds:
enum class JobPhase {
  kDeleting,           // the object has a deletion timestamp
  kCreated,            // the operator has not deployed it yet, nor failed to
  kFailed,             // FAILED, of operator or Flink; or the JobManager's deployment is in error
  kSuspended,          // SUSPENDED
  kRollingBack,        // ROLLING_BACK
  kUpgrading,          // UPGRADING; Flink's state FINISHED then means only that the old job was stopped
  kJobManagerMissing,  // MISSING: its deployment has vanished
  kFinished,           // Flink: FINISHED
  kCanceled,           // Flink: CANCELED, CANCELLING, SUSPENDED
  kRestarting,         // Flink: RESTARTING, FAILING
  kRunning,            // Flink: RUNNING; of a session cluster: its JobManager is ready
  kStarting,           // the rest: DEPLOYING, RECONCILING, CREATED, INITIALIZING
};

struct LiveState {
  JobPhase phase = JobPhase::kCreated;
  std::optional<absl::Time> since;  // nullopt: not told
  bool rolled_back = false;         // the operator runs the spec before the present one: ROLLED_BACK
  bool stuck = false;               // upgrading, rolling back or starting for kNoProgress without a change
  // "upgrading since 12:03 UTC", "running; operator rolled back at 12:03 UTC", "failed: REASON", "reconciling for 10
  // min without progress", "running; changed spec refused: REASON". One line.
  std::string text;
};

constexpr absl::Duration kNoProgress = absl::Minutes(10);

// What of it needs no clock.
JobPhase PhaseOf(const FlinkJob& job);

// Of a session cluster's job the cluster's own state counts too: ask for that.
LiveState StateOf(const FlinkJob& job, absl::Time now);

// "12:03 UTC"; of another day than `now` "2025-11-21 12:03 UTC".
std::string ClockText(absl::Time time, absl::Time now);

}  // namespace tune
