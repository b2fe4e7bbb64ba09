#include "tests/pack/any_pack.h"

#include <algorithm>
#include <string>

namespace tune {
namespace {

int Number(std::mt19937_64& random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }

bool Coin(std::mt19937_64& random) { return Number(random, 0, 1) == 1; }

LiveModel AnyLive(std::mt19937_64& random, int slots_now) {
  std::vector<LiveObservation> observations;
  const int count = Number(random, 1, 3);
  for (int i = 0; i < count; ++i) {
    LiveObservation o;
    o.all_slots = i == 0 ? slots_now : Number(random, 1, 12);
    o.slots = Number(random, 1, static_cast<int>(o.all_slots));
    o.bytes = Number(random, 20, 800) * kMib;
    o.low = Coin(random) ? o.bytes * 0.9 : 0;
    observations.push_back(o);
  }
  return FitLive(observations).value();
}

PackJob AnyJob(std::mt19937_64& random, int id) {
  PackJob job;
  const int count = Number(random, 1, 3);
  for (int i = 0; i < count; ++i) {
    PackVertex v;
    v.slot_sharing_group = std::to_string(id) + (Number(random, 0, 3) == 0 ? "other" : "default");
    v.now = Number(random, 1, 6);
    v.cap = Number(random, 1, 12);
    v.smallest = Number(random, 1, std::min(v.cap, 6));
    if (Number(random, 0, 5) == 0) v.pinned = Number(random, 1, 4);
    v.holds_state = Coin(random);
    if (i > 0) job.edges.push_back({i - 1, i, Coin(random)});
    job.vertices.push_back(v);
  }
  const std::vector<PackJob> alone = {job};
  job.live = AnyLive(random, Spreader(alone).AllSlotsNow());
  job.cpu = {Number(random, 0, 100) / 1000.0, Number(random, 0, 4000) / 1000.0, Number(random, 10, 20) / 10.0, false};
  return job;
}

void AddLimits(std::mt19937_64& random, PackInput& input) {
  PodLimits& limits = input.limits;
  if (Coin(random)) limits.quota.memory_request = Bytes(int64_t{Number(random, 2, 40)} << 30);
  if (Coin(random)) limits.quota.cpu_request = MilliCores(Number(random, 1000, 20000));
  if (Coin(random)) limits.quota.pods = Number(random, 1, 12);
  if (Coin(random)) limits.node.memory = Bytes(int64_t{Number(random, 2, 12)} << 30);
  if (Coin(random)) limits.node.cpu = MilliCores(Number(random, 500, 8000));
  if (Coin(random)) limits.range.max_cpu_ratio = Number(random, 10, 40) / 10.0;
  if (Coin(random)) input.price = {1.0 + Number(random, 0, 20), 1.0 + Number(random, 0, 20)};
}

}  // namespace

PackInput ByHand() {
  PackInput input;
  PackJob& job = input.jobs.emplace_back();
  job.vertices = {{"default", 4, 8, 16, std::nullopt, true}};
  job.live = FitLive(std::vector<LiveObservation>{{260 * kMib, 260 * kMib, 2, 8, 0}}).value();
  job.cpu = FitCpu(std::vector<CpuObservation>{{2.12, 4, 1, 1}}).value();
  input.needs.heap.live = 260 * kMib;
  input.needs.heap.collector = Collector::kG1;
  input.needs.slots_now = 2;
  input.largest_slots = 8;
  input.present = PresentLayout{2, 4, Bytes(int64_t{2} << 30), MilliCores(1000)};
  return input;
}

PackInput AnyInput(std::mt19937_64& random) {
  PackInput input;
  const int count = Number(random, 1, 2);
  for (int i = 0; i < count; ++i) input.jobs.push_back(AnyJob(random, i));
  TaskManagerNeeds& needs = input.needs;
  needs.heap.live = Number(random, 20, 800) * kMib;
  needs.heap.collector = Coin(random) ? Collector::kG1 : Collector::kParallel;
  if (Coin(random)) {
    needs.heap.heap = needs.heap.live * Number(random, 16, 80) / 10;
    needs.heap.overhead = Number(random, 0, 300) / 1000.0;
    if (Coin(random)) needs.heap.full_overhead = *needs.heap.overhead / 2;
  }
  if (Coin(random)) needs.heap.allocation_rate = Number(random, 0, 2000) * kMib;
  if (Coin(random)) needs.managed_per_slot = Number(random, 0, 200) * kMib;
  needs.network_used = Number(random, 0, 50) * kMib;
  if (Coin(random)) needs.options.metaspace = Bytes(100 << 20);
  if (Number(random, 0, 9) == 0) needs.options.flink_size = Bytes(int64_t{2} << 30);
  needs.slots_now = Number(random, 1, 3);
  needs.cpu.start_up_floor = MilliCores(Number(random, 0, 500));
  input.largest_slots = Number(random, 24, 30);
  input.max_slots_per_task_manager = Number(random, 1, 24);
  input.min_task_managers = Number(random, 1, 3);
  input.max_task_managers = Number(random, 3, 24);
  if (Coin(random)) input.present = PresentLayout{Number(random, 1, 6), 2, Bytes(int64_t{2} << 30), MilliCores(1000)};
  AddLimits(random, input);
  return input;
}

Sized SizeDirectly(const PackInput& input, int slots, double k) {
  const Spreader spreader(input.jobs);
  const Spread spread = spreader.At(k);
  const TaskManagerNeeds& needs = input.needs;
  if (spread.all_slots > std::max(*input.largest_slots, spreader.At(1e12).all_slots)) return {};
  const int count = std::max(input.min_task_managers, (spread.all_slots + slots - 1) / slots);
  const TaskManagerLoad load = LoadAt(input.jobs, spreader, spread, spread, needs, slots);
  double network = 0;
  for (size_t j = 0; j < input.jobs.size(); ++j) {
    const std::vector<int>& parallelism = spread.parallelism[j];
    network +=
        NetworkBytes(NetworkBytesPerSubtask(input.jobs[j], parallelism), parallelism, std::min(slots, spread.slots[j]));
  }
  const double more = std::max(1.0, static_cast<double>(spread.all_slots) / spreader.AllSlotsNow());
  network = std::max(network, needs.network_used / needs.slots_now * more * std::min(slots, spread.all_slots));
  const auto plan = PlanMemory(needs.options, WantMemory(needs, WantHeap(needs, load), load, slots, network).wish);
  if (!plan.ok() || count > input.max_task_managers) return {};
  const CpuAsked cpu = AskCpu(load.cores, needs.cpu, input.limits.range);
  const auto pod = ContainerOf(plan->process_size, cpu.request, needs.memory_limit_factor, cpu.limit_factor);
  if (!pod.ok() || CheckPods(*pod, count, input.limits).cap != Cap::kNone) return {};
  return {true, count * PodCost(pod->cpu_request, pod->memory_request, input.price)};
}

}  // namespace tune
