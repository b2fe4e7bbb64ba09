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
};

struct ClusterLimits {
  LimitRange range;
  std::vector<QuotaEntry> quota;
  LargestPod node;
  std::string ns;         // of the quotas and LimitRanges; empty: not told
  bool ns_found = false;  // `ns` is that of the first object, not the job's own
};

// What a job's pods take of the quota now.
struct PodsTaken {
  MilliCores cpu_request, cpu_limit;
  Bytes memory_request, memory_limit;
  int pods = 0;
};

// Of each quota's resource hard - (used - taken), the smallest one. `taken` is thought of as counted in `used`, never
// as more than that: a job that does not run now gets no more than the quota's whole.
PodLimits LimitsFor(const ClusterLimits& limits, const PodsTaken& taken);

}  // namespace tune
