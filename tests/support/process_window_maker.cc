#include "tests/support/process_window_maker.h"

#include <cmath>
#include <string>

#include "tests/support/answer.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;
constexpr double kBinSeconds = 60;

std::string MibText(double mib) { return std::to_string(static_cast<int64_t>(mib)) + "m"; }

CpuBin CpuOf(const ProcessOptions& o, int slots) {
  CpuBin bin;
  bin.covered_s = bin.warm_s = kBinSeconds * o.count;
  bin.cpu_s = o.cores * bin.covered_s;
  bin.busiest_cores = o.cores * o.busiest_over_mean;
  bin.processes = o.count;
  bin.slots = slots;
  if (o.limit_cores) {
    bin.throttle_seen_s = bin.covered_s;
    bin.throttled_s = o.throttled * bin.covered_s;
    bin.limit_cores = o.limit_cores;
  }
  return bin;
}

std::optional<Bytes> MaybeMib(const std::optional<double>& mib) {
  return mib ? std::optional(Mib(*mib)) : std::nullopt;
}

MemoryBin MemoryOf(const ProcessOptions& o, double live_mib) {
  const double seconds = kBinSeconds * o.count;
  MemoryBin bin;
  if (o.rung) bin.live[static_cast<size_t>(*o.rung)] = Mib(live_mib);
  if (o.overhead) {
    bin.gc_seen_s = seconds;
    bin.gc_s = *o.overhead * seconds;
  }
  if (o.logged_overhead) {
    bin.log_s = seconds;
    bin.log_pause_s = *o.logged_overhead * seconds;
  }
  bin.managed_used = MaybeMib(o.managed_used_mib);
  bin.metaspace_used = MaybeMib(o.metaspace_used_mib);
  bin.rss = MaybeMib(o.rss_mib);
  return bin;
}

}  // namespace

Bytes Mib(double mib) { return Bytes(static_cast<int64_t>(mib * kMib)); }

double InMib(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<double>(bytes->value()) / kMib : std::nan("");
}

RoleWindow ShowProcesses(const ProcessOptions& o, size_t bins, int slots) {
  RoleWindow role;
  for (int i = 0; i < o.count; ++i) {
    ProcessWindow& process = role.processes.emplace_back();
    process.id = "process-" + std::to_string(i);
    process.covered_s = kBinSeconds * static_cast<double>(bins);
    process.cpu_cores_p90 = Statistic{o.cores * (i == 0 ? o.busiest_over_mean : 1), 0, process.covered_s};
    process.gc_fraction = o.overhead;
    process.collector = o.collector;
    process.heap_max = MaybeMib(o.heap_mib);
  }
  for (size_t i = 0; i < bins; ++i) {
    role.cpu.push_back(CpuOf(o, slots));
    const double done = bins > 1 ? static_cast<double>(i) / static_cast<double>(bins - 1) : 0;
    role.memory.push_back(MemoryOf(o, o.live_mib + done * o.rise_mib));
  }
  return role;
}

void SetMemory(double heap_mib, double managed_mib, JobWindow& window) {
  window.facts.task_manager.memory = MibText(heap_mib + managed_mib + kRestMib);
  window.facts.configuration["taskmanager.memory.managed.size"] = MibText(managed_mib);
  window.facts.configuration["taskmanager.memory.network.min"] = "64m";
  window.facts.configuration["taskmanager.memory.network.max"] = "64m";
  window.facts.configuration["taskmanager.memory.jvm-overhead.min"] = "192m";
  window.facts.configuration["taskmanager.memory.jvm-overhead.max"] = "192m";
}

JobWindow Build(const SteadyJob& job) {
  constexpr double kRate = 1000;  // records/s
  JobWindowMaker maker(job.bins);
  const int source = maker.AddSource("source", kRate);
  const VertexOptions map = MapOptions(kRate, job.busy * job.parallelism / kRate, job.parallelism);
  maker.Connect(source, maker.Add("map", map), ShipStrategy::kHash);
  JobWindow window = maker.Build();
  window.facts.slots_per_task_manager = job.slots;
  window.facts.task_manager.cpu = job.cpu;
  SetMemory(job.heap_mib, job.managed_mib, window);
  window.task_managers = ShowProcesses(job.task_managers, static_cast<size_t>(job.bins), job.parallelism);
  return window;
}

TuningPolicy MemoryPolicy(int slots) {
  TuningPolicy policy = PlainPolicy();
  policy.price_per_gib = 1;
  policy.min_slots = policy.max_slots = slots;
  return policy;
}

}  // namespace tune
