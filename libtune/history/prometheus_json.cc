#include "libtune/history/prometheus_json.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/history/outline_builder.h"
#include "libtune/history/prometheus_index.h"
#include "libtune/history/prometheus_merge.h"
#include "libtune/history/shown.h"
#include "libtune/history/source_reads.h"
#include "libtune/history/whole_bytes.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// Instants of subjects -> samples, for one pass.
class Deliverer {
 public:
  // `log_source`: index of the vertex whose log has no other name; -1: none. `source_reads`: null: samples are to be
  // as the tasks alone count.
  Deliverer(const PrometheusIndex& index, const JobGraph& graph, int log_source, SourceReads* source_reads,
            SampleSink& sink, ValueCounts& counts)
      : index_(index), source_reads_(source_reads), sink_(sink), counts_(counts), task_(EmptyTask()) {
    const auto known = IndexOfVertices(graph);
    for (const std::string& id : index.vertices) {
      const auto found = known.find(id);
      vertices_.push_back(found == known.end() ? -1 : found->second);
    }
    for (const PrometheusSubject& subject : index.subjects) {
      places_.push_back(subject.kind == SubjectKind::kSource && subject.id.empty() ? log_source
                        : subject.kind == SubjectKind::kSource                     ? FindVertex(graph, subject.id)
                        : subject.kind == SubjectKind::kTask                       ? known_or_none(known, subject.id)
                                                                                   : 0);
    }
  }

  absl::Status Take(const PrometheusSubject& subject, int64_t time_ms, std::span<const SlotValue> values) {
    if (auto status = DeliverParallelismUntil(time_ms); !status.ok()) return status;
    const int place = places_[static_cast<size_t>(&subject - index_.subjects.data())];
    if (place < 0) return absl::OkStatus();
    switch (subject.kind) {
      case SubjectKind::kTask:
        return TakeTask(subject, place, time_ms, values);
      case SubjectKind::kTaskManager:
        return TakeProcess(ProcessRole::kTaskManager, subject, time_ms, values);
      case SubjectKind::kJobManager:
        return TakeProcess(ProcessRole::kJobManager, subject, time_ms, values);
      case SubjectKind::kJob:
        return TakeJob(time_ms, values);
      case SubjectKind::kSource:
        return TakeSource(subject, place, time_ms, values);
    }
    return absl::OkStatus();
  }

 private:
  static int known_or_none(const std::unordered_map<std::string, int>& known, const std::string& id) {
    const auto found = known.find(id);
    return found == known.end() ? -1 : found->second;
  }
  static TaskSample EmptyTask() {
    TaskSample sample;
    sample.value.fill(0);
    return sample;
  }

  absl::Status DeliverParallelismUntil(int64_t time_ms) {
    for (; next_change_ < index_.parallelism.size() && index_.parallelism[next_change_].time_ms <= time_ms;
         ++next_change_) {
      ParallelismSample change = index_.parallelism[next_change_];
      change.vertex = vertices_[static_cast<size_t>(change.vertex)];
      if (change.vertex < 0) continue;
      if (auto status = sink_.Add(change); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status TakeTask(const PrometheusSubject& subject, int place, int64_t time_ms,
                        std::span<const SlotValue> values) {
    task_.time_ms = time_ms;
    task_.vertex = place;
    task_.subtask = subject.subtask;
    task_.present = 0;
    std::optional<double> reads;
    for (const SlotValue& v : values) {
      if (v.metric == kSourceRead) {
        AddSourceRead(v.value, reads);
      } else {
        TakeTaskValue(static_cast<TaskMetric>(v.metric), v.value, task_, counts_);
      }
    }
    if (task_.present == 0) return absl::OkStatus();
    if (source_reads_ != nullptr) source_reads_->Fill(reads, task_);
    return sink_.Add(task_);
  }

  absl::Status TakeProcess(ProcessRole role, const PrometheusSubject& subject, int64_t time_ms,
                           std::span<const SlotValue> values) {
    ProcessSample sample{};
    sample.time_ms = time_ms;
    sample.role = role;
    sample.id = subject.id;
    JvmValues jvm;
    for (const SlotValue& v : values) {
      if ((v.metric & kOfContainer) != 0) {
        const auto metric = static_cast<ProcessMetric>(v.metric - kOfContainer);
        if (v.value >= 0 && std::isfinite(v.value)) sample.Set(metric, v.value * ContainerScale(metric));
      } else if ((v.metric & kOfJob) != 0) {
        jvm.AddOfJob(static_cast<ProcessMetric>(v.metric - kOfJob), v.value, counts_);
      } else {
        jvm.Add(ProcessNameOf(v.metric), v.value);
      }
    }
    jvm.Fill(sample);
    return sink_.Add(sample);
  }

  absl::Status TakeJob(int64_t time_ms, std::span<const SlotValue> values) {
    JobSample sample;
    sample.time_ms = time_ms;
    for (const SlotValue& v : values) TakeJobValue(static_cast<JobMetric>(v.metric), v.value, sample);
    return sink_.Add(sample);
  }

  absl::Status TakeSource(const PrometheusSubject& subject, int place, int64_t time_ms,
                          std::span<const SlotValue> values) {
    SourceSample sample;
    sample.time_ms = time_ms;
    sample.vertex = place;
    sample.end_offset = SumOffsets(subject, SourceMetric::kEndOffset, time_ms, values);
    sample.committed_offset = SumOffsets(subject, SourceMetric::kCommittedOffset, time_ms, values);
    return sample.end_offset || sample.committed_offset ? sink_.Add(sample) : absl::OkStatus();
  }

  // Over the partitions; nullopt when one that lives at that time says nothing: a sum without it would drop.
  std::optional<double> SumOffsets(const PrometheusSubject& subject, SourceMetric metric, int64_t time_ms,
                                   std::span<const SlotValue> values) const {
    double sum = 0;
    int64_t said = 0, alive = 0;
    for (const SlotValue& v : values) {
      if (v.metric != static_cast<uint8_t>(metric) || !(v.value >= 0) || std::isinf(v.value)) continue;
      sum += v.value;
      ++said;
    }
    std::optional<uint32_t> last;
    for (size_t i = subject.begin; i < subject.end; ++i) {
      const PrometheusSeries& series = index_.series[i];
      if (series.metric != static_cast<uint8_t>(metric) || series.slot == last) continue;
      if (series.first_ms > time_ms || series.last_ms < time_ms) continue;
      last = series.slot;
      ++alive;
    }
    return said > 0 && said == alive ? std::optional(sum) : std::nullopt;
  }

  const PrometheusIndex& index_;
  SourceReads* source_reads_;
  SampleSink& sink_;
  ValueCounts& counts_;
  std::vector<int> vertices_;  // of the index's vertices; -1: the graph does not have it
  std::vector<int> places_;    // of the index's subjects: their vertex, 0 without one; -1: left out
  TaskSample task_;            // used again: clearing all of it takes longer than filling it
  size_t next_change_ = 0;
};

// First pass: counts.
class OutlineSink : public SampleSink {
 public:
  explicit OutlineSink(OutlineBuilder& builder) : builder_(builder) {}
  absl::Status Add(const TaskSample& sample) override {
    builder_.SeeTime(sample.time_ms);
    builder_.SeeTaskSample();
    builder_.traffic().Add(sample.vertex, sample.subtask, CountersOf(sample));
    return absl::OkStatus();
  }
  absl::Status Add(const ProcessSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const SourceSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const JobSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const ParallelismSample& sample) override {
    builder_.vertex(sample.vertex).parallelism = sample.parallelism;
    return See(sample.time_ms);
  }
  absl::Status Add(const CollectionSample& sample) override { return See(sample.collection.time_ms.value_or(0)); }

 private:
  absl::Status See(int64_t time_ms) {
    builder_.SeeTime(time_ms);
    return absl::OkStatus();
  }

  OutlineBuilder& builder_;
};

class PrometheusJsonReader : public HistoryReader {
 public:
  PrometheusJsonReader(ByteSource source, const HistoryOptions& options)
      : source_(std::move(source)), job_(options.job) {}

  std::string format() const override { return "prometheus-json"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    OutlineBuilder builder;
    if (auto status = Index([&](std::string_view name) { builder.SeeMetric(name); }); !status.ok()) return status;
    for (const std::string& id : index_->vertices) {
      const auto name = index_->vertex_names.find(id);
      Vertex& vertex = builder.vertex(builder.VertexIndex(id));
      if (name != index_->vertex_names.end()) vertex.name = name->second;
    }
    if (!index_->jobs.empty()) builder.facts().job_name = index_->jobs.front().name;
    for (const std::string& warning : index_->warnings) builder.Warn(warning);

    OutlineSink sink(builder);
    const JobGraph graph = builder.graph();
    Deliverer deliverer(*index_, graph, /*log_source=*/0, /*source_reads=*/nullptr, sink, builder.counts());
    if (auto status = Deliver(deliverer, progress); !status.ok()) return status;
    absl::StatusOr<HistoryOutline> outline = builder.Finish(source_.name());
    if (outline.ok()) SetPartitions(outline->graph, FindLog(outline->graph, outline->warnings));
    return outline;
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    if (!index_) {
      if (auto status = Index([](std::string_view) {}); !status.ok()) return status;
    }
    ValueCounts counts;
    std::vector<std::string> warnings;
    SourceReads source_reads(graph);
    Deliverer deliverer(*index_, graph, FindLog(graph, warnings), &source_reads, sink, counts);
    return Deliver(deliverer, progress);
  }

 private:
  absl::Status Index(const std::function<void(std::string_view)>& see_name) {
    absl::StatusOr<std::unique_ptr<WholeBytes>> bytes = WholeBytes::Open(source_);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<PrometheusIndex> index = IndexPrometheusJson((*bytes)->view(), job_, see_name);
    if (!index.ok()) return Annotate(index.status());
    if (index->vertices.empty()) {
      return Annotate(NotAllowed("series of tasks", "0", "at least one, flink_taskmanager_job_task_numRecordsIn{…}"));
    }
    bytes_ = *std::move(bytes);
    index_ = *std::move(index);
    return absl::OkStatus();
  }

  absl::Status Deliver(Deliverer& deliverer, const Progress& progress) const {
    return Annotate(
        MergeSeries(bytes_->view(), *index_, progress,
                    [&](const PrometheusSubject& subject, int64_t time_ms, std::span<const SlotValue> values) {
                      return deliverer.Take(subject, time_ms, values);
                    }));
  }

  // The source whose log has no other name; -1: none, or no such log.
  int FindLog(const JobGraph& graph, std::vector<std::string>& warnings) const {
    std::set<std::string> with_pending_records;
    bool has_log = false;
    for (const PrometheusSubject& subject : index_->subjects) {
      has_log |= subject.kind == SubjectKind::kSource && subject.id.empty();
      if (subject.kind != SubjectKind::kTask) continue;
      for (size_t i = subject.begin; i < subject.end; ++i) {
        const bool pending = index_->series[i].metric == static_cast<uint8_t>(TaskMetric::kPendingRecords);
        if (pending) with_pending_records.insert(subject.id);
      }
    }
    if (!has_log) return -1;
    const std::string id = FindLogSource(graph, with_pending_records, warnings);
    const auto known = IndexOfVertices(graph);
    const auto found = known.find(id);
    return found == known.end() ? -1 : found->second;
  }

  void SetPartitions(JobGraph& graph, int source) const {
    if (source < 0 || index_->log_topics.size() != 1) return;
    graph.vertices[static_cast<size_t>(source)].source_partitions = index_->log_topics.begin()->second;
  }

  absl::Status Annotate(const absl::Status& status) const {
    if (status.ok()) return status;
    return absl::Status(status.code(), Shown(absl::StrCat(source_.name(), " ", std::string(status.message()))));
  }

  ByteSource source_;
  std::optional<std::string> job_;
  std::unique_ptr<WholeBytes> bytes_;
  std::optional<PrometheusIndex> index_;  // points into bytes_
};

}  // namespace

std::unique_ptr<HistoryReader> MakePrometheusJsonReader(ByteSource source, const HistoryOptions& options) {
  return std::make_unique<PrometheusJsonReader>(std::move(source), options);
}

}  // namespace tune
