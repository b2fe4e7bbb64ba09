// Limits on the raw answer, in order: each may change what is wanted of a vertex, and says so in the evidence.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Sets wanted and action of every vertex from needed, then of the job. Rules guard.bounds, guard.step, guard.dead_band,
// guard.payback, guard.hidden_demand, guard.checkpoints, guard.forward, guard.one_parallelism,
// guard.one_parallelism_held. Source: libtune/DESIGN.md,
// "Guards".
void ApplyGuards(JobSizing& job);

}  // namespace tune
