// What the arguments of EstimateCpuRequest() may be.
#pragma once

#include "absl/status/status.h"
#include "libtune/estimate/cpu_request.h"

namespace tune {

// kInvalidArgument lists every violation.
absl::Status CheckCpu(const CpuHistory& history, const CpuSpec& now, const CpuPolicy& policy);

}  // namespace tune
