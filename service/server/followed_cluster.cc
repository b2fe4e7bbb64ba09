#include "service/server/followed_cluster.h"

#include <utility>

#include "absl/time/clock.h"
#include "service/kube/kube_config.h"

namespace tune {

absl::StatusOr<std::unique_ptr<FollowedCluster>> FollowedCluster::Start(const ServerOptions& options,
                                                                        std::function<void(const JobKey&)> changed) {
  const ClusterOptions& cluster = options.cluster;
  absl::StatusOr<KubeConfig> config =
      cluster.kubeconfig.empty() ? ReadInClusterConfig() : ReadKubeConfig(cluster.kubeconfig, cluster.context);
  if (!config.ok()) return config.status();
  absl::StatusOr<std::unique_ptr<KubeClient>> client = KubeClient::Create(*std::move(config));
  if (!client.ok()) return client.status();
  std::unique_ptr<FollowedCluster> followed(new FollowedCluster);
  followed->client_ = *std::move(client);
  ClusterViewOptions view_options;
  view_options.namespaces = cluster.namespaces;
  absl::StatusOr<std::unique_ptr<ClusterView>> view = ClusterView::Start(
      *followed->client_, view_options,
      [changed = std::move(changed)](const JobChange& change) { changed(change.job); },
      [f = followed.get()](const PodChange& change) { f->deaths_.Note(change, absl::Now()); });
  if (!view.ok()) return view.status();
  followed->view_ = *std::move(view);
  GateOptions gate;
  gate.audience = options.token_audience;
  followed->gate_ = std::make_unique<Gate>(*followed->client_, std::move(gate));
  return followed;
}

}  // namespace tune
