// Flink's metric names -> what libtune keeps of them.
//
// Both forms are known: REST ("numRecordsIn", "Source__orders.pendingRecords", "Status.JVM.CPU.Time") and Prometheus
// ("flink_taskmanager_job_task_numRecordsIn", "flink_taskmanager_job_task_operator_pendingRecords",
// "flink_taskmanager_Status_JVM_CPU_Time"). A name that starts with "flink_" is taken as the second.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tune/sample.h"

namespace tune {

// Ground truth that a test job exports to check libtune against ("gt_serviceNanos"): never read, in any scope.
bool IsGroundTruth(std::string_view name);

// A name as Flink's Prometheus reporter writes it into a label: '_' for all but letters, digits, '_' and ':'.
std::string AsPrometheusLabel(std::string name);

// A metric of a subtask, or an operator's pendingRecords; several operators' are added up. Other operator metrics,
// "enrich.numRecordsIn", are not the subtask's: nullopt.
std::optional<TaskMetric> FindTaskMetric(std::string_view name);

// The records a source operator has read: "Source__orders.numRecordsIn"; in Prometheus, where one name is of all
// operators, the label operator_name tells, "Source:_orders" (empty for a REST name).
bool IsSourceRead(std::string_view name, std::string_view operator_name);

enum class TaskManagerMetric {
  kCpuTime,
  kGcTime,  // of all collectors
  kGcCount,
  kCollectorTime,  // of one collector
  kCollectorCount,
  kHeapUsed,
  kHeapMax,
  kOldGenAfterGc,  // stock Flink has none; a metrics plugin may add it to Status.JVM.Memory.Heap
};
std::optional<TaskManagerMetric> FindTaskManagerMetric(std::string_view name);

enum class JobMetric {
  kRestarts,
  kCompletedCheckpoints,
  kFailedCheckpoints,
  kLastCheckpointMs,
  kRunningTime,  // ms since the job is RUNNING, 0 in other states
  kUptime,       // the same in older versions; -1 once the job is done
};
std::optional<JobMetric> FindJobMetric(std::string_view name);

}  // namespace tune
