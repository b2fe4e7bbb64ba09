// The cluster that the daemon follows: its client, what it shows, and whom it lets pass.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "service/access/gate.h"
#include "service/cluster/cluster_view.h"
#include "service/job_key.h"
#include "service/kube/client.h"
#include "service/rollout/pod_deaths.h"
#include "service/server/options.h"

namespace tune {

class FollowedCluster {
 public:
  // `changed` is told of each change of a job; it is brief. Errors: of the kubeconfig, or of what a pod is given.
  static absl::StatusOr<std::unique_ptr<FollowedCluster>> Start(const ServerOptions& options,
                                                                std::function<void(const JobKey&)> changed);

  const ClusterView& view() const { return *view_; }
  KubeClient& client() { return *client_; }
  const KubeClient& client() const { return *client_; }
  const PodDeaths& deaths() const { return deaths_; }
  Gate& gate() { return *gate_; }

 private:
  FollowedCluster() = default;

  PodDeaths deaths_;
  std::unique_ptr<KubeClient> client_;
  std::unique_ptr<ClusterView> view_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace tune
