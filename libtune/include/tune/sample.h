// Raw samples: what a metric system said at one instant, as it said it. Readers fill them; ingest/ checks them.
//
// Times are milliseconds since the epoch. Values are in the unit that Flink reports, named beside each metric.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "tune/collection.h"
#include "tune/job_graph.h"

namespace tune {

// Metrics of one subtask. Counters start at zero in every attempt and then only grow, but for kBusyMs, which
// Flink derives (elapsed - idle - back-pressured) and which therefore may step back by a few milliseconds.
enum class TaskMetric : uint8_t {
  kRecordsIn,          // counter, records (numRecordsIn); a source's: what it read, 0 where it does not count it
  kRecordsOut,         // counter, records (numRecordsOut)
  kBusyMs,             // counter, ms (accumulateBusyTimeMs); NaN in Flink for legacy sources: leave it absent
  kIdleMs,             // counter, ms (accumulateIdleTimeMs)
  kBackPressuredMs,    // counter, ms (accumulateBackPressuredTimeMs)
  kBytesIn,            // counter, bytes
  kBytesOut,           // counter, bytes
  kCpuNanos,           // counter, ns of CPU the task's thread used; stock Flink has none, libtune's plugin does
  kBusyRate,           // gauge, ms/s in [0, 1000] (busyTimeMsPerSecond), a mean of 60 s
  kBackPressuredRate,  // gauge, ms/s in [0, 1000] (backPressuredTimeMsPerSecond), a mean of 60 s
  kRecordsInRate,      // gauge, records/s (numRecordsInPerSecond), a mean of 60 s
  kRecordsOutRate,     // gauge, records/s (numRecordsOutPerSecond), a mean of 60 s
  kPendingRecords,     // gauge, records not yet fetched from the source's log (pendingRecords)
  kInPoolUsage,        // gauge, share of the input buffers in use, in [0, 1]
  kOutPoolUsage,       // gauge, share of the output buffers in use, in [0, 1]
};
constexpr int kTaskMetricCount = 15;

// All metrics of one subtask at one instant. A metric that was not answered is absent, never zero.
struct TaskSample {
  int64_t time_ms = 0;
  int32_t vertex = 0;    // index into the graph's vertices
  int32_t subtask = 0;   // >= 0; kWholeVertex: sums (counters, rates) and means (shares) over all subtasks
  uint32_t present = 0;  // bit i: value[i] was set
  std::array<double, kTaskMetricCount> value;  // meaningful where present says so

  static constexpr int32_t kWholeVertex = -1;

  void Set(TaskMetric metric, double v) {
    value[static_cast<int>(metric)] = v;
    present |= 1u << static_cast<int>(metric);
  }
  bool Has(TaskMetric metric) const { return (present >> static_cast<int>(metric)) & 1u; }
  std::optional<double> Get(TaskMetric metric) const {
    return Has(metric) ? std::optional<double>(value[static_cast<int>(metric)]) : std::nullopt;
  }
};

enum class ProcessRole : uint8_t { kTaskManager, kJobManager };

// Metrics of one JVM and of the container around it. Counters start at zero with the process (the container's: with
// the container) and then only grow. Bytes, where nothing else is said.
enum class ProcessMetric : uint8_t {
  kCpuTimeNs,            // counter, ns of CPU (Status.JVM.CPU.Time)
  kGcTimeMs,             // counter, ms in collections (GarbageCollector.All.Time, or the sum over collectors)
  kGcCount,              // counter, collections
  kYoungGcTimeMs,        // counter, ms in collections of the young generation alone (G1: mixed ones too)
  kYoungGcCount,         // counter
  kFullGcTimeMs,         // counter, ms in full collections
  kFullGcCount,          // counter
  kHeapUsed,             // gauge
  kHeapMax,              // gauge, -Xmx less one survivor space where the collector has two
  kHeapCommitted,        // gauge
  kOldGenUsed,           // gauge
  kOldGenCapacity,       // gauge, committed
  kOldGenAfterGc,        // gauge, after the last collection that touched it; 0: none yet
  kOldGenAfterFullGc,    // gauge, after the last full collection; 0: none yet
  kSurvivorUsed,         // gauge, young objects that outlived a collection
  kMetaspaceUsed,        // gauge
  kMetaspaceMax,         // gauge, -XX:MaxMetaspaceSize
  kNonHeapCommitted,     // gauge, metaspace, code cache and the like
  kDirectUsed,           // gauge, direct buffers
  kMappedUsed,           // gauge, mapped buffers
  kManagedUsed,          // gauge, Flink's managed memory
  kManagedTotal,         // gauge
  kNetworkUsed,          // gauge, Flink's network memory
  kNetworkTotal,         // gauge
  kSlots,                // gauge, task slots
  kRss,                  // gauge, resident anonymous memory of the container, or of the process
  kWorkingSet,           // gauge, what the kubelet reports: usage less inactive_file
  kFileCache,            // gauge, page cache charged to the container
  kInactiveFile,         // gauge, of it: reclaimed first
  kDirtyFile,            // gauge, of it: not yet written back, so not reclaimable at once
  kMemoryLimit,          // gauge, the container's limit
  kOomKills,             // counter, processes of the container that the kernel killed
  kCpuPeriods,           // counter, CFS periods in which the container wanted to run
  kCpuThrottledPeriods,  // counter, of them: those in which it was held back
  kCpuRequestCores,      // gauge, cores
  kCpuLimitCores,        // gauge, cores
};
constexpr int kProcessMetricCount = 36;

// One process at one instant. A metric that was not answered is absent, never zero.
struct ProcessSample {
  int64_t time_ms = 0;
  ProcessRole role = ProcessRole::kTaskManager;
  std::string id;        // Flink's resource id; of a JobManager any name that tells replicas apart
  uint64_t present = 0;  // bit i: value[i] was set
  std::array<double, kProcessMetricCount> value;  // meaningful where present says so

  void Set(ProcessMetric metric, double v) {
    value[static_cast<size_t>(metric)] = v;
    present |= uint64_t{1} << static_cast<int>(metric);
  }
  bool Has(ProcessMetric metric) const { return (present >> static_cast<int>(metric)) & 1u; }
  std::optional<double> Get(ProcessMetric metric) const {
    return Has(metric) ? std::optional<double>(value[static_cast<size_t>(metric)]) : std::nullopt;
  }
};

// A collection of one process, from its GC log; its time_ms is present.
struct CollectionSample {
  ProcessRole role = ProcessRole::kTaskManager;
  std::string id;  // as ProcessSample's
  Collection collection;
};

// What a source's log says from outside Flink: summed over its partitions.
struct SourceSample {
  int64_t time_ms = 0;
  int32_t vertex = 0;                      // the source's index
  std::optional<double> end_offset;        // counter, records ever appended
  std::optional<double> committed_offset;  // counter, records the job has committed
};

enum class JobState : uint8_t { kUnknown, kRunning, kNotRunning };

// The job at one instant.
struct JobSample {
  int64_t time_ms = 0;
  JobState state = JobState::kUnknown;
  std::optional<double> restarts;               // counter (numRestarts)
  std::optional<double> completed_checkpoints;  // counter
  std::optional<double> failed_checkpoints;     // counter
  std::optional<double> last_checkpoint_ms;     // gauge, duration of the last completed one
};

// A vertex runs with this parallelism from `time_ms` on.
struct ParallelismSample {
  int64_t time_ms = 0;
  int32_t vertex = 0;
  int32_t parallelism = 1;
};

}  // namespace tune
