#include "libtune/pack/task_manager_size.h"

#include <algorithm>
#include <cmath>

#include "libtune/memory/task_manager.h"

namespace tune {
namespace {

constexpr double kLargestOverhead =
    0.1999;  // share of the time; from a fifth on estimate/heap.h takes it for thrashing

// More than this is as good as any such size: no container is so large (ContainerOf() refuses 2^51).
constexpr double kMostBytes = static_cast<double>(int64_t{1} << 58);

Bytes WholeMebibytes(double bytes) {
  const double mebibytes = std::ceil(std::min(bytes, kMostBytes) / kMebibyte * (1 - 1e-12));
  return Bytes(static_cast<int64_t>(mebibytes) * kMebibyte);
}

// What a job adds to a TaskManager: at most fixed + slots * per_slot, as its models are convex in the slots.
struct JobLoad {
  double available = 0;  // slots that there are
  double live_fixed = 0, live_per_slot = 0;
  double cores_per_slot = 0;
};

// Share of one TaskManager's slots when each holds `held` times what it holds at present.
double ShareOf(double slots, double held, int slots_now) { return std::min(1.0, slots * held / slots_now); }

JobLoad LoadOf(const PackJob& job, double available, double work, double state, int now) {
  JobLoad load;
  load.available = available;
  const LiveInterval none = LiveAt(job.live, 0, 0);
  load.live_fixed = none.high;
  // Convex up to where all of the state is held, and after it: the steeper of the lines to both ends is above it.
  const double straight = std::min(available, std::max(1.0, now / state));
  for (const double slots : {straight, available}) {
    const LiveInterval live = LiveAt(job.live, slots, ShareOf(slots, state, now));
    load.live_per_slot = std::max(load.live_per_slot, (live.high - none.high) / slots);
  }
  load.cores_per_slot = std::min(1.0, work / now * job.cpu.imbalance) * job.cpu.work;
  return load;
}

TaskManagerLoad LoadOfOne(const PackJob& job, double slots, double work, double state, int now) {
  TaskManagerLoad load;
  load.slots = slots;
  const LiveInterval live = LiveAt(job.live, slots, ShareOf(slots, state, now));
  load.live_low = live.low;
  load.live = live.high;
  load.live_known = live.known_at;
  load.cores = CoresAt(job.cpu, ShareOf(slots, work, now));
  return load;
}

// The slots with the most live data, and for the cores those with the most work.
TaskManagerLoad LoadOfSeveral(const std::vector<PackJob>& jobs, const std::vector<int>& now, const Spread& spread,
                              const Spread& held, int slots) {
  std::vector<JobLoad> loads;
  TaskManagerLoad load;
  double flink = 0, work = 0;
  for (size_t j = 0; j < jobs.size(); ++j) {
    const CpuModel& cpu = jobs[j].cpu;
    loads.push_back(LoadOf(jobs[j], std::min(slots, spread.slots[j]), held.work[j], held.state[j], now[j]));
    flink = std::max(flink, jobs[j].live.flink_bytes);
    load.live += std::max(0.0, loads.back().live_fixed - jobs[j].live.flink_bytes);
    load.cores = std::max(load.cores, cpu.fixed);
    work += cpu.work;
  }
  const double process = load.cores;
  load.live += flink;
  load.live_low = flink;
  const auto fill = [&](auto weight) {
    std::stable_sort(loads.begin(), loads.end(),
                     [&](const JobLoad& a, const JobLoad& b) { return weight(a) > weight(b); });
    double left = slots, sum = 0;
    for (const JobLoad& job : loads) {
      const double taken = std::min(left, job.available);
      left -= taken;
      sum += taken * weight(job);
    }
    load.slots = slots - left;
    return sum;
  };
  load.cores = process + std::min(work, fill([](const JobLoad& job) { return job.cores_per_slot; }));
  load.live += fill([](const JobLoad& job) { return job.live_per_slot; });
  return load;
}

// The facts of the present heap as those of one that is as much larger as the live set is. With the same room beside
// its live set it would collect `work` times as often; its room is larger too.
HeapFacts CarryFacts(const HeapFacts& now, const TaskManagerLoad& load) {
  const double size = load.live / now.live;
  const auto scale = [](std::optional<double>& fact, double factor) {
    if (fact) *fact *= factor;
  };
  HeapFacts facts = now;
  facts.live = load.live;
  scale(facts.heap, size);
  scale(facts.old_capacity, size);
  scale(facts.allocation_rate, load.work);
  if (now.overhead.value_or(0) > kLargestOverhead) return facts;
  scale(facts.overhead, load.work / size);
  if (facts.overhead) facts.overhead = std::min(*facts.overhead, kLargestOverhead);
  scale(facts.full_overhead, load.work / size);
  if (facts.full_overhead && facts.overhead) facts.full_overhead = std::min(*facts.full_overhead, *facts.overhead);
  return facts;
}

}  // namespace

TaskManagerLoad LoadAt(const std::vector<PackJob>& jobs, const Spreader& spreader, const Spread& spread,
                       const Spread& held, const TaskManagerNeeds& needs, int slots) {
  const std::vector<int>& now = spreader.SlotsNow();
  const double used = std::min(slots, spread.all_slots);
  TaskManagerLoad load = jobs.size() == 1
                             ? LoadOfOne(jobs.front(), used, held.work.front(), held.state.front(), now.front())
                             : LoadOfSeveral(jobs, now, spread, held, slots);
  load.share = ShareOf(load.slots, *std::max_element(held.work.begin(), held.work.end()), spreader.AllSlotsNow());
  load.work = load.share * spreader.AllSlotsNow() / needs.slots_now;
  return load;
}

HeapWanted WantHeap(const TaskManagerNeeds& needs, const TaskManagerLoad& load) {
  HeapWanted wanted;
  wanted.facts = CarryFacts(needs.heap, load);
  wanted.heap = EstimateHeap(wanted.facts, needs.goals);
  return wanted;
}

MemoryWanted WantMemory(const TaskManagerNeeds& needs, const HeapWanted& heap, const TaskManagerLoad& load, int slots,
                        double network) {
  MemoryWanted wanted;
  wanted.facts = heap.facts;
  wanted.heap = heap.heap;
  wanted.network = network;
  wanted.managed = needs.managed_per_slot * slots + needs.managed_in_all * load.share;
  wanted.wish.heap = std::max(WholeMebibytes(wanted.heap.bytes), needs.least_heap.value_or(Bytes(0)));
  wanted.wish.network = WholeMebibytes(wanted.network);
  wanted.wish.managed = WholeMebibytes(wanted.managed);
  wanted.wish.metaspace = needs.metaspace;
  wanted.wish.task_off_heap = needs.task_off_heap;
  wanted.wish.overhead = needs.overhead;
  return wanted;
}

Bytes LeastProcess(const TaskManagerNeeds& needs, const TaskManagerMemoryWish& wish) {
  const TaskManagerMemoryOptions& o = needs.options;
  // Flink's limits hold whatever is derived; those of the network not where its buffers are counted.
  const Bytes network(o.network_buffers ? 0 : NetworkLimits(o).min), overhead(Overhead(o, kTaskManagerKeys).min);
  double least = 0;
  for (const Bytes part : {*wish.heap, *wish.managed, std::max(*wish.network, network),
                           o.framework_off_heap.value_or(Bytes(kDefaultFramework)),
                           wish.task_off_heap.value_or(o.task_off_heap.value_or(Bytes(0))),
                           wish.metaspace.value_or(o.metaspace.value_or(Bytes(kDefaultMetaspace))),
                           std::max(wish.overhead.value_or(overhead), overhead)}) {
    least += static_cast<double>(part.value());
  }
  return Bytes(static_cast<int64_t>(std::min(least, kMostBytes)));
}

}  // namespace tune
