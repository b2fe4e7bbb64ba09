// One choice of parallelism, slots, size and number of TaskManagers: the cheapest that meets every need within every
// limit.
//
// Candidates are all slots per TaskManager with all spreads (Spread) from the smallest parallelism that the load needs
// to `largest_slots`; what cannot be cheaper than the best so far is not worked out. Each is sized whole: live set ->
// heap, network, managed -> the process size that Flink then needs, cores -> request and limit, checked against every
// limit and priced. The cost of the cheapest one never rises when a need falls, as long as `largest_slots` is given and
// not below what is needed. With `least_saving` the chosen one costs at most 1 / (1 - least_saving) times that. Source:
// libtune/DESIGN.md, "Layout".
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/pack/task_manager_size.h"

namespace tune {

struct PresentLayout {
  int slots_per_task_manager = 1;
  int task_managers = 1;
  Bytes process_size;
  MilliCores cpu_request;
};

constexpr int kMostSlots = 1 << 15;

struct PackInput {
  std::vector<PackJob> jobs;  // at least one; more share a session cluster
  TaskManagerNeeds needs;
  PodLimits limits;  // without the JobManager's part
  int min_slots_per_task_manager = 1, max_slots_per_task_manager = kMostSlots;
  int min_task_managers = 1, max_task_managers = kMostSlots;
  // Slots in all up to which parallelism may be raised where that lowers the cost. Absent: twice what is needed.
  std::optional<int> largest_slots;
  std::optional<ResourcePrice> price;  // absent: CU
  std::optional<PresentLayout> present;
  // The present slots per TaskManager stay unless another layout costs less by this share, in [0, 1).
  double least_saving = 0.1;
};

struct PackLayout {
  int slots_per_task_manager = 1, task_managers = 1;
  Spread spread;      // parallelism of each vertex, slots in use
  int raised_by = 0;  // slots in use above those that the load needs, for the sake of memory
  TaskManagerLoad load;
  MemoryWanted wanted;
  TaskManagerMemoryPlan memory;  // -Xmx is memory.memory.Heap()
  CpuAsked cpu;
  ContainerResources pod;
  double cost = 0;  // of all TaskManagers
};

// Layouts with so many slots per TaskManager, and why none of them was taken.
struct FallenFamily {
  int first_slots = 1, last_slots = 1;  // slots per TaskManager
  Fall fall;                            // of the first, the cap that is overshot least
};

struct PackAnswer {
  std::optional<PackLayout> chosen;  // nullopt: not even the smallest part fits
  // What is cheapest, and what is with the present slots per TaskManager; nullopt where none fits.
  std::optional<PackLayout> cheapest, kept;
  bool is_kept = false;  // `kept` was chosen though `cheapest` costs less
  std::optional<double> present_cost;
  // Below 1: all that is needed fits nowhere, `chosen` has this share of each parallelism, and `cap` is in the way.
  double part = 1;
  Fall cap;
  std::vector<FallenFamily> fallen;  // by slots per TaskManager; of the needs in full
  int sized = 0;                     // layouts worked out to the end
};

// kInvalidArgument lists every field out of range. That nothing fits is an answer, not an error.
absl::StatusOr<PackAnswer> Pack(const PackInput& input);

}  // namespace tune
