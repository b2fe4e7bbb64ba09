#include <algorithm>
#include <string>

#include "tests/support/any_job.h"
#include "tests/support/process_window_maker.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

class Dice {
 public:
  explicit Dice(std::mt19937_64& random) : random_(random) {}

  double In(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  int Whole(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool Is(double probability) { return In(0, 1) < probability; }
  std::optional<Bytes> MaybeMib(double probability, double low, double high) {
    return Is(probability) ? std::optional(Mib(In(low, high))) : std::nullopt;
  }

 private:
  std::mt19937_64& random_;
};

std::string AnyMib(Dice& dice, int low, int high) { return std::to_string(dice.Whole(low, high)) + "m"; }

void AddAnySpec(Dice& dice, JobWindow& window) {
  JobFacts& facts = window.facts;
  auto& options = facts.configuration;
  if (dice.Is(0.8)) facts.slots_per_task_manager = dice.Whole(1, 5);
  if (dice.Is(0.7)) facts.task_manager.memory = AnyMib(dice, 1300, 6000);
  if (dice.Is(0.3)) options["taskmanager.memory.managed.size"] = AnyMib(dice, 0, 200);
  if (dice.Is(0.2)) options["taskmanager.memory.jvm-overhead.min"] = AnyMib(dice, 100, 192);
  if (dice.Is(0.2)) options["taskmanager.memory.network.fraction"] = "0.05";
  if (dice.Is(0.2)) options["taskmanager.memory.task.off-heap.size"] = AnyMib(dice, 1, 100);
  if (dice.Is(0.2)) options["kubernetes.taskmanager.memory.limit-factor"] = "1.25";
  if (dice.Is(0.3)) options["kubernetes.taskmanager.cpu.limit-factor"] = "2";
  if (dice.Is(0.2)) options["execution.runtime-mode"] = "BATCH";
  if (dice.Is(0.3)) options["state.backend.type"] = "rocksdb";
  if (dice.Is(0.8)) facts.task_manager.cpu = dice.In(0.05, 4);
  if (dice.Is(0.6)) facts.job_manager.memory = AnyMib(dice, 900, 3000);
  if (dice.Is(0.7)) facts.job_manager.cpu = dice.In(0.05, 2);
  if (dice.Is(0.2)) facts.job_manager.replicas = dice.Whole(1, 3);
}

void AddAnyLimits(Dice& dice, PodLimits& limits) {
  if (dice.Is(0.15)) limits.quota.memory_request = Mib(dice.In(1000, 30000));
  if (dice.Is(0.1)) limits.quota.cpu_request = MilliCores(dice.Whole(500, 20000));
  if (dice.Is(0.1)) limits.quota.pods = dice.Whole(0, 12);
  if (dice.Is(0.1)) limits.node.memory = Mib(dice.In(1000, 8000));
  if (dice.Is(0.1)) limits.range.max_memory = Mib(dice.In(1000, 8000));
  if (dice.Is(0.1)) limits.range.max_cpu_ratio = dice.In(1, 4);
  if (dice.Is(0.1)) limits.range.max_memory_ratio = dice.In(1, 2);
}

// What a role shows in one bin, around a level of its own.
struct Level {
  double live_mib, rise_mib, noise, cores, overhead, full_share;
  bool counters, full_counters, logs, containers, throttling, uses_managed;
  std::array<double, kLiveRungCount> has_rung;
};

Level AnyLevel(Dice& dice) {
  Level level{};
  level.live_mib = dice.In(20, 800);
  level.rise_mib = dice.Is(0.2) ? dice.In(0, 500) : 0;
  level.noise = dice.In(0, 0.3);
  level.cores = dice.In(0.01, 2);
  level.overhead = dice.In(0, dice.In(0.01, 0.3));
  level.full_share = dice.In(0, 1);
  level.counters = dice.Is(0.8);
  level.full_counters = dice.Is(0.5);
  level.logs = dice.Is(0.3);
  level.containers = dice.Is(0.4);
  level.throttling = dice.Is(0.4);
  level.uses_managed = dice.Is(0.5);
  for (double& rung : level.has_rung) rung = dice.Is(0.4) ? dice.In(0, 1) : 0;
  return level;
}

CpuBin AnyCpu(Dice& dice, const Level& level, int processes, int slots) {
  CpuBin bin;
  if (dice.Is(0.05)) return bin;
  bin.processes = processes;
  bin.slots = slots;
  bin.covered_s = 60 * processes * dice.In(0.5, 1);
  bin.warm_s = bin.covered_s * (dice.Is(0.8) ? 1 : dice.In(0, 1));
  bin.cpu_s = level.cores * bin.covered_s * dice.In(1 - level.noise, 1 + level.noise);
  bin.busiest_cores = bin.cpu_s / bin.covered_s * dice.In(1, 2);
  if (level.throttling) {
    bin.throttle_seen_s = bin.covered_s;
    bin.throttled_s = bin.covered_s * (dice.Is(0.1) ? dice.In(0, 1) : 0);
    bin.limit_cores = level.cores * 2;
  }
  return bin;
}

void AddAnyContainer(Dice& dice, double rss_mib, MemoryBin& bin) {
  bin.rss = Mib(rss_mib);
  bin.working_set = Mib(rss_mib * 1.2);
  bin.native = Mib(dice.In(0, 500));
  bin.dirty_file = dice.MaybeMib(0.5, 0, 300);
  if (bin.dirty_file) bin.unreclaimable = *bin.rss + *bin.dirty_file;
  if (!dice.Is(0.02)) return;
  bin.oom_kills = 1;
  bin.killed_limit = dice.MaybeMib(0.7, 500, 4000);
}

MemoryBin AnyMemory(Dice& dice, const Level& level, double live_mib, int processes) {
  MemoryBin bin;
  const double seconds = 60 * processes;
  for (size_t rung = 0; rung < kLiveRungCount; ++rung) {
    if (!dice.Is(level.has_rung[rung])) continue;
    bin.live[rung] = Mib(live_mib * (1 + 0.3 * static_cast<double>(rung)) * dice.In(1 - level.noise, 1 + level.noise));
  }
  if (level.counters) {
    bin.gc_seen_s = seconds;
    bin.gc_s = level.overhead * seconds;
    bin.full_seen_s = level.full_counters ? seconds : 0;
    bin.full_gc_time_s = level.full_share * level.overhead * bin.full_seen_s;
  }
  if (level.logs && dice.Is(0.8)) {
    bin.log_s = seconds;
    bin.log_pause_s = level.overhead * seconds;
    bin.log_full_pause_s = level.full_share * bin.log_pause_s;
    bin.log_full_gcs = dice.Whole(0, 3);
    bin.log_futile_full_gcs = dice.Is(0.1) ? bin.log_full_gcs : 0;
    bin.log_allocated = dice.In(0, 1e9) * seconds;
  }
  bin.managed_used = Mib(level.uses_managed ? dice.In(1, 200) : 0);
  bin.network_used = dice.MaybeMib(0.5, 0, 60);
  bin.metaspace_used = dice.MaybeMib(0.7, 20, 240);
  bin.direct_used = dice.MaybeMib(0.3, 0, 300);
  if (level.containers) AddAnyContainer(dice, live_mib * 1.5 + dice.In(0, 1500), bin);
  return bin;
}

ProcessWindow AnyProcess(Dice& dice, int index, const Level& level, double covered_s) {
  const Collector collectors[] = {Collector::kUnknown, Collector::kSerial,     Collector::kParallel, Collector::kCms,
                                  Collector::kG1,      Collector::kShenandoah, Collector::kZ};
  ProcessWindow process;
  process.id = "process-" + std::to_string(index);
  process.covered_s = covered_s * dice.In(0.3, 1);
  process.cpu_cores_p90 = Statistic{level.cores * dice.In(0.5, 1.5), 0.01, process.covered_s};
  process.gc_fraction = dice.Is(0.8) ? std::optional(std::min(1.0, level.overhead)) : std::nullopt;
  process.heap_max = dice.MaybeMib(0.7, 300, 4000);
  process.old_capacity = dice.MaybeMib(0.5, 200, 2500);
  process.metaspace_max = dice.MaybeMib(0.5, 100, 256);
  process.managed_total = dice.MaybeMib(0.7, 0, 1000);
  process.network_total = dice.MaybeMib(0.5, 64, 128);
  process.memory_limit = dice.MaybeMib(0.3, 1000, 5000);
  if (dice.Is(0.3)) process.cpu_request_cores = dice.In(0.1, 2);
  if (process.cpu_request_cores) process.cpu_limit_cores = *process.cpu_request_cores * dice.In(1, 3);
  process.collector = collectors[dice.Whole(0, 6)];
  return process;
}

RoleWindow AnyRole(Dice& dice, size_t bins, int processes, int slots) {
  RoleWindow role;
  const Level level = AnyLevel(dice);
  for (int i = 0; i < processes; ++i) {
    role.processes.push_back(AnyProcess(dice, i, level, 60.0 * static_cast<double>(bins)));
  }
  const int earlier = dice.Is(0.3) ? dice.Whole(1, 8) : processes;  // before the job was rescaled
  for (size_t i = 0; i < bins; ++i) {
    const double done = static_cast<double>(i) / static_cast<double>(bins);
    const int seen = done < 0.5 ? earlier : processes;
    role.cpu.push_back(AnyCpu(dice, level, seen, slots));
    role.memory.push_back(AnyMemory(dice, level, level.live_mib + done * level.rise_mib, seen));
  }
  return role;
}

}  // namespace

void AddAnyProcesses(std::mt19937_64& random, JobWindow& window) {
  Dice dice(random);
  AddAnySpec(dice, window);
  AddAnyLimits(dice, window.facts.limits);
  const size_t bins = window.vertices.front().bins.size();
  int slots = 1;
  for (const Vertex& vertex : window.graph.vertices) slots = std::max(slots, vertex.parallelism);
  const int per_process = window.facts.slots_per_task_manager.value_or(dice.Whole(1, 5));
  window.task_managers = AnyRole(dice, bins, (slots + per_process - 1) / per_process, slots);
  if (dice.Is(0.7)) window.job_managers = AnyRole(dice, bins, dice.Whole(1, 2), slots);
}

}  // namespace tune
