#pragma once

#include <vector>

#include "tune/job_graph.h"

namespace tune {

// Slots that the job needs: over the slot-sharing groups the sum of the group's largest parallelism.
int SlotsOf(const JobGraph& graph);
// The same with another parallelism for each vertex, as graph.vertices.
int SlotsOf(const JobGraph& graph, const std::vector<int>& parallelism);

}  // namespace tune
