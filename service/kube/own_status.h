// A Status that shares nothing with the one it was made from.
#pragma once

#include "absl/status/status.h"

namespace tune {

// Code and message of `status`, for another thread than the one that may change it: how copies of one Status are
// counted ThreadSanitizer cannot see, Abseil being built without it. Payloads are left behind.
inline absl::Status OwnStatus(const absl::Status& status) { return absl::Status(status.code(), status.message()); }

}  // namespace tune
