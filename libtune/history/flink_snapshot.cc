#include "libtune/history/flink_snapshot.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/history/flink_json.h"
#include "libtune/history/numbers.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// Cuts "12." off "12.numRecordsIn"; -1: it does not start with an index.
int CutSubtask(std::string_view& id) {
  const size_t dot = id.find('.');
  if (dot > 5) return -1;  // none at all, too
  const std::optional<int64_t> index = ParseInteger(id.substr(0, dot));
  if (!index || *index < 0 || *index >= kMaxParallelism) return -1;
  id.remove_prefix(dot + 1);
  return static_cast<int>(*index);
}

SnapshotSubtask& SubtaskAt(int index, SnapshotVertex& vertex) {
  auto& list = vertex.subtasks;
  const auto place = std::lower_bound(list.begin(), list.end(), index, [](const SnapshotSubtask& one, int wanted) {
    return one.sample.subtask < wanted;
  });
  if (place != list.end() && place->sample.subtask == index) return *place;
  SnapshotSubtask subtask;
  subtask.sample.subtask = index;
  return *list.insert(place, subtask);
}

std::optional<double> TrafficCounter(object io, std::string_view key) {
  const std::optional<element> value = Field(io, key);
  const std::optional<element> complete = Field(io, std::string(key) + "-complete");
  bool is_complete = true;
  if (complete && !complete->get_bool().get(is_complete) && !is_complete) return std::nullopt;
  const std::optional<double> number = value ? NumberOf(*value) : std::nullopt;
  return number && std::isfinite(*number) && *number >= 0 ? number : std::nullopt;
}

// Checkpoint counts beat the metrics of the same meaning: they are not a fetch interval old.
absl::Status ParseCheckpoints(object root, JobSample& job) {
  std::optional<object> checkpoints, counts, latest;
  if (auto status = FindObject(root, "", "checkpoints", checkpoints); !status.ok()) return status;
  if (!checkpoints) return absl::OkStatus();
  if (auto status = FindObject(*checkpoints, "checkpoints.", "counts", counts); !status.ok()) return status;
  if (auto status = FindObject(*checkpoints, "checkpoints.", "latest", latest); !status.ok()) return status;
  if (counts) {
    if (const auto completed = AmountField(*counts, "completed")) job.completed_checkpoints = completed;
    if (const auto failed = AmountField(*counts, "failed")) job.failed_checkpoints = failed;
  }
  if (latest) {
    if (const auto duration = AmountField(*latest, "end_to_end_duration")) job.last_checkpoint_ms = duration;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HasResourceRequirements(object root) {
  std::optional<object> requirements;
  if (auto status = FindObject(root, "", "resource_requirements", requirements); !status.ok()) return status;
  if (!requirements) return false;
  for (const auto entry : *requirements) {
    object fields, bounds;
    if (!entry.value.get_object().get(fields) && !fields.at_key("parallelism").get(bounds) &&
        Field(bounds, "upperBound")) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<Snapshot> SnapshotParser::Parse(std::string_view line) {
  const absl::StatusOr<element> document = json_.Parse(line);
  if (!document.ok()) return document.status();
  object root;
  if (document->get_object().get(root)) return WrongField("line", *document, "a JSON object");
  Snapshot snapshot;
  const absl::StatusOr<std::optional<int64_t>> time = IntegerField(root, "", "t", 0, kLargestTimeMs);
  if (!time.ok()) return time.status();
  if (!*time) return NotAllowed("t", "missing", kTimeMsAllowed);
  if (!IsTimeMs(**time)) return NotAllowed("t", absl::StrCat(**time), kTimeMsAllowed);
  snapshot.time_ms = snapshot.job.time_ms = **time;
  job_gauges_ = {};

  for (const auto part : {&SnapshotParser::ParseVertices, &SnapshotParser::ParseJob, &SnapshotParser::ParseJobMetrics,
                          &SnapshotParser::ParseTaskManagers, &SnapshotParser::ParseJobManager}) {
    if (auto status = (this->*part)(root, snapshot); !status.ok()) return status;
  }
  if (auto status = ParseCheckpoints(root, snapshot.job); !status.ok()) return status;
  std::optional<object> overview;
  if (auto status = FindObject(root, "", "overview", overview); !status.ok()) return status;
  if (overview) snapshot.flink_version = TextField(*overview, "flink-version").value_or("");
  const absl::StatusOr<bool> bounds = HasResourceRequirements(root);
  if (!bounds.ok()) return bounds.status();
  snapshot.has_resource_requirements = *bounds;
  return snapshot;
}

bool SnapshotParser::See(std::string_view name) const {
  if (IsGroundTruth(name)) return false;
  if (see_name_) see_name_(name);
  return true;
}

// After the vertices: a job of which a task does not run is not running.
absl::Status SnapshotParser::ParseJob(object root, Snapshot& snapshot) {
  std::optional<object> job;
  if (auto status = FindObject(root, "", "job", job); !status.ok()) return status;
  if (!job) return absl::OkStatus();
  snapshot.job_id = TextField(*job, "jid").value_or("");
  snapshot.job_name = TextField(*job, "name").value_or("");
  const std::string state = TextField(*job, "state").value_or("");
  snapshot.deployed = state == "RUNNING";
  const bool all_run = std::all_of(snapshot.vertices.begin(), snapshot.vertices.end(),
                                   [](const SnapshotVertex& vertex) { return vertex.IsRunning(); });
  if (!state.empty()) {
    snapshot.job.state = snapshot.deployed && all_run ? JobState::kRunning : JobState::kNotRunning;
  }
  const std::optional<element> plan = Field(*job, "plan");
  if (!plan || IsMissing(*plan)) return absl::OkStatus();
  absl::StatusOr<std::vector<PlanNode>> nodes = ParsePlan(*plan);
  if (!nodes.ok()) return absl::InvalidArgumentError(absl::StrCat("job.plan: ", std::string(nodes.status().message())));
  snapshot.plan = *std::move(nodes);
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseVertices(object root, Snapshot& snapshot) {
  std::optional<object> vertices;
  if (auto status = FindObject(root, "", "vertices", vertices); !status.ok()) return status;
  if (!vertices) return absl::OkStatus();
  std::set<std::string_view> ids;
  for (const auto entry : *vertices) {
    SnapshotVertex vertex;
    vertex.id = std::string(entry.key);
    if (vertex.id.empty()) return NotAllowed("vertices", "\"\"", "ids that are not empty");
    if (!ids.insert(entry.key).second) return NotAllowed("vertices", vertex.id, "each id once");
    if (IsMissing(entry.value)) continue;
    const std::string path = absl::StrCat("vertices[\"", vertex.id, "\"].");
    if (auto status = ParseVertex(entry.value, path, vertex); !status.ok()) return status;
    snapshot.vertices.push_back(std::move(vertex));
  }
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseVertex(element value, const std::string& path, SnapshotVertex& vertex) {
  object fields;
  if (value.get_object().get(fields)) return WrongField(path, value, "an object");
  vertex.name = TextField(fields, "name").value_or("");
  vertex.status = TextField(fields, "status").value_or("");
  const auto parallelism = IntegerField(fields, path, "parallelism", -1, kMaxParallelism);
  if (!parallelism.ok()) return parallelism.status();
  const auto most = IntegerField(fields, path, "maxParallelism", -1, kMaxParallelism);
  if (!most.ok()) return most.status();
  if (parallelism->value_or(-1) > 0) vertex.parallelism = static_cast<int>(**parallelism);
  if (most->value_or(-1) > 0) vertex.max_parallelism = static_cast<int>(**most);
  if (vertex.parallelism && vertex.max_parallelism && *vertex.parallelism > *vertex.max_parallelism) {
    return NotAllowed(path + "parallelism", absl::StrCat(*vertex.parallelism),
                      absl::StrCat("at most maxParallelism, ", *vertex.max_parallelism));
  }
  std::optional<object> io;
  if (auto status = FindObject(fields, path, "io", io); !status.ok()) return status;
  if (io) {
    vertex.traffic = {TrafficCounter(*io, "read-records"), TrafficCounter(*io, "write-records"),
                      TrafficCounter(*io, "read-bytes"), TrafficCounter(*io, "write-bytes")};
  }
  return ParseSubtasks(fields, path, vertex);
}

absl::Status SnapshotParser::ParseSubtasks(object fields, const std::string& path, SnapshotVertex& vertex) {
  summed_.clear();
  auto status =
      ForEachMetric(fields, path, "subtasks", [&](std::string_view id, element value, const std::string& where) {
        return TakeSubtaskValue(id, value, where, vertex);
      });
  if (!status.ok()) return status;
  std::erase_if(vertex.subtasks, [&](const SnapshotSubtask& subtask) {
    const bool beyond = vertex.parallelism && subtask.sample.subtask >= *vertex.parallelism;
    if (beyond) ++beyond_parallelism_;
    return beyond || subtask.sample.present == 0;
  });
  return absl::OkStatus();
}

absl::Status SnapshotParser::TakeSubtaskValue(std::string_view id, element value, const std::string& path,
                                              SnapshotVertex& vertex) {
  std::string_view name = id;
  const int index = CutSubtask(name);
  if (index < 0 || !See(name)) return absl::OkStatus();
  const bool is_read = IsSourceRead(name, "");
  const std::optional<TaskMetric> metric = FindTaskMetric(name);
  const std::optional<ProcessMetric> gauge = FindJobGauge(name);
  if (!metric && !is_read && !gauge) return absl::OkStatus();
  const absl::StatusOr<double> number = MetricNumber(id, value, path);
  if (!number.ok()) return number.status();
  if (gauge) {
    const bool runs = vertex.HasTasks() && index < vertex.parallelism.value_or(kMaxParallelism);
    if (runs) job_gauges_.AddOfJob(*gauge, *number, counts_);
    return absl::OkStatus();
  }
  const bool is_pending = metric == TaskMetric::kPendingRecords;
  vertex.has_pending_records |= is_pending;
  // A list that was put together of several answers may say a thing twice.
  if ((is_pending || is_read) && !summed_.insert(id).second) return absl::OkStatus();
  SnapshotSubtask& subtask = SubtaskAt(index, vertex);
  if (is_read) {
    AddSourceRead(*number, subtask.source_reads);
  } else {
    TakeTaskValue(*metric, *number, subtask.sample, counts_);
  }
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseJobMetrics(object root, Snapshot& snapshot) {
  const JobState state = snapshot.job.state;
  auto status = ForEachMetric(root, "", "job_metrics",
                              [&](std::string_view id, element value, const std::string& path) -> absl::Status {
                                if (!See(id)) return absl::OkStatus();
                                const std::optional<JobMetric> metric = FindJobMetric(id);
                                if (!metric) return absl::OkStatus();
                                const absl::StatusOr<double> number = MetricNumber(id, value, path);
                                if (number.ok()) TakeJobValue(*metric, *number, snapshot.job);
                                return number.status();
                              });
  // The job's own answer is newer than its metrics.
  if (state != JobState::kUnknown) snapshot.job.state = state;
  return status;
}

}  // namespace tune
