#include "libtune/ingest/check_sample.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr double kCounterLimit = 9.2e18;  // Flink's counters are 64-bit
constexpr double kBytesLimit = 1e18;      // an exabyte of heap
constexpr double kMostCores = 1e6;
constexpr double kLongestSeconds = 1e10;  // three centuries

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

struct ProcessRule {
  const char* name;
  double largest;
};

constexpr std::array<ProcessRule, kProcessMetricCount> kProcessRules = {{
    {"cpu_time_ns", kCounterLimit},
    {"gc_time_ms", kCounterLimit},
    {"gc_count", kCounterLimit},
    {"young_gc_time_ms", kCounterLimit},
    {"young_gc_count", kCounterLimit},
    {"full_gc_time_ms", kCounterLimit},
    {"full_gc_count", kCounterLimit},
    {"heap_used_bytes", kBytesLimit},
    {"heap_max_bytes", kBytesLimit},
    {"heap_committed_bytes", kBytesLimit},
    {"old_gen_used_bytes", kBytesLimit},
    {"old_gen_capacity_bytes", kBytesLimit},
    {"old_gen_after_gc_bytes", kBytesLimit},
    {"old_gen_after_full_gc_bytes", kBytesLimit},
    {"survivor_used_bytes", kBytesLimit},
    {"metaspace_used_bytes", kBytesLimit},
    {"metaspace_max_bytes", kBytesLimit},
    {"non_heap_committed_bytes", kBytesLimit},
    {"direct_used_bytes", kBytesLimit},
    {"mapped_used_bytes", kBytesLimit},
    {"managed_used_bytes", kBytesLimit},
    {"managed_total_bytes", kBytesLimit},
    {"network_used_bytes", kBytesLimit},
    {"network_total_bytes", kBytesLimit},
    {"slots", kCounterLimit},
    {"rss_bytes", kBytesLimit},
    {"working_set_bytes", kBytesLimit},
    {"file_cache_bytes", kBytesLimit},
    {"inactive_file_bytes", kBytesLimit},
    {"dirty_file_bytes", kBytesLimit},
    {"memory_limit_bytes", kBytesLimit},
    {"oom_kills", kCounterLimit},
    {"cpu_periods", kCounterLimit},
    {"cpu_throttled_periods", kCounterLimit},
    {"cpu_request_cores", kMostCores},
    {"cpu_limit_cores", kMostCores},
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

absl::Status CheckBytes(const std::string& field, const std::optional<Bytes>& bytes) {
  if (!bytes || (bytes->value() >= 0 && static_cast<double>(bytes->value()) <= kBytesLimit)) return absl::OkStatus();
  return NotAllowed(field, absl::StrCat(bytes->value()), absl::StrCat(">= 0 and at most ", kBytesLimit));
}

absl::Status CheckSpace(const std::string& space, const SpaceChange& change) {
  return FirstError({CheckBytes(space + ".before", change.before), CheckBytes(space + ".after", change.after),
                     CheckBytes(space + ".capacity", change.capacity)});
}

absl::Status MetricError(const TaskSample& sample, int metric, const JobGraph& graph) {
  const MetricRule& rule = kRules[static_cast<size_t>(metric)];
  return NotAllowed(absl::StrCat("operators[\"", graph.vertices[static_cast<size_t>(sample.vertex)].id, "\"].subtasks[",
                                 sample.subtask, "].", rule.name),
                    absl::StrCat(sample.value[static_cast<size_t>(metric)]), rule.allowed);
}

}  // namespace

const char* TaskMetricName(TaskMetric metric) { return kRules[static_cast<size_t>(metric)].name; }
const char* ProcessMetricName(ProcessMetric metric) { return kProcessRules[static_cast<size_t>(metric)].name; }

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

absl::Status CheckSample(const ProcessSample& sample) {
  if (sample.id.empty()) return NotAllowed("process id", "\"\"", "a name");
  if (auto status = CheckTime(sample.time_ms); !status.ok()) return status;
  if (sample.present >> kProcessMetricCount != 0) {
    return NotAllowed("present", absl::StrCat(sample.present), "known metrics");
  }
  for (uint64_t left = sample.present; left != 0; left &= left - 1) {
    const auto metric = static_cast<size_t>(__builtin_ctzll(left));
    const double value = sample.value[metric];
    const double largest = kProcessRules[metric].largest;
    if (value >= 0 && value <= largest) continue;
    return NotAllowed(absl::StrCat("processes[\"", sample.id, "\"].", kProcessRules[metric].name), absl::StrCat(value),
                      absl::StrCat(">= 0 and at most ", largest));
  }
  return absl::OkStatus();
}

absl::Status CheckSample(const CollectionSample& sample) {
  if (sample.id.empty()) return NotAllowed("process id", "\"\"", "a name");
  const Collection& c = sample.collection;
  if (!c.time_ms) return NotAllowed("time_ms", "absent", "when the collection ended");
  const auto seconds = [](const char* field, double value) { return CheckAmount(field, value, kLongestSeconds); };
  auto status = FirstError({CheckTime(*c.time_ms), seconds("uptime_s", c.uptime_s.value_or(0)),
                            seconds("pause_s", c.pause_s), seconds("concurrent_s", c.concurrent_s),
                            seconds("cpu_s", c.cpu_s), CheckBytes("marked_live", c.marked_live),
                            CheckAmount("number", static_cast<double>(c.number.value_or(0)))});
  if (!status.ok()) return status;
  return FirstError({CheckSpace("heap", c.heap), CheckSpace("young", c.young), CheckSpace("survivor", c.survivor),
                     CheckSpace("old", c.old), CheckSpace("humongous", c.humongous),
                     CheckSpace("metaspace", c.metaspace)});
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
