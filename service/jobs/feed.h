// A batch of samples -> a window's builder, in the order in which recorded histories are read.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libtune/codec/samples_codec.h"
#include "tune/window_builder.h"

namespace tune {

// Told of a sample that the builder refuses, which is then left out: "tasks[7]." and why. False: no more are fed.
using Refused = std::function<bool(const std::string& place, const absl::Status& why)>;

// In order of time; of one time facts of the job before those of its processes and these before those of its vertices;
// collections, which logs tell afterwards, last. How many were taken.
int64_t Feed(const SampleBatch& batch, WindowBuilder& builder, const Refused& refused);

// Rates by the vertices' ids. kInvalidArgument names the first that is no source's or not allowed:
// `source_rates["cbc3"] = -2; allowed: …`; those before it are set.
absl::Status SetSourceRates(const google::protobuf::Map<std::string, double>& rates, const JobGraph& graph,
                            WindowBuilder& builder);

}  // namespace tune
