#include "service/cluster/job_state.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

JobPhase PhaseByFlink(const FlinkJob& job) {
  switch (job.status.flink_state) {
    case FlinkState::kRunning:
      return JobPhase::kRunning;
    case FlinkState::kFailed:
      return JobPhase::kFailed;
    case FlinkState::kFinished:
      return JobPhase::kFinished;
    case FlinkState::kCanceled:
    case FlinkState::kCancelling:
    case FlinkState::kSuspended:
      return JobPhase::kCanceled;
    case FlinkState::kRestarting:
    case FlinkState::kFailing:
      return JobPhase::kRestarting;
    case FlinkState::kUnknown:
      if (job.is_session_cluster() && job.status.job_manager == JobManagerState::kReady) return JobPhase::kRunning;
      break;
    case FlinkState::kInitializing:
    case FlinkState::kCreated:
    case FlinkState::kReconciling:
      break;
  }
  return JobPhase::kStarting;
}

std::optional<absl::Time> SinceOf(const FlinkJob& job, JobPhase phase) {
  switch (phase) {
    case JobPhase::kDeleting:
      return job.deleting_since;
    case JobPhase::kCreated:
      return std::nullopt;
    case JobPhase::kUpgrading:
    case JobPhase::kRollingBack:
    case JobPhase::kSuspended:
    case JobPhase::kStarting:
      return job.status.reconciled_at;
    case JobPhase::kRunning:
    case JobPhase::kRestarting:
    case JobPhase::kFinished:
    case JobPhase::kCanceled:
    case JobPhase::kFailed:
    case JobPhase::kJobManagerMissing:
      return job.status.update_time;
  }
  return std::nullopt;
}

// How long nothing has changed, where it is known and too long.
std::optional<absl::Duration> WithoutProgress(const FlinkJob& job, JobPhase phase, absl::Time now) {
  const bool moves = phase == JobPhase::kUpgrading || phase == JobPhase::kRollingBack || phase == JobPhase::kStarting;
  const std::optional<absl::Time> last = std::max(job.status.reconciled_at, job.status.update_time);
  if (!moves || !last || now - *last < kNoProgress) return std::nullopt;
  return now - *last;
}

std::string Reason(const FlinkJob& job) {
  return job.status.failure.empty() ? "" : absl::StrCat(": ", job.status.failure);
}

std::string Since(const LiveState& state, absl::Time now) {
  return state.since ? absl::StrCat(" since ", ClockText(*state.since, now)) : "";
}

std::string Minutes(absl::Duration duration) { return absl::StrCat(absl::ToInt64Minutes(duration), " min"); }

std::string Moving(const char* what, const FlinkJob& job, const LiveState& state, absl::Time now) {
  const auto still = WithoutProgress(job, state.phase, now);
  if (still) return absl::StrCat(what, " for ", Minutes(*still), " without progress", Reason(job));
  const std::string failed = job.status.failure.empty() ? "" : absl::StrCat("; last failure", Reason(job));
  return absl::StrCat(what, Since(state, now), failed);
}

// A job goes on by its last spec while the present one waits or is refused.
std::string Running(const FlinkJob& job) {
  if (!job.change_pending()) return "running";
  if (!job.status.failure.empty()) return absl::StrCat("running; changed spec refused", Reason(job));
  return "running; changed spec not taken up yet";
}

std::string TextOf(const FlinkJob& job, const LiveState& state, absl::Time now) {
  switch (state.phase) {
    case JobPhase::kDeleting:
      return absl::StrCat("deleting", Since(state, now));
    case JobPhase::kCreated:
      return "created, not yet deployed";
    case JobPhase::kFailed:
      return absl::StrCat("failed", Reason(job));
    case JobPhase::kSuspended:
      return absl::StrCat("suspended", Since(state, now));
    case JobPhase::kRollingBack:
      return Moving("operator rolling back", job, state, now);
    case JobPhase::kUpgrading:
      return Moving("upgrading", job, state, now);
    case JobPhase::kJobManagerMissing:
      return absl::StrCat("job manager missing", Reason(job));
    case JobPhase::kFinished:
      return "finished";
    case JobPhase::kCanceled:
      return "cancelled";
    case JobPhase::kRestarting:
      return absl::StrCat("restarting", Since(state, now), Reason(job));
    case JobPhase::kRunning:
      return Running(job);
    case JobPhase::kStarting:
      return Moving(job.status.flink_state == FlinkState::kReconciling ? "reconciling" : "starting", job, state, now);
  }
  return "";
}

}  // namespace

JobPhase PhaseOf(const FlinkJob& job) {
  if (job.deleting_since) return JobPhase::kDeleting;
  switch (job.status.lifecycle) {
    case Lifecycle::kUnknown:
    case Lifecycle::kCreated:
      return job.status.failure.empty() ? JobPhase::kCreated : JobPhase::kFailed;
    case Lifecycle::kFailed:
      return JobPhase::kFailed;
    case Lifecycle::kSuspended:
      return JobPhase::kSuspended;
    case Lifecycle::kRollingBack:
      return JobPhase::kRollingBack;
    case Lifecycle::kUpgrading:
      return JobPhase::kUpgrading;
    case Lifecycle::kDeployed:
    case Lifecycle::kStable:
    case Lifecycle::kRolledBack:
      break;
  }
  if (job.status.job_manager == JobManagerState::kMissing) {
    const JobPhase by_flink = PhaseByFlink(job);  // a job that has ended needs none
    return by_flink == JobPhase::kFinished || by_flink == JobPhase::kCanceled ? by_flink : JobPhase::kJobManagerMissing;
  }
  return job.status.job_manager == JobManagerState::kError ? JobPhase::kFailed : PhaseByFlink(job);
}

std::string ClockText(absl::Time time, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool today = absl::ToCivilDay(time, utc) == absl::ToCivilDay(now, utc);
  return absl::FormatTime(today ? "%H:%M UTC" : "%Y-%m-%d %H:%M UTC", time, utc);
}

LiveState StateOf(const FlinkJob& job, absl::Time now) {
  LiveState state;
  state.phase = PhaseOf(job);
  state.since = SinceOf(job, state.phase);
  state.rolled_back = job.status.lifecycle == Lifecycle::kRolledBack;
  state.stuck = WithoutProgress(job, state.phase, now).has_value();
  state.text = TextOf(job, state, now);
  if (state.rolled_back && state.phase != JobPhase::kDeleting) {
    absl::StrAppend(&state.text, "; operator rolled back");
    if (job.status.reconciled_at) absl::StrAppend(&state.text, " at ", ClockText(*job.status.reconciled_at, now));
  }
  return state;
}

}  // namespace tune
