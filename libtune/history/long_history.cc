#include "libtune/history/long_history.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/ingest/check_sample.h"

namespace tune {
namespace {

bool IsOfVertex(const CsvSample& sample) {
  return sample.scope != CsvScope::kJob && sample.scope != CsvScope::kTaskManager;
}

}  // namespace

LongOutliner::LongOutliner(OutlineBuilder& builder, bool has_graph) : builder_(builder), has_graph_(has_graph) {
  for (const Vertex& vertex : builder.vertices()) known_.insert(vertex.id);
}

void LongOutliner::Add(const CsvSample& sample) {
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

void LongOutliner::AddTask(int index, const TaskSample& task) {
  builder_.SeeTaskSample();
  builder_.traffic().Add(index, task.subtask, CountersOf(task));
  int& subtasks = subtasks_.try_emplace(builder_.vertex(index).id, 1).first->second;
  subtasks = std::max(subtasks, task.subtask + 1);
  for (int metric = 0; metric < kTaskMetricCount; ++metric) {
    const TaskMetric one = static_cast<TaskMetric>(metric);
    if (task.Has(one)) builder_.SeeMetric(TaskMetricName(one));
  }
}

void LongOutliner::Finish() {
  for (Vertex& vertex : builder_.vertices()) {
    const auto seen = subtasks_.find(vertex.id);
    if (!has_graph_ && seen != subtasks_.end() && !told_.contains(vertex.id)) vertex.parallelism = seen->second;
  }
  if (left_out_ == 0) return;
  builder_.Warn(absl::StrCat(
      left_out_, " samples left out: their vertices are not in graph.json: ", absl::StrJoin(unknown_, ", ")));
}

absl::Status DeliverLong(CsvSample& sample, const std::unordered_map<std::string, int>& index, SampleSink& sink) {
  const auto found = index.find(sample.id);
  if (IsOfVertex(sample) && found == index.end()) return absl::OkStatus();
  return std::visit(
      [&](auto& one) {
        if constexpr (requires { one.vertex; }) one.vertex = found->second;
        return sink.Add(one);
      },
      sample.sample);
}

}  // namespace tune
