// A queue fed by a rate and drained at a capacity, both fluid: how far behind would a vertex have been?
#pragma once

#include <span>

#include "libtune/estimate/sizing.h"

namespace tune {

struct QueueReplay {
  double longest_delay_s = 0;  // the largest backlog over the capacity: how long the last record of it waits
  double worst_s = 0;          // seconds after the series' start, end of that bin
  double end_backlog = 0;      // records
};

// Bins of `bin_s` each; one that nothing is known of (seconds = 0) neither fills nor drains. `capacity` in records/s,
// > 0; 0 gives an infinite delay as soon as anything arrives.
QueueReplay ReplayQueue(std::span<const RateSpan> series, double bin_s, double capacity);

}  // namespace tune
