// What one decision costs, on the job of peer/INPUT.md: a chain of vertices, one sample of every vertex a minute.
//   Cold         Recommend() on a finished window, arguments checked: what the peer does with its metric history
//   FromSamples  a builder, all samples, the decision: from nothing but raw samples
//   Incremental  one more minute into a builder whose horizon is full, the decision: a control loop's tick
//   Checked      the decision on a window that a builder made: not checked again
//   WithProcesses  the same, and memory, CPU and layout of `task_managers` TaskManagers and a JobManager
//   FromSamplesVertices, FromSamplesSamples   how FromSamples grows
// Flags of its own: --long adds Long, 10^4 vertices x 10^4 minutes through a horizon of one day (about a gigabyte);
// --dump=VxS prints the input as CSV and stops.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/peer/synthetic_input.h"
#include "benchmark/benchmark.h"
#include "tune/recommend.h"
#include "tune/window_builder.h"

namespace tune::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Times each round by itself, as the peer's bench does, and reports the same quantiles.
class Rounds {
 public:
  void Start() { start_ = Clock::now(); }
  void Stop(benchmark::State& state) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    state.SetIterationTime(seconds);
    micros_.push_back(seconds * 1e6);
  }
  // `samples`: of a vertex, in each round; 0 where a round does not add the whole window.
  void Report(benchmark::State& state, int64_t samples = 0) {
    if (micros_.empty()) return;
    if (samples > 0) state.counters["ns_per_vertex_sample"] = At(0.5) * 1e3 / static_cast<double>(samples);
    state.counters["p10_us"] = At(0.1);
    state.counters["median_us"] = At(0.5);
    state.counters["p90_us"] = At(0.9);
  }

 private:
  double At(double quantile) {
    const auto i = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(micros_.size()));
    const auto at = micros_.begin() + std::min(i, static_cast<std::ptrdiff_t>(micros_.size()) - 1);
    std::nth_element(micros_.begin(), at, micros_.end());
    return *at;
  }

  Clock::time_point start_;
  std::vector<double> micros_;
};

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The vertices that the decision changes, "10:5" for vertex 10 to 5 subtasks.
std::string Changes(const JobRecommendation& recommendation) {
  std::string text;
  for (const VertexRecommendation& v : recommendation.vertices) {
    if (v.wanted != v.now) absl::StrAppend(&text, text.empty() ? "" : " ", v.vertex, ":", v.wanted);
  }
  return text.empty() ? "no change" : text;
}

absl::StatusOr<WindowBuilder> Build(const JobGraph& graph, const std::vector<TaskSample>& samples,
                                    const WindowOptions& options) {
  auto builder = WindowBuilder::Create(graph, {}, options);
  if (!builder.ok()) return builder;
  for (const TaskSample& sample : samples) {
    if (auto status = builder->Add(sample); !status.ok()) return status;
  }
  return builder;
}

void BM_FromSamples(benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0));
  const auto minutes = static_cast<int>(state.range(1));
  const JobGraph graph = SyntheticInput(vertices).Graph();
  const std::vector<TaskSample> samples = MakeSamples(vertices, minutes);
  const TuningPolicy policy;
  const auto decide = [&]() -> absl::StatusOr<JobRecommendation> {
    auto builder = Build(graph, samples, {});
    if (!builder.ok()) return builder.status();
    return RecommendChecked(builder->Window(), policy);
  };
  const auto first = decide();
  if (!first.ok()) return state.SkipWithError(first.status().ToString().c_str());
  state.SetLabel(Changes(*first));
  Rounds rounds;
  for (auto _ : state) {
    rounds.Start();
    benchmark::DoNotOptimize(decide());
    rounds.Stop(state);
  }
  rounds.Report(state, state.range(0) * state.range(1));
}
BENCHMARK(BM_FromSamples)
    ->Name("FromSamples")
    ->ArgNames({"vertices", "samples"})
    ->Args({20, 90})
    ->Args({20, 360})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FromSamples)
    ->Name("FromSamplesVertices")
    ->ArgNames({"vertices", "samples"})
    ->ArgsProduct({{10, 100, 1000, 10000}, {90}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FromSamples)
    ->Name("FromSamplesSamples")
    ->ArgNames({"vertices", "samples"})
    ->ArgsProduct({{20}, {100, 1000, 10000}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

void BM_Incremental(benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0));
  const auto minutes = static_cast<int>(state.range(1));
  SyntheticInput input(vertices);
  auto builder = WindowBuilder::Create(input.Graph(), {}, {.horizon = absl::Minutes(minutes)});
  if (!builder.ok()) return state.SkipWithError(builder.status().ToString().c_str());
  const TuningPolicy policy;
  std::vector<TaskSample> minute(static_cast<size_t>(vertices));
  const auto next_minute = [&] {
    input.Advance();
    for (int v = 0; v < vertices; ++v) minute[static_cast<size_t>(v)] = input.Sample(v);
  };
  absl::Status status;
  // Twice the horizon, so that old bins are being dropped.
  for (int i = 0; i < 2 * minutes; ++i) {
    next_minute();
    for (const TaskSample& sample : minute) status.Update(builder->Add(sample));
  }
  Rounds rounds;
  for (auto _ : state) {
    next_minute();
    rounds.Start();
    for (const TaskSample& sample : minute) status.Update(builder->Add(sample));
    benchmark::DoNotOptimize(RecommendChecked(builder->Window(), policy));
    rounds.Stop(state);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  rounds.Report(state);
  state.SetLabel(Changes(RecommendChecked(builder->Window(), policy)));
  state.counters["bins"] = static_cast<double>(builder->Window().vertices.front().bins.size());
}
BENCHMARK(BM_Incremental)
    ->Name("Incremental")
    ->ArgNames({"vertices", "samples"})
    ->Args({20, 90})
    ->Args({20, 360})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

template <bool kChecked>
void BM_Recommend(benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0));
  const auto minutes = static_cast<int>(state.range(1));
  auto builder = Build(SyntheticInput(vertices).Graph(), MakeSamples(vertices, minutes), {});
  if (!builder.ok()) return state.SkipWithError(builder.status().ToString().c_str());
  const JobWindow& window = builder->Window();
  const TuningPolicy policy;
  if (auto once = Recommend(window, policy); !once.ok()) {
    return state.SkipWithError(once.status().ToString().c_str());
  }
  Rounds rounds;
  for (auto _ : state) {
    rounds.Start();
    if constexpr (kChecked) {
      benchmark::DoNotOptimize(Recommend(window, policy));
    } else {
      benchmark::DoNotOptimize(RecommendChecked(window, policy));
    }
    rounds.Stop(state);
  }
  rounds.Report(state);
  state.SetLabel(Changes(RecommendChecked(window, policy)));
}
BENCHMARK(BM_Recommend<true>)
    ->Name("Cold")
    ->ArgNames({"vertices", "samples"})
    ->Args({20, 90})
    ->Args({20, 360})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Recommend<false>)
    ->Name("Checked")
    ->ArgNames({"vertices", "samples"})
    ->Args({20, 90})
    ->Args({20, 360})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

// One process's minute: half a core in use, 200 MiB alive after a full collection, 2 % of the time collecting.
ProcessSample ProcessMinute(ProcessRole role, int index, int minute) {
  constexpr double kMib = 1 << 20;
  ProcessSample s;
  s.time_ms = minute * int64_t{60'000};
  s.role = role;
  s.id = absl::StrCat("process-", index);
  s.Set(ProcessMetric::kCpuTimeNs, 30e9 * minute);
  s.Set(ProcessMetric::kGcTimeMs, 1200.0 * minute);
  s.Set(ProcessMetric::kHeapMax, 1024 * kMib);
  s.Set(ProcessMetric::kHeapUsed, (400 + 7 * (minute % 13)) * kMib);
  s.Set(ProcessMetric::kOldGenAfterFullGc, (200 + minute % 5) * kMib);
  s.Set(ProcessMetric::kMetaspaceUsed, 90 * kMib);
  s.Set(ProcessMetric::kManagedUsed, 0);
  s.Set(ProcessMetric::kRss, 1300 * kMib);
  return s;
}

void BM_WithProcesses(benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0)), task_managers = static_cast<int>(state.range(1));
  constexpr int kMinutes = 360;
  JobFacts facts;
  facts.flink_major = 1;
  facts.flink_minor = 20;
  facts.slots_per_task_manager = 4;
  facts.task_manager = {"2g", 1.0, "", 0};
  facts.job_manager = {"1600m", 1.0, "", 0};
  JobGraph graph = SyntheticInput(vertices).Graph();
  for (Vertex& v : graph.vertices) v.parallelism = std::min(v.max_parallelism, 4 * task_managers);
  auto builder = WindowBuilder::Create(graph, facts, {});
  absl::Status status = builder.status();
  for (const TaskSample& sample : MakeSamples(vertices, kMinutes)) {
    if (status.ok()) status.Update(builder->Add(sample));
  }
  for (int minute = 0; minute < kMinutes && status.ok(); ++minute) {
    for (int i = 0; i < task_managers; ++i) {
      status.Update(builder->Add(ProcessMinute(ProcessRole::kTaskManager, i, minute)));
    }
    status.Update(builder->Add(ProcessMinute(ProcessRole::kJobManager, 0, minute)));
  }
  if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  const JobWindow& window = builder->Window();
  const TuningPolicy policy;
  Rounds rounds;
  for (auto _ : state) {
    rounds.Start();
    benchmark::DoNotOptimize(RecommendChecked(window, policy));
    rounds.Stop(state);
  }
  rounds.Report(state);
  const ProcessSize size = RecommendChecked(window, policy).task_managers.wanted;
  state.SetLabel(absl::StrCat(size.count.value_or(0), " TaskManagers of ", size.slots.value_or(0), " slots, ",
                              size.memory.value_or(Bytes(0)).value() >> 20, " MiB"));
}
BENCHMARK(BM_WithProcesses)
    ->Name("WithProcesses")
    ->ArgNames({"vertices", "task_managers"})
    ->Args({20, 1})
    ->Args({20, 5})
    ->Args({20, 50})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

// Samples are made one minute at a time, outside the timing: all of them would not fit into memory.
void BM_Long(benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0));
  const auto minutes = static_cast<int>(state.range(1));
  const TuningPolicy policy;
  std::vector<TaskSample> minute(static_cast<size_t>(vertices));
  for (auto _ : state) {
    SyntheticInput input(vertices);
    auto builder = WindowBuilder::Create(input.Graph(), {}, {.horizon = absl::Hours(24)});
    if (!builder.ok()) return state.SkipWithError(builder.status().ToString().c_str());
    double seconds = 0;
    absl::Status status;
    for (int i = 0; i < minutes; ++i) {
      input.Advance();
      for (int v = 0; v < vertices; ++v) minute[static_cast<size_t>(v)] = input.Sample(v);
      const auto start = Clock::now();
      for (const TaskSample& sample : minute) status.Update(builder->Add(sample));
      seconds += SecondsSince(start);
    }
    const auto start = Clock::now();
    auto recommendation = Recommend(builder->Window(), policy);
    const double recommend_s = SecondsSince(start);
    state.SetIterationTime(seconds + recommend_s);
    status.Update(recommendation.status());
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
    state.counters["recommend_s"] = recommend_s;
    state.counters["ns_per_vertex_sample"] =
        (seconds + recommend_s) * 1e9 / static_cast<double>(state.range(0) * state.range(1));
    state.SetLabel(Changes(*recommendation));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_rss_mib"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void Dump(int vertices, int samples) {
  std::puts("time_ms,vertex,records_in,records_out,busy_ms,back_pressured_ms,pending_records");
  for (const TaskSample& s : MakeSamples(vertices, samples)) {
    std::printf("%lld,%d,%.0f,%.0f,%.0f,%.0f,", static_cast<long long>(s.time_ms), s.vertex,
                *s.Get(TaskMetric::kRecordsIn), *s.Get(TaskMetric::kRecordsOut), *s.Get(TaskMetric::kBusyMs),
                *s.Get(TaskMetric::kBackPressuredMs));
    const auto pending = s.Get(TaskMetric::kPendingRecords);
    std::puts(pending ? absl::StrFormat("%.0f", *pending).c_str() : "");
  }
}

}  // namespace
}  // namespace tune::bench

int main(int argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    int vertices = 0, samples = 0;
    if (std::strcmp(argv[i], "--long") == 0) {
      benchmark::RegisterBenchmark("Long", tune::bench::BM_Long)
          ->ArgNames({"vertices", "samples"})
          ->Args({10000, 10000})
          ->Iterations(1)
          ->UseManualTime()
          ->Unit(benchmark::kSecond);
    } else if (std::sscanf(argv[i], "--dump=%dx%d", &vertices, &samples) == 2 && vertices >= 2 && samples >= 1) {
      tune::bench::Dump(vertices, samples);
      return 0;
    } else {
      argv[kept++] = argv[i];
    }
  }
  benchmark::Initialize(&kept, argv);
  if (benchmark::ReportUnrecognizedArguments(kept, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
