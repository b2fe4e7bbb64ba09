// Saving and restoring a WindowBuilder that saw a job of 5 vertices, each of 4 subtasks, 2 TaskManagers and a
// JobManager, polled every 10 s over so many hours, in bins of a minute. "bytes" is the size of what Save() gives.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

constexpr int kVertices = 5, kSubtasks = 4, kProcesses = 3, kStepSeconds = 10;
constexpr int64_t kStartMs = 1'700'000'040'000;

WindowBuilder MakeBuilder() {
  JobGraph graph;
  graph.vertices.resize(kVertices);
  for (int v = 0; v < kVertices; ++v) {
    graph.vertices[static_cast<size_t>(v)].id = absl::StrCat("vertex-", v);
    graph.vertices[static_cast<size_t>(v)].parallelism = kSubtasks;
    if (v > 0) graph.edges.push_back({v - 1, v, ShipStrategy::kHash});
  }
  auto builder = WindowBuilder::Create(graph, {}, {});
  if (!builder.ok()) std::abort();
  return *std::move(builder);
}

// A load of a day's rhythm with noise; whole records and milliseconds, as Flink counts.
class Job {
 public:
  explicit Job(WindowBuilder& builder) : builder_(builder) {}

  void Poll(int64_t second) {
    const double rhythm = 1 + 0.5 * std::sin(static_cast<double>(second) * 2 * M_PI / 86400);
    for (int v = 0; v < kVertices; ++v) {
      for (int s = 0; s < kSubtasks; ++s) PollTask(second, v, s, rhythm);
    }
    for (int p = 0; p < kProcesses; ++p) PollProcess(second, p, rhythm);
  }

 private:
  double Noise() { return std::normal_distribution<double>(1, 0.1)(random_); }
  template <typename Sample>
  void Add(const Sample& sample) {
    if (!builder_.Add(sample).ok()) std::abort();
  }

  void PollTask(int64_t second, int vertex, int subtask, double rhythm) {
    Counters& c = counters_[vertex][subtask];
    const double busy_ms = std::round(std::min(9'900.0, 4'000 * rhythm * Noise()));
    c.in += std::round(5'000 * rhythm * Noise());
    c.out += std::round(2'500 * rhythm * Noise());
    c.busy_ms += busy_ms;
    c.idle_ms += kStepSeconds * 1000 - busy_ms;
    TaskSample sample{};
    sample.time_ms = kStartMs + second * 1000;
    sample.vertex = vertex;
    sample.subtask = subtask;
    sample.Set(TaskMetric::kRecordsIn, vertex == 0 ? 0 : c.in);
    sample.Set(TaskMetric::kRecordsOut, c.out);
    sample.Set(TaskMetric::kBusyMs, c.busy_ms);
    sample.Set(TaskMetric::kIdleMs, c.idle_ms);
    sample.Set(TaskMetric::kBackPressuredMs, 0);
    if (vertex == 0) sample.Set(TaskMetric::kPendingRecords, std::round(1000 * Noise()));
    Add(sample);
  }

  void PollProcess(int64_t second, int process, double rhythm) {
    cpu_ns_[process] += 8e9 * rhythm * Noise();
    gc_ms_[process] += std::round(20 * rhythm * Noise());
    ProcessSample sample{};
    sample.time_ms = kStartMs + second * 1000;
    sample.role = process == 0 ? ProcessRole::kJobManager : ProcessRole::kTaskManager;
    sample.id = absl::StrCat("process-", process);
    sample.Set(ProcessMetric::kCpuTimeNs, cpu_ns_[process]);
    sample.Set(ProcessMetric::kGcTimeMs, gc_ms_[process]);
    sample.Set(ProcessMetric::kHeapUsed, std::round(6e8 * Noise()));
    sample.Set(ProcessMetric::kHeapMax, 1 << 30);
    sample.Set(ProcessMetric::kOldGenUsed, std::round(3e8 * Noise()));
    sample.Set(ProcessMetric::kMetaspaceUsed, 9e7);
    sample.Set(ProcessMetric::kRss, std::round(1.4e9 * Noise()));
    sample.Set(ProcessMetric::kWorkingSet, std::round(1.5e9 * Noise()));
    sample.Set(ProcessMetric::kMemoryLimit, 2e9);
    sample.Set(ProcessMetric::kSlots, 2);
    Add(sample);
  }

  struct Counters {
    double in = 0, out = 0, busy_ms = 0, idle_ms = 0;
  };
  WindowBuilder& builder_;
  std::mt19937_64 random_{1};
  Counters counters_[kVertices][kSubtasks];
  double cpu_ns_[kProcesses] = {}, gc_ms_[kProcesses] = {};
};

WindowBuilder After(int64_t hours) {
  WindowBuilder builder = MakeBuilder();
  Job job(builder);
  for (int64_t second = 0; second <= hours * 3600; second += kStepSeconds) job.Poll(second);
  return builder;
}

void BM_Save(benchmark::State& state) {
  const WindowBuilder builder = After(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) bytes = builder.Save().size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_Save)->ArgName("hours")->Arg(1)->Arg(24)->Arg(168)->Unit(benchmark::kMillisecond);

void BM_Restore(benchmark::State& state) {
  const std::string bytes = After(state.range(0)).Save();
  for (auto _ : state) {
    auto builder = WindowBuilder::Restore(bytes);
    if (!builder.ok()) std::abort();
    benchmark::DoNotOptimize(builder);
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_Restore)->ArgName("hours")->Arg(1)->Arg(24)->Arg(168)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tune
