#include "libtune/history/flink_rest.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/flink_snapshot.h"
#include "libtune/history/lines.h"
#include "libtune/history/outline_builder.h"
#include "libtune/history/producer_csv.h"
#include "libtune/history/source_reads.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// Calls `use` with every line's snapshot.
template <typename Use>
absl::Status ForEachSnapshot(const ByteSource& source, const Progress& progress, SnapshotParser& parser, Use use) {
  absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source, progress);
  if (!lines.ok()) return lines.status();
  for (;;) {
    const absl::StatusOr<bool> more = (*lines)->Next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if ((*lines)->line().empty()) continue;
    const absl::StatusOr<Snapshot> snapshot = parser.Parse((*lines)->line());
    if (!snapshot.ok()) return (*lines)->Annotate(snapshot.status());
    if (auto status = use(*snapshot); !status.ok()) return (*lines)->Annotate(status);
  }
}

// First pass.
class Outliner {
 public:
  explicit Outliner(OutlineBuilder& builder) : builder_(builder) {}

  absl::Status Add(const Snapshot& snapshot) {
    builder_.SeeTime(snapshot.time_ms);
    if (snapshot.deployed && !deployed_) {
      // A job that waits for resources lists its vertices in another order.
      std::vector<std::string> ids;
      for (const SnapshotVertex& vertex : snapshot.vertices) ids.push_back(vertex.id);
      builder_.OrderBy(ids);
      deployed_ = true;
    }
    for (const SnapshotVertex& vertex : snapshot.vertices) AddVertex(vertex, snapshot);
    AddFacts(snapshot);
    if (snapshot.plan.empty()) return absl::OkStatus();
    plan_ = snapshot.plan;
    return absl::OkStatus();
  }

  // Once all lines were added. A plan of other vertices than those seen is no help: it is left out, with a warning.
  void Finish() {
    if (plan_.empty()) return;
    if (auto status = ApplyPlan(plan_, builder_.graph()); !status.ok()) {
      builder_.Warn(absl::StrCat("the job's plan was left out: ", std::string(status.message())));
    }
  }

  // Vertex ids.
  const std::set<std::string>& with_pending_records() const { return with_pending_records_; }
  const std::set<std::string>& jobs() const { return jobs_; }

 private:
  void AddVertex(const SnapshotVertex& seen, const Snapshot& snapshot) {
    const int index = builder_.VertexIndex(seen.id);
    Vertex& vertex = builder_.vertex(index);
    if (!seen.name.empty()) vertex.name = seen.name;
    if (seen.max_parallelism) vertex.max_parallelism = *seen.max_parallelism;
    // What a job that waits for resources says is what it asked for, not what it ran with.
    if (seen.parallelism && (snapshot.deployed || !deployed_)) vertex.parallelism = *seen.parallelism;
    // Resubmitted with fewer key groups while its last parallelism is still an earlier one.
    vertex.max_parallelism = std::max(vertex.max_parallelism, vertex.parallelism);
    if (seen.HasTasks()) {
      for (size_t i = 0; i < seen.subtasks.size(); ++i) builder_.SeeTaskSample();
    }
    if (snapshot.job.state == JobState::kRunning) {
      builder_.traffic().Add(index, TaskSample::kWholeVertex, seen.traffic);
    }
    if (seen.has_pending_records) with_pending_records_.insert(seen.id);
  }

  void AddFacts(const Snapshot& snapshot) {
    JobFacts& facts = builder_.facts();
    if (!snapshot.flink_version.empty()) ParseFlinkVersion(snapshot.flink_version, facts);
    if (snapshot.has_resource_requirements) facts.adaptive_scheduler = true;
    if (!snapshot.job_name.empty()) {
      facts.job_name = snapshot.job_name;
      jobs_.insert(snapshot.job_name);
    }
    if (!snapshot.job_id.empty()) jobs_.insert(snapshot.job_id);
    for (const ProcessSample& sample : snapshot.processes) {
      // TaskManagers of unequal size have no one number of slots.
      const double slots = sample.Get(ProcessMetric::kSlots).value_or(0);
      if (slots < 1 || slots > kMaxParallelism) continue;
      slots_.insert(static_cast<int>(slots));
      facts.slots_per_task_manager = slots_.size() == 1 ? std::optional(*slots_.begin()) : std::nullopt;
    }
  }

  OutlineBuilder& builder_;
  bool deployed_ = false;
  std::set<std::string> with_pending_records_;
  std::set<std::string> jobs_;  // names and ids
  std::set<int> slots_;
  std::vector<PlanNode> plan_;
};

// Second pass.
class Deliverer {
 public:
  Deliverer(const JobGraph& graph, ProducerCsv* producer, SampleSink& sink)
      : index_(IndexOfVertices(graph)),
        last_parallelism_(graph.vertices.size()),
        source_reads_(graph),
        producer_(producer),
        sink_(sink) {}

  absl::Status Add(const Snapshot& snapshot) {
    if (producer_ != nullptr) {
      if (auto status = producer_->DeliverUntil(snapshot.time_ms, sink_); !status.ok()) return status;
    }
    if (snapshot.deployed) {
      for (const SnapshotVertex& vertex : snapshot.vertices) {
        if (auto status = AddParallelism(vertex, snapshot.time_ms); !status.ok()) return status;
      }
    }
    if (auto status = sink_.Add(snapshot.job); !status.ok()) return status;
    for (const ProcessSample& sample : snapshot.processes) {
      if (auto status = sink_.Add(sample); !status.ok()) return status;
    }
    for (const SnapshotVertex& vertex : snapshot.vertices) {
      if (auto status = AddSubtasks(vertex, snapshot.time_ms); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Finish() { return producer_ != nullptr ? producer_->DeliverRest(sink_) : absl::OkStatus(); }

 private:
  absl::Status AddParallelism(const SnapshotVertex& vertex, int64_t time_ms) {
    const auto found = index_.find(vertex.id);
    if (found == index_.end() || !vertex.parallelism) return absl::OkStatus();
    int& last = last_parallelism_[static_cast<size_t>(found->second)];
    if (last == *vertex.parallelism) return absl::OkStatus();
    last = *vertex.parallelism;
    return sink_.Add(ParallelismSample{time_ms, found->second, last});
  }

  absl::Status AddSubtasks(const SnapshotVertex& vertex, int64_t time_ms) {
    const auto found = index_.find(vertex.id);
    if (found == index_.end() || !vertex.HasTasks()) return absl::OkStatus();
    for (const SnapshotSubtask& subtask : vertex.subtasks) {
      TaskSample sample = subtask.sample;
      sample.time_ms = time_ms;
      sample.vertex = found->second;
      source_reads_.Fill(subtask.source_reads, sample);
      if (auto status = sink_.Add(sample); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::unordered_map<std::string, int> index_;
  std::vector<int> last_parallelism_;
  SourceReads source_reads_;
  ProducerCsv* producer_;  // null: none
  SampleSink& sink_;
};

class FlinkRestReader : public HistoryReader {
 public:
  FlinkRestReader(ByteSource source, std::optional<ByteSource> producer, const HistoryOptions& options)
      : source_(std::move(source)), producer_(std::move(producer)), job_(options.job) {}

  std::string format() const override { return "flink-rest"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    OutlineBuilder builder;
    Outliner outliner(builder);
    SnapshotParser parser([&](std::string_view name) { builder.SeeMetric(name); });
    int64_t snapshots = 0;
    auto status = ForEachSnapshot(source_, progress, parser, [&](const Snapshot& snapshot) {
      ++snapshots;
      return outliner.Add(snapshot);
    });
    if (!status.ok()) return status;
    if (snapshots == 0) {
      return absl::InvalidArgumentError(absl::StrCat(source_.name(), " is empty; allowed: recorded REST answers"));
    }
    if (auto checked = CheckJob(outliner.jobs(), builder); !checked.ok()) return checked;
    outliner.Finish();
    builder.counts() = parser.counts();
    if (parser.beyond_parallelism() > 0) {
      builder.Warn(absl::StrCat(parser.beyond_parallelism(), " subtasks left out: beyond their vertex's parallelism"));
    }
    absl::StatusOr<HistoryOutline> outline = builder.Finish(source_.name());
    if (!outline.ok()) return outline;
    outlined_ = true;
    if (producer_) log_source_ = FindLogSource(outline->graph, outliner.with_pending_records(), outline->warnings);
    return outline;
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    if (producer_ && !outlined_) {
      if (auto outline = Outline(nullptr); !outline.ok()) return outline.status();
    }
    std::unique_ptr<ProducerCsv> producer;
    const auto index = IndexOfVertices(graph);
    if (const auto found = index.find(log_source_); producer_ && found != index.end()) {
      absl::StatusOr<std::unique_ptr<ProducerCsv>> opened = ProducerCsv::Open(*producer_, found->second);
      if (!opened.ok()) return opened.status();
      producer = *std::move(opened);
    }
    Deliverer deliverer(graph, producer.get(), sink);
    SnapshotParser parser;
    auto status =
        ForEachSnapshot(source_, progress, parser, [&](const Snapshot& snapshot) { return deliverer.Add(snapshot); });
    return status.ok() ? deliverer.Finish() : status;
  }

 private:
  absl::Status CheckJob(const std::set<std::string>& jobs, OutlineBuilder& builder) const {
    if (!job_ || jobs.contains(*job_)) return absl::OkStatus();
    if (!jobs.empty()) return NotAllowed("job", *job_, absl::StrJoin(jobs, ", "));
    builder.Warn(absl::StrCat("the history does not name its job: taken to be ", *job_));
    builder.facts().job_name = *job_;
    return absl::OkStatus();
  }

  ByteSource source_;
  std::optional<ByteSource> producer_;
  std::optional<std::string> job_;
  bool outlined_ = false;
  std::string log_source_;  // vertex id; empty: none
};

}  // namespace

std::unique_ptr<HistoryReader> MakeFlinkRestReader(ByteSource source, std::optional<ByteSource> producer,
                                                   const HistoryOptions& options) {
  return std::make_unique<FlinkRestReader>(std::move(source), std::move(producer), options);
}

}  // namespace tune
