// One line of rest.jsonl: what Flink's REST API said at one instant.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/flink_plan.h"
#include "libtune/history/flink_values.h"
#include "libtune/history/json.h"
#include "libtune/history/traffic.h"
#include "tune/job_graph.h"
#include "tune/sample.h"

namespace tune {

struct SnapshotSubtask {
  TaskSample sample{};                 // without the vertex's index; not empty
  std::optional<double> source_reads;  // records that its source operators have read; nullopt: it has none
};

struct SnapshotVertex {
  std::string id;
  std::string name;
  std::optional<int> parallelism;  // nullopt: none yet (the adaptive scheduler waits)
  std::optional<int> max_parallelism;
  std::string status;                     // of its tasks as a whole, "RUNNING"; empty: not said
  std::vector<SnapshotSubtask> subtasks;  // by index
  TrafficCounters traffic;                // of all subtasks; absent where Flink had not heard from all of them
  bool has_pending_records = false;

  bool IsRunning() const { return status.empty() || status == "RUNNING" || status == "FINISHED"; }
  // False: its tasks do not exist yet, and its metrics are an earlier attempt's.
  bool HasTasks() const { return status != "CREATED" && status != "SCHEDULED" && status != "DEPLOYING"; }
};

struct Snapshot {
  int64_t time_ms = 0;
  std::string job_id, job_name;          // empty: not said
  JobSample job;                         // kRunning: the job and all its tasks
  bool deployed = false;                 // the job is RUNNING: vertices are as they run, upstream first
  std::vector<SnapshotVertex> vertices;  // as listed
  std::vector<ProcessSample> processes;
  std::string flink_version;               // empty: not said
  bool has_resource_requirements = false;  // bounds per vertex were answered
  std::vector<PlanNode> plan;              // empty: not said
};

// Keeps buffers between lines, and counts.
class SnapshotParser {
 public:
  // Called with every metric name, without subtask index, but for ground truth.
  using SeeName = std::function<void(std::string_view name)>;
  explicit SnapshotParser(SeeName see_name = nullptr) : see_name_(std::move(see_name)) {}

  // kInvalidArgument names the field, "vertices[\"a1\"].parallelism". {"error": …}, null and empty lists are
  // data that is missing, not errors.
  absl::StatusOr<Snapshot> Parse(std::string_view line);

  const ValueCounts& counts() const { return counts_; }
  // Subtasks left out because their vertex does not have that many.
  int64_t beyond_parallelism() const { return beyond_parallelism_; }

 private:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;

  absl::Status ParseJob(Object root, Snapshot& snapshot);
  absl::Status ParseVertices(Object root, Snapshot& snapshot);
  absl::Status ParseVertex(Element value, const std::string& path, SnapshotVertex& vertex);
  absl::Status ParseSubtasks(Object fields, const std::string& path, SnapshotVertex& vertex);
  absl::Status TakeSubtaskValue(std::string_view id, Element value, const std::string& path, SnapshotVertex& vertex);
  absl::Status ParseJobMetrics(Object root, Snapshot& snapshot);
  absl::Status ParseTaskManagers(Object root, Snapshot& snapshot);
  absl::Status ParseTaskManager(Element value, const std::string& path, ProcessSample& sample);
  absl::Status ParseJobManager(Object root, Snapshot& snapshot);
  absl::Status ParseJvm(Object fields, const std::string& path, const char* list, ProcessSample& sample);

  // True: `name` may be read.
  bool See(std::string_view name) const;

  SeeName see_name_;
  JsonParser json_;
  ValueCounts counts_;
  int64_t beyond_parallelism_ = 0;
  JvmValues job_gauges_;               // of a line, of whatever TaskManager its subtasks are on
  std::set<std::string_view> summed_;  // of a vertex, the ids of the answers that were added up
};

}  // namespace tune
