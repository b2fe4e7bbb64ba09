// What pods may be, and what they cost.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "tune/flink_memory.h"
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

// What stands in the way of a layout.
enum class Cap {
  kNone,
  kQuotaCpu,          // requests of CPU, cores
  kQuotaCpuLimit,     // limits of CPU, cores
  kQuotaMemory,       // requests of memory, bytes
  kQuotaMemoryLimit,  // limits of memory, bytes
  kQuotaPods,         // pods
  kNodeCpu,           // cores of one pod
  kNodeMemory,        // bytes of one pod
  kRangeCpu,          // LimitRange's largest, cores of one container's limit
  kRangeMemory,       // the same, bytes
  kMemoryRatio,       // LimitRange's limit over request, of memory
  kTaskManagers,      // bounds on their number
  kHeap,              // the spec's memory options leave no room for the heap and the rest; `refusal` says which
  kCost,              // nothing: it costs more than another
};

struct Fall {
  Cap cap = Cap::kNone;
  double needed = 0, allowed = 0;  // in the cap's unit; of kCost the costs (needed: at least); of kHeap 0
  absl::Status refusal;            // of kHeap
};

// By how much it is over: needed / allowed. Infinite where nothing is allowed, and for kHeap.
double Overshoot(const Fall& fall);

// The first of the limits that `count` of these pods do not keep; kNone: they keep all.
Fall CheckPods(const ContainerResources& pod, int count, const PodLimits& limits);

// A price for each core and each GiB of request, per whatever time. Absent: in CU, 1/4 core and 2 GiB each; a pod takes
// as many as the larger of its cores / 0.25 and bytes / 2 GiB.
struct ResourcePrice {
  double per_core = 0, per_gib = 0;  // >= 0, not both 0
};
double PodCost(MilliCores cpu, Bytes memory, const std::optional<ResourcePrice>& price);

}  // namespace tune
