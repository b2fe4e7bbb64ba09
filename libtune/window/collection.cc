#include "libtune/window/collection.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tune {
namespace {

constexpr double kFutile = 0.05;  // of the heap in use

}  // namespace

bool WasAskedFor(const Collection& c) {
  constexpr std::array<std::string_view, 9> kRequests = {"System.gc()",
                                                         "System",
                                                         "Diagnostic Command",
                                                         "Heap Inspection Initiated GC",
                                                         "Heap Dump Initiated GC",
                                                         "JvmtiEnv ForceGarbageCollection",
                                                         "WhiteBox Initiated Full GC",
                                                         "Explicit GC request (System.gc())",
                                                         "GC request (System.gc())"};
  return std::find(kRequests.begin(), kRequests.end(), c.cause) != kRequests.end();
}

bool IsFutile(const Collection& full) {
  return full.heap.before && full.heap.after && ValueOf(full.heap.after) > (1 - kFutile) * ValueOf(full.heap.before);
}

}  // namespace tune
