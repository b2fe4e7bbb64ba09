// The name and the making of the store's file.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

// One name for one file, through whatever links: the lock stands beside it. The file need not be there.
// kNotFound: its folder is not, or it is no regular file.
absl::StatusOr<std::string> RealPath(const std::string& path);

// Made before SQLite would, so that nobody else may read it; and its name is on the disk before anything that is in it.
// kPermissionDenied, kNotFound.
absl::Status MakeFile(const std::string& path);

}  // namespace tune
