#include "libtune/history/prometheus_text.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/lines.h"
#include "libtune/history/outline_builder.h"
#include "libtune/history/producer_csv.h"
#include "libtune/history/prometheus_scrape.h"
#include "libtune/history/source_reads.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using Changes = std::vector<ParallelismTracker::Change>;

// Calls `use` with every round and the changes of parallelism it shows.
template <typename Use>
absl::Status ForEachRound(const ByteSource& source, const Progress& progress, ScrapeParser& parser, Use use) {
  absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source, progress);
  if (!lines.ok()) return lines.status();
  RoundGrouper grouper;
  ParallelismTracker tracker;
  const auto use_round = [&](bool ended) {
    if (!ended) return absl::OkStatus();
    return (*lines)->Annotate(use(grouper.round(), tracker.Add(grouper.round())));
  };
  for (;;) {
    const absl::StatusOr<bool> more = (*lines)->Next();
    if (!more.ok()) return more.status();
    if (!*more) break;
    const absl::StatusOr<bool> scraped = parser.Take((*lines)->line());
    if (!scraped.ok()) return (*lines)->Annotate(scraped.status());
    if (!*scraped) continue;
    if (auto status = use_round(grouper.Add(std::move(parser.finished()))); !status.ok()) return status;
  }
  if (parser.TakeEnd()) {
    if (auto status = use_round(grouper.Add(std::move(parser.finished()))); !status.ok()) return status;
  }
  return use_round(grouper.End());
}

// What the second pass must know from the first one.
struct Chosen {
  std::string log_source;               // vertex id; empty: none
  std::set<std::string> task_managers;  // of the job; empty: all
};

// First pass.
class Outliner {
 public:
  explicit Outliner(OutlineBuilder& builder) : builder_(builder) {}

  absl::Status Add(const Round& round, const Changes& changes) {
    for (const Scrape& scrape : round) {
      builder_.SeeTime(scrape.time_ms);
      for (const auto& [key, task] : scrape.tasks) AddTask(key.first, key.second, task);
    }
    for (const auto& change : changes)
      builder_.vertex(builder_.VertexIndex(change.vertex)).parallelism = change.parallelism;
    return absl::OkStatus();
  }

  const std::set<std::string>& with_pending_records() const { return with_pending_records_; }
  const std::set<std::string>& task_managers() const { return task_managers_; }

 private:
  void AddTask(const std::string& id, int32_t subtask, const ScrapedTask& task) {
    const int index = builder_.VertexIndex(id);
    if (!task.name.empty()) builder_.vertex(index).name = task.name;
    if (task.has_pending_records) with_pending_records_.insert(id);
    task_managers_.insert(task.task_manager);
    if (task.sample.present == 0) return;
    builder_.SeeTaskSample();
    builder_.traffic().Add(index, subtask, CountersOf(task.sample));
  }

  OutlineBuilder& builder_;
  std::set<std::string> with_pending_records_;
  std::set<std::string> task_managers_;
};

// Second pass.
class Deliverer {
 public:
  Deliverer(const JobGraph& graph, const Chosen& chosen, ProducerCsv* producer, SampleSink& sink)
      : index_(IndexOfVertices(graph)), chosen_(chosen), source_reads_(graph), producer_(producer), sink_(sink) {}

  absl::Status Add(const Round& round, const Changes& changes) {
    for (const auto& change : changes) {
      const auto found = index_.find(change.vertex);
      if (found == index_.end()) continue;
      const ParallelismSample sample{round.front().time_ms, found->second, change.parallelism};
      if (auto status = sink_.Add(sample); !status.ok()) return status;
    }
    for (const Scrape& scrape : round) {
      if (auto status = AddScrape(scrape); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Finish() { return producer_ != nullptr ? producer_->DeliverRest(sink_) : absl::OkStatus(); }

 private:
  absl::Status AddScrape(const Scrape& scrape) {
    if (producer_ != nullptr) {
      if (auto status = producer_->DeliverUntil(scrape.time_ms, sink_); !status.ok()) return status;
    }
    if (scrape.job) {
      if (auto status = sink_.Add(*scrape.job); !status.ok()) return status;
    }
    for (const auto& [process, values] : scrape.processes) {
      const auto& [role, id] = process;
      const bool of_task_manager = role == ProcessRole::kTaskManager;
      if (of_task_manager && !chosen_.task_managers.empty() && !chosen_.task_managers.contains(id)) continue;
      ProcessSample sample{};
      sample.time_ms = scrape.time_ms;
      sample.role = role;
      sample.id = id;
      values.Fill(sample);
      if (auto status = sink_.Add(sample); !status.ok()) return status;
    }
    return AddTasks(scrape);
  }

  absl::Status AddTasks(const Scrape& scrape) {
    std::vector<TaskSample> samples;
    for (const auto& [key, task] : scrape.tasks) {
      const auto found = index_.find(key.first);
      if (found == index_.end() || task.sample.present == 0) continue;
      samples.push_back(task.sample);
      samples.back().time_ms = scrape.time_ms;
      samples.back().vertex = found->second;
      std::optional<double> reads;
      for (const auto& [operator_id, read] : task.source_reads) AddSourceRead(read, reads);
      source_reads_.Fill(reads, samples.back());
    }
    std::sort(samples.begin(), samples.end(), [](const TaskSample& a, const TaskSample& b) {
      return std::tie(a.vertex, a.subtask) < std::tie(b.vertex, b.subtask);
    });
    for (const TaskSample& sample : samples) {
      if (auto status = sink_.Add(sample); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::unordered_map<std::string, int> index_;
  const Chosen& chosen_;
  SourceReads source_reads_;
  ProducerCsv* producer_;  // null: none
  SampleSink& sink_;
};

std::string JobList(const std::map<std::string, SeenJob>& jobs) {
  return absl::StrJoin(jobs, ", ", [](std::string* out, const auto& job) {
    absl::StrAppend(out, job.second.name, " (", job.first, ")");
  });
}

class PrometheusTextReader : public HistoryReader {
 public:
  PrometheusTextReader(ByteSource source, std::optional<ByteSource> producer, const HistoryOptions& options)
      : source_(std::move(source)), producer_(std::move(producer)), job_(options.job) {}

  std::string format() const override { return "prometheus-text"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    OutlineBuilder builder;
    Outliner outliner(builder);
    ScrapeParser parser(job_, [&](std::string_view name) { builder.SeeMetric(name); });
    int64_t rounds = 0;
    auto status = ForEachRound(source_, progress, parser, [&](const Round& round, const Changes& changes) {
      ++rounds;
      return outliner.Add(round, changes);
    });
    if (!status.ok()) return status;
    if (rounds == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(source_.name(), " has no metrics of Flink; allowed: answers of Flink's Prometheus reporter"));
    }
    if (auto one = CheckOneJob(parser, builder); !one.ok()) return one;
    builder.counts() = parser.counts();
    absl::StatusOr<HistoryOutline> outline = builder.Finish(source_.name());
    if (!outline.ok()) return outline;
    chosen_ = Chosen();
    if (parser.jobs().size() > 1) chosen_->task_managers = outliner.task_managers();
    if (producer_) {
      chosen_->log_source = FindLogSource(outline->graph, outliner.with_pending_records(), outline->warnings);
    }
    return outline;
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    if (!chosen_) {
      if (auto outline = Outline(nullptr); !outline.ok()) return outline.status();
    }
    std::unique_ptr<ProducerCsv> producer;
    const auto index = IndexOfVertices(graph);
    if (const auto found = index.find(chosen_->log_source); producer_ && found != index.end()) {
      absl::StatusOr<std::unique_ptr<ProducerCsv>> opened = ProducerCsv::Open(*producer_, found->second);
      if (!opened.ok()) return opened.status();
      producer = *std::move(opened);
    }
    Deliverer deliverer(graph, *chosen_, producer.get(), sink);
    ScrapeParser parser(job_, nullptr);
    auto status = ForEachRound(source_, progress, parser, [&](const Round& round, const Changes& changes) {
      return deliverer.Add(round, changes);
    });
    return status.ok() ? deliverer.Finish() : status;
  }

 private:
  // Ids after each other under one name are one job, resubmitted; else there must be one id.
  absl::Status CheckOneJob(const ScrapeParser& parser, OutlineBuilder& builder) const {
    std::vector<const SeenJob*> wanted;
    for (const auto& [id, job] : parser.jobs()) {
      if (parser.IsWanted(id, job.name)) wanted.push_back(&job);
    }
    if (wanted.empty() && job_) return NotAllowed("job", *job_, JobList(parser.jobs()));
    std::sort(wanted.begin(), wanted.end(),
              [](const SeenJob* a, const SeenJob* b) { return a->first_ms < b->first_ms; });
    for (size_t i = 1; i < wanted.size(); ++i) {
      if (wanted[i]->name == wanted[i - 1]->name && wanted[i]->first_ms > wanted[i - 1]->last_ms) continue;
      return NotAllowed("job", job_.value_or("not given"), absl::StrCat("one of ", JobList(parser.jobs())));
    }
    if (!wanted.empty()) builder.facts().job_name = wanted.front()->name;
    return absl::OkStatus();
  }

  ByteSource source_;
  std::optional<ByteSource> producer_;
  std::optional<std::string> job_;
  std::optional<Chosen> chosen_;  // nullopt: no first pass yet
};

}  // namespace

std::unique_ptr<HistoryReader> MakePrometheusTextReader(ByteSource source, std::optional<ByteSource> producer,
                                                        const HistoryOptions& options) {
  return std::make_unique<PrometheusTextReader>(std::move(source), std::move(producer), options);
}

}  // namespace tune
