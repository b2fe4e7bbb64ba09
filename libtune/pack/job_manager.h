// The JobManager's size, from its own live set and CPU use.
// Source: libtune/DESIGN.md, "Layout".
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libtune/estimate/heap.h"
#include "libtune/pack/cpu_model.h"
#include "libtune/pack/limits.h"
#include "tune/flink_memory.h"

namespace tune {

struct JobManagerNeeds {
  JobManagerMemoryOptions options;  // the spec's own
  HeapFacts heap;
  HeapGoals goals;
  std::optional<Bytes> least_heap;                     // -Xmx is not below this
  std::optional<Bytes> metaspace, off_heap, overhead;  // wanted. Absent: as the options have it
  double memory_limit_factor = 1;                      // kubernetes.jobmanager.memory.limit-factor, >= 1
  double cores = 0;                                    // in use, of the leader
  CpuWish cpu;
  int replicas = 1;  // kubernetes.jobmanager.replicas; standbys of high availability are as large as the leader
  std::optional<ResourcePrice> price;
};

struct JobManagerSize {
  HeapEstimate heap;
  JobManagerMemoryPlan memory;
  CpuAsked cpu;
  ContainerResources pod;  // of each replica
  Fall fall;               // the limit that the replicas do not keep; kNone: they fit
  double cost = 0;         // of all replicas
};

// kInvalidArgument: a field out of range, or options that contradict what is wanted, as PlanMemory() has it.
absl::StatusOr<JobManagerSize> SizeJobManager(const JobManagerNeeds& needs, const PodLimits& limits);

}  // namespace tune
