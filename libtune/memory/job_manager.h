// A JobManager's derivation, as far as planning needs it.
#pragma once

#include "libtune/memory/derive.h"

namespace tune {

constexpr int64_t kDefaultOffHeap = 128 * kMebibyte;

}  // namespace tune
