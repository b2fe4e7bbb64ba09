// What the containers of a pod ask for, together, as scheduler and quota count it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libtune/pack/cluster_limits.h"
#include "service/cluster/json_field.h"
#include "tune/flink_memory.h"

namespace tune {

// In millicores and bytes. nullopt: the container does not say; what is no quantity does not say either.
struct ContainerAmounts {
  std::optional<int64_t> cpu_request, cpu_limit, memory_request, memory_limit;
};

struct InitContainer {
  ContainerAmounts amounts;
  bool stays = false;  // restartPolicy Always: it runs beside the containers from then on
};

struct PodContainers {
  std::vector<ContainerAmounts> containers;
  std::vector<InitContainer> init;  // in the order in which they run
  ContainerAmounts overhead;        // spec.overhead: requests are set, limits nullopt
  ContainerAmounts of_pod;          // spec.resources: stands over what its containers say
};

// `resources` is the object with "requests" and "limits".
ContainerAmounts AmountsOf(JsonValue resources);

// A pod's `spec`.
PodContainers ContainersOf(JsonValue pod_spec);

// As the API server fills in what a container does not say: the request from its own limit, then both from a
// LimitRange's defaults.
ContainerAmounts Defaulted(ContainerAmounts amounts, const ContainerDefaults& defaults);

// The larger of all that run together and of each init container beside those that stay; overhead is added to requests
// that are, and to limits that are set. What nobody says counts as nothing; sums stay at 2^63 - 1.
ContainerResources SumOf(const PodContainers& pod, const ContainerDefaults& defaults);

}  // namespace tune
