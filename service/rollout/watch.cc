#include "service/rollout/watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libtune/codec/times.h"
#include "service/rollout/measures.h"

namespace tune {
namespace {

// An error that was not seen for so long a part of `stuck` is gone: operators empty it while they try again.
constexpr double kErrorGone = 0.25;
// So long a part of `settle` the job works off what waited while it restarted.
constexpr double kCatchUp = 0.2;
constexpr double kHadTime = 0.5;  // of a source's time, before the change: it could have read twice as much

bool TakenUp(const FlinkJob& job, int64_t generation) {
  return !job.status.reconciled_generation || *job.status.reconciled_generation >= generation;
}

bool IsUp(const FlinkJob& job, int64_t generation) {
  const bool settled = job.status.lifecycle == Lifecycle::kStable || job.status.lifecycle == Lifecycle::kUnknown;
  return TakenUp(job, generation) && settled && PhaseOf(job) == JobPhase::kRunning;
}

WatchStep GoBack(std::string why) { return {WatchVerdict::kGoBack, std::move(why)}; }

}  // namespace

absl::Time LagFrom(absl::Time running, const WatchLimits& limits) { return running + kCatchUp * limits.settle; }

bool LessMemoryBefore(const v1::Change& change) {
  const v1::ChangeMeasure* memory = FindMeasure(change, kTaskManagerMib);
  if (memory == nullptr || !memory->has_before() || !memory->has_predicted()) return false;
  const v1::ChangeMeasure* slots = FindMeasure(change, kTaskManagerSlots);
  const bool known = slots != nullptr && slots->before() > 0 && slots->predicted() > 0;
  const double per_slot_before = memory->before() / (known ? slots->before() : 1);
  const double per_slot = memory->predicted() / (known ? slots->predicted() : 1);
  return per_slot > per_slot_before && memory->predicted() > memory->before();
}

WatchStep Watch::Look(const v1::Change& change, const JobLook& look) {
  if (look.job == nullptr) return {WatchVerdict::kOvertaken, "the job was deleted"};
  if (look.job->uid != change.uid()) return {WatchVerdict::kOvertaken, "the job was deleted and made anew"};
  const bool going_back = change.state() == v1::CHANGE_STATE_GOING_BACK;
  const int64_t generation = going_back ? change.generation_back() : change.generation_after();
  if (look.job->generation > generation) return {WatchVerdict::kLookAgain, ""};
  Remember(change, look, generation);
  if (going_back) return LookAtGoingBack(change, look);
  return change.has_running() ? LookAtRunning(change, look) : LookAtUpgrade(change, look);
}

void Watch::Remember(const v1::Change& change, const JobLook& look, int64_t generation) {
  const FlinkJob& job = *look.job;
  if (!deployed_ && TakenUp(job, generation) && job.status.lifecycle != Lifecycle::kUpgrading) deployed_ = look.now;
  if (!job.status.failure.empty()) {
    if (!error_since_) error_since_ = look.now;
    error_last_ = look.now;
  } else if (error_last_ && look.now - *error_last_ > kErrorGone * limits_.stuck) {
    error_since_.reset();
    error_last_.reset();
  }
  const JobPhase phase = PhaseOf(job);
  const bool restarting = phase == JobPhase::kRestarting;
  if (change.has_running() && restarting && !was_restarting_) ++restarts_;
  was_restarting_ = restarting;
  if (phase == JobPhase::kRunning) {
    down_since_.reset();
  } else if (!down_since_) {
    down_since_ = look.now;
  }
}

bool Watch::ShowsErrorSince(absl::Time now, absl::Duration least) const {
  return error_since_ && now - *error_since_ >= least;
}

// What is wrong whenever it is seen; nullopt: nothing.
std::optional<std::string> Watch::Broken(const v1::Change& change, const JobLook& look) const {
  const FlinkJob& job = *look.job;
  const LiveState state = StateOf(job, look.now);
  if (!TakenUp(job, change.generation_after())) return std::nullopt;
  if (state.rolled_back) return absl::StrCat("the operator went back by itself: ", state.text);
  if (job.status.lifecycle == Lifecycle::kFailed || job.status.flink_state == FlinkState::kFailed) return state.text;
  if (job.status.lifecycle == Lifecycle::kUpgrading || !deployed_) return std::nullopt;
  int crashes = 0;
  for (const PodDeath& death : look.deaths) {
    if (death.time < *deployed_) continue;
    if (death.is_oom) return absl::StrCat("pod ", death.pod, " was killed for its memory (OOMKilled)");
    if (++crashes >= limits_.crashes) {
      return absl::StrCat("crash loop: ", crashes, " processes died, the last one ", death.pod, " (", death.reason,
                          ")");
    }
  }
  if (restarts_ >= limits_.crashes) return absl::StrCat("crash loop: the job restarted ", restarts_, " times");
  return std::nullopt;
}

WatchStep Watch::LookAtUpgrade(const v1::Change& change, const JobLook& look) {
  const FlinkJob& job = *look.job;
  if (IsUp(job, change.generation_after())) return {WatchVerdict::kRuns, StateOf(job, look.now).text};
  if (const auto broken = Broken(change, look)) return GoBack(*broken);
  const std::string& failure = job.status.failure;
  const bool runs = PhaseOf(job) == JobPhase::kRunning;
  if (ShowsErrorSince(look.now, limits_.stuck)) {
    return GoBack(absl::StrCat(runs ? "the operator refuses the spec: " : "the upgrade fails: ",
                               failure.empty() ? "its error comes and goes" : failure));
  }
  if (look.now - TimeOf(change.applied()) < limits_.restart) return {};
  const std::string within = absl::FormatDuration(limits_.restart);
  if (!TakenUp(job, change.generation_after())) {
    return GoBack(absl::StrCat("the operator did not take it up within ", within));
  }
  return GoBack(absl::StrCat("the job does not run after ", within, ": ", StateOf(job, look.now).text,
                             look.pending.empty() ? "" : absl::StrCat("; pods wait: ", look.pending)));
}

WatchStep Watch::LookAtRunning(const v1::Change& change, const JobLook& look) {
  if (const auto broken = Broken(change, look)) {
    if (change.is_urgent() && LessMemoryBefore(change)) {
      return {WatchVerdict::kFailed, absl::StrCat(*broken, "; with less memory before it was no better")};
    }
    return GoBack(*broken);
  }
  if (down_since_ && look.now - *down_since_ >= limits_.stuck) {
    return GoBack(absl::StrCat("the job runs no more: ", StateOf(*look.job, look.now).text));
  }
  const absl::Time running = TimeOf(change.running());
  const bool settled = look.now - running >= limits_.settle;
  if (look.lag && !change.was_delayed()) {
    const LagView& lag = *look.lag;
    if (lag.grows) {
      return GoBack(absl::StrCat("it falls behind: what waits grows by ", absl::SixDigits(100 * *lag.growth),
                                 " % of what comes, and the sources have no time left"));
    }
    const bool had_time = change.has_held_back_before() && change.held_back_before() <= kHadTime;
    if (settled && !lag.growth && had_time && lag.held_back.value_or(0) >= kNoTime) {
      return GoBack(absl::StrCat("its sources are held back for ", absl::SixDigits(100 * *lag.held_back),
                                 " % of the time; before it was ", absl::SixDigits(100 * change.held_back_before()),
                                 " %"));
    }
  }
  if (!settled || down_since_) return {};
  return {WatchVerdict::kStable, absl::StrCat("ran for ", absl::FormatDuration(limits_.settle), " as planned")};
}

WatchStep Watch::LookAtGoingBack(const v1::Change& change, const JobLook& look) {
  const FlinkJob& job = *look.job;
  if (IsUp(job, change.generation_back())) return {WatchVerdict::kIsBack, ""};
  if (look.now - TimeOf(change.went_back()) < limits_.restart) return {};
  const bool never_left = job.status.reconciled_generation && PhaseOf(job) == JobPhase::kRunning &&
                          *job.status.reconciled_generation <= change.generation_before();
  if (never_left) return {WatchVerdict::kIsBack, "the operator never took the change up"};
  return {WatchVerdict::kFailed,
          absl::StrCat("it does not run with the values before either: ", StateOf(job, look.now).text)};
}

}  // namespace tune
