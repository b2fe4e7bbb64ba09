// Raw samples: what a metric system said at one instant, as it said it. Readers fill them; ingest/ checks them.
//
// Times are milliseconds since the epoch. Values are in the unit that Flink reports, named beside each metric.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

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

// One TaskManager's JVM at one instant. All counters start at zero with the process.
struct TaskManagerSample {
  int64_t time_ms = 0;
  std::string task_manager;                      // Flink's resource id
  std::optional<double> cpu_time_ns;             // counter (Status.JVM.CPU.Time)
  std::optional<double> gc_time_ms;              // counter (GarbageCollector.All.Time, or the sum over collectors)
  std::optional<double> gc_count;                // counter
  std::optional<double> heap_used_bytes;         // gauge
  std::optional<double> heap_max_bytes;          // gauge
  std::optional<double> old_gen_after_gc_bytes;  // gauge, old generation after its last collection; 0: none yet
  std::optional<double> slots;                   // gauge
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
