// What one role's containers hold beside the heap, against what the spec gives them.
#pragma once

#include <optional>

#include "libtune/estimate/container.h"
#include "libtune/estimate/off_heap.h"
#include "libtune/estimate/sizing.h"
#include "libtune/size/process_evidence.h"
#include "tune/process_size.h"

namespace tune {

// Wanted where it differs from what is there. Absent: as it is.
struct RoleContainer {
  std::optional<Bytes> metaspace, off_heap, overhead;
  std::optional<Bytes> managed;  // of the process; 0: nothing uses it
  std::optional<double> memory_limit_factor;
  bool killed = false;           // for its memory, lately
  bool native_matters = false;   // native memory or cache asks for more: how that spreads over layouts is not known
  bool uses_heaps_room = false;  // more is resident beside the heap than the limit leaves it: a smaller heap may kill

  // Nothing of the memory may be lowered: what it is full of would be left less room.
  bool IsFull() const { return killed || native_matters || uses_heaps_room; }
};

// What Flink gives to one process of the role.
struct RoleParts {
  ContainerParts container;
  OffHeapParts off_heap;
};
RoleParts RolePartsOf(const TaskManagerMemory& memory);
RoleParts RolePartsOf(const JobManagerMemory& memory);

// With evidence and findings. `frozen`: nothing may be lowered.
RoleContainer ReadRoleContainer(JobSizing& job, const RoleRules& rules, const RoleWindow& role, const RoleParts& parts,
                                double memory_limit_factor, bool frozen);

}  // namespace tune
