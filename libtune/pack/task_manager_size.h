// One TaskManager of a layout: what it holds, and the pod that follows.
#pragma once

#include <optional>
#include <vector>

#include "libtune/estimate/heap.h"
#include "libtune/pack/job_needs.h"
#include "libtune/pack/limits.h"
#include "tune/flink_memory.h"

namespace tune {

// What the TaskManagers of the present layout showed, and what they shall have.
struct TaskManagerNeeds {
  TaskManagerMemoryOptions options;  // the spec's own
  HeapFacts heap;                    // of one at the present layout; `live` > 0
  HeapGoals goals;
  // Bytes of managed memory: for each slot, and for all TaskManagers together by their share of the slots. Both 0:
  // nothing uses it.
  double managed_per_slot = 0, managed_in_all = 0;
  double network_used = 0;          // bytes in use on the fullest one; it grows with slots and parallelism
  std::optional<Bytes> least_heap;  // -Xmx is not below this, whatever the layout
  // Wanted. Absent: as the options have it.
  std::optional<Bytes> metaspace, task_off_heap, overhead;
  double memory_limit_factor = 1;  // kubernetes.taskmanager.memory.limit-factor, >= 1
  CpuWish cpu;
  int slots_now = 1;  // in use on the fullest TaskManager of the present layout; >= 1
};

// The fullest TaskManager of a layout. A TaskManager may hold any of the jobs' slots: the heaviest are assumed.
struct TaskManagerLoad {
  double slots = 0;               // in use
  double share = 0;               // of all the work and state, in (0, 1]
  double live_low = 0, live = 0;  // bytes; the upper end is what it is sized for
  bool live_known = false;        // this very layout was seen; only of a single job
  double cores = 0;               // in use
  double work = 1;                // its work over that of one at the present layout
};
// Of TaskManagers with `slots` slots. `spread` tells the slots in use, `held` what each of them holds: one and the
// same, but for bounds.
TaskManagerLoad LoadAt(const std::vector<PackJob>& jobs, const Spreader& spreader, const Spread& spread,
                       const Spread& held, const TaskManagerNeeds& needs, int slots);

struct HeapWanted {
  HeapFacts facts;    // carried to the layout
  HeapEstimate heap;  // bytes before rounding to MiB
};
// By the load's live set and work alone.
HeapWanted WantHeap(const TaskManagerNeeds& needs, const TaskManagerLoad& load);

// What is wanted of its memory.
struct MemoryWanted : HeapWanted {
  double network = 0, managed = 0;
  TaskManagerMemoryWish wish;
};
// `slots`: of the TaskManager, in use or not; managed memory is divided by them. `network`: bytes. Never less for more.
MemoryWanted WantMemory(const TaskManagerNeeds& needs, const HeapWanted& heap, const TaskManagerLoad& load, int slots,
                        double network);

// No process size that PlanMemory() gives for the wish is below this; it costs a hundredth of asking.
Bytes LeastProcess(const TaskManagerNeeds& needs, const TaskManagerMemoryWish& wish);

}  // namespace tune
