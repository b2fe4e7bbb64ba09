// What one choice of layout costs: a chain of vertices, every number of slots per TaskManager, every parallelism from
// what is needed to twice that.
#include <benchmark/benchmark.h>

#include <string>

#include "libtune/pack/pack.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;

PackInput Chain(int64_t vertices, int slots) {
  PackInput input;
  PackJob& job = input.jobs.emplace_back();
  for (int v = 0; v < vertices; ++v) {
    // Every fifth has the largest parallelism, and none less than a fifth of it.
    job.vertices.push_back({"default", slots * (1 + v % 5) / 5 + 1, slots, 4 * slots + 8, std::nullopt, v > 0});
    if (v > 0) job.edges.push_back({v - 1, v, true});
  }
  const double now = slots;
  job.live = FitLive(std::vector<LiveObservation>{{300 * kMib, 280 * kMib, 2, now, 3600},
                                                  {420 * kMib, 400 * kMib, 4, now, 3600},
                                                  {380 * kMib, 360 * kMib, 2, now / 2, 3600}})
                 .value();
  job.cpu = {0.05, 0.3 * now, 1.2, false};
  TaskManagerNeeds& needs = input.needs;
  needs.heap.live = 300 * kMib;
  needs.heap.collector = Collector::kParallel;
  needs.heap.heap = 900 * kMib;
  needs.heap.overhead = 0.02;
  needs.slots_now = 2;
  input.present = PresentLayout{2, (slots + 1) / 2, Bytes(int64_t{2} << 30), MilliCores(1000)};
  return input;
}

void Run(benchmark::State& state, const PackInput& input) {
  int sized = 0;
  for (auto _ : state) {
    const auto answer = Pack(input);
    if (!answer.ok()) {
      state.SkipWithError(std::string(answer.status().message()).c_str());
      return;
    }
    sized = answer->sized;
    benchmark::DoNotOptimize(answer);
  }
  state.counters["sized"] = sized;
}

void BM_Pack(benchmark::State& state) { Run(state, Chain(state.range(0), static_cast<int>(state.range(1)))); }
void BM_Pack_NothingFits(benchmark::State& state) {
  PackInput input = Chain(state.range(0), static_cast<int>(state.range(1)));
  input.limits.quota.memory_request = Bytes(int64_t{4} << 30);
  Run(state, input);
}
BENCHMARK(BM_Pack)->ArgNames({"vertices", "slots"})->Args({10, 20})->Args({50, 20})->Args({50, 100})->Args({50, 500});
BENCHMARK(BM_Pack_NothingFits)->ArgNames({"vertices", "slots"})->Args({50, 100})->Args({50, 500});

}  // namespace
}  // namespace tune
