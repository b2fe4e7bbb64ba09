// What a window holds of the JVMs that run a job, and of their containers. WindowBuilder fills it.
//
// "Process-seconds" are seconds times the processes that were seen in them, so cpu_s / covered_s is the mean load of
// one. A role's bins are those of JobWindow, as many as a vertex has; empty where no process of the role was seen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tune/collection.h"
#include "tune/units.h"

namespace tune {

// A statistic says how it was found: exactly, or from a sketch with this relative error.
struct Statistic {
  double value = 0;
  double relative_error = 0;  // 0: exact
  double weight = 0;          // seconds, or values, it stands on
};

// CPU of all processes of a role in one bin.
struct CpuBin {
  double covered_s = 0;        // process-seconds in which CPU time was seen
  double cpu_s = 0;            // CPU seconds used
  double busiest_cores = 0;    // of the process that used most in this bin
  double warm_s = 0;           // of covered_s: later than the start-up of its process
  double throttle_seen_s = 0;  // process-seconds in which throttling was measured
  double throttled_s = 0;      // of them: held back (share of throttled CFS periods, times the time)
  int processes = 0;           // seen
  int slots = 0;               // that the job's graph needed at the end of the bin
  // The smallest CPU limit of a process seen in this bin: a limit censors what would be used. nullopt: none told.
  std::optional<double> limit_cores;
};

// From what a live set was read, best first. Each is an upper bound of what was alive then, but for the first, which is
// it.
enum class LiveRung : uint8_t {
  kFullCollection,  // old generation right after a full collection
  kMarking,         // what a concurrent marking found alive
  kCollection,      // heap (or old generation) after any other collection
  kOldGen,          // old generation in use when polled
  kHeap,            // heap in use when polled: garbage included
};
constexpr int kLiveRungCount = 5;

// Memory of all processes of a role in one bin. Sums are over processes; what is optional is the largest of any.
struct MemoryBin {
  // Readings later than the start-up of their process: of each process the lowest in this bin (of full collections: the
  // highest), of these the largest. By LiveRung.
  std::array<std::optional<Bytes>, kLiveRungCount> live;
  // Collections, as counters tell them, later than start-up.
  double gc_seen_s = 0;       // process-seconds
  double gc_s = 0;            // of them in collections
  double full_seen_s = 0;     // process-seconds in which full collections were counted
  double full_gcs = 0;        // full collections
  double full_gc_time_s = 0;  // seconds in them
  // The same from GC logs, later than start-up. What somebody asked for (System.gc(), a diagnostic command) is left
  // out, but for what was allocated before it.
  double log_s = 0;        // process-seconds that logs cover
  double log_pause_s = 0;  // of them: the program stood still
  double log_young_pause_s = 0;
  double log_full_pause_s = 0;
  double log_full_gcs = 0;         // because the program needed room: those for want of metaspace left out
  double log_futile_full_gcs = 0;  // of them: freed less than 5 % of the heap in use
  double log_young_gcs = 0;
  double log_allocated = 0;  // bytes allocated
  double log_promoted = 0;   // bytes that young collections moved to the old generation
  double log_survived = 0;   // bytes that young collections copied: survivors and promoted
  double oom_kills = 0;
  std::optional<Bytes> heap_used, metaspace_used, direct_used, managed_used, network_used, rss, working_set,
      unreclaimable;
  // Of what a container is charged for beside rss: page cache, and what of it waits to be written back.
  std::optional<Bytes> file_cache, dirty_file;
  // rss less the heap (the most in use since the process began), metaspace and direct buffers of the same process;
  // managed memory is in it. An upper bound of native memory: a heap may be touched beyond what was seen in use.
  std::optional<Bytes> native;
  // The largest memory limit of a container of which a process was killed in this bin. nullopt: none was, or its limit
  // is not known (oom_kills still counts it).
  std::optional<Bytes> killed_limit;
};

// One process over the window.
struct ProcessWindow {
  std::string id;                          // Flink's resource id
  double covered_s = 0;                    // seconds with CPU data
  std::optional<Statistic> cpu_cores_p90;  // cores used, over bins
  std::optional<double> gc_fraction;       // share of the time spent in collections, in [0, 1]
  std::optional<Bytes> heap_used_max;
  std::optional<Bytes> heap_max;      // -Xmx, the last one told
  std::optional<Bytes> old_capacity;  // of the old generation, the last one told
  std::optional<Bytes> young_capacity;
  std::optional<Bytes> metaspace_max;
  std::optional<Bytes> managed_total;
  std::optional<Bytes> network_total;
  std::optional<Bytes> memory_limit;  // of the container
  std::optional<double> cpu_limit_cores;
  std::optional<double> cpu_request_cores;
  Collector collector = Collector::kUnknown;
};

// All processes of one role.
struct RoleWindow {
  std::vector<ProcessWindow> processes;  // those seen, by id
  std::vector<CpuBin> cpu;
  std::vector<MemoryBin> memory;
};

}  // namespace tune
