// What is known of a GC log without libtune: who read or counted it otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace tune::bench {

// What a log is scored by. The order is that of the table's columns.
enum class Figure : uint8_t {
  kYoung,      // young and mixed collections
  kFull,       // full collections
  kNeeded,     // of them: the program needed room (not on request, not for metaspace)
  kOther,      // G1: remarks and cleanups; CMS: full collections and remarks; ZGC: (major) cycles; Shenandoah: all
  kLeastOld,   // MiB, the old generation after those that were needed: least …
  kMostOld,    // … and most
  kOld,        // MiB, the old generation after the last full collection on request
  kHeap,       // MiB, the heap after it
  kFullPause,  // seconds, of those that were needed
  kPause,      // seconds, of all
  kOfTheTime,  // %, all pauses over the span
  kAllocated,  // MiB/s, over the span
  kLeak,       // 1: the live set rises
};
constexpr size_t kFigureCount = 13;

struct Known {
  double value = 0;
  double tolerance = 0;  // what it is rounded to, or how two clocks may differ
};

struct Truth {
  std::string name;
  std::string path;
  std::optional<std::pair<int64_t, int64_t>> span_ms;  // what is known is of collections that end in it, but for kOld
                                                       // and kHeap; absent: of the whole log
  size_t last_needed = 0;                              // kLeastOld, kMostOld: of the last so many; 0: of all
  std::map<Figure, Known> figures;
  std::optional<std::vector<std::string>> causes;  // of full collections that were needed, sorted
};

// `shared`/data/gc by bench/gc_logs/shared.tsv, which has what that folder's README tells.
absl::StatusOr<std::vector<Truth>> TruthsOfSharedLogs(const std::string& shared);
// `shared`/recordings: what another reader found, in meta.json; and the full collection that was forced at the end.
absl::StatusOr<std::vector<Truth>> TruthsOfRecordings(const std::string& shared);
// datasets/heap: what bench/heap_truth.py found.
absl::StatusOr<std::vector<Truth>> TruthsOfHeapRuns(const std::string& folder);
// bench/gc_logs/made: what the JVMs themselves counted.
absl::StatusOr<std::vector<Truth>> TruthsOfMadeLogs(const std::string& folder);

}  // namespace tune::bench
