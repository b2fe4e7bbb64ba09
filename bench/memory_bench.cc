// One evaluation of Flink's memory model from parsed options, and the ways to and from it. The target is 10^6
// evaluations a second on one core; options differ from one to the next, as when a search goes through them.
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr int64_t kMiB = 1 << 20;
constexpr size_t kOptions = 1024;

// By process size, by Flink memory, by parts.
TaskManagerMemoryOptions TaskManager(size_t i) {
  TaskManagerMemoryOptions options;
  const auto n = static_cast<int64_t>(i);
  options.managed_fraction = MemoryFraction(0.2F + 0.0001F * static_cast<float>(i));
  switch (i % 3) {
    case 0:
      options.process_size = Bytes((1728 + n) * kMiB);
      break;
    case 1:
      options.flink_size = Bytes((1280 + n) * kMiB);
      break;
    default:
      options.task_heap = Bytes((512 + n) * kMiB);
      options.managed = Bytes(n * kMiB);
  }
  return options;
}

void BM_TaskManagerMemory(benchmark::State& state) {
  std::vector<TaskManagerMemoryOptions> options;
  for (size_t i = 0; i < kOptions; ++i) options.push_back(TaskManager(i));
  size_t i = 0;
  for (auto _ : state) {
    const auto memory = ComputeMemory(options[i++ % kOptions]);
    if (!memory.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(memory);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_TaskManagerMemory);

void BM_JobManagerMemory(benchmark::State& state) {
  std::vector<JobManagerMemoryOptions> options(kOptions);
  for (size_t i = 0; i < kOptions; ++i) options[i].process_size = Bytes((1600 + static_cast<int64_t>(i)) * kMiB);
  size_t i = 0;
  for (auto _ : state) {
    const auto memory = ComputeMemory(options[i++ % kOptions]);
    if (!memory.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(memory);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_JobManagerMemory);

void BM_PlanTaskManager(benchmark::State& state) {
  const TaskManagerMemoryOptions options;
  TaskManagerMemoryWish wish;
  wish.managed = Bytes(0);
  int64_t i = 0;
  for (auto _ : state) {
    wish.heap = Bytes((512 + i++ % 8192) * kMiB);
    const auto plan = PlanMemory(options, wish);
    if (!plan.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(plan);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_PlanTaskManager);

void BM_ReadTaskManager(benchmark::State& state) {
  const std::map<std::string, std::string> configuration = {{"taskmanager.memory.process.size", "4096m"},
                                                            {"taskmanager.memory.managed.fraction", "0.3"},
                                                            {"taskmanager.memory.network.max", "1 gb"},
                                                            {"taskmanager.numberOfTaskSlots", "4"}};
  for (auto _ : state) benchmark::DoNotOptimize(ReadTaskManagerMemory({1, 20}, configuration));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReadTaskManager);

}  // namespace
}  // namespace tune
