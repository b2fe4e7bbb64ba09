#include "tests/support/any_samples.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace tune {

AnySamples::AnySamples(uint64_t seed) : random_(seed) { polled_ms_.fill(now_ms_); }

JobGraph AnySamples::graph() const {
  JobGraph graph;
  graph.vertices.resize(kVertices);
  const char* ids[kVertices] = {"source", "map", "sink"};
  for (int v = 0; v < kVertices; ++v) {
    Vertex& vertex = graph.vertices[static_cast<size_t>(v)];
    vertex.id = ids[v];
    vertex.name = v == 0 ? "Source: orders" : ids[v];
    vertex.parallelism = 2;
    vertex.max_parallelism = 128;
  }
  graph.vertices[0].source_partitions = 12;
  graph.edges = {{0, 1, ShipStrategy::kHash}, {1, 2, ShipStrategy::kRebalance}};
  return graph;
}

JobFacts AnySamples::facts() const {
  JobFacts facts;
  facts.job_name = "orders";
  facts.flink_major = 1;
  facts.flink_minor = 20;
  facts.adaptive_scheduler = true;
  facts.configuration = {{"taskmanager.numberOfTaskSlots", "2"}, {"state.backend.type", "rocksdb"}};
  facts.task_manager.memory = "2048m";
  facts.task_manager.cpu = 1.5;
  facts.job_manager.replicas = 1;
  facts.limits.range.max_cpu = MilliCores(4000);
  facts.limits.quota.pods = 20;
  return facts;
}

// Mostly now, sometimes late.
int64_t AnySamples::Now() {
  now_ms_ += static_cast<int64_t>(Draw(0, 900));
  if (Chance(0.001)) now_ms_ += static_cast<int64_t>(Draw(0, 400'000));
  return Chance(0.02) ? now_ms_ - static_cast<int64_t>(Draw(0, 100'000)) : now_ms_;
}

AnySample AnySamples::Next() {
  const double which = Draw(0, 1);
  if (which < 0.7) return Task();
  if (which < 0.85) return Process();
  if (which < 0.9) return OfLog();
  if (which < 0.95) return Source();
  if (which < 0.995) return Job();
  return ParallelismSample{Now(), static_cast<int>(random_() % kVertices), 1 + static_cast<int>(random_() % kSubtasks)};
}

TaskSample AnySamples::Task() {
  const size_t index = random_() % counters_.size();
  Counters& c = counters_[index];
  TaskSample sample{};
  sample.time_ms = Now();
  sample.vertex = static_cast<int32_t>(index / kSubtasks);
  sample.subtask = Chance(0.01) ? TaskSample::kWholeVertex : static_cast<int32_t>(index % kSubtasks);
  const bool is_old = Chance(0.02);  // an answer of before
  const auto elapsed_ms = is_old ? 0.0 : static_cast<double>(now_ms_ - polled_ms_[index]);
  if (!is_old) polled_ms_[index] = now_ms_;
  if (Chance(0.003)) c = {};  // another attempt
  const double busy = Draw(0, 1), pressed = Draw(0, 1 - busy);
  c.in += std::floor(Draw(0, 2) * elapsed_ms);
  c.out += std::floor(Draw(0, 2) * elapsed_ms);
  c.busy_ms += busy * elapsed_ms;
  c.pressed_ms += pressed * elapsed_ms;
  c.idle_ms += (1 - busy - pressed) * elapsed_ms;
  c.cpu_ns += busy * elapsed_ms * 1e6;
  c.pending = std::floor(Draw(0, 1e5));
  const auto set = [&](TaskMetric metric, double value, double share) {
    if (Chance(share)) sample.Set(metric, value);
  };
  set(TaskMetric::kRecordsIn, c.in, 0.98);
  set(TaskMetric::kRecordsOut, c.out, 0.98);
  set(TaskMetric::kBusyMs, c.busy_ms, 0.98);
  set(TaskMetric::kIdleMs, c.idle_ms, 0.98);
  set(TaskMetric::kBackPressuredMs, c.pressed_ms, 0.98);
  set(TaskMetric::kCpuNanos, c.cpu_ns, 0.5);
  set(TaskMetric::kBusyRate, busy * 1000, 0.2);
  set(TaskMetric::kRecordsInRate, Draw(0, 1e4), 0.2);
  if (sample.vertex == 0) set(TaskMetric::kPendingRecords, c.pending, 0.9);
  return sample;
}

ProcessSample AnySamples::Process() {
  const size_t index = random_() % cpu_ns_.size();
  ProcessSample sample{};
  sample.time_ms = Now();
  sample.role = index == 0 ? ProcessRole::kJobManager : ProcessRole::kTaskManager;
  sample.id = "process-" + std::to_string(index) + (now_ms_ / 1'000'000 % 2 == 0 ? "" : "b");  // comes and goes
  cpu_ns_[index] += Draw(0, 2e9);
  gc_ms_[index] += Draw(0, 30);
  if (Chance(0.005)) cpu_ns_[index] = gc_ms_[index] = 0;  // another process
  sample.Set(ProcessMetric::kCpuTimeNs, cpu_ns_[index]);
  for (int i = 1; i < kProcessMetricCount; ++i) {
    const auto metric = static_cast<ProcessMetric>(i);
    if (!Chance(0.4)) continue;
    const bool counts = i < static_cast<int>(ProcessMetric::kHeapUsed);
    sample.Set(metric, counts ? gc_ms_[index] * i : std::floor(Draw(0, 2e9)));
  }
  if (Chance(0.5)) sample.Set(ProcessMetric::kOomKills, std::floor(cpu_ns_[index] / 5e10));
  sample.Set(ProcessMetric::kSlots, 2);
  if (Chance(0.5)) sample.Set(ProcessMetric::kCpuLimitCores, std::floor(Draw(1, 4)));
  return sample;
}

CollectionSample AnySamples::OfLog() {
  CollectionSample sample;
  sample.id = "process-" + std::to_string(1 + random_() % 2);
  Collection& c = sample.collection;
  c.collector = Chance(0.9) ? Collector::kG1 : static_cast<Collector>(random_() % 8);
  c.kind = static_cast<CollectionKind>(random_() % 7);
  c.time_ms = Now();
  if (Chance(0.8)) c.uptime_s = static_cast<double>(*c.time_ms - 1'700'000'000'000) / 1000;
  c.cause = Chance(0.1) ? "System.gc()" : "G1 Evacuation Pause";
  c.pause_s = Draw(0, 0.3);
  c.starts_marking = Chance(0.2);
  for (SpaceChange* space : {&c.heap, &c.young, &c.survivor, &c.old}) {
    const auto before = static_cast<int64_t>(Draw(1e6, 2e9));
    if (!Chance(0.9)) continue;
    *space = {Bytes(before), Bytes(static_cast<int64_t>(Draw(0.3, 1) * static_cast<double>(before))),
              Bytes(2'000'000'000)};
  }
  return sample;
}

SourceSample AnySamples::Source() {
  end_offset_ = Chance(0.005) ? 0 : end_offset_ + std::floor(Draw(0, 1e4));
  SourceSample sample{Now(), 0, end_offset_, {}};
  if (Chance(0.5)) sample.committed_offset = std::max(0.0, end_offset_ - Draw(0, 1e4));
  return sample;
}

JobSample AnySamples::Job() {
  JobSample sample;
  sample.time_ms = Now();
  sample.state = Chance(0.95) ? JobState::kRunning : static_cast<JobState>(random_() % 3);
  if (Chance(0.02)) ++restarts_;
  if (Chance(0.5)) ++checkpoints_;
  sample.restarts = restarts_;
  if (Chance(0.9)) sample.completed_checkpoints = checkpoints_;
  if (Chance(0.5)) sample.last_checkpoint_ms = std::floor(Draw(100, 90'000));
  return sample;
}

}  // namespace tune
