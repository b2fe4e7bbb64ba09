// Metaspace, direct buffers and managed memory of one process: what it is to have of each.
// Source: libtune/DESIGN.md, "Container".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tune/process_window.h"

namespace tune {

// What the process has now, bytes.
struct OffHeapParts {
  Bytes metaspace;  // -XX:MaxMetaspaceSize
  // -XX:MaxDirectMemorySize, and of it Flink's network buffers, which are all allocated when the process starts: how
  // much of them is in use says nothing of the rest.
  Bytes direct, network;
  Bytes task_off_heap;  // of `direct`; of a JobManager jobmanager.memory.off-heap.size
  Bytes managed;
};

struct OffHeapGoals {
  double metaspace_margin = 1.5;    // on the largest use, > metaspace_headroom
  double metaspace_headroom = 1.2;  // raised once the present size is below this times the use; > 1
  double metaspace_slack = 2;       // lowered once it is at least this times what is wanted; > 1
  double direct_full = 0.9;         // of the direct memory beside the network: raised from here on, in (0, 1)
  double direct_margin = 1.25;      // on its use, > 1 / direct_full
};

enum class OffHeapRule : uint8_t {
  kNotMeasured,  // as now
  kKept,         // as now
  kRaised,
  kLowered,
};

struct OffHeapPart {
  Bytes used;    // largest over the bins; of direct memory: beside the network. 0 where it was not measured
  Bytes now;     // of direct memory: beside the network
  Bytes wanted;  // kKept, kNotMeasured: `now`; of direct memory: task_off_heap
  OffHeapRule rule = OffHeapRule::kNotMeasured;
};

struct OffHeapEstimate {
  OffHeapPart metaspace;      // changed ones are whole 16 MiB
  OffHeapPart task_off_heap;  // never lowered; raised ones leave `direct` at whole 16 MiB above the network
  OffHeapPart managed;        // 0 where nothing used it in any bin; else as now
};

// `bins`: of the role, those in which `parts` held. Errors: none; all was checked at the door.
OffHeapEstimate EstimateOffHeap(std::span<const MemoryBin> bins, const OffHeapParts& parts, const OffHeapGoals& goals);

}  // namespace tune
