// The busiest subtask's share of a vertex's traffic: measured now, and at any other parallelism.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Fills share, measured_max_share and busiest of one vertex. Rules share.measured, share.hot_key; findings kHotKey,
// kKeyGroupSkew, kPartitionSkew, kUnevenLoad. Source: libtune/DESIGN.md, "Shares".
void EstimateShare(JobSizing& job, int vertex);

// Evidence of the share that `subtasks` leave the busiest one. Rules share.even, share.uneven, share.with_hot_key,
// share.broadcast.
void AddShareEvidence(JobSizing& job, int vertex, int subtasks);

}  // namespace tune
