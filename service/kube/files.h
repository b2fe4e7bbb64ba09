// Small files: credentials and configuration.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace tune {

// `what` names the file's role in messages. kNotFound: it cannot be read; kInvalidArgument: it is larger.
absl::StatusOr<std::string> ReadSmallFile(const char* what, const std::string& path, int64_t most_bytes);

}  // namespace tune
