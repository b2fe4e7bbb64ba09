#include "service/api/kept_answers.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/codec/policy_codec.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/api/job_input.h"
#include "service/api/request_key.h"
#include "service/api/write_answers.h"
#include "service/jobs/job_ref.h"
#include "service/jobs/write_job.h"
#include "service/violations.h"

namespace tune {
namespace {

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;

constexpr char kDeployments[] = "flinkdeployments";
constexpr char kSessionJobs[] = "flinksessionjobs";

absl::StatusOr<JobKey> ReadJob(const v1::JobRef& ref, const char* place) {
  Violations violations;
  JobKey job = ReadJobRef(ref, Path(place), violations);
  if (!violations.empty()) return violations.ToStatus();
  return job;
}

// A page begins behind the job of its token: "NAMESPACE/NAME/KIND".
std::string TokenOf(const JobKey& job) { return absl::StrCat(job.ns, "/", job.name, "/", static_cast<int>(job.kind)); }

absl::StatusOr<std::optional<JobKey>> ReadToken(const std::string& token) {
  if (token.empty()) return std::optional<JobKey>();
  const std::vector<std::string> parts = absl::StrSplit(token, '/');
  if (parts.size() != 3 || (parts[2] != "0" && parts[2] != "1")) {
    return NotAllowed("page_token", Quoted(token), "the next_page_token of an answer");
  }
  return std::optional<JobKey>({parts[0], parts[1], parts[2] == "1" ? JobKind::kSessionJob : JobKind::kDeployment});
}

}  // namespace

absl::Status NothingKept() { return absl::UnimplementedError("the server keeps no jobs; start it with --store FILE"); }

absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const v1::JobRef& job, const char* place) {
  const absl::StatusOr<JobKey> key = ReadJob(job, place);
  if (!key.ok()) return key.status();
  const char* resource = key->kind == JobKind::kSessionJob ? kSessionJobs : kDeployments;
  return std::optional<Wish>({verb, resource, key->ns, key->name});
}

absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const std::string& ns, const char* place) {
  Violations violations;
  if (!ns.empty()) CheckNamespace(ns, Path(place), violations);
  if (!violations.empty()) return violations.ToStatus();
  return std::optional<Wish>({verb, kDeployments, ns, ""});
}

absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const v1::PolicyScope& scope) {
  const absl::StatusOr<PolicyScope> read = ReadScope(scope);
  if (!read.ok()) return read.status();
  if (read->level == PolicyScope::Level::kJob) return WishFor(verb, scope.job(), "scope.job");
  return std::optional<Wish>({verb, kDeployments, read->job.ns, ""});
}

absl::Status KeptAnswers::Ask(const v1::KeptJob& kept, absl::Time now, const ShowJudged& use) const {
  const absl::StatusOr<JobKey> job = ReadJob(kept.job(), "kept.job");
  if (!job.ok()) return job.status();
  std::optional<TuningPolicy> policy;
  if (kept.has_policy()) {
    absl::StatusOr<TuningPolicy> read = ReadPolicy(kept.policy());
    if (!read.ok()) return Within("kept.", read.status());
    policy = *std::move(read);
  }
  return judge_.Ask(*job, policy ? &*policy : nullptr, now, [&](const Judgement& judged) { return use(*job, judged); });
}

absl::Status KeptAnswers::Answer(const v1::GetRecommendationRequest& request, absl::Time now,
                                 v1::GetRecommendationResponse& response) const {
  const v1::KeptJob& kept = request.kept();
  const absl::Status asked = Ask(kept, now, [&](const JobKey& job, const Judgement& judged) {
    const EvidenceIn evidence = kept.without_evidence() ? EvidenceIn::kNothing : EvidenceIn::kMessage;
    Write(judged.recommendation, judged.window, judged.policy, evidence, *response.mutable_recommendation());
    directory_.Summarise(job, now, *response.mutable_job());
    return absl::OkStatus();
  });
  if (asked.ok() && !directory_.AgeOf(*response.mutable_cluster())) response.clear_cluster();
  return asked;
}

absl::Status KeptAnswers::Answer(const v1::ExplainRequest& request, absl::Time now,
                                 v1::ExplainResponse& response) const {
  return Ask(request.kept(), now, [&](const JobKey&, const Judgement& judged) {
    return WriteExplanations(judged.recommendation, judged.window.graph, request.vertex(), response);
  });
}

absl::Status KeptAnswers::Answer(const v1::PlanRequest& request, absl::Time now, v1::PlanResponse& response,
                                 const ShowJudged& also) const {
  const absl::StatusOr<JobKey> job = ReadJob(request.kept().job(), "kept.job");
  if (!job.ok()) return job.status();
  std::optional<FlinkDeploymentSpec> spec;
  const bool is_live = request.spec_case() == v1::PlanRequest::SPEC_NOT_SET;
  if (request.spec_case() != v1::PlanRequest::SPEC_NOT_SET) {
    absl::StatusOr<FlinkDeploymentSpec> read = ReadSpec(request);
    if (!read.ok()) return read.status();
    spec = *std::move(read);
  } else {
    absl::StatusOr<FlinkDeployment> live = facts_.SpecOf(*job);
    if (!live.ok()) return live.status();
    spec = std::move(live->spec);
    directory_.AgeOf(*response.mutable_cluster());
    v1::JobSummary summary;
    if (directory_.Summarise(*job, now, summary) && summary.has_status()) {
      response.set_generation(summary.status().generation());
    }
  }
  return Ask(request.kept(), now, [&](const JobKey& key, const Judgement& judged) {
    if (auto status = also ? also(key, judged) : absl::OkStatus(); !status.ok()) return status;
    const EvidenceIn evidence = request.kept().without_evidence() ? EvidenceIn::kNothing : EvidenceIn::kMessage;
    Write(judged.recommendation, judged.window, judged.policy, evidence, *response.mutable_recommendation());
    const absl::Status written = WritePlan(*spec, judged.window, judged.policy, judged.recommendation, response);
    if (!written.ok() || !is_live) return written;
    const absl::StatusOr<PlanFit> fit =
        facts_.FitOf(*job, judged.window, judged.recommendation, response.patch().restarts_job(), now);
    if (fit.ok()) Write(*fit, *response.mutable_fit());
    return fit.status();
  });
}

absl::Status KeptAnswers::Answer(const v1::GetJobRequest& request, absl::Time now, v1::GetJobResponse& response) const {
  const absl::StatusOr<JobKey> job = ReadJob(request.job(), "job");
  if (!job.ok()) return job.status();
  if (!directory_.Summarise(*job, now, *response.mutable_job())) {
    return absl::NotFoundError(absl::StrCat(ToText(*job), " is not in the cluster, and no samples of it were pushed"));
  }
  if (!directory_.AgeOf(*response.mutable_cluster())) response.clear_cluster();
  return absl::OkStatus();
}

absl::Status KeptAnswers::Answer(const v1::ListJobsRequest& request, absl::Time now,
                                 v1::ListJobsResponse& response) const {
  const int page_size = request.has_page_size() ? request.page_size() : kUsualPage;
  Violations violations;
  CheckRange(Path("page_size"), int64_t{page_size}, 1, kMostPage, violations);
  if (!violations.empty()) return violations.ToStatus();
  absl::StatusOr<std::optional<JobKey>> after = ReadToken(request.page_token());
  if (!after.ok()) return after.status();
  const std::string& ns = request.filter().namespace_();
  for (bool more = true; more;) {
    const std::vector<JobKey> keys = directory_.List(*after, kMostPage, ns);
    more = keys.size() == kMostPage;
    for (const JobKey& key : keys) {
      if (response.jobs_size() == page_size) {
        response.set_next_page_token(TokenOf(**after));
        more = false;
        break;
      }
      *after = key;
      v1::JobSummary summary;
      if (directory_.Summarise(key, now, summary) && Meets(summary, request.filter())) {
        *response.add_jobs() = std::move(summary);
      }
    }
  }
  if (!directory_.AgeOf(*response.mutable_cluster())) response.clear_cluster();
  return absl::OkStatus();
}

absl::Status KeptAnswers::Answer(const v1::GetPolicyRequest& request, v1::GetPolicyResponse& response) const {
  const absl::StatusOr<PolicyScope> scope = ReadScope(request.scope());
  if (!scope.ok()) return scope.status();
  const std::shared_ptr<const PolicyInForce> in_force = policies_.For(*scope);
  if (scope->level == PolicyScope::Level::kJob) {
    const Judge::JobPolicy of_job = judge_.PolicyFor(scope->job);
    if (of_job.is_owners) {
      *response.mutable_policy() = ToProto(of_job.policy);
      return absl::OkStatus();
    }
  }
  if (in_force->stored) *response.mutable_stored() = *in_force->stored;
  *response.mutable_policy() = ToProto(in_force->policy);
  return absl::OkStatus();
}

absl::Status KeptAnswers::Answer(const v1::GetQuotaRequest& request, absl::Time now,
                                 v1::GetQuotaResponse& response) const {
  if (!directory_.AgeOf(*response.mutable_cluster())) {
    return absl::UnimplementedError("the server follows no cluster; start it with --kubeconfig, or in a pod");
  }
  Write(*facts_.UseOf(request.namespace_(), now), request.namespace_(), *response.mutable_quota());
  return absl::OkStatus();
}

void KeptAnswers::Push(const v1::PushSamplesRequest& request, absl::Time now, v1::PushSamplesResponse& response,
                       Done done) {
  jobs_.Push(request, now, [&response, done = std::move(done)](const absl::StatusOr<v1::PushSamplesResponse>& pushed) {
    if (pushed.ok()) response = *pushed;
    done(pushed.status());
  });
}

void KeptAnswers::Put(const v1::PutPolicyRequest& request, const std::string& author, absl::Time now,
                      v1::PutPolicyResponse& response, Done done) {
  const absl::StatusOr<PolicyScope> scope = ReadScope(request.scope());
  if (!scope.ok()) return done(scope.status());
  Violations violations;
  CheckIdempotencyKey(request.idempotency_key(), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  std::optional<TuningPolicy> policy;
  if (request.has_policy()) {
    absl::StatusOr<TuningPolicy> read = ReadPolicy(request.policy());
    if (!read.ok()) return done(read.status());
    policy = *std::move(read);
  }
  PolicyChange change;
  if (request.has_expected_revision()) change.expected_revision = request.expected_revision();
  change.key = KeyOf(request);
  policies_.Put(*scope, policy, author, std::move(change), now,
                [&response, done = std::move(done)](const absl::StatusOr<std::optional<v1::StoredPolicy>>& put) {
                  if (put.ok() && *put) *response.mutable_stored() = **put;
                  done(put.status());
                });
}

}  // namespace tune
