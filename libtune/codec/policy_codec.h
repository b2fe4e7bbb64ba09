// TuningPolicy both ways.
#pragma once

#include "absl/status/statusor.h"
#include "tune/policy.h"
#include "tune/v1/policy.pb.h"

namespace tune {

// Every field set.
v1::TuningPolicy ToProto(const TuningPolicy& policy);

// Absent fields have TuningPolicy's defaults.
// kInvalidArgument lists every violation, CheckPolicy's too: `policy.target_busy_fraction = 1.5; allowed: (0, 1]`.
absl::StatusOr<TuningPolicy> FromProto(const v1::TuningPolicy& proto);

}  // namespace tune
