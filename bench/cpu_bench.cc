// What one CPU request costs: bins of 60 s with a daily rhythm, one to seven days of them.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numbers>
#include <random>

#include "libtune/estimate/cpu_request.h"

namespace tune {
namespace {

CpuHistory Days(int64_t days, double censored_fraction) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> noise(0, 0.2);
  std::bernoulli_distribution throttled(censored_fraction);
  CpuHistory history;
  for (int64_t i = 0; i < days * 1440; ++i) {
    const double daily = 1 + 0.5 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 1440);
    history.bins.push_back({60, daily * noise(random), throttled(random) ? 1.0 : 0.0, std::nullopt, false});
  }
  return history;
}

void Run(benchmark::State& state, double censored_fraction, const CpuPolicy& policy) {
  const CpuHistory history = Days(state.range(0), censored_fraction);
  const CpuSpec now{.request = MilliCores(1000), .limit = MilliCores(2000)};
  for (auto _ : state) benchmark::DoNotOptimize(EstimateCpuRequest(history, now, policy));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(history.bins.size()));
}

void BM_CpuRequest(benchmark::State& state) { Run(state, 0, {}); }
void BM_CpuRequest_Throttled(benchmark::State& state) { Run(state, 0.05, {}); }
void BM_CpuRequest_PriceAlone(benchmark::State& state) {
  CpuPolicy policy;
  policy.inside_band = false;
  Run(state, 0, policy);
}
BENCHMARK(BM_CpuRequest)->ArgName("days")->Arg(1)->Arg(7);
BENCHMARK(BM_CpuRequest_Throttled)->ArgName("days")->Arg(7);
BENCHMARK(BM_CpuRequest_PriceAlone)->ArgName("days")->Arg(7);

}  // namespace
}  // namespace tune
