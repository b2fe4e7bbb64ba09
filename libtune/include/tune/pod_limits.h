// What pods may be, and what they cost. A quota and a node's size are facts of the cluster; a price is the user's.
#pragma once

#include <optional>

#include "tune/units.h"

namespace tune {

// Kubernetes' LimitRange of containers. Absent: no such limit.
struct LimitRange {
  std::optional<MilliCores> min_cpu, max_cpu;
  std::optional<Bytes> min_memory, max_memory;
  std::optional<double> max_cpu_ratio, max_memory_ratio;  // limit over request, >= 1
};

// Left of the namespace's ResourceQuota, with what is sized here given back to it. Absent: no such quota.
struct QuotaLeft {
  std::optional<MilliCores> cpu_request, cpu_limit;
  std::optional<Bytes> memory_request, memory_limit;
  std::optional<int> pods;
};

// The largest pod that a node of the cluster takes: allocatable, less what runs on every node. Absent: not known.
struct LargestPod {
  std::optional<MilliCores> cpu;
  std::optional<Bytes> memory;
};

struct PodLimits {
  LimitRange range;
  QuotaLeft quota;
  LargestPod node;
};

// A price for each core and each GiB of request, per whatever time. Absent: in CU, 1/4 core and 2 GiB each; a pod takes
// as many as the larger of its cores / 0.25 and bytes / 2 GiB.
struct ResourcePrice {
  double per_core = 0, per_gib = 0;  // >= 0, not both 0
};

}  // namespace tune
