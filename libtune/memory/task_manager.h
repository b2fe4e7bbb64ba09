// A TaskManager's derivation, as far as planning needs it.
#pragma once

#include "libtune/memory/derive.h"

namespace tune {

constexpr int64_t kDefaultFramework = 128 * kMebibyte;  // heap, and as much off-heap

CappedFraction NetworkLimits(const TaskManagerMemoryOptions& options);

}  // namespace tune
