#pragma once

#include <cstddef>

#include "libtune/internal/path.h"
#include "tune/process_window.h"

namespace tune {

// `bins`: how many the job has.
void CheckRole(const RoleWindow& role, size_t bins, const Path& path, Violations& violations);

}  // namespace tune
