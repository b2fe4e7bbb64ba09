// Limits on the raw answer, in order: each may change what is wanted of a vertex, and says so in the evidence.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Sets wanted of every vertex from needed. Rules guard.bounds, guard.step, guard.dead_band,
// guard.payback, guard.hidden_demand, guard.checkpoints, guard.forward, guard.one_parallelism,
// guard.one_parallelism_held. Source: libtune/DESIGN.md,
// "Guards".
void ApplyGuards(JobSizing& job);

// The largest parallelism that Flink and a source's partitions allow the vertex.
int LargestParallelism(const JobSizing& job, int vertex);

// Sets the action of every vertex from needed and wanted, and the job's totals, once nothing changes any more.
void Conclude(JobSizing& job);

}  // namespace tune
