#include "libtune/history/long_history.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/graph_json.h"
#include "libtune/history/outline_builder.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

bool IsOfVertex(const CsvSample& sample) {
  return !sample.id.empty() && !std::holds_alternative<ProcessSample>(sample.sample);
}

// First pass over the samples.
class Outliner {
 public:
  // `has_graph`: the builder's vertices are those of a graph.json.
  Outliner(OutlineBuilder& builder, bool has_graph) : builder_(builder), has_graph_(has_graph) {
    for (const Vertex& vertex : builder.vertices()) known_.insert(vertex.id);
  }

  void Add(const CsvSample& sample) {
    any_ = true;
    std::visit([&](const auto& one) { builder_.SeeTime(one.time_ms); }, sample.sample);
    if (!IsOfVertex(sample)) return;
    if (has_graph_ && !known_.contains(sample.id)) {
      unknown_.insert(sample.id);
      ++left_out_;
      return;
    }
    const int index = builder_.VertexIndex(sample.id);
    if (const auto* task = std::get_if<TaskSample>(&sample.sample)) AddTask(index, *task);
    if (const auto* change = std::get_if<ParallelismSample>(&sample.sample)) {
      builder_.vertex(index).parallelism = change->parallelism;
      told_.insert(sample.id);
    }
  }

  void Finish() {
    for (Vertex& vertex : builder_.vertices()) {
      const auto seen = subtasks_.find(vertex.id);
      if (!has_graph_ && seen != subtasks_.end() && !told_.contains(vertex.id)) vertex.parallelism = seen->second;
    }
    if (left_out_ == 0) return;
    builder_.Warn(absl::StrCat(
        left_out_, " samples left out: their vertices are not in graph.json: ", absl::StrJoin(unknown_, ", ")));
  }

  bool any() const { return any_; }

 private:
  void AddTask(int index, const TaskSample& task) {
    builder_.SeeTaskSample();
    builder_.traffic().Add(index, task.subtask, CountersOf(task));
    int& subtasks = subtasks_.try_emplace(builder_.vertex(index).id, 1).first->second;
    subtasks = std::max(subtasks, task.subtask + 1);
    for (int metric = 0; metric < kTaskMetricCount; ++metric) {
      const TaskMetric one = static_cast<TaskMetric>(metric);
      if (task.Has(one)) builder_.SeeMetric(TaskMetricName(one));
    }
  }

  OutlineBuilder& builder_;
  bool has_graph_;
  bool any_ = false;
  std::set<std::string> known_, unknown_, told_;
  std::unordered_map<std::string, int> subtasks_;
  int64_t left_out_ = 0;
};

absl::Status AddGraph(const std::string& path, OutlineBuilder& builder) {
  absl::StatusOr<GraphAndFacts> file = ReadGraphJson(path);
  if (!file.ok()) return file.status();
  for (const Vertex& vertex : file->graph.vertices) builder.vertex(builder.VertexIndex(vertex.id)) = vertex;
  builder.graph().edges = std::move(file->graph.edges);
  builder.graph().inferred = file->graph.inferred;
  builder.facts() = std::move(file->facts);
  return absl::OkStatus();
}

absl::Status CheckJob(const std::optional<std::string>& job, OutlineBuilder& builder) {
  const std::string& name = builder.facts().job_name;
  if (!job || *job == name) return absl::OkStatus();
  if (!name.empty()) return NotAllowed("job", *job, name);
  builder.Warn(absl::StrCat("the history does not name its job: taken to be ", *job));
  builder.facts().job_name = *job;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HistoryOutline> OutlineLong(const LongFile& file, ForEachSample for_each) {
  OutlineBuilder builder;
  if (file.graph_json) {
    if (auto status = AddGraph(*file.graph_json, builder); !status.ok()) return status;
  }
  Outliner outliner(builder, file.graph_json.has_value());
  auto status = for_each([&](CsvSample& sample) {
    outliner.Add(sample);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (!outliner.any()) return absl::InvalidArgumentError(absl::StrCat(file.name, " has no rows; allowed: one or more"));
  if (auto job = CheckJob(file.job, builder); !job.ok()) return job;
  outliner.Finish();
  return builder.Finish(file.name);
}

absl::Status ReadLong(const JobGraph& graph, SampleSink& sink, ForEachSample for_each) {
  const auto index = IndexOfVertices(graph);
  return for_each([&](CsvSample& sample) {
    const auto found = index.find(sample.id);
    if (IsOfVertex(sample) && found == index.end()) return absl::OkStatus();
    return std::visit(
        [&](auto& one) {
          if constexpr (requires { one.vertex; }) one.vertex = found->second;
          return sink.Add(one);
        },
        sample.sample);
  });
}

}  // namespace tune
