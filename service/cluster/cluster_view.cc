#include "service/cluster/cluster_view.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/time/clock.h"

namespace tune {
namespace {

using Jobs = std::vector<std::shared_ptr<const FlinkJob>>;
constexpr size_t kAll = std::numeric_limits<size_t>::max();

const KubeResource kDeployments = {"flink.apache.org", "v1beta1", "flinkdeployments"};
const KubeResource kSessionJobs = {"flink.apache.org", "v1beta1", "flinksessionjobs"};
const KubeResource kPods = {"", "v1", "pods"};
const KubeResource kNamespaces = {"", "v1", "namespaces"};
const KubeResource kQuotas = {"", "v1", "resourcequotas"};
const KubeResource kRanges = {"", "v1", "limitranges"};

ObjectCache<FlinkJob>::Listener Told(const ClusterView::JobListener& listener, JobKind kind) {
  if (!listener) return nullptr;
  return [listener, kind](const ObjectChange& change, const auto&) {
    listener({change.kind, {change.ns, change.name, kind}});
  };
}

ObjectCache<JobPod>::Listener Told(const ClusterView::PodListener& listener) {
  if (!listener) return nullptr;
  return [listener](const ObjectChange& change, const std::shared_ptr<const JobPod>& pod) {
    listener({change.kind, change.ns, change.name, pod});
  };
}

template <typename Value>
absl::Status StartKind(KubeClient& client, const ClusterViewOptions& options, const KubeResource& resource,
                       const std::string& selector, const typename ObjectCache<Value>::Reduce& reduce,
                       std::unique_ptr<KindCache<Value>>& into,
                       const typename ObjectCache<Value>::Listener& listener = nullptr) {
  ReflectorOptions informers = options.informers;
  informers.resource = resource;
  informers.label_selector = selector;
  auto started = KindCache<Value>::Start(client, informers, options.namespaces, reduce, listener);
  if (!started.ok()) return started.status();
  into = *std::move(started);
  return absl::OkStatus();
}

Jobs JobsOf(const KindCache<FlinkJob>& cache, const std::string& after_ns, const std::string& after_name, size_t most,
            const std::string& ns) {
  Jobs jobs;
  if (!ns.empty() && ns < after_ns) return jobs;
  const bool anew = !ns.empty() && ns != after_ns;  // `after` lies before the whole namespace
  const auto objects =
      ns.empty() ? cache.List(after_ns, after_name, most) : cache.ListOf(ns, anew ? "" : after_name, most);
  jobs.reserve(objects.size());
  for (const auto& object : objects) jobs.push_back(object.value);
  return jobs;
}

bool IsBefore(const std::shared_ptr<const FlinkJob>& a, const std::shared_ptr<const FlinkJob>& b) {
  return a->key < b->key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClusterView>> ClusterView::Start(KubeClient& client, const ClusterViewOptions& options,
                                                                const JobListener& listener,
                                                                const PodListener& pod_listener) {
  std::unique_ptr<ClusterView> view(new ClusterView());
  absl::Status status = StartKind<FlinkJob>(client, options, kDeployments, "", ReduceDeployment, view->deployments_,
                                            Told(listener, JobKind::kDeployment));
  status.Update(StartKind<FlinkJob>(client, options, kSessionJobs, "", ReduceSessionJob, view->session_jobs_,
                                    Told(listener, JobKind::kSessionJob)));
  status.Update(StartKind<JobPod>(client, options, kPods, kJobPodSelector, ReducePod, view->pods_, Told(pod_listener)));
  status.Update(StartKind<NamespaceFacts>(client, options, kNamespaces, "", ReduceNamespace, view->namespaces_));
  status.Update(StartKind<LimitsObject>(client, options, kQuotas, "", ReduceResourceQuota, view->quotas_));
  status.Update(StartKind<LimitsObject>(client, options, kRanges, "", ReduceLimitRange, view->ranges_));
  if (!status.ok()) return status;
  return view;
}

bool ClusterView::WaitSettled(absl::Duration timeout) const {
  constexpr absl::Duration kLook = absl::Milliseconds(5);
  const absl::Time end = absl::Now() + timeout;
  const auto settled = [this] {
    return deployments_->Settled() && session_jobs_->Settled() && pods_->Settled() && namespaces_->Settled() &&
           quotas_->Settled() && ranges_->Settled();
  };
  while (!settled()) {
    if (absl::Now() >= end) return false;
    absl::SleepFor(kLook);
  }
  return true;
}

bool ClusterView::FollowsJobs() const {
  const KindState state = deployments_->state();
  return state.synced && state.error.ok();
}

std::vector<KindState> ClusterView::States() const {
  return {deployments_->state(), session_jobs_->state(), pods_->state(),
          namespaces_->state(),  quotas_->state(),       ranges_->state()};
}

std::shared_ptr<const FlinkJob> ClusterView::FindJob(const JobKey& job) const {
  const auto& cache = job.kind == JobKind::kDeployment ? *deployments_ : *session_jobs_;
  return cache.Find(job.ns, job.name);
}

Jobs ClusterView::ListJobs(const std::optional<JobKey>& after, size_t most, const std::string& ns) const {
  const JobKey from = after.value_or(JobKey());
  Jobs jobs = JobsOf(*deployments_, from.ns, from.name, most, ns);
  // Of one name the FlinkDeployment comes first.
  if (after && after->kind == JobKind::kDeployment && (ns.empty() || ns == from.ns)) {
    if (auto same = session_jobs_->Find(from.ns, from.name)) jobs.push_back(std::move(same));
  }
  Jobs more = JobsOf(*session_jobs_, from.ns, from.name, most, ns);
  std::move(more.begin(), more.end(), std::back_inserter(jobs));
  std::sort(jobs.begin(), jobs.end(), IsBefore);
  jobs.resize(std::min(jobs.size(), most));
  return jobs;
}

Jobs ClusterView::SessionJobs(const std::string& ns, const std::string& cluster) const {
  Jobs jobs = JobsOf(*session_jobs_, ns, "", kAll, ns);
  std::erase_if(jobs, [&cluster](const auto& job) { return job->session_cluster != cluster; });
  return jobs;
}

std::vector<std::shared_ptr<const JobPod>> ClusterView::PodsOf(const std::string& ns,
                                                               const std::string& cluster) const {
  std::vector<std::shared_ptr<const JobPod>> pods;
  for (const auto& object : pods_->ListOf(ns, "", kAll)) {
    if (object.value->cluster == cluster) pods.push_back(object.value);
  }
  return pods;
}

std::shared_ptr<const NamespaceFacts> ClusterView::FindNamespace(const std::string& ns) const {
  return namespaces_->FindNamespace(ns);
}

NamespaceUse ClusterView::QuotaOf(const std::string& ns) const {
  NamespaceUse use;
  for (const auto* kind : {quotas_.get(), ranges_.get()}) {
    for (const auto& object : kind->ListOf(ns, "", kAll)) AddLimits(*object.value, use);
  }
  std::vector<std::shared_ptr<const JobPod>> pods;
  for (const auto& object : pods_->ListOf(ns, "", kAll)) pods.push_back(object.value);
  CountJobs(JobsOf(*deployments_, ns, "", kAll, ns), JobsOf(*session_jobs_, ns, "", kAll, ns), pods, use);
  return use;
}

}  // namespace tune
