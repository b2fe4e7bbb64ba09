// Collections from GC logs -> their part of the window.
#include <algorithm>
#include <cmath>
#include <utility>

#include "libtune/window/builder_state.h"

namespace tune {
namespace {

// G1 goes on to mixed collections only while marking found more than this share of the heap in garbage that it can
// reclaim (G1HeapWastePercent, whose default few change).
constexpr double kG1Waste = 0.05;
constexpr int64_t kClockDriftMs = 5000;  // between a log's dates and its uptimes

double ValueOf(const std::optional<Bytes>& bytes) { return bytes ? static_cast<double>(bytes->value()) : 0; }

// Somebody asked for it: it says nothing of how often one is needed.
bool WasAskedFor(const Collection& c) {
  for (const char* cause :
       {"System.gc()", "Diagnostic Command", "Heap Inspection", "Heap Dump", "JvmtiEnv", "WhiteBox"}) {
    if (c.cause.find(cause) != std::string::npos) return true;
  }
  return false;
}

bool IsYoung(const Collection& c) { return c.kind == CollectionKind::kYoung || c.kind == CollectionKind::kMixed; }

// The old generation, and the young objects that outlived this collection: all that may be alive after it.
std::optional<double> LeftAfter(const Collection& c) {
  if (c.kind == CollectionKind::kFull) {
    // What does not fit into a full old generation stays young. G1's old regions count whole, its heap by the byte.
    if (!c.old.after && !c.heap.after) return std::nullopt;
    return std::max(ValueOf(c.old.after), ValueOf(c.heap.after));
  }
  if (!IsYoung(c)) return std::nullopt;
  if (c.heap.after) return ValueOf(c.heap.after);  // eden is empty
  if (c.old.after && c.survivor.after) return ValueOf(c.old.after) + ValueOf(c.survivor.after);
  return std::nullopt;
}

}  // namespace

// What G1's markings tell of garbage. Between a marking and its first mixed collection more than kG1Waste of the heap
// is garbage in the old generation, or there would be no mixed one. After the last one at most kG1Waste is left; and as
// there was more before it, at least kG1Waste less what it freed: the middle of the two is taken.
void LogTrack::TakeMarking(const Collection& c) {
  if (c.collector != Collector::kG1) return;
  if (c.kind == CollectionKind::kRemark || c.kind == CollectionKind::kCleanup) {
    marked = true;
    lowest_marked.reset();
    return;
  }
  if (c.starts_marking || c.kind == CollectionKind::kFull) marked = false;
  const bool is_mixed = c.kind == CollectionKind::kMixed;
  if (last_mixed && !is_mixed) found_alive = *std::exchange(last_mixed, std::nullopt);
  if (!IsYoung(c) || !c.old.before || !c.old.after || !c.heap.capacity) return;
  const double waste = kG1Waste * ValueOf(c.heap.capacity);
  const double grew = ValueOf(c.old.after) - ValueOf(c.old.before);
  if (!is_mixed) {
    promoted_sum += std::max(0.0, grew);
    ++promoted_count;
  }
  if (marked) {
    const double held = ValueOf(c.old.before) + ValueOf(c.survivor.before);
    lowest_marked = std::min(lowest_marked.value_or(held), held);
  }
  if (!is_mixed) return;
  if (marked) found_alive = std::max(0.0, *lowest_marked - waste);
  marked = false;
  const double freed = (promoted_count > 0 ? promoted_sum / promoted_count : 0) - grew;
  const double left_at_least = std::clamp(waste - freed, 0.0, waste);
  last_mixed = std::max(0.0, ValueOf(c.old.after) + ValueOf(c.survivor.after) - (waste + left_at_least) / 2);
}

void WindowBuilder::State::AddCollection(const CollectionSample& sample) {
  const Collection& c = sample.collection;
  RoleTrack& role = RoleOf(sample.role);
  ProcessTrack& track = TrackOf(sample.role, sample.id, *c.time_ms);
  LogTrack& log = track.log;
  if (c.uptime_s) track.started_ms = *c.time_ms - static_cast<int64_t>(*c.uptime_s * 1000);
  if (log.last_ms >= 0 && *c.time_ms < log.last_ms) return;
  if (log.started_ms != track.started_ms && std::abs(log.started_ms - track.started_ms) > kClockDriftMs) log = {};
  log.started_ms = track.started_ms;
  if (c.collector != Collector::kUnknown) track.told.collector = c.collector;
  if (c.old.capacity) track.told.old_capacity = c.old.capacity;
  if (c.young.capacity) track.told.young_capacity = c.young.capacity;
  if (*c.time_ms >= start_ms) {
    log.found_alive = c.marked_live ? std::optional(ValueOf(c.marked_live)) : std::nullopt;
    log.TakeMarking(c);
    if (IsWarm(track, *c.time_ms)) ReadCollection(c, track, role);
    if (log.last_ms >= 0 && IsWarm(track, log.last_ms)) CountCollection(c, log, role);
  }
  if (c.heap.after) log.heap_after = ValueOf(c.heap.after);
  log.last_ms = *c.time_ms;
}

void WindowBuilder::State::ReadCollection(const Collection& c, ProcessTrack& track, RoleTrack& role) {
  const size_t bin = BinAt(*c.time_ms - start_ms);
  role.dirty_from = std::min(role.dirty_from, bin);
  if (track.log.found_alive) track.Read(LiveRung::kMarking, bin, *track.log.found_alive);
  const std::optional<double> left = LeftAfter(c);
  if (!left) return;
  track.Read(c.kind == CollectionKind::kFull ? LiveRung::kFullCollection : LiveRung::kCollection, bin, *left);
}

// The time since the collection before, and what was allocated and collected in it.
void WindowBuilder::State::CountCollection(const Collection& c, const LogTrack& log, RoleTrack& role) {
  const double elapsed_s = static_cast<double>(*c.time_ms - log.last_ms) / 1000;
  Spread(log.last_ms, *c.time_ms,
         [&](size_t bin, double share) { role.window->memory[bin].log_s += elapsed_s * share; });
  if (WasAskedFor(c)) return;
  MemoryBin& memory = role.window->memory[BinAt(*c.time_ms - start_ms)];
  memory.log_pause_s += c.pause_s;
  if (c.heap.before && log.heap_after) memory.log_allocated += std::max(0.0, ValueOf(c.heap.before) - *log.heap_after);
  if (c.kind == CollectionKind::kFull) {
    memory.log_full_pause_s += c.pause_s;
    ++memory.log_full_gcs;
  }
  if (!IsYoung(c)) return;
  memory.log_young_pause_s += c.pause_s;
  ++memory.log_young_gcs;
  const double promoted = c.old.before && c.old.after ? std::max(0.0, ValueOf(c.old.after) - ValueOf(c.old.before)) : 0;
  if (c.kind == CollectionKind::kYoung) memory.log_promoted += promoted;
  memory.log_survived += ValueOf(c.survivor.after) + promoted;
}

}  // namespace tune
