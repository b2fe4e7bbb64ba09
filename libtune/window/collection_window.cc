// Collections from GC logs -> their part of the window.
#include <algorithm>
#include <cmath>

#include "libtune/window/builder_state.h"

namespace tune {
namespace {

constexpr int64_t kClockDriftMs = 5000;  // between a log's dates and its uptimes

// What the collection cost.
void Count(const Collection& c, MemoryBin& memory) {
  memory.log_pause_s += c.pause_s;
  if (c.kind == CollectionKind::kFull && NeededRoom(c)) {
    memory.log_full_pause_s += c.pause_s;
    ++memory.log_full_gcs;
    if (IsFutile(c)) ++memory.log_futile_full_gcs;
  }
  if (!IsYoung(c)) return;
  memory.log_young_pause_s += c.pause_s;
  ++memory.log_young_gcs;
  const double promoted = PromotedBy(c).value_or(0);
  memory.log_promoted += promoted;
  memory.log_survived += ValueOf(c.survivor.after) + promoted;
}

void TakeSizes(const Collection& c, ProcessWindow& told) {
  if (c.collector != Collector::kUnknown) told.collector = c.collector;
  if (c.old.capacity) told.old_capacity = c.old.capacity;
  if (c.young.capacity) told.young_capacity = c.young.capacity;
}

}  // namespace

void WindowBuilder::State::AddCollection(const CollectionSample& sample) {
  const Collection& c = sample.collection;
  RoleTrack& role = RoleOf(sample.role);
  ProcessTrack& track = TrackOf(sample.role, sample.id, *c.time_ms);
  LogTrack& log = track.log;
  if (log.last_ms >= 0 && *c.time_ms < log.last_ms) return;
  if (c.uptime_s) track.started_ms = *c.time_ms - static_cast<int64_t>(*c.uptime_s * 1000);
  if (std::abs(log.started_ms - track.started_ms) > kClockDriftMs) log = {};  // another JVM
  log.started_ms = track.started_ms;
  TakeSizes(c, track.told);
  const LiveBytes told = log.reader.Take(c);
  const std::optional<Allocation> allocation = log.allocation.Take(c, static_cast<double>(*c.time_ms) / 1000);
  if (*c.time_ms >= start_ms) {
    const size_t bin = BinAt(*c.time_ms - start_ms);
    const bool warm = IsWarm(track, *c.time_ms), full = !warm && IsHeapFull(c, track.told.heap_max);
    if (warm || full) {
      role.dirty_from = std::min(role.dirty_from, bin);
      for (size_t rung = 0; rung < told.size(); ++rung) {
        if (told[rung]) track.Read(static_cast<LiveRung>(rung), bin, *told[rung]);
      }
    }
    if (log.last_ms >= 0 && IsWarm(track, log.last_ms)) {
      const double elapsed_s = static_cast<double>(*c.time_ms - log.last_ms) / 1000;
      Spread(log.last_ms, *c.time_ms,
             [&](size_t at, double share) { role.window->memory[at].log_s += elapsed_s * share; });
      if (allocation) role.window->memory[bin].log_allocated += allocation->bytes;
      if (!WasAskedFor(c)) Count(c, role.window->memory[bin]);
    } else if (full) {
      ++role.window->memory[bin].log_full_gcs;
      ++role.window->memory[bin].log_futile_full_gcs;
    }
  }
  log.last_ms = *c.time_ms;
}

}  // namespace tune
