// What the operator says of a job: `status` of a FlinkDeployment or FlinkSessionJob, of operators 1.7 to 1.10.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "service/cluster/json_field.h"

namespace tune {

// kUnknown: absent, or a word that the operator did not know up to 1.10.
enum class Lifecycle : uint8_t {
  kUnknown,
  kCreated,
  kSuspended,
  kUpgrading,
  kDeployed,  // it may still be rolled back
  kStable,
  kRollingBack,
  kRolledBack,
  kFailed,
};
// Flink's own states of a job.
enum class FlinkState : uint8_t {
  kUnknown,
  kInitializing,
  kCreated,
  kRunning,
  kFailing,
  kFailed,
  kCancelling,
  kCanceled,
  kFinished,
  kRestarting,
  kSuspended,
  kReconciling,
};
enum class JobManagerState : uint8_t { kUnknown, kReady, kDeployedNotReady, kDeploying, kMissing, kError };

struct JobStatus {
  // Where an operator does not tell it, from reconciliationStatus.state.
  Lifecycle lifecycle = Lifecycle::kUnknown;
  FlinkState flink_state = FlinkState::kUnknown;
  JobManagerState job_manager = JobManagerState::kUnknown;
  std::string job_id;  // 32 hexadecimal digits; empty: none yet
  // Milliseconds are kept. When Flink began the job, and when the operator last saw its state change.
  std::optional<absl::Time> start_time, update_time;
  // When the operator last began or ended an upgrade or a rollback.
  std::optional<absl::Time> reconciled_at;
  std::optional<int64_t> observed_generation;
  // metadata.generation of the spec that was last taken up (reconciliationStatus.lastReconciledSpec).
  std::optional<int64_t> reconciled_generation;
  std::string failure;  // the last failure in one line, ReasonOf(); empty: there is none
};

JobStatus ReadJobStatus(JsonValue object);

constexpr size_t kMostReasonBytes = 400;

// One line out of the operator's `status.error`, which is JSON: {"type": class, "message": text, "throwableList": the
// causes, outermost first}. Its message without names of classes, and the innermost cause's where that adds something;
// of another text the text. At most kMostReasonBytes.
std::string ReasonOf(std::string_view error);

}  // namespace tune
