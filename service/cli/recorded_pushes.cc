#include "service/cli/recorded_pushes.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/samples_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/not_allowed.h"
#include "service/digest.h"

namespace tune {
namespace {

using AnySample = std::variant<TaskSample, ProcessSample, SourceSample, JobSample, ParallelismSample, CollectionSample>;

struct Timed {
  int64_t time_ms;
  AnySample sample;
};

class Collector final : public SampleSink {
 public:
  absl::Status Add(const TaskSample& s) override { return Keep(s.time_ms, s); }
  absl::Status Add(const ProcessSample& s) override { return Keep(s.time_ms, s); }
  absl::Status Add(const SourceSample& s) override { return Keep(s.time_ms, s); }
  absl::Status Add(const JobSample& s) override { return Keep(s.time_ms, s); }
  absl::Status Add(const ParallelismSample& s) override { return Keep(s.time_ms, s); }
  absl::Status Add(const CollectionSample& s) override { return Keep(*s.collection.time_ms, s); }

  // Samples of one time stay in the order in which they came.
  std::vector<Timed> InOrder() && {
    std::stable_sort(samples_.begin(), samples_.end(),
                     [](const Timed& a, const Timed& b) { return a.time_ms < b.time_ms; });
    return std::move(samples_);
  }

 private:
  absl::Status Keep(int64_t time_ms, AnySample sample) {
    samples_.push_back({time_ms, std::move(sample)});
    return absl::OkStatus();
  }
  std::vector<Timed> samples_;
};

void SetTime(int64_t time_ms, CollectionSample& sample) { sample.collection.time_ms = time_ms; }
template <typename Sample>
void SetTime(int64_t time_ms, Sample& sample) {
  sample.time_ms = time_ms;
}

void Append(const AnySample& sample, v1::SampleBatch& batch) {
  struct Visitor {
    void operator()(const TaskSample& s) const { *batch.add_tasks() = ToProto(s); }
    void operator()(const ProcessSample& s) const { *batch.add_processes() = ToProto(s); }
    void operator()(const SourceSample& s) const { *batch.add_sources() = ToProto(s); }
    void operator()(const JobSample& s) const { *batch.add_jobs() = ToProto(s); }
    void operator()(const ParallelismSample& s) const { *batch.add_parallelisms() = ToProto(s); }
    void operator()(const CollectionSample& s) const { *batch.add_collections() = ToProto(s); }
    v1::SampleBatch& batch;
  };
  std::visit(Visitor{batch}, sample);
}

struct ReadHistory {
  HistoryOutline outline;
  std::vector<Timed> samples;  // in order of time, at least one
};

absl::StatusOr<ReadHistory> Read(const Arguments& arguments) {
  absl::StatusOr<std::vector<std::unique_ptr<HistoryReader>>> readers = OpenAll(arguments);
  if (!readers.ok()) return readers.status();
  absl::StatusOr<HistoryOutline> outline = OutlineOf(*readers, arguments);
  if (!outline.ok()) return outline.status();
  Collector collector;
  for (const auto& reader : *readers) {
    const absl::Status read = reader->Read(outline->graph, collector, TerminalProgress("reading"));
    EndProgress();
    if (!read.ok()) return read;
  }
  ReadHistory history{*std::move(outline), std::move(collector).InOrder()};
  if (history.samples.empty()) return NotAllowed("HISTORY", "no samples", "one at least");
  return history;
}

// What the first push brings beside its samples.
absl::Status Describe(const Arguments& arguments, HistoryOutline outline, v1::PushSamplesRequest& push) {
  if (!arguments.spec.empty()) {
    const absl::StatusOr<FlinkDeployment> spec = LoadSpec(arguments.spec);
    if (!spec.ok()) return spec.status();
    MergeFacts(spec->facts, outline.facts);
  }
  *push.mutable_graph() = ToProto(outline.graph);
  *push.mutable_facts() = ToProto(outline.facts);
  const absl::StatusOr<std::map<int, RecordsPerSecond>> rates = SourceRatesOf(arguments, outline.graph);
  if (!rates.ok()) return rates.status();
  for (const auto& [source, rate] : *rates) {
    (*push.mutable_source_rates())[outline.graph.vertices[static_cast<size_t>(source)].id] = rate.value();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<v1::PushSamplesRequest>> PushesOf(const Arguments& arguments, const v1::JobRef& job,
                                                             std::optional<absl::Time> last_sample) {
  absl::StatusOr<ReadHistory> history = Read(arguments);
  if (!history.ok()) return history.status();
  std::vector<Timed>& samples = history->samples;
  const int64_t moved_by = last_sample ? absl::ToUnixMillis(*last_sample) - samples.back().time_ms : 0;
  std::vector<v1::PushSamplesRequest> pushes((samples.size() - 1) / kMostSamplesInPush + 1);
  for (size_t i = 0; i < samples.size(); ++i) {
    std::visit([&](auto& sample) { SetTime(samples[i].time_ms + moved_by, sample); }, samples[i].sample);
    Append(samples[i].sample, *pushes[i / kMostSamplesInPush].mutable_samples());
  }
  if (auto status = Describe(arguments, std::move(history->outline), pushes.front()); !status.ok()) return status;
  for (v1::PushSamplesRequest& push : pushes) {
    *push.mutable_job() = job;
    push.set_idempotency_key(absl::StrCat("tune-", absl::BytesToHexString(DigestOf(SerializeDeterministic(push)))));
  }
  return pushes;
}

}  // namespace tune
