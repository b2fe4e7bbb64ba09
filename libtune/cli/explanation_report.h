// What `tune explain` prints of one answer, wherever the answer comes from.
#pragma once

#include "libtune/explain/tree.h"

namespace tune {

// The tree to standard output. Its texts hold no control characters.
void PrintExplanation(const Explanation& explanation);

}  // namespace tune
