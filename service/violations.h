// An error's message taken apart again, by the fields that it names.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tune {

// One line of an error's message: `window.bin = 0s; allowed: > 0` names the field `window.bin`. A line that names no
// field has an empty one.
struct Violation {
  std::string field, description;
};
std::vector<Violation> ViolationsOf(const absl::Status& status);

// The same with `prefix` before each field: where in the request the refused message stands.
absl::Status Within(const char* prefix, const absl::Status& status);

}  // namespace tune
