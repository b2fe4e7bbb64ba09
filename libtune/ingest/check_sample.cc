#include "libtune/ingest/check_sample.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr double kCounterLimit = 9.2e18;  // Flink's counters are 64-bit
constexpr double kBytesLimit = 1e18;      // an exabyte of heap

struct MetricRule {
  const char* name;
  double largest;
  const char* allowed;
};

constexpr std::array<MetricRule, kTaskMetricCount> kRules = {{
    {"records_in", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"records_out", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"busy_ms", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"idle_ms", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"back_pressured_ms", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"bytes_in", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"bytes_out", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"cpu_nanos", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"busy_rate", kLargestMsPerSecond, "[0, 1000] ms/s"},
    {"back_pressured_rate", kLargestMsPerSecond, "[0, 1000] ms/s"},
    {"records_in_rate", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"records_out_rate", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"pending_records", kCounterLimit, ">= 0 and at most 9.2e18"},
    {"in_pool_usage", 1, "[0, 1]"},
    {"out_pool_usage", 1, "[0, 1]"},
}};

absl::Status CheckTime(int64_t time_ms) {
  if (time_ms >= 0 && time_ms <= kLargestTimeMs) return absl::OkStatus();
  return NotAllowed("time_ms", absl::StrCat(time_ms),
                    absl::StrCat("milliseconds since 1970, [0, ", kLargestTimeMs, "]"));
}

absl::Status CheckVertexIndex(int32_t vertex, const JobGraph& graph) {
  if (vertex >= 0 && static_cast<size_t>(vertex) < graph.vertices.size()) return absl::OkStatus();
  return NotAllowed("vertex", absl::StrCat(vertex), absl::StrCat("[0, ", graph.vertices.size(), ")"));
}

absl::Status CheckAmount(const char* field, const std::optional<double>& value, double largest = kCounterLimit) {
  if (!value || (*value >= 0 && *value <= largest)) return absl::OkStatus();
  return NotAllowed(field, absl::StrCat(*value), absl::StrCat(">= 0 and at most ", largest));
}

absl::Status FirstError(std::initializer_list<absl::Status> statuses) {
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status MetricError(const TaskSample& sample, int metric, const JobGraph& graph) {
  const MetricRule& rule = kRules[static_cast<size_t>(metric)];
  return NotAllowed(absl::StrCat("operators[\"", graph.vertices[static_cast<size_t>(sample.vertex)].id, "\"].subtasks[",
                                 sample.subtask, "].", rule.name),
                    absl::StrCat(sample.value[static_cast<size_t>(metric)]), rule.allowed);
}

}  // namespace

const char* TaskMetricName(TaskMetric metric) { return kRules[static_cast<size_t>(metric)].name; }

absl::Status CheckSample(const TaskSample& sample, const JobGraph& graph) {
  if (auto status = CheckTime(sample.time_ms); !status.ok()) return status;
  if (auto status = CheckVertexIndex(sample.vertex, graph); !status.ok()) return status;
  const int most = graph.vertices[static_cast<size_t>(sample.vertex)].max_parallelism;
  if (sample.subtask < TaskSample::kWholeVertex || sample.subtask >= most) {
    return NotAllowed("subtask", absl::StrCat(sample.subtask), absl::StrCat("[-1, ", most, ")"));
  }
  if (sample.present >> kTaskMetricCount != 0) {
    return NotAllowed("present", absl::StrCat(sample.present), "known metrics");
  }
  for (uint32_t left = sample.present; left != 0; left &= left - 1) {
    const int metric = __builtin_ctz(left);
    const double value = sample.value[static_cast<size_t>(metric)];
    // Written so that NaN fails it.
    if (!(value >= 0 && value <= kRules[static_cast<size_t>(metric)].largest))
      return MetricError(sample, metric, graph);
  }
  return absl::OkStatus();
}

absl::Status CheckSample(const TaskManagerSample& sample) {
  if (sample.task_manager.empty()) return NotAllowed("task_manager", "\"\"", "a name");
  return FirstError({CheckTime(sample.time_ms), CheckAmount("cpu_time_ns", sample.cpu_time_ns),
                     CheckAmount("gc_time_ms", sample.gc_time_ms), CheckAmount("gc_count", sample.gc_count),
                     CheckAmount("heap_used_bytes", sample.heap_used_bytes, kBytesLimit),
                     CheckAmount("heap_max_bytes", sample.heap_max_bytes, kBytesLimit),
                     CheckAmount("old_gen_after_gc_bytes", sample.old_gen_after_gc_bytes, kBytesLimit),
                     CheckAmount("slots", sample.slots)});
}

absl::Status CheckSample(const SourceSample& sample, const JobGraph& graph) {
  return FirstError({CheckTime(sample.time_ms), CheckVertexIndex(sample.vertex, graph),
                     CheckAmount("end_offset", sample.end_offset),
                     CheckAmount("committed_offset", sample.committed_offset)});
}

absl::Status CheckSample(const JobSample& sample) {
  return FirstError({CheckTime(sample.time_ms), CheckAmount("restarts", sample.restarts),
                     CheckAmount("completed_checkpoints", sample.completed_checkpoints),
                     CheckAmount("failed_checkpoints", sample.failed_checkpoints),
                     CheckAmount("last_checkpoint_ms", sample.last_checkpoint_ms)});
}

absl::Status CheckSample(const ParallelismSample& sample, const JobGraph& graph) {
  if (auto status = FirstError({CheckTime(sample.time_ms), CheckVertexIndex(sample.vertex, graph)}); !status.ok()) {
    return status;
  }
  const Vertex& vertex = graph.vertices[static_cast<size_t>(sample.vertex)];
  if (sample.parallelism >= 1 && sample.parallelism <= vertex.max_parallelism) return absl::OkStatus();
  return NotAllowed(absl::StrCat("operators[\"", vertex.id, "\"].parallelism"), absl::StrCat(sample.parallelism),
                    absl::StrCat("[1, ", vertex.max_parallelism, "]"));
}

}  // namespace tune
