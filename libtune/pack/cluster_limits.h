// The limits of a cluster, before it is known what of them a job takes itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tune/pod_limits.h"
#include "tune/units.h"

namespace tune {

enum class QuotaResource { kCpuRequest, kCpuLimit, kMemoryRequest, kMemoryLimit, kPods };

// One line of a ResourceQuota, in millicores, bytes or pods.
struct QuotaEntry {
  QuotaResource resource = QuotaResource::kPods;
  int64_t hard = 0;             // >= 0
  std::optional<int64_t> used;  // >= 0; nullopt: not told
  std::string quota;            // name of the ResourceQuota
};

// Names and units as Kubernetes has them: "requests.cpu", "cores".
const char* Name(QuotaResource resource);
const char* Unit(QuotaResource resource);  // cores of 1000 millicores, bytes, pods

// What a LimitRange gives to a container that says nothing. nullopt: nothing.
struct ContainerDefaults {
  std::optional<MilliCores> cpu_request, cpu_limit;
  std::optional<Bytes> memory_request, memory_limit;
};

struct ClusterLimits {
  LimitRange range;
  ContainerDefaults defaults;
  std::vector<QuotaEntry> quota;
  LargestPod node;
  std::string ns;         // of the quotas and LimitRanges; empty: not told
  bool ns_found = false;  // `ns` is that of the first object, not the job's own
};

// Adds what another object says: its quotas beside the others', of ranges the strictest, of defaults the larger, of
// nodes the larger one.
void Add(const ClusterLimits& more, ClusterLimits& limits);

// What pods take of a quota. Sums stay at the largest number of their type.
struct PodsTaken {
  MilliCores cpu_request, cpu_limit;
  Bytes memory_request, memory_limit;
  int pods = 0;
};
int64_t Amount(const PodsTaken& taken, QuotaResource resource);  // in QuotaEntry's unit
PodsTaken Plus(const PodsTaken& a, const PodsTaken& b);
PodsTaken Beyond(const PodsTaken& a, const PodsTaken& b);  // what `a` has more than `b`; never below 0

// What is taken of one line of a quota without the job that `taken` is of: used - taken + in_flight. `taken` is thought
// of as counted in `used`, never as more than that: a job that does not run now gets no more than the quota's whole.
// `in_flight` is what other jobs are about to take.
int64_t TakenByOthers(const QuotaEntry& entry, const PodsTaken& taken, const PodsTaken& in_flight);

// Of each quota's resource hard - TakenByOthers(), the smallest one, at least 0.
PodLimits LimitsFor(const ClusterLimits& limits, const PodsTaken& taken, const PodsTaken& in_flight = {});

}  // namespace tune
