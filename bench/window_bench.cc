// Window statistics against plain passes over the same bytes, in one run. "GB/s" counts the input's bytes once.
//
// Many windows of the given size lie one after the other, at least 1 MiB of them, as in a fleet's inner loop; selection
// reorders its input, so it gets a fresh copy each time, which is not timed. Two plain passes are the yardstick:
// BM_Sum, one running sum, what a compiler makes of a loop; and BM_Read, 16 sums at once, as fast as memory delivers.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <boost/accumulators/statistics/variance.hpp>
#include <boost/accumulators/statistics/weighted_mean.hpp>
#include <boost/accumulators/statistics/weighted_variance.hpp>
#include <chrono>
#include <random>
#include <span>
#include <vector>

#include "libtune/window/quantile.h"
#include "libtune/window/sketch.h"

namespace tune {
namespace {

namespace ba = boost::accumulators;

template <typename T>
T Draw(std::mt19937_64& random);
template <>
double Draw(std::mt19937_64& random) {
  return std::lognormal_distribution<double>(5, 1)(random);
}
template <>
Weighted Draw(std::mt19937_64& random) {
  return {Draw<double>(random), std::uniform_real_distribution<double>(55, 60)(random)};
}

// Rates in records/s, lognormal; weights are covered seconds of a bin.
template <typename T>
std::vector<T> Windows(size_t size) {
  std::mt19937_64 random(1);
  const size_t windows = std::max<size_t>(1, (size_t{1} << 20) / sizeof(T) / size);
  std::vector<T> values(windows * size);
  for (T& v : values) v = Draw<T>(random);
  return values;
}

// Times `statistic(window)` over all windows.
template <typename T, typename Statistic>
void Run(benchmark::State& state, Statistic statistic) {
  const size_t size = state.range(0);
  const std::vector<T> original = Windows<T>(size);
  std::vector<T> values(original.size());
  for (auto _ : state) {
    std::copy(original.begin(), original.end(), values.begin());
    const auto start = std::chrono::steady_clock::now();
    for (size_t at = 0; at < values.size(); at += size) {
      benchmark::DoNotOptimize(statistic(std::span<T>(values).subspan(at, size)));
    }
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double bytes = static_cast<double>(values.size() * sizeof(T)) * static_cast<double>(state.iterations());
  state.counters["GB/s"] = benchmark::Counter(bytes / 1e9, benchmark::Counter::kIsRate);
  state.counters["ns/value"] =
      benchmark::Counter(static_cast<double>(values.size()) * static_cast<double>(state.iterations()) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <typename T>
std::span<const double> AsDoubles(std::span<T> values) {
  return {reinterpret_cast<const double*>(values.data()), values.size() * sizeof(T) / sizeof(double)};
}

template <typename T>
void BM_Sum(benchmark::State& state) {
  Run<T>(state, [](std::span<T> window) {
    double sum = 0;
    for (double x : AsDoubles(window)) sum += x;
    return sum;
  });
}

template <typename T>
void BM_Read(benchmark::State& state) {
  Run<T>(state, [](std::span<T> window) {
    const std::span<const double> doubles = AsDoubles(window);
    double sums[16] = {};
    size_t i = 0;
    for (; i + 16 <= doubles.size(); i += 16) {
      for (size_t k = 0; k < 16; ++k) sums[k] += doubles[i + k];
    }
    for (; i < doubles.size(); ++i) sums[0] += doubles[i];
    double sum = 0;
    for (double x : sums) sum += x;
    return sum;
  });
}

void BM_Quantile(benchmark::State& state) {
  Run<double>(state, [](std::span<double> window) { return Quantile(window, 0.9); });
}

void BM_WeightedQuantile(benchmark::State& state) {
  Run<Weighted>(state, [](std::span<Weighted> window) { return WeightedQuantile(window, 0.9); });
}

// The standard library's selection, for comparison.
void BM_NthElement(benchmark::State& state) {
  Run<double>(state, [](std::span<double> window) {
    const auto at = window.begin() + static_cast<ptrdiff_t>(window.size() * 9 / 10);
    std::nth_element(window.begin(), at, window.end());
    return *at;
  });
}

template <typename Tag>
void Accumulate(benchmark::State& state) {
  Run<Weighted>(state, [](std::span<Weighted> window) {
    ba::accumulator_set<double, ba::stats<Tag>, double> set;
    for (const Weighted& x : window) set(x.value, ba::weight = x.weight);
    return ba::extract_result<Tag>(set);
  });
}
void BM_Mean(benchmark::State& state) { Accumulate<ba::tag::mean>(state); }
void BM_Variance(benchmark::State& state) { Accumulate<ba::tag::lazy_variance>(state); }
void BM_VarianceOneByOne(benchmark::State& state) { Accumulate<ba::tag::variance>(state); }

// The sketch of one window: built, asked once.
void BM_Sketch(benchmark::State& state) {
  Run<Weighted>(state, [](std::span<Weighted> window) {
    DdSketch sketch;
    for (const Weighted& x : window) sketch.Add(x.value, x.weight);
    return sketch.Quantile(0.9);
  });
}

void Sizes(benchmark::internal::Benchmark* b) {
  b->ArgName("values")->UseManualTime();
  for (int64_t n : {60, 90, 240, 1440, 10080, 100000, 1000000, 10000000}) b->Arg(n);
}
BENCHMARK(BM_Sum<double>)->Apply(Sizes);
BENCHMARK(BM_Read<double>)->Apply(Sizes);
BENCHMARK(BM_Quantile)->Apply(Sizes);
BENCHMARK(BM_NthElement)->Apply(Sizes);
BENCHMARK(BM_Sum<Weighted>)->Apply(Sizes);
BENCHMARK(BM_Read<Weighted>)->Apply(Sizes);
BENCHMARK(BM_WeightedQuantile)->Apply(Sizes);
BENCHMARK(BM_Mean)->Apply(Sizes);
BENCHMARK(BM_Variance)->Apply(Sizes);
BENCHMARK(BM_VarianceOneByOne)->Apply(Sizes);
BENCHMARK(BM_Sketch)->Apply(Sizes);

}  // namespace
}  // namespace tune
