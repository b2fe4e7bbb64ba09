// The limits of a cluster from its objects, as `kubectl get resourcequota,limitrange,nodes -o yaml` prints them.
//
// Read are objects of v1, in a List or as documents; other kinds are left out.
// - ResourceQuota: `status.hard` and `status.used`, else `spec.hard`, of requests.cpu (or cpu), requests.memory (or
//   memory), limits.cpu, limits.memory and pods (or count/pods). One with a scope that Flink's pods are not in
//   (BestEffort, Terminating), or of which that cannot be told (PriorityClass and others), is left out.
// - LimitRange: what it says of a Container, and of a Pod, which Flink's containers fill; of several the strictest.
//   Of a Container also its defaults.
// - Node: `status.allocatable` of the one that holds the largest pod of 1/4 core to 2 GiB. Left out are nodes that are
//   not ready, cordoned, or tainted NoSchedule or NoExecute as of the control plane or by Kubernetes itself
//   (node.kubernetes.io/…). Other taints are taken as tolerated. What DaemonSets take is not known and not taken off.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libtune/codec/yaml_tree.h"
#include "libtune/pack/cluster_limits.h"

namespace tune {

// Adds what `yaml` holds to `limits`. Objects of another namespace than `limits.ns` are left out; where that is empty,
// the first one's is taken, and objects of two are an error.
// kInvalidArgument lists every violation with its line, `limits.yaml line 7: ResourceQuota["team"].status.hard["pods"]
// = "many"; allowed: a whole number in [0, 2^31)`; `origin` is the file's name in it. `limits` is then of no use.
absl::Status ReadClusterLimits(const std::string& yaml, const std::string& origin, ClusterLimits& limits);

enum class LimitsKind { kResourceQuota, kLimitRange, kNode };

// Adds what one object says, whose kind and version are known: its tree need not repeat them. Violations are named as
// YamlReader::Place() does.
absl::Status ReadClusterObject(LimitsKind kind, const YamlTree& object, const std::string& origin,
                               ClusterLimits& limits);

}  // namespace tune
