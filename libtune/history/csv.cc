#include "libtune/history/csv.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/csv_row.h"
#include "libtune/history/graph_json.h"
#include "libtune/history/lines.h"
#include "libtune/history/outline_builder.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// Calls `use` with every sample.
template <typename Use>
absl::Status ForEachSample(LineReader& lines, Use use) {
  const absl::StatusOr<bool> any = lines.Next();
  if (!any.ok()) return any.status();
  if (!*any || lines.line() != kCsvHeader) {
    const std::string header = *any ? std::string(lines.line().substr(0, 200)) : "";
    return lines.Error(NotAllowedText("header", absl::StrCat("\"", header, "\""), std::string(kCsvHeader)));
  }
  CsvGrouper grouper;
  CsvRow row;
  for (;;) {
    const absl::StatusOr<bool> more = lines.Next();
    if (!more.ok()) return more.status();
    if (!*more) break;
    if (lines.line().empty()) continue;
    if (auto status = ParseCsvRow(lines.line(), row); !status.ok()) return lines.Annotate(status);
    const absl::StatusOr<bool> ended = grouper.Add(row);
    if (!ended.ok()) return lines.Annotate(ended.status());
    if (!*ended) continue;
    if (auto status = use(grouper.finished()); !status.ok()) return lines.Annotate(status);
  }
  return grouper.End() ? lines.Annotate(use(grouper.finished())) : absl::OkStatus();
}

// First pass.
class Outliner {
 public:
  Outliner(OutlineBuilder& builder, bool has_graph) : builder_(builder), has_graph_(has_graph) {
    for (const Vertex& vertex : builder.vertices()) known_.insert(vertex.id);
  }

  absl::Status Add(CsvSample& sample) {
    std::visit([&](const auto& one) { builder_.SeeTime(one.time_ms); }, sample.sample);
    if (sample.scope == CsvScope::kJob || sample.scope == CsvScope::kTaskManager) return absl::OkStatus();
    if (has_graph_ && !known_.contains(sample.id)) {
      unknown_.insert(sample.id);
      ++left_out_;
      return absl::OkStatus();
    }
    const int index = builder_.VertexIndex(sample.id);
    if (const auto* task = std::get_if<TaskSample>(&sample.sample)) AddTask(index, *task);
    if (const auto* change = std::get_if<ParallelismSample>(&sample.sample)) {
      builder_.vertex(index).parallelism = change->parallelism;
      told_.insert(sample.id);
    }
    return absl::OkStatus();
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

 private:
  void AddTask(int index, const TaskSample& task) {
    builder_.SeeTaskSample();
    builder_.traffic().Add(index, task.subtask, CountersOf(task));
    int& subtasks = subtasks_.try_emplace(builder_.vertex(index).id, 1).first->second;
    subtasks = std::max(subtasks, task.subtask + 1);
    for (int metric = 0; metric < kTaskMetricCount; ++metric) {
      if (task.Has(static_cast<TaskMetric>(metric))) {
        builder_.SeeMetric(TaskMetricName(static_cast<TaskMetric>(metric)));
      }
    }
  }

  OutlineBuilder& builder_;
  bool has_graph_;
  std::set<std::string> known_, unknown_, told_;
  std::unordered_map<std::string, int> subtasks_;
  int64_t left_out_ = 0;
};

class CsvReader : public HistoryReader {
 public:
  CsvReader(ByteSource source, std::optional<std::string> graph_json, const HistoryOptions& options)
      : source_(std::move(source)), graph_json_(std::move(graph_json)), job_(options.job) {}

  std::string format() const override { return "csv"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    OutlineBuilder builder;
    if (graph_json_) {
      absl::StatusOr<GraphAndFacts> file = ReadGraphJson(*graph_json_);
      if (!file.ok()) return file.status();
      for (const Vertex& vertex : file->graph.vertices) builder.vertex(builder.VertexIndex(vertex.id)) = vertex;
      builder.graph().edges = std::move(file->graph.edges);
      builder.graph().inferred = file->graph.inferred;
      builder.facts() = std::move(file->facts);
    }
    Outliner outliner(builder, graph_json_.has_value());
    absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source_, progress);
    if (!lines.ok()) return lines.status();
    int64_t samples = 0;
    auto status = ForEachSample(**lines, [&](CsvSample& sample) {
      ++samples;
      return outliner.Add(sample);
    });
    if (!status.ok()) return status;
    if (samples == 0)
      return absl::InvalidArgumentError(absl::StrCat(source_.name(), " has no rows; allowed: one or more"));
    if (auto job = CheckJob(builder); !job.ok()) return job;
    outliner.Finish();
    return builder.Finish();
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source_, progress);
    if (!lines.ok()) return lines.status();
    const auto index = IndexOfVertices(graph);
    return ForEachSample(**lines, [&](CsvSample& sample) {
      const auto found = index.find(sample.id);
      const bool of_vertex = sample.scope != CsvScope::kJob && sample.scope != CsvScope::kTaskManager;
      if (of_vertex && found == index.end()) return absl::OkStatus();
      return std::visit(
          [&](auto& one) {
            if constexpr (requires { one.vertex; }) one.vertex = found->second;
            return sink.Add(one);
          },
          sample.sample);
    });
  }

 private:
  absl::Status CheckJob(OutlineBuilder& builder) const {
    const std::string& name = builder.facts().job_name;
    if (!job_ || *job_ == name) return absl::OkStatus();
    if (!name.empty()) return NotAllowed("job", *job_, name);
    builder.Warn(absl::StrCat("the history does not name its job: taken to be ", *job_));
    builder.facts().job_name = *job_;
    return absl::OkStatus();
  }

  ByteSource source_;
  std::optional<std::string> graph_json_;
  std::optional<std::string> job_;
};

}  // namespace

std::unique_ptr<HistoryReader> MakeCsvReader(ByteSource source, std::optional<std::string> graph_json,
                                             const HistoryOptions& options) {
  return std::make_unique<CsvReader>(std::move(source), std::move(graph_json), options);
}

std::optional<std::string> FindGraphJson(const std::string& path) {
  const std::filesystem::path beside = std::filesystem::path(path).replace_filename("graph.json");
  std::error_code error;
  if (!std::filesystem::is_regular_file(beside, error)) return std::nullopt;
  return beside.string();
}

}  // namespace tune
