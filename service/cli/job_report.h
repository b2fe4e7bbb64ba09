// A job as the cluster and the service have it, in words.
#pragma once

#include "tune/v1/jobs.pb.h"

namespace tune {

// A line for each thing that is known: status, spec, samples, the last decision. To standard output.
void PrintJob(const v1::JobSummary& job);

}  // namespace tune
