// A job as the cluster and the service have it, in words.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// A line for each thing that is known: status, spec, samples, the last decision. To standard output.
void PrintJob(const v1::JobSummary& job);

// "#12, 3m ago, by policy careful: raise, parallelism 2 → 3, slots 2 → 3"
std::string DecisionText(const v1::Decision& decision, absl::Time now);

}  // namespace tune
