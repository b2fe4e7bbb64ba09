#include "libtune/window/collection.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tune {
namespace {

constexpr double kFutile = 0.05;  // of the heap in use
constexpr double kGrown = 0.8;    // of -Xmx: survivor spaces of which only one is in use are not counted
constexpr double kFilled = 0.7;   // of the capacity: the young generation is empty then

bool IsConcurrent(const Collection& c) {
  return c.kind == CollectionKind::kConcurrent || c.collector == Collector::kZ || c.collector == Collector::kShenandoah;
}

}  // namespace

bool WasAskedFor(const Collection& c) {
  constexpr std::array<std::string_view, 10> kRequests = {"System.gc()",
                                                          "System",
                                                          "Diagnostic Command",
                                                          "Heap Inspection Initiated GC",
                                                          "Heap Dump Initiated GC",
                                                          "JvmtiEnv ForceGarbageCollection",
                                                          "WhiteBox Initiated Full GC",
                                                          "Explicit GC request (System.gc())",
                                                          "GC request (System.gc())",
                                                          "G1 Periodic Collection"};
  return std::find(kRequests.begin(), kRequests.end(), c.cause) != kRequests.end();
}

bool NeededRoom(const Collection& full) { return !WasAskedFor(full) && !full.cause.starts_with("Metadata GC "); }

bool IsFutile(const Collection& full) {
  return full.heap.before && full.heap.after && ValueOf(full.heap.after) > (1 - kFutile) * ValueOf(full.heap.before);
}

bool IsHeapFull(const Collection& c, const std::optional<Bytes>& max_heap) {
  if (c.kind != CollectionKind::kFull || !NeededRoom(c) || !IsFutile(c) || !max_heap) return false;
  const double capacity = ValueOf(c.heap.capacity);
  return capacity >= kGrown * ValueOf(max_heap) && ValueOf(c.heap.after) >= kFilled * capacity;
}

std::optional<double> PromotedBy(const Collection& young) {
  if (young.kind != CollectionKind::kYoung || !young.old.before || !young.old.after) return std::nullopt;
  const double grown = ValueOf(young.old.after) - ValueOf(young.old.before);
  const bool has_both = young.humongous.before && young.humongous.after;
  const double humongous = has_both ? ValueOf(young.humongous.after) - ValueOf(young.humongous.before) : 0;
  return std::max(0.0, grown - humongous);
}

std::optional<Allocation> AllocationReader::Take(const Collection& c, double at_s) {
  if (IsConcurrent(c)) return std::nullopt;
  const SpaceChange& space = c.collector == Collector::kCms ? c.young : c.heap;
  std::optional<Allocation> allocation;
  if (space.before && held_) {
    allocation = Allocation{std::max(0.0, ValueOf(space.before) - *held_), std::max(0.0, at_s - held_at_s_)};
  }
  if (space.after) {
    held_ = ValueOf(space.after);
    held_at_s_ = at_s;
  }
  return allocation;
}

}  // namespace tune
