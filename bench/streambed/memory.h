// Which of the queries are bound by memory, told from what they sustained.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "bench/streambed/runs.h"

namespace streambed {

// Prints the verdict on each query from all of its measurements, from parts of them, and with each run, parallelism and
// memory size left out; then where the gain lies. Errors: what libtune refuses.
absl::Status PrintMemoryBound(const std::vector<Run>& runs, const std::vector<Verification>& verifications);

}  // namespace streambed
