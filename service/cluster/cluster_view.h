// The cluster as libtune needs it: jobs, their pods, namespaces and limits, as the API server has them now. Reading it
// never asks the server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/job_pod.h"
#include "service/cluster/kind_cache.h"
#include "service/cluster/namespace_objects.h"
#include "service/cluster/quota.h"
#include "service/job_key.h"
#include "service/kube/client.h"

namespace tune {

struct ClusterViewOptions {
  std::vector<std::string> namespaces;  // empty: all of the cluster
  // Of each kind; resource, namespace and label selector are set by the view.
  ReflectorOptions informers;
};

struct JobChange {
  using Kind = ObjectChange::Kind;
  Kind kind;
  JobKey job;
};

struct PodChange {
  using Kind = ObjectChange::Kind;
  Kind kind;
  std::string ns, name;
  std::shared_ptr<const JobPod> pod;  // nullptr: it is gone
};

// Thread-safe.
//
// Kinds are followed each for itself: one that may not be listed (kPermissionDenied), or that the cluster does not have
// (kNotFound), is empty and is tried again, its state says why, and the others work.
class ClusterView {
 public:
  // Told of each change of a job once FindJob() shows it, in each job's order; from several threads at once. It holds
  // its kind's informer up: it must do no more than note the change.
  using JobListener = std::function<void(const JobChange&)>;
  // The same of pods. One that lives for a second only is told too, which nobody sees who looks now and then.
  using PodListener = std::function<void(const PodChange&)>;

  // Starts at once. `client` outlives it. The listeners may be empty. kInvalidArgument: options.
  static absl::StatusOr<std::unique_ptr<ClusterView>> Start(KubeClient& client, const ClusterViewOptions& options,
                                                            const JobListener& listener = nullptr,
                                                            const PodListener& pod_listener = nullptr);
  ClusterView(const ClusterView&) = delete;
  ClusterView& operator=(const ClusterView&) = delete;

  // Until each kind was listed once, or is refused. False: not after `timeout`.
  bool WaitSettled(absl::Duration timeout) const;
  // The API server tells of FlinkDeployments at this moment: what FindJob() does not show is not there.
  bool FollowsJobs() const;
  // FlinkDeployments, FlinkSessionJobs, pods, namespaces, ResourceQuotas, LimitRanges.
  std::vector<KindState> States() const;

  // nullptr: there is no such job.
  std::shared_ptr<const FlinkJob> FindJob(const JobKey& job) const;
  // At most `most` jobs in the order of keys, from the first one behind `after`, which need not exist; nullopt: from
  // the first one on. `ns` empty: of all namespaces.
  std::vector<std::shared_ptr<const FlinkJob>> ListJobs(const std::optional<JobKey>& after, size_t most,
                                                        const std::string& ns = "") const;
  // The jobs of a session cluster, by name.
  std::vector<std::shared_ptr<const FlinkJob>> SessionJobs(const std::string& ns, const std::string& cluster) const;
  // Pods of a FlinkDeployment, by name.
  std::vector<std::shared_ptr<const JobPod>> PodsOf(const std::string& ns, const std::string& cluster) const;
  // nullptr: there is none, or it is not known.
  std::shared_ptr<const NamespaceFacts> FindNamespace(const std::string& ns) const;
  // Limits of a namespace, and what its jobs take of them; of an unknown namespace none.
  NamespaceUse QuotaOf(const std::string& ns) const;

 private:
  ClusterView() = default;

  std::unique_ptr<KindCache<FlinkJob>> deployments_, session_jobs_;
  std::unique_ptr<KindCache<JobPod>> pods_;
  std::unique_ptr<KindCache<NamespaceFacts>> namespaces_;
  std::unique_ptr<KindCache<LimitsObject>> quotas_, ranges_;
};

}  // namespace tune
