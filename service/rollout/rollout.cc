#include "service/rollout/rollout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/times.h"
#include "service/rollout/change.h"
#include "service/rollout/measures.h"

namespace tune {
namespace {

// Until it was seen running, a change that restarts its job counts as a restart in flight.
bool IsRestarting(const v1::Change& change) {
  return change.restarts_job() && (!change.has_running() || change.state() == v1::CHANGE_STATE_GOING_BACK);
}

std::string PendingOf(const std::vector<std::shared_ptr<const JobPod>>& pods) {
  for (const auto& pod : pods) {
    if (pod->phase == PodPhase::kPending && !pod->reason.empty() && !pod->deleting) return pod->reason;
  }
  return "";
}

}  // namespace

class Rollout::Hold {
 public:
  // False in `held()`: another thread is at it.
  Hold(Rollout& rollout, JobKey job) : rollout_(rollout), job_(std::move(job)) {
    const std::lock_guard lock(rollout_.mutex_);
    held_ = rollout_.held_.insert(job_).second;
  }
  ~Hold() {
    if (!held_) return;
    const std::lock_guard lock(rollout_.mutex_);
    rollout_.held_.erase(job_);
    rollout_.work_.notify_all();
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  bool held() const { return held_; }

 private:
  Rollout& rollout_;
  const JobKey job_;
  bool held_;
};

Rollout::Rollout(Parts parts, const RolloutOptions& options)
    : parts_(std::move(parts)),
      options_(options),
      applier_(parts_.client, parts_.planner, parts_.changes, parts_.gate, options.request_timeout,
               options.watch.restart, parts_.clock) {
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { RunWorker(); });
  threads_.emplace_back([this] { RunWatcher(); });
}

Rollout::~Rollout() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Rollout::Offer(const JobKey& job, const Judgement& judged, absl::Time now) {
  std::optional<Candidate> candidate;
  const auto settings = parts_.planner.SettingsOf(job);
  if (settings && settings->ok() && (*settings)->mode == Mode::kAuto) {
    const absl::StatusOr<PlannedChange> planned = parts_.planner.Plan(job, judged, /*by_person=*/false, now);
    if (planned.ok() && planned->refusals.empty()) {
      const v1::Change& change = planned->change;
      const double saving = change.decision().slots_now() - change.decision().slots_wanted();
      candidate = Candidate{job, change.is_urgent(), change.restarts_job(), planned->priority, saving, now};
    }
  }
  const std::lock_guard lock(mutex_);
  const auto it = waiting_.find(job);
  if (!candidate) {
    if (it != waiting_.end()) waiting_.erase(it);
    return;
  }
  if (it != waiting_.end()) candidate->since = it->second.since;
  waiting_[job] = *std::move(candidate);
  work_.notify_one();
}

absl::StatusOr<ChangeBook::Begun> Rollout::Apply(const ApplyWish& wish) {
  const Hold hold(*this, wish.job);
  if (!hold.held()) return absl::AbortedError(absl::StrCat(ToText(wish.job), " is being changed at this moment"));
  return applier_.Apply(wish);
}

absl::StatusOr<ChangeBook::Begun> Rollout::Rollback(const RollbackWish& wish) {
  const Hold hold(*this, wish.job);
  if (!hold.held()) return absl::AbortedError(absl::StrCat(ToText(wish.job), " is being changed at this moment"));
  return applier_.Rollback(wish);
}

RolloutStats Rollout::stats() const {
  RolloutStats stats;
  stats.open = static_cast<int64_t>(parts_.changes.Open().size());
  const std::lock_guard lock(mutex_);
  stats.waiting = static_cast<int64_t>(waiting_.size());
  stats.failures = failures_;
  return stats;
}

void Rollout::Failed(const JobKey& job, const absl::Status& status) {
  {
    const std::lock_guard lock(mutex_);
    ++failures_;
    not_before_[job] = parts_.clock() + options_.try_again;
  }
  if (parts_.failed) parts_.failed(job, status);
}

InFlight Rollout::CountInFlight() const {
  InFlight in_flight;
  for (const v1::Change& change : parts_.changes.Open()) {
    if (!change.is_urgent()) ++in_flight.optional;
    if (!IsRestarting(change)) continue;
    ++in_flight.restarting;
    ++in_flight.of_namespace[change.job().namespace_()];
  }
  return in_flight;
}

// With the mutex held. Nobody is at it, and it did not fail just now.
bool Rollout::MayTake(const JobKey& job, absl::Time now) const {
  const auto it = not_before_.find(job);
  return !held_.contains(job) && (it == not_before_.end() || now >= it->second);
}

// With the mutex held. Those that another thread is at count as begun.
std::optional<Candidate> Rollout::TakeNext() {
  if (waiting_.empty() || !parts_.gate.IsWriter()) return std::nullopt;
  InFlight in_flight = CountInFlight();
  for (const JobKey& job : held_) {
    if (parts_.changes.OpenOf(job)) continue;
    ++in_flight.restarting;
    ++in_flight.optional;
    ++in_flight.of_namespace[job.ns];
  }
  std::vector<Candidate> may;
  const absl::Time now = parts_.clock();
  for (const auto& [job, candidate] : waiting_) {
    if (MayTake(job, now)) may.push_back(candidate);
  }
  const std::optional<size_t> next = NextOf(may, in_flight, options_.limits);
  if (!next) return std::nullopt;
  waiting_.erase(may[*next].job);
  not_before_.erase(may[*next].job);
  held_.insert(may[*next].job);
  return may[*next];
}

// First what is under way, then what waits.
void Rollout::RunWorker() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    std::function<absl::Status()> todo;
    JobKey job;
    if (!steps_.empty()) {
      job = steps_.begin()->first;
      todo = std::move(steps_.begin()->second);
      steps_.erase(steps_.begin());
    } else if (const std::optional<Candidate> next = TakeNext()) {
      job = next->job;
      todo = [this, job] {
        ApplyWish wish;
        wish.job = job;
        wish.force = true;
        return applier_.Apply(wish).status();
      };
    } else {
      work_.wait_for(lock, absl::ToChronoNanoseconds(options_.look));
      continue;
    }
    lock.unlock();
    const absl::Status done = todo();
    if (!done.ok()) Failed(job, done);
    lock.lock();
    held_.erase(job);
    work_.notify_all();
  }
}

void Rollout::RunWatcher() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    LookAtAll();
    lock.lock();
    if (!ending_) work_.wait_for(lock, absl::ToChronoNanoseconds(options_.look), [this] { return ending_; });
  }
}

void Rollout::LookAtAll() {
  const std::vector<v1::Change> open = parts_.changes.Open();
  std::erase_if(watches_, [&](const auto& watch) {
    return std::none_of(open.begin(), open.end(),
                        [&](const v1::Change& change) { return change.id() == watch.first.first; });
  });
  if (!parts_.gate.IsWriter()) return;
  const absl::Time now = parts_.clock();
  for (const v1::Change& change : open) {
    const JobKey job = JobOf(change);
    {
      const std::lock_guard lock(mutex_);
      if (!MayTake(job, now)) continue;
      not_before_.erase(job);
      held_.insert(job);
    }
    // As it is now that nobody else is at it.
    const std::optional<v1::Change> current = parts_.changes.OpenOf(job);
    std::function<absl::Status()> step = current ? StepOf(*current, now) : nullptr;
    const std::lock_guard lock(mutex_);
    if (step) {
      steps_[job] = std::move(step);
      work_.notify_one();
    } else {
      held_.erase(job);
    }
  }
}

// What is paused is looked at all the same, and nothing is written.
std::function<absl::Status()> Rollout::StepOf(const v1::Change& change, absl::Time now) {
  const bool may_write = parts_.gate.Check(JobOf(change)).ok();
  if (change.state() == v1::CHANGE_STATE_APPLYING) {
    if (!may_write) return nullptr;
    return [this, change] { return applier_.Resolve(change); };
  }
  if (change.state() == v1::CHANGE_STATE_GOING_BACK && change.generation_back() == 0) {
    if (!may_write) return nullptr;
    return [this, change] { return applier_.WriteBack(change); };
  }
  const WatchStep step = LookAt(change, now);
  if (step.verdict == WatchVerdict::kWait || (step.verdict == WatchVerdict::kGoBack && !may_write)) return nullptr;
  return [this, change, step] { return TakeStep(change, step); };
}

WatchStep Rollout::LookAt(const v1::Change& change, absl::Time now) {
  const std::shared_ptr<const FlinkJob> job = parts_.cluster.FindJob(JobOf(change));
  const int64_t generation = std::max(change.generation_after(), change.generation_back());
  // What the cluster is followed by is behind the change itself, or is not followed at all: nothing can be said.
  if (job != nullptr && job->uid == change.uid() && job->generation < generation) return {};
  if (!parts_.cluster.FollowsJobs()) return {};
  Watch& watch = watches_.try_emplace({change.id(), generation}, options_.watch).first->second;
  return watch.Look(change, LookOf(change, job, now));
}

JobLook Rollout::LookOf(const v1::Change& change, const std::shared_ptr<const FlinkJob>& job, absl::Time now) const {
  JobLook look;
  look.now = now;
  look.job = job.get();
  if (job == nullptr) return look;
  look.deaths = parts_.deaths.Since(job->key.ns, job->cluster(), TimeOf(change.applied()));
  look.pending = PendingOf(parts_.cluster.PodsOf(job->key.ns, job->cluster()));
  if (!change.has_running()) return look;
  const absl::Time from = LagFrom(TimeOf(change.running()), options_.watch);
  const auto as_pushed = [](const JobFacts& facts) { return facts; };
  parts_.jobs
      .Read(job->key, as_pushed,
            [&](const JobWindow& window) {
              look.lag = LookAtLag(window, from);
              return absl::OkStatus();
            })
      .IgnoreError();  // no samples: not measured
  return look;
}

absl::Status Rollout::TakeStep(v1::Change change, const WatchStep& step) {
  const absl::Time now = parts_.clock();
  const auto measure = [&] {
    parts_.judge
        .Ask(JobOf(change), nullptr, now,
             [&](const Judgement& judged) {
               const bool of_change =
                   change.has_running() && judged.window.start + judged.window.length > TimeOf(change.running());
               if (of_change) Measure(judged, change);
               return absl::OkStatus();
             })
        .IgnoreError();  // what is not measured stays empty
  };
  switch (step.verdict) {
    case WatchVerdict::kWait:
      return absl::OkStatus();
    case WatchVerdict::kRuns:
      *change.mutable_running() = ToProto(now);
      AddEvent(absl::StrCat("runs with the change: ", step.why), now, change);
      return parts_.changes.Put(change, now);
    case WatchVerdict::kStable:
      measure();
      return applier_.Finish(std::move(change), v1::CHANGE_STATE_STABLE, step.why);
    case WatchVerdict::kGoBack:
      measure();
      return applier_.GoBack(std::move(change), step.why);
    case WatchVerdict::kIsBack:
      return applier_.Finish(std::move(change), v1::CHANGE_STATE_ROLLED_BACK, step.why);
    case WatchVerdict::kLookAgain:
      return applier_.LookAgain(std::move(change));
    case WatchVerdict::kOvertaken:
      return applier_.Finish(std::move(change), v1::CHANGE_STATE_OVERTAKEN, step.why);
    case WatchVerdict::kFailed:
      return applier_.Finish(std::move(change), v1::CHANGE_STATE_FAILED, step.why);
  }
  return absl::OkStatus();
}

}  // namespace tune
