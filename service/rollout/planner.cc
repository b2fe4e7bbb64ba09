#include "service/rollout/planner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/internal/path.h"
#include "service/jobs/decision.h"
#include "service/jobs/job_ref.h"
#include "service/rollout/change.h"
#include "service/rollout/lag_view.h"
#include "service/rollout/measures.h"
#include "tune/plan.h"

namespace tune {
namespace {

v1::Change ChangeOf(const FlinkJob& job, const Judgement& judged, const SpecPatch& plan, absl::Time now) {
  v1::Change change;
  Write(job.key, *change.mutable_job());
  change.set_state(v1::CHANGE_STATE_APPLYING);
  *change.mutable_decision() = DecisionOf(judged.recommendation, judged.window.graph, judged.policy.name);
  *change.mutable_decision()->mutable_time() = ToProto(now);
  change.set_is_urgent(IsUrgent(judged.recommendation));
  change.set_restarts_job(plan.restarts_job);
  change.set_uid(job.uid);
  change.set_generation_before(job.generation);
  const LagView lag = LookAtPresent(judged.window);
  const bool held_back =
      lag.held_back ? *lag.held_back >= kNoTime : judged.recommendation.timeliness == Timeliness::kDelayed;
  change.set_was_delayed(lag.grows || held_back);
  if (lag.held_back) change.set_held_back_before(*lag.held_back);
  Predict(judged, change);
  return change;
}

}  // namespace

void Write(const Refusal& refusal, v1::Refusal& out) {
  out.set_kind(Name(refusal.kind));
  out.set_text(Utf8(refusal.text));
  out.set_is_waivable(refusal.waivable());
}

std::optional<absl::StatusOr<JobSettings>> Planner::SettingsOf(const JobKey& job) const {
  const std::shared_ptr<const FlinkJob> found = cluster_.FindJob(job);
  if (found == nullptr) return std::nullopt;
  return SettingsForWriting(cluster_, *found);
}

absl::StatusOr<PlannedChange> Planner::Plan(const JobKey& job, const Judgement& judged, bool by_person,
                                            absl::Time now) const {
  const std::shared_ptr<const FlinkJob> found = cluster_.FindJob(job);
  if (found == nullptr) return absl::NotFoundError(absl::StrCat(ToText(job), " is not in the cluster"));
  const absl::StatusOr<FlinkDeployment> deployment = facts_.SpecOf(job);
  if (!deployment.ok()) return deployment.status();
  const absl::StatusOr<SpecPatch> plan = PlanFlinkDeployment(deployment->spec, judged.window, judged.recommendation);
  if (!plan.ok()) return plan.status();
  const absl::StatusOr<PlanFit> fit = facts_.FitOf(job, judged.window, judged.recommendation, plan->restarts_job, now);
  if (!fit.ok()) return fit.status();

  PlannedChange planned;
  planned.change = ChangeOf(*found, judged, *plan, now);
  if (auto status = WriteFields(*plan, planned.change); !status.ok()) return status;
  const absl::StatusOr<JobSettings> settings = SettingsForWriting(cluster_, *found);
  if (settings.ok()) planned.priority = settings->priority;
  planned.refusals = RefusalsOf({*found, settings, *plan, judged.recommendation, *fit, by_person, now});
  return planned;
}

absl::StatusOr<PlannedChange> Planner::Plan(const JobKey& job, const TuningPolicy* policy, bool by_person,
                                            absl::Time now) const {
  std::optional<PlannedChange> planned;
  const absl::Status asked = judge_.Ask(job, policy, now, [&](const Judgement& judged) {
    absl::StatusOr<PlannedChange> plan = Plan(job, judged, by_person, now);
    if (!plan.ok()) return plan.status();
    planned = *std::move(plan);
    return absl::OkStatus();
  });
  if (!asked.ok()) return asked;
  // The judgement may just have become the job's decision.
  if (const auto last = judge_.Last(job); last && policy == nullptr) *planned->change.mutable_decision() = *last;
  if (auto status = AddHistory(now, *planned); !status.ok()) return status;
  return *std::move(planned);
}

absl::Status Planner::AddHistory(absl::Time now, PlannedChange& planned) const {
  const JobKey job = JobOf(planned.change);
  const absl::StatusOr<std::vector<v1::Change>> past = changes_.PastOf(job);
  if (!past.ok()) return past.status();
  for (Refusal& refusal : RefusalsByHistory(*past, planned.change, limits_, now)) {
    planned.refusals.push_back(std::move(refusal));
  }
  const PutBacks put_backs = PutBacksOf(*past, planned.change, limits_, now);
  planned.change.set_put_back(put_backs.count);
  planned.change.set_put_back_by(put_backs.by);
  for (const v1::Pause& pause : pauses_.Of(job)) {
    planned.refusals.push_back({RefusalKind::kPaused, ToText(pause)});
  }
  return absl::OkStatus();
}

}  // namespace tune
