// One garbage collection of one JVM, or one step of a concurrent one, as the JVM's own log tells it.
// history/gc_log/gc_log.h fills it; estimate/live_set.h reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tune/units.h"

namespace tune {

enum class Collector : uint8_t { kUnknown, kSerial, kParallel, kCms, kG1, kShenandoah, kZ, kEpsilon };

enum class CollectionKind : uint8_t {
  kYoung,       // young generation alone; G1's "Normal", "Prepare Mixed" and "Concurrent Start" pauses too, and the
                // minor collections of generational ZGC, which are concurrent
  kMixed,       // G1: the young generation and a part of the old one
  kFull,        // the whole heap while the program stands still
  kRemark,      // the pause that ends a concurrent marking (CMS, G1)
  kCleanup,     // G1's pause after it
  kConcurrent,  // a whole concurrent cycle: CMS, Shenandoah, ZGC (generational: major), G1's marking
  kOther,       // any other pause that the log names (CMS's initial mark, Shenandoah's degenerated, …): see `name`
};

// A space of the heap before and after. A figure that the log does not tell is absent, never zero.
struct SpaceChange {
  std::optional<Bytes> before;
  std::optional<Bytes> after;
  std::optional<Bytes> capacity;  // committed, after the collection
};

// Sums of `pause_s` over all collections of a log are the time its program stood still: a pause is in one of them only.
struct Collection {
  Collector collector = Collector::kUnknown;
  CollectionKind kind = CollectionKind::kOther;
  int jvm = 0;                     // which JVM of the log, >= 0: one more with every restart that the log shows
  std::optional<int64_t> time_ms;  // when it ended, ms since the epoch; absent: the log has no dates
  std::optional<double> uptime_s;  // when it ended, seconds since the JVM started; absent: the log has dates alone
  std::optional<int64_t> number;   // the JVM's own count, GC(17); absent in the older formats
  std::string name;                // as the log has it, without the cause: "Pause Young (Mixed)", "Full GC"
  std::string cause;               // verbatim: "Ergonomics", "Metadata GC Threshold"; empty: not told. Shenandoah's
                                   // triggers without the figures in them
  std::string failure;             // "To-space exhausted", "promotion failed", "concurrent mode failure"; empty: none
  // The program stood still, >= 0. Cycles of ZGC and Shenandoah: the sum of their pauses; those of G1 and CMS: 0, as
  // their pauses are collections of their own. A young collection that a full one cut short: without that one's time.
  double pause_s = 0;
  double longest_pause_s = 0;   // the longest of those, >= 0
  double concurrent_s = 0;      // the collector worked beside the program, >= 0
  double cpu_s = 0;             // user and system time of the collector's threads, >= 0; 0: not told
  bool starts_marking = false;  // a pause that begins a concurrent marking (G1 "Concurrent Start", CMS initial mark)
  SpaceChange heap;             // the whole, in the log's own unit: unified logs tell whole MiB
  SpaceChange young;            // eden and survivors; G1's capacity: what eden may take until the next collection, and
                                // the survivors
  SpaceChange survivor;         // of `young`
  // Old generation. G1: old and humongous regions, each counted whole, archive regions (JDK 12 to 19) not; where the
  // log tells no regions it is known after a full collection that left nothing young, then in bytes used.
  SpaceChange old;
  SpaceChange humongous;             // G1: of `old`
  SpaceChange metaspace;             // the permanent generation before JDK 8
  std::optional<Bytes> marked_live;  // what marking found alive in the whole heap (ZGC's "Live", G1's liveness trace)
};

}  // namespace tune
