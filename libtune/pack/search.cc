#include "libtune/pack/search.h"

#include <algorithm>
#include <utility>

#include "libtune/memory/derive.h"

namespace tune {
namespace {

constexpr double kForgiven = 1e-12;
constexpr double kNoConstraint = 1e12;  // k at which the load's needs alone count
constexpr int kRaise = 2;               // times the slots needed

bool IsBelow(double cost, double limit) { return cost < limit * (1 - kForgiven); }

}  // namespace

Search::Search(const PackInput& input) : input_(input), spreader_(input.jobs) {
  needed_ = spreader_.At(kNoConstraint).all_slots;
  const int largest = std::min(kMostSlots, std::max(needed_, input.largest_slots.value_or(kRaise * needed_)));
  const double now = spreader_.AllSlotsNow();
  for (int slots = 1; slots <= largest; ++slots) {
    Spread spread = spreader_.At(now / slots);
    if (spread.all_slots > largest) break;
    // The same parallelism again holds for less in each slot.
    if (!spreads_.empty() && spreads_.back().parallelism == spread.parallelism) spreads_.pop_back();
    spreads_.push_back(std::move(spread));
  }
  if (spreads_.empty()) spreads_.push_back(spreader_.At(now));
  for (const Spread& spread : spreads_) {
    const double more = std::max(1.0, spread.all_slots / now);
    used_.push_back(input.needs.network_used / input.needs.slots_now * more);
  }
}

int Search::MostSlots() const { return spreads_.back().all_slots; }

Search::Draft Search::DraftOf(int slots, size_t held_at, size_t slots_at) const {
  const TaskManagerNeeds& needs = input_.needs;
  const Spread& spread = spreads_[slots_at];
  Draft draft;
  draft.load = LoadAt(input_.jobs, spreader_, spread, spreads_[held_at], needs, slots);
  double network = 0;
  for (size_t j = 0; j < input_.jobs.size(); ++j) {
    network += NetworkBytes(input_.jobs[j], spread.parallelism[j], std::min(slots, spread.slots[j]));
  }
  network = std::max(network, used_[slots_at] * std::min(slots, spread.all_slots));
  draft.wanted = WantMemory(needs, draft.load, slots, network);
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

Search::Block Search::BlockAt(int slots, size_t first) const {
  Block block;
  block.first = first;
  block.task_managers = std::max((spreads_[first].all_slots + slots - 1) / slots, input_.min_task_managers);
  const int64_t most = int64_t{block.task_managers} * slots;
  const auto end = std::upper_bound(spreads_.begin() + static_cast<std::ptrdiff_t>(first), spreads_.end(), most,
                                    [](int64_t value, const Spread& spread) { return value < spread.all_slots; });
  block.end = static_cast<size_t>(end - spreads_.begin());
  return block;
}

Fall Search::Obstacle(const Draft& draft, int task_managers, double below) const {
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

void Search::Note(const Fall& fall, Family& family) {
  if (family.fall.cap == Cap::kNone || fall.cap == Cap::kCost ||
      (family.fall.cap != Cap::kCost && Overshoot(fall) < Overshoot(family.fall))) {
    family.fall = fall;
  }
}

Fall Search::Size(const Draft& draft, PackLayout& layout) {
  ++sized_;
  absl::StatusOr<TaskManagerMemoryPlan> plan = PlanMemory(input_.needs.options, draft.wanted.wish);
  if (!plan.ok()) return {Cap::kHeap, 0, 0, plan.status()};
  const absl::StatusOr<ContainerResources> pod =
      ContainerOf(plan->process_size, draft.cpu.request, input_.needs.memory_limit_factor, draft.cpu.limit_factor);
  if (!pod.ok()) return {Cap::kHeap, 0, 0, pod.status()};
  Fall fall = CheckPods(*pod, layout.task_managers, input_.limits);
  if (fall.cap != Cap::kNone) return fall;
  layout.load = draft.load;
  layout.wanted = draft.wanted;
  layout.cpu = draft.cpu;
  layout.pod = *pod;
  layout.memory = *std::move(plan);
  layout.cost = layout.task_managers * PodCost(pod->cpu_request, pod->memory_request, input_.price);
  return {};
}

void Search::SizeBlock(int slots, const Block& block, double& below, Family& family) {
  const bool is_one = block.end - block.first == 1;
  const Draft draft = DraftOf(slots, block.end - 1, block.first);
  Fall fall = Obstacle(draft, block.task_managers, below);
  if (fall.cap != Cap::kNone) return Note(fall, family);
  if (!is_one) {
    const size_t middle = block.first + (block.end - block.first) / 2;
    SizeBlock(slots, {block.first, middle, block.task_managers}, below, family);
    SizeBlock(slots, {middle, block.end, block.task_managers}, below, family);
    return;
  }
  PackLayout layout;
  layout.slots_per_task_manager = slots;
  layout.task_managers = block.task_managers;
  fall = Size(draft, layout);
  if (fall.cap != Cap::kNone) return Note(fall, family);
  if (!IsBelow(layout.cost, below)) return Note({Cap::kCost, layout.cost, below, absl::OkStatus()}, family);
  layout.spread = spreads_[block.first];
  layout.raised_by = layout.spread.all_slots - needed_;
  below = layout.cost;
  family.layout = std::move(layout);
}

Search::Family Search::Cheapest(int slots, double below) {
  Family family;
  // No spread needs less memory and CPU than this, and those that come after a block need no fewer TaskManagers.
  const Draft least = DraftOf(slots, spreads_.size() - 1, 0);
  for (size_t first = 0; first < spreads_.size();) {
    const Block block = BlockAt(slots, first);
    const Fall fall = Obstacle(least, block.task_managers, below);
    if (fall.cap != Cap::kNone) {
      Note(fall, family);
      break;
    }
    SizeBlock(slots, block, below, family);
    first = block.end;
  }
  if (family.layout) family.fall = {};
  return family;
}

}  // namespace tune
