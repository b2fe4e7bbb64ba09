#include "libtune/window/live_reader.h"

#include <algorithm>
#include <utility>

#include "libtune/window/collection.h"

namespace tune {
namespace {

// G1 goes on to mixed collections only while marking found more than this share of the heap in garbage that it can
// reclaim (G1HeapWastePercent, whose default few change).
constexpr double kG1Waste = 0.05;
// Regions that are fuller with live data are not worth it (G1MixedGCLiveThresholdPercent).
constexpr double kG1Dense = 0.85;

// What does not fit into a full old generation stays young. G1's old regions count whole, its heap by the byte.
std::optional<double> AliveAfterFull(const Collection& c) {
  if (!c.old.after && !c.heap.after) return std::nullopt;
  return std::max(ValueOf(c.old.after), ValueOf(c.heap.after));
}

// The old generation, and the young objects that outlived this collection: eden is empty.
std::optional<double> LeftAfterYoung(const Collection& c) {
  if (c.old.after && c.survivor.after) return ValueOf(c.old.after) + ValueOf(c.survivor.after);
  if (c.heap.after) return ValueOf(c.heap.after);
  return std::nullopt;
}

// ZGC's and Shenandoah's cycles collect the whole heap.
bool IsWholeCycle(const Collection& c) {
  const bool whole = c.collector == Collector::kZ || c.collector == Collector::kShenandoah;
  return whole && c.kind == CollectionKind::kConcurrent;
}

}  // namespace

LiveBytes LiveReader::Take(const Collection& c) {
  LiveBytes told;
  const auto of = [&told](LiveRung rung) -> std::optional<double>& { return told[static_cast<size_t>(rung)]; };
  if (c.collector == Collector::kG1) of(LiveRung::kMarking) = TakeG1(c);
  if (c.marked_live) of(LiveRung::kMarking) = ValueOf(c.marked_live);
  if (c.kind == CollectionKind::kFull) of(LiveRung::kFullCollection) = AliveAfterFull(c);
  if (IsYoung(c)) of(LiveRung::kCollection) = LeftAfterYoung(c);
  if (IsWholeCycle(c) && c.heap.after) of(LiveRung::kCollection) = ValueOf(c.heap.after);
  return told;
}

// Between a marking and its first mixed collection more than kG1Waste of the heap is garbage in the old generation, or
// there would be no mixed one. After the last one kG1Waste is left, or as much less as the last one freed too much.
// Beside it there is garbage that is no candidate (in regions more than kG1Dense full, and what died since the
// marking): what the last one freed is held against that, and half of the rest counts.
std::optional<double> LiveReader::TakeG1(const Collection& c) {
  if (c.kind == CollectionKind::kRemark || c.kind == CollectionKind::kCleanup) {
    marked_ = true;
    lowest_marked_.reset();
    return std::nullopt;
  }
  if (c.starts_marking || c.kind == CollectionKind::kFull) marked_ = false;
  const bool is_mixed = c.kind == CollectionKind::kMixed;
  std::optional<double> alive;
  if (last_mixed_ && !is_mixed) alive = *std::exchange(last_mixed_, std::nullopt);
  if (!IsYoung(c) || !c.old.before || !c.old.after || !c.heap.capacity) return alive;
  const double waste = kG1Waste * ValueOf(c.heap.capacity);
  const double grew = ValueOf(c.old.after) - ValueOf(c.old.before);
  if (!is_mixed) {
    promoted_sum_ += std::max(0.0, grew);
    ++promoted_count_;
  }
  if (marked_) {
    const double held = ValueOf(c.old.before) + ValueOf(c.survivor.before);
    lowest_marked_ = std::min(lowest_marked_.value_or(held), held);
  }
  if (!is_mixed) return alive;
  if (marked_) alive = std::max(0.0, *lowest_marked_ - waste);
  marked_ = false;
  const double freed = (promoted_count_ > 0 ? promoted_sum_ / promoted_count_ : 0) - grew;
  const double held = ValueOf(c.old.after) + ValueOf(c.survivor.after);
  const double left = std::max(0.0, waste - std::max(0.0, freed - (1 - kG1Dense) * held) / 2);
  last_mixed_ = std::max(0.0, held - left);
  return alive;
}

}  // namespace tune
