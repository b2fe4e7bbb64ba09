#include "service/jobs/cluster_facts.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr size_t kMostUses = 10'000;  // namespaces

absl::Status NotReadable(const JobKey& job, const absl::Status& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("the spec of ", ToText(job), " cannot be read: ", std::string(why.message())));
}

}  // namespace

absl::StatusOr<FlinkDeployment> ClusterFacts::SpecOf(const JobKey& job) const {
  if (view_ == nullptr) {
    return absl::NotFoundError(absl::StrCat("no spec of ", ToText(job), " is known: the cluster is not followed"));
  }
  const std::shared_ptr<const FlinkJob> found = view_->FindJob(job);
  if (found == nullptr) return absl::NotFoundError(absl::StrCat(ToText(job), " is not in the cluster"));
  if (job.kind == JobKind::kSessionJob) {
    return absl::FailedPreconditionError(
        absl::StrCat(ToText(job), " has no processes of its own; its session cluster is ", found->session_cluster));
  }
  absl::StatusOr<FlinkDeployment> deployment = found->Deployment();
  if (!deployment.ok()) return NotReadable(job, deployment.status());
  return deployment;
}

absl::StatusOr<std::optional<JobFacts>> ClusterFacts::FactsOf(const JobKey& job, absl::Time now) {
  if (view_ == nullptr) return std::optional<JobFacts>();
  const std::shared_ptr<const FlinkJob> found = view_->FindJob(job);
  if (found == nullptr) return std::optional<JobFacts>();
  const bool is_session_job = job.kind == JobKind::kSessionJob;
  const JobKey cluster{job.ns, found->cluster(), JobKind::kDeployment};
  if (is_session_job && view_->FindJob(cluster) == nullptr) return std::optional<JobFacts>();
  absl::StatusOr<FlinkDeployment> deployment = SpecOf(cluster);
  if (!deployment.ok()) return deployment.status();
  JobFacts facts = std::move(deployment->facts);
  if (is_session_job) {
    facts.job_name = job.name;
  } else {
    facts.limits = LeftFor(*UseOf(job.ns, now), cluster.name);
  }
  return std::optional<JobFacts>(std::move(facts));
}

std::vector<JobKey> ClusterFacts::SessionJobs(const JobKey& job) const {
  std::vector<JobKey> jobs;
  if (view_ == nullptr || job.kind == JobKind::kSessionJob) return jobs;
  const std::shared_ptr<const FlinkJob> found = view_->FindJob(job);
  if (found == nullptr || !found->is_session_cluster()) return jobs;
  for (const auto& member : view_->SessionJobs(job.ns, job.name)) jobs.push_back(member->key);
  return jobs;
}

absl::StatusOr<PlanFit> ClusterFacts::FitOf(const JobKey& job, const JobWindow& window,
                                            const JobRecommendation& recommendation, bool restarts_job,
                                            absl::Time now) {
  const std::shared_ptr<const FlinkJob> found = view_ == nullptr ? nullptr : view_->FindJob(job);
  if (found == nullptr) return absl::NotFoundError(absl::StrCat(ToText(job), " is not in the cluster"));
  absl::StatusOr<JobPods> present = PresentPods(window);
  if (!present.ok()) return absl::FailedPreconditionError(std::string(present.status().message()));
  absl::StatusOr<JobPods> wanted = WantedPods(window, recommendation);
  if (!wanted.ok()) return absl::FailedPreconditionError(std::string(wanted.status().message()));
  return FitPlan(*UseOf(job.ns, now), *found, {*std::move(present), *std::move(wanted), restarts_job});
}

std::shared_ptr<const NamespaceUse> ClusterFacts::UseOf(const std::string& ns, absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (uses_.size() > kMostUses) uses_.clear();
  Use& use = uses_[ns];
  if (use.use == nullptr || now < use.at || now >= use.at + kUseAge) {
    use = {std::make_shared<const NamespaceUse>(view_ == nullptr ? NamespaceUse{} : view_->QuotaOf(ns)), now};
  }
  return use.use;
}

}  // namespace tune
