// CheckGraph() as a part of a larger check.
#pragma once

#include "libtune/internal/path.h"
#include "tune/job_graph.h"

namespace tune {

// Names under `path` all that is wrong with `graph`.
void CheckGraph(const JobGraph& graph, const Path& path, Violations& violations);

}  // namespace tune
