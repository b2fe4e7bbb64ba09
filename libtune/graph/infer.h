// Edges found from traffic, for histories that do not hold the job's plan.
//
// What a vertex takes in is what its upstream gave, less what waits in buffers: records and bytes of the two sides
// agree. Edges found so are marked (JobGraph::inferred), and their ship strategy stays unknown.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "tune/job_graph.h"

namespace tune {

// What crossed a vertex's borders over one span of time. Negative: not known.
struct VertexTraffic {
  double records_in = -1, records_out = -1, bytes_in = -1, bytes_out = -1;
};

// Adds edges to a graph without any. `in_order`: the vertices are listed upstream first.
// kFailedPrecondition names the vertices whose inputs could not be told; the graph is then left as it was.
absl::Status InferEdges(std::span<const VertexTraffic> traffic, bool in_order, JobGraph& graph);

}  // namespace tune
