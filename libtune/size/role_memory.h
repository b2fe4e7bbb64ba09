// What the memory of one role's processes showed over the horizon.
#pragma once

#include <optional>
#include <vector>

#include "libtune/estimate/heap.h"
#include "libtune/estimate/live_set.h"
#include "libtune/estimate/sizing.h"
#include "libtune/pack/live_model.h"
#include "tune/process_size.h"

namespace tune {

struct RoleMemory {
  double seen_s = 0;                     // wall seconds later than start-ups in which processes were seen
  bool thin = true;                      // too little was seen to lower anything
  bool stopped = false;                  // the job did not run at the end: nothing is lowered on what was before
  std::optional<LiveSet> live;           // of the present layout; nullopt: no reading
  HeapFacts heap;                        // meaningful where `live` is there
  bool from_logs = false;                // its overhead comes from GC logs, not from counters
  std::vector<LiveObservation> layouts;  // TaskManagers: by layout seen, the present one last
  // The largest use, bytes; nullopt: not measured.
  std::optional<double> managed_used, network_used;
};

// `heap_now`: -Xmx, where it is known.
RoleMemory ReadRoleMemory(const JobSizing& job, const RoleWindow& role, const ProcessSize& now);

// Slots in use on the fullest TaskManager when `slots` of them are on so many TaskManagers of `slots_each`, which Flink
// fills one after the other; nullopt: not known, then they are taken for evenly spread.
int SlotsOnFullest(int slots, int task_managers, const std::optional<int>& slots_each);

}  // namespace tune
