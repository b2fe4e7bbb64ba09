#include "service/jobs/kept_job.h"

#include <algorithm>
#include <utility>

#include "libtune/codec/door.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "service/jobs/feed.h"
#include "service/violations.h"
#include "tune/stored/v1/state.pb.h"

namespace tune {
namespace {

constexpr size_t kMostLeftOut = 20;

bool IsSame(const Vertex& a, const Vertex& b) {
  return a.id == b.id && a.max_parallelism == b.max_parallelism && a.slot_sharing_group == b.slot_sharing_group &&
         a.source_partitions == b.source_partitions;
}

bool IsSame(const Edge& a, const Edge& b) { return a.from == b.from && a.to == b.to && a.ship == b.ship; }

// But for names and parallelism.
bool IsSame(const JobGraph& a, const JobGraph& b) {
  const auto same = [](const auto& x, const auto& y) { return IsSame(x, y); };
  return std::equal(a.vertices.begin(), a.vertices.end(), b.vertices.begin(), b.vertices.end(), same) &&
         std::equal(a.edges.begin(), a.edges.end(), b.edges.begin(), b.edges.end(), same) && a.inferred == b.inferred;
}

template <typename Sample>
void Earliest(const std::vector<Sample>& samples, std::optional<int64_t>& earliest) {
  for (const Sample& sample : samples) earliest = std::min(sample.time_ms, earliest.value_or(sample.time_ms));
}

// nullopt: there are none.
std::optional<int64_t> FirstTime(const SampleBatch& batch) {
  std::optional<int64_t> earliest;
  Earliest(batch.tasks, earliest);
  Earliest(batch.processes, earliest);
  Earliest(batch.sources, earliest);
  Earliest(batch.jobs, earliest);
  return earliest;
}

}  // namespace

absl::StatusOr<KeptJob> KeptJob::Restore(const std::string& bytes) {
  stored::v1::KeptJob stored;
  if (auto status = ParseWire(bytes, stored); !status.ok()) return status;
  const absl::StatusOr<JobFacts> facts = FromProto(stored.facts());
  if (!facts.ok()) return Within("facts.", facts.status());
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Restore(stored.window_builder());
  if (!builder.ok()) return Within("window_builder.", builder.status());
  Violations violations;
  KeptJob job;
  job.last_push_ = ReadTime(stored.last_push(), Path("last_push"), violations);
  CheckRange(Path("pushes"), stored.pushes(), 1, INT64_MAX, violations);
  if (!violations.empty()) return violations.ToStatus();
  job.pushes_ = stored.pushes();
  job.facts_ = *facts;
  job.builder_ = *std::move(builder);
  return job;
}

absl::StatusOr<std::string> KeptJob::Save() {
  if (!builder_) return absl::FailedPreconditionError("a job without a window cannot be saved");
  stored::v1::KeptJob stored;
  *stored.mutable_facts() = ToProto(facts_);
  stored.set_pushes(pushes_);
  *stored.mutable_last_push() = ToProto(last_push_);
  builder_->SetFacts(facts_);  // those that were looked at when they came
  stored.set_window_builder(builder_->Save());
  return SerializeDeterministic(stored);
}

bool KeptJob::BeginsWindow(const PushedSamples& pushed) {
  if (!pushed.graph || (builder_ && IsSame(graph(), *pushed.graph))) return false;
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(*pushed.graph, facts_, pushed.options);
  if (!builder.ok()) return false;  // ReadPush() has looked at both
  builder_ = *std::move(builder);
  return true;
}

PushOutcome KeptJob::Add(const PushedSamples& pushed, absl::Time when) {
  PushOutcome outcome;
  if (pushed.facts) facts_ = *pushed.facts;
  outcome.new_window = BeginsWindow(pushed);
  ++pushes_;
  last_push_ = when;
  if (!builder_) return outcome;
  const auto leave_out = [&outcome](const std::string& place, const absl::Status& why) {
    if (outcome.left_out.size() < kMostLeftOut) outcome.left_out.push_back(Within(("samples." + place).c_str(), why));
    ++outcome.left_out_count;
    return true;
  };
  const std::optional<int64_t> first_ms = FirstTime(pushed.samples);
  if (pushed.graph && first_ms && !outcome.new_window) {
    const JobGraph known = graph();
    for (size_t v = 0; v < known.vertices.size(); ++v) {
      const int parallelism = pushed.graph->vertices[v].parallelism;
      if (parallelism == known.vertices[v].parallelism) continue;
      const absl::Status status = builder_->Add(ParallelismSample{*first_ms, static_cast<int32_t>(v), parallelism});
      if (!status.ok()) leave_out("", status);
    }
  }
  outcome.taken = Feed(pushed.samples, *builder_, leave_out);
  // A rate that the window's graph cannot take any more was of the window before.
  (void)SetSourceRates(pushed.source_rates, builder_->Window().graph, *builder_);
  return outcome;
}

const JobWindow& KeptJob::Window(const JobFacts& facts) {
  builder_->SetFacts(facts);
  return builder_->Window();
}

SamplesState KeptJob::state() {
  SamplesState state{absl::InfinitePast(), absl::InfinitePast(), last_push_, pushes_};
  if (!builder_) return state;
  const JobWindow& window = builder_->Window();
  state.window_start = window.start;
  state.last_sample = window.start + window.length;
  return state;
}

}  // namespace tune
