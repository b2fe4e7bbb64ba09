// A JVM's garbage collection log -> its collections, in the order in which the log tells of their end.
//
// Read are unified logs (JDK 9 and later, any decorators or none) and the older ones of JDK 6 to 8, of Serial,
// Parallel, CMS, G1, Shenandoah, ZGC and Epsilon; plain, gzip or zip; a rotated set; cut off at either end. What is in
// them, and what is left out, is in history/FORMATS.md. Memory does not grow with the log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"
#include "libtune/history/history.h"
#include "tune/collection.h"

namespace tune {

// What a log says of itself, and what was made of it. Texts are as the log has them, cut to 4 KiB.
struct GcLogOutline {
  std::vector<std::string> files;  // in the order of their times; an entry of a zip as ARCHIVE:ENTRY
  std::string jvm_version;         // "21.0.8+9-LTS (release)"; empty: not told. Of several JVMs, the last one's
  Collector collector = Collector::kUnknown;  // the last one's
  std::string options;                        // "-XX:MaxHeapSize=…": the older formats' "CommandLine flags"
  std::optional<Bytes> min_heap, initial_heap, max_heap, region_size;
  std::optional<double> first_uptime_s, last_uptime_s;  // of the first JVM's first line, of the last one's last
  std::optional<int64_t> first_ms, last_ms;             // ms since the epoch
  int64_t lines = 0;
  int64_t gc_lines = 0;  // of the garbage collector; the rest is safepoints, other subsystems, a program's own output
  int64_t collections = 0;
  int64_t full_collections = 0;
  int restarts = 0;                         // JVMs that follow the first one
  int64_t allocation_stalls = 0;            // ZGC: times a thread had to wait for memory
  double allocation_stall_s = 0;            // their sum, over the threads
  bool cut_off = false;                     // it ends inside a collection, or compressed data ends too soon
  std::map<std::string, int64_t> left_out;  // why, and how many lines or collections
  std::vector<std::string> warnings;        // for a person
};

using CollectionSink = std::function<void(const Collection&)>;

// Reads `paths`: files; or one folder, of which those that hold a GC log are taken. Several are the parts of one log
// and are read in the order of the times in them. "-" is standard input, which is read as it comes. Errors: kNotFound,
// no such path; kInvalidArgument, no line of a GC log in it (with what was found instead), a folder with logs of
// several JVMs, a damaged archive. A file that ends too soon is no error.
absl::StatusOr<GcLogOutline> ReadGcLog(const std::vector<std::string>& paths, const CollectionSink& sink,
                                       const Progress& progress);

// The same of bytes at hand, in the order given; plain or gzip.
absl::StatusOr<GcLogOutline> ReadGcLog(const std::vector<ByteSource>& sources, const CollectionSink& sink);

}  // namespace tune
