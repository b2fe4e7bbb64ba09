// One garbage collection of one JVM, or one step of a concurrent one, as the JVM's own log tells it.
// history/gc_log.h fills it; estimate/live_set.h reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tune/units.h"

namespace tune {

enum class Collector : uint8_t { kUnknown, kSerial, kParallel, kCms, kG1, kShenandoah, kZ, kEpsilon };

enum class CollectionKind : uint8_t {
  kYoung,       // young generation alone; G1's "Normal", "Prepare Mixed" and "Concurrent Start" pauses too
  kMixed,       // G1: the young generation and a part of the old one
  kFull,        // the whole heap while the program stands still
  kRemark,      // the pause that ends a concurrent marking
  kCleanup,     // G1's pause after it
  kConcurrent,  // a whole concurrent cycle: CMS, Shenandoah, ZGC, G1's marking
  kOther,       // any other pause that the log names (initial mark, degenerated, init update refs, …)
};

// A space of the heap before and after. A figure that the log does not tell is absent, never zero.
struct SpaceChange {
  std::optional<Bytes> before;
  std::optional<Bytes> after;
  std::optional<Bytes> capacity;  // committed, after the collection
};

struct Collection {
  Collector collector = Collector::kUnknown;
  CollectionKind kind = CollectionKind::kOther;
  std::optional<int64_t> time_ms;  // when it ended, ms since the epoch; absent: the log has no dates
  std::optional<double> uptime_s;  // when it ended, seconds since the JVM started; absent: the log has dates alone
  std::optional<int64_t> number;   // the JVM's own count, GC(17); absent in the older formats
  std::string cause;               // "Ergonomics", "Metadata GC Threshold"; empty: not told
  double pause_s = 0;              // the program stood still, >= 0; a concurrent cycle: the sum of its pauses
  double concurrent_s = 0;         // the collector worked beside the program, >= 0
  double cpu_s = 0;                // user and system time of the collector's threads, >= 0; 0: not told
  bool starts_marking = false;     // a pause that begins a concurrent marking (G1 "Concurrent Start", CMS initial mark)
  SpaceChange heap;                // the whole
  SpaceChange young;               // eden and survivors
  SpaceChange survivor;            // of `young`
  SpaceChange old;                 // old generation; G1: old and humongous regions, each counted whole
  SpaceChange humongous;           // G1: of `old`
  SpaceChange metaspace;           // the permanent generation before JDK 8
  std::optional<Bytes> marked_live;  // what marking found alive in the heap (ZGC's "Live", Shenandoah, G1 liveness)
};

}  // namespace tune
