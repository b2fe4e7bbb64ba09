// A recorded history as pushes: what a scheduler would have sent, slice by slice.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libtune/cli/arguments.h"
#include "tune/v1/service.pb.h"

namespace tune {

constexpr size_t kMostSamplesInPush = 20'000;  // some 2 MB

// Samples in order of time, at most kMostSamplesInPush in each; the first push brings the graph, the facts that history
// and spec tell, and the sources' rates. Equal arguments give equal pushes with equal keys. `last_sample`: all times
// are moved so that the last one is this. Errors: as of other commands that read histories; kInvalidArgument: no
// samples.
absl::StatusOr<std::vector<v1::PushSamplesRequest>> PushesOf(const Arguments& arguments, const v1::JobRef& job,
                                                             std::optional<absl::Time> last_sample);

}  // namespace tune
