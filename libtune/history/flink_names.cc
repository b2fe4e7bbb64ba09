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

constexpr Name<TaskManagerMetric> kTaskManagerNames[] = {
    {"Status.JVM.CPU.Time", TaskManagerMetric::kCpuTime},
    {"Status.JVM.GarbageCollector.All.Time", TaskManagerMetric::kGcTime},
    {"Status.JVM.GarbageCollector.All.Count", TaskManagerMetric::kGcCount},
    {"Status.JVM.Memory.Heap.Used", TaskManagerMetric::kHeapUsed},
    {"Status.JVM.Memory.Heap.Max", TaskManagerMetric::kHeapMax},
    {"Status.JVM.Memory.Heap.OldGenUsedAfterGc", TaskManagerMetric::kOldGenAfterGc},
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

std::optional<TaskManagerMetric> FindTaskManagerMetric(std::string_view name) {
  if (!CutScope(kTaskManagerScope, name)) return std::nullopt;
  if (auto found = Find(kTaskManagerNames, name)) return found;
  if (name.size() <= kCollectors.size() || !Same(kCollectors, name.substr(0, kCollectors.size()))) return std::nullopt;
  if (name.ends_with("Time") && Same(".", name.substr(name.size() - 5, 1))) return TaskManagerMetric::kCollectorTime;
  if (name.ends_with("Count") && Same(".", name.substr(name.size() - 6, 1))) return TaskManagerMetric::kCollectorCount;
  return std::nullopt;
}

std::optional<JobMetric> FindJobMetric(std::string_view name) {
  if (!CutScope(kJobScope, name)) return std::nullopt;
  return Find(kJobNames, name);
}

}  // namespace tune
