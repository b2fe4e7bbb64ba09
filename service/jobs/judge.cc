#include "service/jobs/judge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/policy_text.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/cluster/json_field.h"
#include "service/jobs/decision.h"
#include "tune/recommend.h"
#include "tune/session.h"
#include "tune/stored/v1/state.pb.h"

namespace tune {
Judge::Judge(JobBook& jobs, const PolicyBook& policies, Store& store, ClusterFacts& cluster, Listener listener,
             OwnersPolicy owners_policy)
    : jobs_(jobs),
      policies_(policies),
      store_(store),
      cluster_(cluster),
      listener_(std::move(listener)),
      owners_policy_(std::move(owners_policy)) {}

Judge::JobPolicy Judge::PolicyFor(const JobKey& job) const {
  const std::shared_ptr<const PolicyInForce> in_force = policies_.For(job);
  const bool is_its_own = in_force->stored && in_force->stored->scope().has_job();
  const std::string owners = owners_policy_ && !is_its_own ? owners_policy_(job) : "";
  if (owners.empty()) return {in_force->policy, false};
  absl::StatusOr<TuningPolicy> shipped = LoadPolicy(owners);
  if (!shipped.ok()) return {in_force->policy, false};
  return {*std::move(shipped), true};
}

absl::Status Judge::WithWindow(const JobKey& job, const std::optional<JobFacts>& facts,
                               const std::function<absl::Status(const JobWindow&)>& use) const {
  const auto known = [&facts](const JobFacts& pushed) { return facts ? *facts : pushed; };
  const std::vector<JobKey> members = cluster_.SessionJobs(job);
  if (members.empty()) return jobs_.Read(job, known, use);
  std::vector<JobWindow> windows;
  for (const JobKey& member : members) {
    const auto keep = [&](const JobWindow& window) {
      windows.push_back(window);
      windows.back().facts.job_name = member.name;
      return absl::OkStatus();
    };
    const absl::Status read = jobs_.Read(member, known, keep);
    if (!read.ok() && !absl::IsNotFound(read)) return read;
  }
  if (windows.empty()) {
    return absl::NotFoundError(absl::StrCat("no samples of a job of session cluster ", ToText(job), " were pushed"));
  }
  const absl::StatusOr<JobWindow> together = SessionWindow(windows);
  return together.ok() ? use(*together) : together.status();
}

absl::Status Judge::Ask(const JobKey& job, const TuningPolicy* policy, absl::Time now,
                        const std::function<absl::Status(const Judgement&)>& use) {
  TuningPolicy chosen = policy != nullptr ? *policy : PolicyFor(job).policy;
  if (job.kind == JobKind::kSessionJob) chosen.size_processes = false;
  const auto refuse = [&](const absl::Status& why) {
    if (policy == nullptr) CannotDecide(job, why, chosen.name, now);
    return absl::FailedPreconditionError(std::string(why.message()));
  };
  const absl::StatusOr<std::optional<JobFacts>> facts = cluster_.FactsOf(job, now);
  if (!facts.ok()) return refuse(facts.status());
  return WithWindow(job, *facts, [&](const JobWindow& window) {
    const absl::StatusOr<JobRecommendation> recommendation = Recommend(window, chosen);
    if (!recommendation.ok()) return refuse(recommendation.status());
    const Judgement judged{window, chosen, *recommendation};
    if (policy == nullptr) Decide(job, judged, now);
    return use(judged);
  });
}

std::shared_ptr<Judge::Known> Judge::KnownOf(const JobKey& job) {
  std::shared_ptr<Known> known;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Known>& slot = known_[job];
    if (slot == nullptr) slot = std::make_shared<Known>();
    known = slot;
  }
  const std::lock_guard lock(known->mutex);
  if (!known->loaded) Load(job, *known);
  return known;
}

// What cannot be read is as if it had not been decided: it is decided anew.
void Judge::Load(const JobKey& job, Known& known) {
  known.loaded = true;
  const absl::StatusOr<std::optional<StoredRecommendation>> stored = store_.GetRecommendation(job);
  stored::v1::LastDecision last;
  if (!stored.ok() || !*stored || !ParseWire((*stored)->blob, last).ok()) return;
  known.decision = last.decision();
  known.decision.set_id((*stored)->decision);
  known.has_recommendation = last.has_recommendation();
  known.recommendation = std::move(*last.mutable_recommendation());
  known.recommendation.clear_evidence();
  known.predictions.Expect(known.recommendation);
}

std::optional<v1::Decision> Judge::Last(const JobKey& job) {
  const std::shared_ptr<Known> known = KnownOf(job);
  const std::lock_guard lock(known->mutex);
  if (known->decision.id() == 0) return std::nullopt;
  return known->decision;
}

void Judge::Forget(const JobKey& job) {
  const std::lock_guard lock(mutex_);
  known_.erase(job);
}

void Judge::Decide(const JobKey& job, const Judgement& judged, absl::Time now) {
  v1::JobRecommendation wanted;
  Write(judged.recommendation, judged.window, judged.policy, EvidenceIn::kNothing, wanted);
  const std::shared_ptr<Known> known = KnownOf(job);
  {
    const std::lock_guard lock(known->mutex);
    for (const PredictionCheck& check : known->predictions.Check(wanted)) {
      if (listener_.checked) listener_.checked(job, check);
    }
    if (known->has_recommendation && !IsOther(known->recommendation, wanted)) return;
    known->predictions.Expect(wanted);
    known->recommendation = wanted;
    known->has_recommendation = true;
  }
  v1::Decision decision = DecisionOf(judged.recommendation, judged.window.graph, judged.policy.name);
  Record(job, std::move(decision), ToProto(judged.recommendation, judged.window, judged.policy), now);
}

void Judge::CannotDecide(const JobKey& job, const absl::Status& why, const std::string& policy_name, absl::Time now) {
  v1::Decision decision;
  decision.set_action(v1::ACTION_PERSON);
  decision.set_reason(OneLine(std::string(why.message()), kMostDecisionReason));
  decision.set_policy_name(Utf8(policy_name));
  const std::shared_ptr<Known> known = KnownOf(job);
  {
    const std::lock_guard lock(known->mutex);
    if (!known->has_recommendation && known->decision.reason() == decision.reason()) return;
    known->has_recommendation = false;
    known->decision.set_reason(decision.reason());
  }
  Record(job, std::move(decision), std::nullopt, now);
}

void Judge::Record(const JobKey& job, v1::Decision decision, std::optional<v1::JobRecommendation> recommendation,
                   absl::Time now) {
  *decision.mutable_time() = ToProto(now);
  under_way_.Begin();
  stored::v1::LastDecision last;
  *last.mutable_decision() = decision;
  if (recommendation) *last.mutable_recommendation() = *std::move(recommendation);
  DecisionRecord record{job, now, v1::Action_Name(decision.action()), decision.reason(),
                        SerializeDeterministic(decision)};
  store_.AppendDecision(
      std::move(record), SerializeDeterministic(last),
      [this, job, decision = std::move(decision), known = KnownOf(job)](const absl::StatusOr<int64_t>& id) mutable {
        Recorded(job, std::move(decision), id, *known);
        under_way_.End();
      });
}

void Judge::Recorded(const JobKey& job, v1::Decision decision, const absl::StatusOr<int64_t>& id, Known& known) {
  if (!id.ok()) {
    const std::lock_guard lock(known.mutex);
    known.has_recommendation = false;  // decided again with the next samples
    known.decision.clear_reason();
    return;
  }
  decision.set_id(*id);
  {
    const std::lock_guard lock(known.mutex);
    known.decision = decision;
  }
  if (listener_.decided) listener_.decided(job, decision);
}

}  // namespace tune
