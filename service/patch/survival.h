// That a patch changed nothing but what it was meant to.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "service/patch/live_object.h"

namespace tune {

// Compares all of both objects but `fields` (and what was made to hold them), the status, and the API server's own
// bookkeeping: metadata.{generation, resourceVersion, managedFields}.
// kFailedPrecondition names the first other field that differs.
absl::Status CheckOnlyChanges(const LiveObject& before, const LiveObject& after, const std::vector<FieldPath>& fields);

}  // namespace tune
