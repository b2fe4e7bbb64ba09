#include "libtune/pack/search.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tune {
namespace {

constexpr double kNoConstraint = 1e12;  // k at which the load's needs alone count
constexpr int kRaise = 2;               // times the slots needed
constexpr double kAnyCost = std::numeric_limits<double>::infinity();

int SlotsNeededBy(const Spreader& spreader) { return spreader.At(kNoConstraint).all_slots; }

// Slots that there may be in all.
int LargestSlots(const PackInput& input, int needed) {
  return std::min(kMostSlots, std::max(needed, input.largest_slots.value_or(kRaise * needed)));
}

// All that differ, by slots in use.
std::vector<Spread> SpreadsOf(const PackInput& input, const Spreader& spreader) {
  const int largest = LargestSlots(input, SlotsNeededBy(spreader));
  const double now = spreader.AllSlotsNow();
  std::vector<Spread> spreads;
  for (int slots = 1; slots <= largest; ++slots) {
    Spread spread = spreader.At(now / slots);
    if (spread.all_slots > largest) break;
    // The same parallelism again holds for less in each slot.
    if (!spreads.empty() && spreads.back().parallelism == spread.parallelism) spreads.pop_back();
    spreads.push_back(std::move(spread));
  }
  if (spreads.empty()) spreads.push_back(spreader.At(now));
  return spreads;
}

// Rules out many numbers of slots per TaskManager at once.
class Prospect {
 public:
  explicit Prospect(const PackInput& input)
      : input_(input), spreader_(input.jobs), needed_(SlotsNeededBy(spreader_)), ends_(Ends()) {}

  bool MayFit() {
    const int least = input_.min_slots_per_task_manager, limit = input_.max_slots_per_task_manager;
    const int now = input_.present ? input_.present->slots_per_task_manager : 0;
    const int most = std::max(LargestSlots(input_, needed_), now);
    return MayFit(least, std::max(least, std::min(limit, most)));
  }

 private:
  // The fewest slots in use, and the least that each may hold.
  std::vector<Spread> Ends() const {
    const double now = spreader_.AllSlotsNow();
    return {spreader_.At(kNoConstraint), spreader_.At(now / std::max(1, LargestSlots(input_, needed_)))};
  }

  // With `first` to `last` slots: the memory and CPU of the first, as many TaskManagers as the last has.
  bool MayFit(int first, int last) {
    const int task_managers = std::max((needed_ + last - 1) / last, input_.min_task_managers);
    const Fall fall = drafter_.Obstacle(drafter_.Of(first, 1, 0), task_managers, kAnyCost);
    if (fall.cap != Cap::kNone) return false;
    if (first == last) return true;
    const int middle = first + (last - first) / 2;
    return MayFit(first, middle) || MayFit(middle + 1, last);
  }

  const PackInput& input_;
  const Spreader spreader_;
  const int needed_;
  const std::vector<Spread> ends_;
  Drafter drafter_{input_, spreader_, ends_};
};

}  // namespace

Search::Search(const PackInput& input)
    : input_(input),
      spreader_(input.jobs),
      spreads_(SpreadsOf(input, spreader_)),
      drafter_(input, spreader_, spreads_),
      needed_(SlotsNeededBy(spreader_)) {}

int Search::MostSlots() const { return spreads_.back().all_slots; }

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
  const Draft draft = drafter_.Of(slots, block.end - 1, block.first);
  Fall fall = drafter_.Obstacle(draft, block.task_managers, below);
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
  const Draft least = drafter_.Of(slots, spreads_.size() - 1, 0);
  for (size_t first = 0; first < spreads_.size();) {
    const Block block = BlockAt(slots, first);
    const Fall fall = drafter_.Obstacle(least, block.task_managers, below);
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

bool MayFit(const PackInput& input) { return Prospect(input).MayFit(); }

}  // namespace tune
