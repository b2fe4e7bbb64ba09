// Whether pods keep the limits, and what they cost.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "tune/flink_memory.h"
#include "tune/pod_limits.h"
#include "tune/units.h"

namespace tune {

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

// The cap's name and unit, for evidence.
const char* Name(Cap cap);
const char* Unit(Cap cap);

// By how much it is over: needed / allowed. Infinite where nothing is allowed, and for kHeap.
double Overshoot(const Fall& fall);

// The first of the limits that `count` of these pods do not keep; kNone: they keep all.
Fall CheckPods(const ContainerResources& pod, int count, const PodLimits& limits);

// What `count` >= 0 of these pods take together; 2^63 - 1 where it is more.
ContainerResources Together(const ContainerResources& pod, int count);

// What so many of these pods leave of a quota: nothing where they take more.
QuotaLeft LeftBeside(const QuotaLeft& quota, const ContainerResources& pod, int count);

// What one pod costs by its requests.
double PodCost(MilliCores cpu, Bytes memory, const std::optional<ResourcePrice>& price);

}  // namespace tune
