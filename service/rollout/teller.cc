#include "service/rollout/teller.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libtune/codec/times.h"
#include "libtune/internal/path.h"
#include "service/cluster/job_state.h"
#include "service/cluster/json_field.h"
#include "service/patch/patcher.h"
#include "service/rollout/change.h"
#include "service/rollout/field_look.h"

namespace tune {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10), kPause = absl::Seconds(1);
constexpr absl::Duration kBringsIn = absl::Seconds(5);   // between looks at whether a spec is brought in
constexpr absl::Duration kMostWait = absl::Minutes(10);  // for that, since it was decided
constexpr size_t kMostTextBytes = 1000;

bool IsBroughtIn(const FlinkJob& job) {
  const JobPhase phase = PhaseOf(job);
  return !job.change_pending() && phase != JobPhase::kUpgrading && phase != JobPhase::kRollingBack;
}

std::string ArrowText(const char* what, int now, int wanted) {
  return now == wanted ? "" : absl::StrCat(": ", what, " ", now, " -> ", wanted);
}

// What is told of a change in its state; nullptr: nothing.
const char* ReasonOf(v1::ChangeState state) {
  switch (state) {
    case v1::CHANGE_STATE_WATCHED:
      return "Applied";
    case v1::CHANGE_STATE_GOING_BACK:
      return "GoingBack";
    case v1::CHANGE_STATE_STABLE:
      return "Stable";
    case v1::CHANGE_STATE_ROLLED_BACK:
      return "RolledBack";
    case v1::CHANGE_STATE_OVERTAKEN:
      return "Overtaken";
    case v1::CHANGE_STATE_FAILED:
      return "Failed";
    default:
      return nullptr;
  }
}

bool IsWarning(v1::ChangeState state) {
  return state == v1::CHANGE_STATE_GOING_BACK || state == v1::CHANGE_STATE_FAILED ||
         state == v1::CHANGE_STATE_OVERTAKEN;
}

}  // namespace

std::string RecommendationText(const v1::Decision& decision) {
  const std::string action = absl::AsciiStrToLower(absl::StripPrefix(v1::Action_Name(decision.action()), "ACTION_"));
  return OneLine(
      absl::StrCat(action, ArrowText("parallelism", decision.parallelism_now(), decision.parallelism_wanted()),
                   ArrowText("slots", decision.slots_now(), decision.slots_wanted()), "; ", decision.reason(),
                   " (decision ", decision.id(), ", ",
                   absl::FormatTime("%Y-%m-%d %H:%M UTC", TimeOf(decision.time()), absl::UTCTimeZone()), ")"),
      kMostTextBytes);
}

Teller::Teller(KubeClient& client, const ClusterView& cluster, const Planner& planner, const WriteGate& gate,
               std::string instance, std::function<absl::Time()> clock)
    : client_(client),
      cluster_(cluster),
      planner_(planner),
      gate_(gate),
      clock_(std::move(clock)),
      events_(client, std::move(instance)),
      thread_([this] { Run(); }) {}

Teller::~Teller() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  thread_.join();
}

int64_t Teller::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void Teller::Decided(const JobKey& job, const v1::Decision& decision) {
  const auto settings = planner_.SettingsOf(job);
  if (!settings || !settings->ok() || (*settings)->mode == Mode::kOff) return;
  JobEvent event;
  event.reason = "Recommendation";
  event.action = "Recommend";
  event.note = decision.reason();
  Add(job, std::move(event), decision);
}

void Teller::Changed(const v1::Change& change) {
  const char* reason = ReasonOf(change.state());
  if (reason == nullptr || change.events().empty()) return;
  JobEvent event;
  event.reason = reason;
  event.action = "Resize";
  event.note = absl::StrCat("change ", change.id(), ": ", change.events(change.events_size() - 1).text(), "; ",
                            FieldsText(change));
  event.warning = IsWarning(change.state());
  Add(JobOf(change), std::move(event));
}

void Teller::NotChanged(const JobKey& job, const absl::Status& why) {
  JobEvent event;
  event.reason = "NotChanged";
  event.action = "Resize";
  event.note = std::string(why.message());
  event.warning = true;
  Add(job, std::move(event));
}

void Teller::Add(const JobKey& job, JobEvent event, std::optional<v1::Decision> decision) {
  event.job = job;
  const std::lock_guard lock(mutex_);
  if (told_.size() >= kMostJobs && !told_.contains(job)) {
    ++failures_;
    return;
  }
  Told& told = told_[job];
  if (decision) told.decision = std::move(decision);
  told.events.push_back(std::move(event));
  if (told.events.size() > kMostEvents) told.events.pop_front();
  work_.notify_one();
}

void Teller::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const auto it = Next();
    if (it == told_.end()) {
      work_.wait_for(lock, absl::ToChronoNanoseconds(kPause));
      continue;
    }
    auto next = told_.extract(it);
    lock.unlock();
    const absl::Status told = Tell(next.key(), next.mapped());
    lock.lock();
    if (told.ok()) {
      if (next.mapped().decision) PutBack(next.key(), std::move(next.mapped()));
      continue;
    }
    TryAgain(next.key(), std::move(next.mapped()));
    work_.wait_for(lock, absl::ToChronoNanoseconds(kPause), [this] { return ending_; });
  }
}

// With the mutex held. The first job of which something may be told; end: none.
std::map<JobKey, Teller::Told>::iterator Teller::Next() {
  if (!gate_.IsWriter()) return told_.end();
  const absl::Time now = clock_();
  return std::find_if(told_.begin(), told_.end(), [now](const auto& entry) {
    return entry.second.not_before <= now || !entry.second.events.empty();
  });
}

// With the mutex held.
void Teller::TryAgain(const JobKey& job, Told told) {
  if (++told.tries == kMostTries) {
    ++failures_;
    return;
  }
  PutBack(job, std::move(told));
}

// With the mutex held. Beside what has come meanwhile.
void Teller::PutBack(const JobKey& job, Told told) {
  Told& waiting = told_[job];
  if (!waiting.decision) waiting.decision = std::move(told.decision);
  waiting.events.insert(waiting.events.begin(), told.events.begin(), told.events.end());
  waiting.tries = told.tries;
  waiting.not_before = told.not_before;
}

absl::Status Teller::Tell(const JobKey& job, Told& told) {
  if (auto status = gate_.Check(job); !status.ok()) return status;
  const std::shared_ptr<const FlinkJob> found = cluster_.FindJob(job);
  if (found == nullptr) {
    told = Told();
    return absl::OkStatus();
  }
  const absl::Time now = clock_();
  if (told.decision && !IsBroughtIn(*found) && now - TimeOf(told.decision->time()) < kMostWait) {
    told.not_before = now + kBringsIn;
  } else if (told.decision) {
    if (auto status = Annotate(*found, *told.decision); !status.ok()) return status;
    told.decision.reset();
  }
  for (; !told.events.empty(); told.events.pop_front()) {
    told.events.front().uid = found->uid;
    if (auto status = events_.Record(told.events.front(), clock_()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A FlinkSessionJob has a kind of its own, and is told by Events alone.
absl::Status Teller::Annotate(const FlinkJob& job, const v1::Decision& decision) {
  if (job.key.kind == JobKind::kSessionJob) return absl::OkStatus();
  PatchRequest request;
  request.resource = kFlinkDeployments;
  request.ns = job.key.ns;
  request.name = job.key.name;
  request.uid = job.uid;
  request.generation = job.generation;
  request.fields = {{{"metadata", "annotations", kRecommendationAnnotation}, Utf8(RecommendationText(decision))}};
  request.force = true;  // it is libtune's own
  request.about_to = [&](const PatchResult&) { return gate_.Check(job.key); };
  return Patch(client_, request, kTimeout).status();
}

}  // namespace tune
