#include "service/rollout/watch.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "libtune/codec/times.h"
#include "service/rollout/measures.h"

namespace tune {
namespace {

// An error that was not seen for so long a part of `stuck` is gone: operators empty it while they try again.
constexpr double kErrorGone = 0.25;
// So long a part of `settle` the job works off what waited while it restarted.
constexpr double kCatchUp = 0.2;
constexpr absl::Duration kAtOnce = absl::Seconds(10);  // pods that die on one node within so long die with it
constexpr double kHadTime = 0.5;  // of a source's time, before the change: it could have read twice as much

// FINISHED of an upgrade under way is another phase.
bool HasEnded(const FlinkJob& job) {
  return PhaseOf(job) == JobPhase::kFinished || PhaseOf(job) == JobPhase::kCanceled;
}

// From `since` on: each death, of those that are one node's the first alone.
std::vector<const PodDeath*> CrashesOf(const std::vector<PodDeath>& deaths, absl::Time since) {
  std::map<std::string, absl::Time> of_node;
  std::vector<const PodDeath*> crashes;
  for (const PodDeath& death : deaths) {
    if (death.time < since) continue;
    const auto [it, is_first] = of_node.try_emplace(death.node, death.time);
    if (!is_first && !death.node.empty() && death.time - it->second < kAtOnce) continue;
    it->second = death.time;
    crashes.push_back(&death);
  }
  return crashes;
}

WatchStep GoBack(std::string why) { return {WatchVerdict::kGoBack, std::move(why)}; }
WatchStep Overtaken(std::string why) { return {WatchVerdict::kOvertaken, std::move(why)}; }

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
  if (look.job == nullptr) return Overtaken("the job was deleted");
  if (look.job->uid != change.uid()) return Overtaken("the job was deleted and made anew");
  if (look.job->deleting_since) return Overtaken("the job is being deleted");
  const bool going_back = change.state() == v1::CHANGE_STATE_GOING_BACK;
  const int64_t generation = going_back ? change.generation_back() : change.generation_after();
  if (look.job->generation > generation) return {WatchVerdict::kLookAgain, ""};
  if (look.job->suspended && going_back) return {WatchVerdict::kIsBack, "the job is suspended"};
  if (look.job->suspended) return Overtaken("the job was suspended before it was known how it does");
  Remember(change, look, generation);
  if (going_back) return LookAtGoingBack(change, look);
  return change.has_running() ? LookAtRunning(change, look) : LookAtUpgrade(change, look);
}

bool Watch::TakenUp(const FlinkJob& job, int64_t generation) const {
  return job.status.reconciled_generation ? *job.status.reconciled_generation >= generation : moved_;
}

bool Watch::IsUp(const FlinkJob& job, int64_t generation) const {
  return TakenUp(job, generation) && job.status.lifecycle == Lifecycle::kStable && PhaseOf(job) == JobPhase::kRunning;
}

void Watch::Remember(const v1::Change& change, const JobLook& look, int64_t generation) {
  const FlinkJob& job = *look.job;
  const JobPhase phase = PhaseOf(job);
  if (last_look_ && look.now - *last_look_ > limits_.stuck) {  // what was in between is not known
    error_since_.reset();
    error_last_.reset();
    down_since_.reset();
  }
  last_look_ = look.now;
  const absl::Time begun = TimeOf(change.has_went_back() ? change.went_back() : change.applied());
  moved_ = moved_ || phase != JobPhase::kRunning || look.now - begun >= limits_.restart;
  if (job.status.lifecycle == Lifecycle::kUpgrading) {
    deployed_.reset();
  } else if (!deployed_ && TakenUp(job, generation)) {
    deployed_ = look.now;
  }
  if (!job.status.failure.empty()) {
    if (!error_since_) error_since_ = look.now;
    error_last_ = look.now;
  } else if (error_last_ && look.now - *error_last_ > kErrorGone * limits_.stuck) {
    error_since_.reset();
    error_last_.reset();
  }
  // The operator looks at the job now and then: of a restart it may see RESTARTING, or only what comes after.
  const bool stopped = phase != JobPhase::kRunning && last_phase_ == JobPhase::kRunning;
  const bool again = phase == JobPhase::kRestarting && last_phase_ != JobPhase::kRestarting;
  if (change.has_running() && (stopped || again)) ++restarts_;
  last_phase_ = phase;
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
std::optional<Watch::Trouble> Watch::Broken(const v1::Change& change, const JobLook& look) const {
  const FlinkJob& job = *look.job;
  const LiveState state = StateOf(job, look.now);
  if (!TakenUp(job, change.generation_after())) return std::nullopt;
  if (state.rolled_back) return Trouble{absl::StrCat("the operator went back by itself: ", state.text), false};
  const bool ran = change.has_running();
  if (job.status.lifecycle == Lifecycle::kFailed || job.status.flink_state == FlinkState::kFailed) {
    return Trouble{state.text, ran};
  }
  if (job.status.lifecycle == Lifecycle::kUpgrading || !deployed_) return std::nullopt;
  for (const PodDeath& death : look.deaths) {
    if (death.time < *deployed_ || !death.is_oom) continue;
    return Trouble{absl::StrCat("pod ", death.pod, " was killed for its memory (OOMKilled)"), true};
  }
  const std::vector<const PodDeath*> crashes = CrashesOf(look.deaths, *deployed_);
  if (const auto enough = static_cast<size_t>(limits_.crashes); crashes.size() >= enough) {
    const PodDeath& last = *crashes[enough - 1];
    return Trouble{
        absl::StrCat("crash loop: ", enough, " processes died, the last one ", last.pod, " (", last.reason, ")"), ran};
  }
  if (restarts_ >= limits_.crashes) {
    return Trouble{absl::StrCat("crash loop: the job restarted ", restarts_, " times"), ran};
  }
  return std::nullopt;
}

WatchStep Watch::EndOf(const v1::Change& change, const Trouble& trouble) {
  if (trouble.for_want && change.is_urgent() && LessMemoryBefore(change)) {
    return {WatchVerdict::kFailed, absl::StrCat(trouble.why, "; with less memory before it was no better")};
  }
  return GoBack(trouble.why);
}

WatchStep Watch::LookAtUpgrade(const v1::Change& change, const JobLook& look) {
  const FlinkJob& job = *look.job;
  if (IsUp(job, change.generation_after())) return {WatchVerdict::kRuns, StateOf(job, look.now).text};
  if (const auto trouble = Broken(change, look)) return EndOf(change, *trouble);
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
  if (HasEnded(job)) return Overtaken(absl::StrCat("the job has ended: ", StateOf(job, look.now).text));
  return GoBack(absl::StrCat("the job does not run after ", within, ": ", StateOf(job, look.now).text,
                             look.pending.empty() ? "" : absl::StrCat("; pods wait: ", look.pending)));
}

WatchStep Watch::LookAtRunning(const v1::Change& change, const JobLook& look) {
  if (const auto trouble = Broken(change, look)) return EndOf(change, *trouble);
  if (down_since_ && look.now - *down_since_ >= limits_.stuck) {
    if (HasEnded(*look.job)) return Overtaken(absl::StrCat("the job has ended: ", StateOf(*look.job, look.now).text));
    return GoBack(absl::StrCat("the job runs no more: ", StateOf(*look.job, look.now).text));
  }
  const absl::Time running = TimeOf(change.running());
  const bool settled = look.now - running >= limits_.settle;
  if (look.lag && !change.was_delayed()) {
    const LagView& lag = *look.lag;
    if (lag.grows) {
      return GoBack(absl::StrCat("it falls behind: what waits grows by ", absl::SixDigits(100 * *lag.growth),
                                 " % of what comes, and a source, or a subtask of it, has no time left"));
    }
    const bool had_time = change.has_held_back_before() && change.held_back_before() <= kHadTime;
    if (settled && !lag.behind && had_time && lag.held_back.value_or(0) >= kNoTime) {
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
  if (TakenUp(job, change.generation_back()) && HasEnded(job)) return {WatchVerdict::kIsBack, "the job has ended"};
  return {WatchVerdict::kFailed,
          absl::StrCat("it does not run with the values before either: ", StateOf(job, look.now).text)};
}

}  // namespace tune
