#include "libtune/history/flink_names.h"

#include <cctype>
#include <cstddef>

namespace tune {
namespace {

template <typename Metric>
struct Name {
  std::string_view rest;
  Metric metric;
};

// In REST spelling; Prometheus has '_' for every other character.
constexpr Name<TaskMetric> kTaskNames[] = {
    {"numRecordsIn", TaskMetric::kRecordsIn},
    {"numRecordsOut", TaskMetric::kRecordsOut},
    {"accumulateBusyTimeMs", TaskMetric::kBusyMs},
    {"accumulateIdleTimeMs", TaskMetric::kIdleMs},
    {"accumulateBackPressuredTimeMs", TaskMetric::kBackPressuredMs},
    {"numBytesIn", TaskMetric::kBytesIn},
    {"numBytesOut", TaskMetric::kBytesOut},
    {"taskThreadCpuNanos", TaskMetric::kCpuNanos},
    {"busyTimeMsPerSecond", TaskMetric::kBusyRate},
    {"backPressuredTimeMsPerSecond", TaskMetric::kBackPressuredRate},
    {"numRecordsInPerSecond", TaskMetric::kRecordsInRate},
    {"numRecordsOutPerSecond", TaskMetric::kRecordsOutRate},
    {"buffers.inPoolUsage", TaskMetric::kInPoolUsage},
    {"buffers.outPoolUsage", TaskMetric::kOutPoolUsage},
};
constexpr std::string_view kPendingRecords = "pendingRecords";
constexpr std::string_view kOperatorRecordsIn = ".numRecordsIn";
constexpr std::string_view kSourceOperator = "Source__";            // REST: '_' for ':', ' ' and '.'
constexpr std::string_view kPrometheusSourceOperator = "Source:_";  // keeps the ':'

constexpr Name<ProcessMetric> kProcessNames[] = {
    {"Status.JVM.CPU.Time", ProcessMetric::kCpuTimeNs},
    {"Status.JVM.GarbageCollector.All.Time", ProcessMetric::kGcTimeMs},
    {"Status.JVM.GarbageCollector.All.Count", ProcessMetric::kGcCount},
    {"Status.JVM.Memory.Heap.Used", ProcessMetric::kHeapUsed},
    {"Status.JVM.Memory.Heap.Max", ProcessMetric::kHeapMax},
    {"Status.JVM.Memory.Heap.Committed", ProcessMetric::kHeapCommitted},
    // Stock Flink has none of the old generation; a metrics plugin may add them.
    {"Status.JVM.Memory.Heap.OldGenUsed", ProcessMetric::kOldGenUsed},
    {"Status.JVM.Memory.Heap.OldGenUsedAfterGc", ProcessMetric::kOldGenAfterGc},
    {"Status.JVM.Memory.Heap.OldGenUsedAfterFullGc", ProcessMetric::kOldGenAfterFullGc},
    {"Status.JVM.Memory.Metaspace.Used", ProcessMetric::kMetaspaceUsed},
    {"Status.JVM.Memory.Metaspace.Max", ProcessMetric::kMetaspaceMax},
    {"Status.JVM.Memory.NonHeap.Committed", ProcessMetric::kNonHeapCommitted},
    {"Status.JVM.Memory.Direct.MemoryUsed", ProcessMetric::kDirectUsed},
    {"Status.JVM.Memory.Mapped.MemoryUsed", ProcessMetric::kMappedUsed},
    {"Status.Flink.Memory.Managed.Used", ProcessMetric::kManagedUsed},
    {"Status.Flink.Memory.Managed.Total", ProcessMetric::kManagedTotal},
    {"Status.Shuffle.Netty.UsedMemory", ProcessMetric::kNetworkUsed},
    {"Status.Shuffle.Netty.TotalMemory", ProcessMetric::kNetworkTotal},
};

constexpr Name<ProcessMetric> kJobGauges[] = {
    {"jvmOldGenUsed", ProcessMetric::kOldGenUsed},
    {"jvmOldGenUsedAfterGc", ProcessMetric::kOldGenAfterGc},
    {"jvmOldGenUsedAfterFullGc", ProcessMetric::kOldGenAfterFullGc},
};

// Which collections a collector's bean counts. CMS, Shenandoah, ZGC and G1's concurrent bean count cycles or their
// pauses: neither.
struct CollectorName {
  std::string_view rest;
  bool full;
};
constexpr CollectorName kCollectorNames[] = {
    {"Copy", false},   {"MarkSweepCompact", true},     {"PS_Scavenge", false},      {"PS_MarkSweep", true},
    {"ParNew", false}, {"G1_Young_Generation", false}, {"G1_Old_Generation", true},
};
constexpr std::string_view kCollectors = "Status.JVM.GarbageCollector.";

constexpr Name<JobMetric> kJobNames[] = {
    {"numRestarts", JobMetric::kRestarts},
    {"numberOfCompletedCheckpoints", JobMetric::kCompletedCheckpoints},
    {"numberOfFailedCheckpoints", JobMetric::kFailedCheckpoints},
    {"lastCheckpointDuration", JobMetric::kLastCheckpointMs},
    {"runningTime", JobMetric::kRunningTime},
    {"uptime", JobMetric::kUptime},
};

constexpr std::string_view kPrometheus = "flink_";
constexpr std::string_view kTaskScope = "flink_taskmanager_job_task_";
constexpr std::string_view kOperatorScope = "flink_taskmanager_job_task_operator_";
constexpr std::string_view kTaskManagerScope = "flink_taskmanager_";
constexpr std::string_view kJobManagerScope = "flink_jobmanager_";
constexpr std::string_view kJobScope = "flink_jobmanager_job_";

// Cuts `scope` off a Prometheus name; a REST name stays. False: a Prometheus name of another scope.
bool CutScope(std::string_view scope, std::string_view& name) {
  if (!name.starts_with(kPrometheus)) return true;
  if (!name.starts_with(scope)) return false;
  name.remove_prefix(scope.size());
  return true;
}

bool Same(std::string_view rest, std::string_view name) {
  if (rest.size() != name.size()) return false;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != name[i] && !(rest[i] == '.' && name[i] == '_')) return false;
  }
  return true;
}

template <typename Metric, size_t size>
std::optional<Metric> Find(const Name<Metric> (&names)[size], std::string_view name) {
  for (const Name<Metric>& candidate : names) {
    if (Same(candidate.rest, name)) return candidate.metric;
  }
  return std::nullopt;
}

}  // namespace

bool IsGroundTruth(std::string_view name) {
  return name.starts_with("gt_") || name.find(".gt_") != std::string_view::npos ||
         (name.starts_with(kPrometheus) && name.find("_gt_") != std::string_view::npos);
}

std::string AsPrometheusLabel(std::string name) {
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != ':') c = '_';
  }
  return name;
}

std::optional<TaskMetric> FindTaskMetric(std::string_view name) {
  if (IsGroundTruth(name)) return std::nullopt;
  std::string_view of_operator = name;
  if (name.starts_with(kPrometheus)) {
    if (CutScope(kOperatorScope, of_operator)) {
      return of_operator == kPendingRecords ? std::optional(TaskMetric::kPendingRecords) : std::nullopt;
    }
  } else if (name.ends_with(kPendingRecords)) {
    const size_t prefix = name.size() - kPendingRecords.size();
    if (prefix > 1 && name[prefix - 1] == '.') return TaskMetric::kPendingRecords;
  }
  if (!CutScope(kTaskScope, name)) return std::nullopt;
  return Find(kTaskNames, name);
}

bool IsSourceRead(std::string_view name, std::string_view operator_name) {
  if (name.starts_with(kPrometheus)) {
    return CutScope(kOperatorScope, name) && name == kOperatorRecordsIn.substr(1) &&
           operator_name.starts_with(kPrometheusSourceOperator);
  }
  // Another dot would be a group of the operator's own, which may count anything.
  return name.starts_with(kSourceOperator) && name.ends_with(kOperatorRecordsIn) &&
         name.find('.') == name.size() - kOperatorRecordsIn.size();
}

std::optional<ProcessRole> FindProcessRole(std::string_view name) {
  if (name.starts_with(kTaskManagerScope)) return ProcessRole::kTaskManager;
  if (name.starts_with(kJobManagerScope)) return ProcessRole::kJobManager;
  return std::nullopt;
}

std::optional<ProcessName> FindProcessName(std::string_view name) {
  const std::optional<ProcessRole> role = FindProcessRole(name);
  if (name.starts_with(kPrometheus) && !role) return std::nullopt;
  CutScope(role == ProcessRole::kJobManager ? kJobManagerScope : kTaskManagerScope, name);
  if (auto found = Find(kProcessNames, name)) return ProcessName{*found, false, std::nullopt};
  if (name.size() <= kCollectors.size() || !Same(kCollectors, name.substr(0, kCollectors.size()))) return std::nullopt;
  name.remove_prefix(kCollectors.size());
  const bool is_time = name.ends_with("Time");
  if (!is_time && !name.ends_with("Count")) return std::nullopt;
  name.remove_suffix(is_time ? 4 : 5);
  if (name.size() < 2 || !Same(".", name.substr(name.size() - 1))) return std::nullopt;
  name.remove_suffix(1);
  ProcessName found{is_time ? ProcessMetric::kGcTimeMs : ProcessMetric::kGcCount, true, std::nullopt};
  for (const CollectorName& known : kCollectorNames) {
    if (!Same(known.rest, name)) continue;
    found.part = known.full ? (is_time ? ProcessMetric::kFullGcTimeMs : ProcessMetric::kFullGcCount)
                            : (is_time ? ProcessMetric::kYoungGcTimeMs : ProcessMetric::kYoungGcCount);
  }
  return found;
}

std::optional<ProcessMetric> FindJobGauge(std::string_view name) {
  const bool is_prometheus = name.starts_with(kPrometheus);
  if (is_prometheus && !name.starts_with(kOperatorScope)) return std::nullopt;
  const size_t end = name.rfind(is_prometheus ? '_' : '.');  // of the operator, or of a group of its own
  if (end == std::string_view::npos) return std::nullopt;
  const auto gauge = Find(kJobGauges, name.substr(end + 1));
  return gauge && !IsGroundTruth(name) ? gauge : std::nullopt;
}

namespace {
// Codes of collectors follow those of the metrics: time and count, each of no part, young and full.
constexpr std::optional<ProcessMetric> kParts[2][3] = {
    {std::nullopt, ProcessMetric::kYoungGcTimeMs, ProcessMetric::kFullGcTimeMs},
    {std::nullopt, ProcessMetric::kYoungGcCount, ProcessMetric::kFullGcCount}};
}  // namespace

uint8_t CodeOf(const ProcessName& name) {
  if (!name.of_collector) return static_cast<uint8_t>(name.metric);
  const int is_count = name.metric == ProcessMetric::kGcCount ? 1 : 0;
  int part = 0;
  while (kParts[is_count][part] != name.part) ++part;
  return static_cast<uint8_t>(kProcessMetricCount + 3 * is_count + part);
}

ProcessName ProcessNameOf(uint8_t code) {
  if (code < kProcessMetricCount) return {static_cast<ProcessMetric>(code), false, std::nullopt};
  const int is_count = (code - kProcessMetricCount) / 3, part = (code - kProcessMetricCount) % 3;
  return {is_count == 1 ? ProcessMetric::kGcCount : ProcessMetric::kGcTimeMs, true, kParts[is_count][part]};
}

std::optional<ProcessMetric> FindContainerMetric(std::string_view name, std::string_view resource) {
  struct Row {
    std::string_view name, resource;
    ProcessMetric metric;
  };
  constexpr Row kRows[] = {
      {"container_cpu_usage_seconds_total", "", ProcessMetric::kCpuTimeNs},
      {"container_memory_rss", "", ProcessMetric::kRss},
      {"container_memory_working_set_bytes", "", ProcessMetric::kWorkingSet},
      {"container_memory_cache", "", ProcessMetric::kFileCache},
      {"container_memory_total_inactive_file_bytes", "", ProcessMetric::kInactiveFile},
      {"container_memory_file_dirty", "", ProcessMetric::kDirtyFile},
      {"container_spec_memory_limit_bytes", "", ProcessMetric::kMemoryLimit},
      {"container_oom_events_total", "", ProcessMetric::kOomKills},
      {"container_cpu_cfs_periods_total", "", ProcessMetric::kCpuPeriods},
      {"container_cpu_cfs_throttled_periods_total", "", ProcessMetric::kCpuThrottledPeriods},
      {"kube_pod_container_resource_limits", "memory", ProcessMetric::kMemoryLimit},
      {"kube_pod_container_resource_limits", "cpu", ProcessMetric::kCpuLimitCores},
      {"kube_pod_container_resource_requests", "cpu", ProcessMetric::kCpuRequestCores},
  };
  for (const Row& row : kRows) {
    if (row.name == name && row.resource == resource) return row.metric;
  }
  return std::nullopt;
}

double ContainerScale(ProcessMetric metric) { return metric == ProcessMetric::kCpuTimeNs ? 1e9 : 1; }

ProcessRole RoleOfPod(std::string_view pod) {
  return pod.find("taskmanager") != std::string_view::npos ? ProcessRole::kTaskManager : ProcessRole::kJobManager;
}

std::optional<JobMetric> FindJobMetric(std::string_view name) {
  if (!CutScope(kJobScope, name)) return std::nullopt;
  return Find(kJobNames, name);
}

}  // namespace tune
