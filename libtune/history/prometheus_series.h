// What a Prometheus series is about, told from its labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/json.h"
#include "tune/sample.h"

namespace tune {

enum class SubjectKind : uint8_t { kJob, kSource, kTaskManager, kJobManager, kTask };
enum class SourceMetric : uint8_t { kEndOffset, kCommittedOffset };

// What a source operator has read, among the TaskMetrics.
constexpr uint8_t kSourceRead = kTaskMetricCount;

// Added to the ProcessMetric of a series that a container, not Flink, reports; or a gauge of the job's own.
constexpr uint8_t kOfContainer = 128;
constexpr uint8_t kOfJob = 64;

struct SeriesLabels {
  std::string name;  // __name__
  std::string job_id, job_name;
  std::string task_id, task_name, subtask_index, task_attempt_num, tm_id, operator_id;
  std::string instance, host;
  std::string operator_name;
  std::string topic, partition, consumergroup;
  std::string pod, container, resource;
};

// The labels of a "metric" object. kInvalidArgument: no object of texts.
absl::StatusOr<SeriesLabels> ParseSeriesLabels(std::string_view metric, JsonParser& parser);

struct SeriesMeaning {
  SubjectKind kind = SubjectKind::kTask;
  uint8_t metric = 0;     // TaskMetric or kSourceRead, CodeOf(ProcessName), JobMetric, SourceMetric
  std::string id;         // of the vertex or TaskManager; of a source its vertex, empty for that of a log
  int32_t subtask = 0;    // kTask: TaskSample::kWholeVertex without the label
  std::string slot;       // series of one subject and slot tell the same thing, one after the other
  int64_t attempt = 0;    // of the task
  bool additive = false;  // a subject's slots of this metric are parts of a sum
};

// nullopt: a series that libtune does not read. kInvalidArgument: one that it would, with a wrong label.
absl::StatusOr<std::optional<SeriesMeaning>> Understand(const SeriesLabels& labels);

}  // namespace tune
