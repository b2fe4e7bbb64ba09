// Evidence of what processes need, the same for TaskManagers and JobManagers.
#pragma once

#include "libtune/estimate/heap.h"
#include "libtune/estimate/sizing.h"
#include "libtune/pack/cpu_model.h"
#include "libtune/size/role_cpu.h"
#include "libtune/size/role_memory.h"
#include "tune/flink_memory.h"

namespace tune {

// The names of the rules of one role.
struct RoleRules {
  ProcessRole role;
  const char *live_set, *live_share, *overhead, *burst, *heap, *cpu_use, *cpu_request, *memory, *cost, *metaspace,
      *off_heap, *container, *oom_floor, *beside_heap;
};
extern const RoleRules kTaskManagerRules, kJobManagerRules;

// Each returns the index of its last step.
int AddLiveEvidence(JobSizing& job, const RoleRules& rules, const LiveSet& live);
int AddHeapEvidence(JobSizing& job, const RoleRules& rules, const HeapFacts& facts, const HeapGoals& goals,
                    const HeapEstimate& heap);
int AddCpuEvidence(JobSizing& job, const RoleRules& rules, const ProcessSize& now, const RoleCpu& cpu);
int AddMemoryEvidence(JobSizing& job, const RoleRules& rules, const TaskManagerMemory& memory);
int AddMemoryEvidence(JobSizing& job, const RoleRules& rules, const JobManagerMemory& memory);
// What `count` such pods cost.
int AddCostEvidence(JobSizing& job, const RoleRules& rules, const ContainerResources& pod, int count, double cost);

}  // namespace tune
