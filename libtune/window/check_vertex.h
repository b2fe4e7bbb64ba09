// The part of CheckWindow() that looks at one vertex.
#pragma once

#include "libtune/internal/path.h"
#include "tune/window.h"

namespace tune {

// Names under `path` all that is out of range in `window`, which saw `vertex`. `bins`: as many it must have, each of
// `bin_s` seconds.
void CheckVertexWindow(const VertexWindow& window, const Vertex& vertex, size_t bins, double bin_s, const Path& path,
                       Violations& violations);

}  // namespace tune
