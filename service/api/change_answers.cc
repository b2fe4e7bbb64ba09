#include "service/api/change_answers.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/api/job_input.h"
#include "service/api/request_key.h"
#include "service/jobs/job_ref.h"
#include "service/jobs/policy_book.h"
#include "service/rollout/change.h"
#include "service/violations.h"

namespace tune {
namespace {

constexpr int kUsualPage = 100, kMostPage = 1000;
constexpr size_t kMostPauseBytes = 1000;

// Names of refusals. One that cannot be waived, or is none, is a violation.
std::set<std::string> ReadWaived(const v1::ApplyRequest& request, Violations& violations) {
  std::set<std::string> waived, names;
  for (const RefusalKind kind : kWaivable) names.insert(Name(kind));
  const Path path("waive");
  for (int i = 0; i < request.waive_size(); ++i) {
    if (names.contains(request.waive(i))) {
      waived.insert(request.waive(i));
    } else {
      violations.Add(path.At(i).Render(), Quoted(request.waive(i)),
                     "thin, checkpoints, stateless, failed-before, flapping, budget");
    }
  }
  return waived;
}

template <typename Response>
absl::Status Tell(absl::StatusOr<ChangeBook::Begun> begun, Response& response) {
  if (!begun.ok()) return begun.status();
  *response.mutable_change() = std::move(begun->change);
  response.set_repeated(begun->repeated);
  return absl::OkStatus();
}

absl::Status CheckDeployment(const JobKey& job) {
  if (job.kind == JobKind::kDeployment) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(ToText(job), " has no processes of its own: the plan of its session cluster is applied"));
}

absl::StatusOr<int64_t> ReadToken(const std::string& token) {
  int64_t before = 0;
  if (token.empty()) return before;
  if (absl::SimpleAtoi(token, &before) && before > 0) return before;
  return NotAllowed("page_token", Quoted(token), "the next_page_token of an answer");
}

}  // namespace

absl::Status NothingWritten() {
  return absl::UnimplementedError(
      "the server writes nothing to the cluster; start it with --write, --store FILE and --kubeconfig or --in-cluster");
}

absl::Status ChangeAnswers::Answer(const v1::ApplyRequest& request, const std::string& author,
                                   v1::ApplyResponse& response) {
  Violations violations;
  ApplyWish wish;
  wish.job = ReadJobRef(request.job(), Path("job"), violations);
  CheckIdempotencyKey(request.idempotency_key(), violations);
  wish.waive = ReadWaived(request, violations);
  if (!violations.empty()) return violations.ToStatus();
  if (auto status = CheckDeployment(wish.job); !status.ok()) return status;
  if (request.has_policy()) {
    absl::StatusOr<TuningPolicy> policy = ReadPolicy(request.policy());
    if (!policy.ok()) return policy.status();
    wish.policy = *std::move(policy);
  }
  wish.author = author;
  wish.by_person = true;
  if (request.has_generation()) wish.generation = request.generation();
  wish.plan_digest = request.plan_digest();
  wish.dry_run = request.dry_run();
  wish.force = request.force();
  wish.key = KeyOf(request);
  return Tell(rollout_.Apply(wish), response);
}

absl::Status ChangeAnswers::Answer(const v1::RollbackRequest& request, const std::string& author,
                                   v1::RollbackResponse& response) {
  Violations violations;
  RollbackWish wish;
  wish.job = ReadJobRef(request.job(), Path("job"), violations);
  CheckIdempotencyKey(request.idempotency_key(), violations);
  if (request.has_change() && request.change() <= 0) {
    violations.Add("change", absl::StrCat(request.change()), "> 0");
  }
  if (!violations.empty()) return violations.ToStatus();
  if (request.has_change()) wish.change = request.change();
  wish.author = author;
  wish.key = KeyOf(request);
  return Tell(rollout_.Rollback(wish), response);
}

absl::Status ChangeAnswers::Answer(const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& response) const {
  const int page_size = request.has_page_size() ? request.page_size() : kUsualPage;
  Violations violations;
  CheckRange(Path("page_size"), int64_t{page_size}, 1, kMostPage, violations);
  ChangeFilter filter;
  PolicyScope scope;
  if (request.has_job()) {
    filter.job = ReadJobRef(request.job(), Path("job"), violations);
    scope = {PolicyScope::Level::kJob, *filter.job};
    if (!request.namespace_().empty()) violations.Add("namespace", Quoted(request.namespace_()), "none beside a job");
  } else if (!request.namespace_().empty()) {
    CheckNamespace(request.namespace_(), Path("namespace"), violations);
    filter.ns = request.namespace_();
    scope = {PolicyScope::Level::kNamespace, {request.namespace_(), "", JobKind::kDeployment}};
  }
  filter.only_open = request.only_open();
  if (!violations.empty()) return violations.ToStatus();
  absl::StatusOr<int64_t> before = ReadToken(request.page_token());
  if (!before.ok()) return before.status();
  for (v1::Pause& pause : pauses_.Of(scope)) *response.add_pauses() = std::move(pause);
  int64_t most = page_size;
  if (request.has_change()) {
    *before = request.change() + 1;
    most = 1;
  }
  bool more = false;
  absl::StatusOr<std::vector<v1::Change>> changes = changes_.List(filter, *before, most, &more);
  if (!changes.ok()) return changes.status();
  for (v1::Change& change : *changes) {
    if (!request.has_change() || change.id() == request.change()) *response.add_changes() = std::move(change);
  }
  if (more && !request.has_change() && response.changes_size() > 0) {
    response.set_next_page_token(absl::StrCat(response.changes(response.changes_size() - 1).id()));
  }
  return absl::OkStatus();
}

absl::Status ChangeAnswers::Answer(const v1::PauseRequest& request, const std::string& author, absl::Time now,
                                   v1::PauseResponse& response) {
  const absl::StatusOr<PolicyScope> scope = ReadScope(request.scope());
  if (!scope.ok()) return scope.status();
  if (request.reason().size() > kMostPauseBytes) {
    return NotAllowed("reason", absl::StrCat(request.reason().size(), " bytes"),
                      absl::StrCat("at most ", kMostPauseBytes, " bytes"));
  }
  absl::StatusOr<v1::Pause> pause = pauses_.Pause(*scope, request.reason(), author, now);
  if (!pause.ok()) return pause.status();
  *response.mutable_pause() = *std::move(pause);
  return absl::OkStatus();
}

absl::Status ChangeAnswers::Answer(const v1::ResumeRequest& request, absl::Time now, v1::ResumeResponse& response) {
  const absl::StatusOr<PolicyScope> scope = ReadScope(request.scope());
  if (!scope.ok()) return scope.status();
  if (auto status = pauses_.Resume(*scope, now); !status.ok()) return status;
  for (v1::Pause& pause : pauses_.Of(*scope)) *response.add_pauses() = std::move(pause);
  return absl::OkStatus();
}

absl::Status ChangeAnswers::Answer(const KeptAnswers& kept, const v1::PlanRequest& request, absl::Time now,
                                   v1::PlanResponse& response) const {
  std::optional<PlannedChange> planned;
  const absl::Status status = kept.Answer(request, now, response, [&](const JobKey& job, const Judgement& judged) {
    if (request.spec_case() != v1::PlanRequest::SPEC_NOT_SET) return absl::OkStatus();
    absl::StatusOr<PlannedChange> plan = planner_.Plan(job, judged, /*by_person=*/false, now);
    if (!plan.ok()) return plan.status();
    planned = *std::move(plan);
    return absl::OkStatus();
  });
  if (!status.ok() || !planned) return status;
  if (auto added = planner_.AddHistory(now, *planned); !added.ok()) return added;
  for (const Refusal& refusal : planned->refusals) Write(refusal, *response.add_refusals());
  response.set_plan_digest(DigestOfPlan(planned->change));
  return absl::OkStatus();
}

}  // namespace tune
