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

// What a name says of a process: one of its metrics, or of one of its collectors, which are added up.
struct ProcessName {
  ProcessMetric metric = ProcessMetric::kCpuTimeNs;
  bool of_collector = false;  // metric: kGcTimeMs or kGcCount
  // of_collector: the metric that this collector's part belongs to as well (kYoungGc…, kFullGc…); nullopt: neither.
  std::optional<ProcessMetric> part;
};
// REST names say nothing of the role: both roles' lists have the same names.
std::optional<ProcessName> FindProcessName(std::string_view name);
// The role in a Prometheus name; a REST name: nullopt.
std::optional<ProcessRole> FindProcessRole(std::string_view name);
// A name in one byte, and back.
uint8_t CodeOf(const ProcessName& name);
ProcessName ProcessNameOf(uint8_t code);

// A gauge of the old generation that a job registers itself, in any operator: "enrich.jvmOldGenUsedAfterGc"; names end
// with jvmOldGenUsed, jvmOldGenUsedAfterGc or jvmOldGenUsedAfterFullGc. It is the JVM's in which the subtask runs.
std::optional<ProcessMetric> FindJobGauge(std::string_view name);

// A metric of a pod's main container as the kubelet (cAdvisor) and kube-state-metrics name it. `resource`: the label
// of kube_pod_container_resource_*, "cpu" or "memory".
std::optional<ProcessMetric> FindContainerMetric(std::string_view name, std::string_view resource);
// What the kubelet's value is multiplied by to be in the metric's unit: its CPU time is in seconds.
double ContainerScale(ProcessMetric metric);
// Flink's operator and its native integration name a TaskManager's pod JOB-taskmanager-1-1.
ProcessRole RoleOfPod(std::string_view pod);

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
