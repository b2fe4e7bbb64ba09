#include "bench/service/fleet_job.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/samples_codec.h"
#include "libtune/codec/window_codec.h"

namespace tune::bench {
namespace {

constexpr int64_t kBeginMs = 1'700'000'040'000, kStepMs = 15'000;
constexpr int kStepsAMinute = 4;
constexpr double kStepS = 15, kMiB = 1 << 20;

JobGraph GraphOf(int vertices, int parallelism) {
  JobGraph graph;
  for (int v = 0; v < vertices; ++v) {
    graph.vertices.push_back({.id = absl::StrFormat("%032x", v + 1),
                              .name = absl::StrCat("vertex-", v),
                              .parallelism = parallelism,
                              .max_parallelism = 128,
                              .source_partitions = std::nullopt});
    if (v > 0) graph.edges.push_back({v - 1, v, v % 2 == 0 ? ShipStrategy::kHash : ShipStrategy::kRebalance});
  }
  return graph;
}

JobFacts FactsOf(const std::string& name) {
  JobFacts facts;
  facts.job_name = name;
  facts.flink_major = 1;
  facts.flink_minor = 20;
  facts.slots_per_task_manager = 2;
  facts.configuration = {{"taskmanager.memory.process.size", "2g"},
                         {"taskmanager.numberOfTaskSlots", "2"},
                         {"jobmanager.memory.process.size", "1g"},
                         {"kubernetes.taskmanager.cpu", "2"}};
  return facts;
}

}  // namespace

v1::JobRef FleetJob::Ref() const {
  v1::JobRef job;
  job.set_namespace_(absl::StrCat("team-", number_ / 100));
  job.set_name(absl::StrFormat("job-%05d", number_));
  return job;
}

int64_t FleetJob::time_ms() const { return kBeginMs + step_ * kStepMs; }

double FleetJob::Noise(int stream) const {
  auto z = static_cast<uint64_t>(number_) * 0x9E3779B97F4A7C15u + static_cast<uint64_t>(step_) * 0xBF58476D1CE4E5B9u +
           static_cast<uint64_t>(stream) + 1;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) / static_cast<double>(uint64_t{1} << 52) - 1;
}

v1::PushSamplesRequest FleetJob::Next(int minutes) {
  v1::PushSamplesRequest request;
  *request.mutable_job() = Ref();
  request.set_idempotency_key(absl::StrCat("step-", step_));
  if (step_ == 0) {
    *request.mutable_graph() = ToProto(GraphOf(kVertices, kSubtasks));
    *request.mutable_facts() = ToProto(FactsOf(request.job().name()));
  }
  for (int i = 0; i < minutes * kStepsAMinute; ++i) Step(*request.mutable_samples());
  return request;
}

// Records of a step: 300 to 3,300 a second by job, a fifth more or less with the wave, and 2 % of noise.
void FleetJob::Step(v1::SampleBatch& batch) {
  ++step_;
  const double wave = std::sin(2 * std::numbers::pi * (static_cast<double>(step_) / 480 + number_ / 97.0));
  const double records = kStepS * (300 + 30 * (number_ % 100)) * (1 + 0.2 * wave) * (1 + 0.02 * Noise(0));
  produced_ += records;
  consumed_ += records;
  AddTasks(records, batch);
  AddProcess(batch);
  SourceSample source;
  source.time_ms = time_ms();
  source.end_offset = produced_;
  source.committed_offset = consumed_;
  *batch.add_sources() = ToProto(source);
  JobSample job;
  job.time_ms = time_ms();
  job.state = JobState::kRunning;
  job.restarts = 0;
  job.completed_checkpoints = checkpoints_ += step_ % kStepsAMinute == 0 ? 1 : 0;
  job.failed_checkpoints = 0;
  *batch.add_jobs() = ToProto(job);
}

// One vertex of five is busier than the others; which one, the job says.
void FleetJob::AddTasks(double records, v1::SampleBatch& batch) {
  for (int v = 0; v < kVertices; ++v) {
    const double busy = std::min(0.98, (v == number_ % kVertices ? 0.7 : 0.2 + 0.05 * v) * (1 + 0.02 * Noise(v + 1)) *
                                           records / (kStepS * (300 + 30 * (number_ % 100))));
    for (int s = 0; s < kSubtasks; ++s) {
      Counters& c = counters_[static_cast<size_t>(v)][static_cast<size_t>(s)];
      c.in += v == 0 ? 0 : records / kSubtasks;
      c.out += v == kVertices - 1 ? 0 : records / kSubtasks;
      c.busy_ms += busy * kStepMs;
      c.idle_ms += (1 - busy) * kStepMs;
      TaskSample sample{.time_ms = time_ms(), .vertex = v, .subtask = s, .value = {}};
      sample.Set(TaskMetric::kRecordsIn, c.in);
      sample.Set(TaskMetric::kRecordsOut, c.out);
      sample.Set(TaskMetric::kBusyMs, c.busy_ms);
      sample.Set(TaskMetric::kIdleMs, c.idle_ms);
      sample.Set(TaskMetric::kBackPressuredMs, c.back_pressured_ms);
      *batch.add_tasks() = ToProto(sample);
    }
  }
}

void FleetJob::AddProcess(v1::SampleBatch& batch) {
  cpu_ns_ += kStepMs * 1e6 * (1.1 + 0.2 * Noise(10));
  gc_count_ += 2;
  gc_ms_ += 30 + 10 * Noise(11);
  const double live = (200 + number_ % 100) * kMiB;
  ProcessSample sample;
  sample.time_ms = time_ms();
  sample.role = ProcessRole::kTaskManager;
  sample.id = absl::StrCat("taskmanager-", number_, "-1-1");
  sample.Set(ProcessMetric::kCpuTimeNs, cpu_ns_);
  sample.Set(ProcessMetric::kGcTimeMs, gc_ms_);
  sample.Set(ProcessMetric::kGcCount, gc_count_);
  sample.Set(ProcessMetric::kHeapUsed, live + (150 + 100 * Noise(12)) * kMiB);
  sample.Set(ProcessMetric::kHeapMax, 700 * kMiB);
  sample.Set(ProcessMetric::kHeapCommitted, 700 * kMiB);
  sample.Set(ProcessMetric::kOldGenUsed, live + 20 * kMiB);
  sample.Set(ProcessMetric::kOldGenAfterGc, live);
  sample.Set(ProcessMetric::kMetaspaceUsed, 80 * kMiB);
  sample.Set(ProcessMetric::kDirectUsed, 60 * kMiB);
  sample.Set(ProcessMetric::kManagedUsed, 0);
  sample.Set(ProcessMetric::kManagedTotal, 600 * kMiB);
  sample.Set(ProcessMetric::kSlots, kSubtasks);
  sample.Set(ProcessMetric::kWorkingSet, live + 600 * kMiB);
  sample.Set(ProcessMetric::kMemoryLimit, 2048 * kMiB);
  sample.Set(ProcessMetric::kCpuLimitCores, 2);
  *batch.add_processes() = ToProto(sample);
}

}  // namespace tune::bench
