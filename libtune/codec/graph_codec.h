// JobGraph both ways.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/codec/door.h"
#include "tune/job_graph.h"
#include "tune/v1/job_graph.pb.h"

namespace tune {

v1::JobGraph ToProto(const JobGraph& graph);

// kInvalidArgument lists every violation, CheckGraph's too.
absl::StatusOr<JobGraph> FromProto(const v1::JobGraph& proto);

// For messages that hold a graph: what of it a JobGraph cannot express goes to `violations`; CheckGraph stays to do.
// The graph is empty where it has more vertices or edges than limits.h allows.
JobGraph ReadGraph(const v1::JobGraph& proto, const Path& path, Violations& violations);

}  // namespace tune
