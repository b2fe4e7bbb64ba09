// The table of `tune jobs` and `tune watch`: a line for each job.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// Namespace, name, status, parallelism, slots, action, age of the samples, reason.
std::vector<std::string> JobHeadings();
std::vector<std::string> JobCells(const v1::JobSummary& job, absl::Time now);

}  // namespace tune
