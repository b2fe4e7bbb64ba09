#include "libtune/pack/draft.h"

#include <algorithm>

#include "libtune/memory/derive.h"

namespace tune {

bool IsBelow(double cost, double limit) {
  constexpr double kForgiven = 1e-12;
  return cost < limit * (1 - kForgiven);
}

Drafter::Drafter(const PackInput& input, const Spreader& spreader, const std::vector<Spread>& spreads)
    : input_(input), spreader_(spreader), spreads_(spreads), heaps_(spreads.size()) {
  networks_.reserve(spreads.size());
  for (const Spread& spread : spreads) {
    Network& network = networks_.emplace_back();
    const double more = std::max(1.0, spread.all_slots / static_cast<double>(spreader.AllSlotsNow()));
    network.used = input.needs.network_used / input.needs.slots_now * more;
    for (size_t j = 0; j < input.jobs.size(); ++j) {
      network.per_subtask.push_back(NetworkBytesPerSubtask(input.jobs[j], spread.parallelism[j]));
    }
  }
}

double Drafter::NetworkOf(int slots, size_t at) const {
  const Spread& spread = spreads_[at];
  const Network& network = networks_[at];
  double bytes = 0;
  for (size_t j = 0; j < input_.jobs.size(); ++j) {
    bytes += NetworkBytes(network.per_subtask[j], spread.parallelism[j], std::min(slots, spread.slots[j]));
  }
  return std::max(bytes, network.used * std::min(slots, spread.all_slots));
}

const HeapWanted& Drafter::HeapOf(const TaskManagerLoad& load, size_t held_at) {
  KnownHeap& known = heaps_[held_at];
  if (known.live != load.live || known.work != load.work) {
    known = {load.live, load.work, WantHeap(input_.needs, load)};
  }
  return known.wanted;
}

Draft Drafter::Of(int slots, size_t held_at, size_t slots_at) {
  const TaskManagerNeeds& needs = input_.needs;
  Draft draft;
  draft.load = LoadAt(input_.jobs, spreader_, spreads_[slots_at], spreads_[held_at], needs, slots);
  draft.wanted = WantMemory(needs, HeapOf(draft.load, held_at), draft.load, slots, NetworkOf(slots, slots_at));
  draft.cpu = AskCpu(draft.load.cores, needs.cpu, input_.limits.range);
  const Bytes least = LeastProcess(needs, draft.wanted.wish);
  draft.pod.memory_request = least;
  const int64_t mebibytes = least.value() / kMebibyte;
  const double limit = static_cast<double>(mebibytes) * needs.memory_limit_factor;
  draft.pod.memory_limit = Bytes(static_cast<int64_t>(limit) * kMebibyte);
  draft.pod.cpu_request = draft.cpu.request;
  draft.pod.cpu_limit = draft.cpu.request;
  draft.pod_cost = PodCost(draft.cpu.request, least, input_.price);
  return draft;
}

Fall Drafter::Obstacle(const Draft& draft, int task_managers, double below) const {
  if (task_managers > input_.max_task_managers) {
    return {Cap::kTaskManagers, static_cast<double>(task_managers), static_cast<double>(input_.max_task_managers),
            absl::OkStatus()};
  }
  Fall fall = CheckPods(draft.pod, task_managers, input_.limits);
  // The share between them is not known before the process size is.
  if (fall.cap != Cap::kNone && fall.cap != Cap::kMemoryRatio) return fall;
  const double cost = task_managers * draft.pod_cost;
  if (!IsBelow(cost, below)) return {Cap::kCost, cost, below, absl::OkStatus()};
  return {};
}

}  // namespace tune
