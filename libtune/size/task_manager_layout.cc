#include "libtune/size/task_manager_layout.h"

#include <algorithm>
#include <utility>

#include "libtune/size/role_answer.h"

namespace tune {
namespace {

// Slots that the load needs when no vertex has more subtasks than wanted.
int SlotsWanted(const PackInput& input) {
  Spreader spreader(input.jobs);
  constexpr double kLoadAlone = 1e12;  // as far apart as its needs allow
  return spreader.At(kLoadAlone).all_slots;
}

bool Saves(const JobSizing& job, double held, double best) {
  if (best > held * (1 - job.policy.least_saving)) return false;
  return (held - best) * job.seconds.payback > held * job.seconds.restart;
}

}  // namespace

absl::StatusOr<LayoutChoice> ChooseLayout(const JobSizing& job, const PackInput& input, const ProcessSize& now) {
  LayoutChoice choice;
  absl::StatusOr<PackAnswer> best = Pack(input);
  if (!best.ok()) return best.status();
  choice.best = *std::move(best);
  PackInput present = input;
  present.min_slots_per_task_manager = present.max_slots_per_task_manager = *now.slots;
  present.largest_slots = std::min(kMostSlots, std::max(1, SlotsWanted(input)));
  absl::StatusOr<PackAnswer> kept = Pack(present);
  if (!kept.ok()) return kept.status();
  if (kept->chosen && kept->part == 1) choice.kept = std::move(kept->chosen);
  if (!choice.kept) return choice;
  if (!now.memory) {
    const Bytes heap = choice.kept->memory.memory.Heap();
    choice.raise = Grows(now.heap, heap);
    choice.hold = !choice.raise && now.heap && !SavesHeap(job.policy, *now.heap, heap);
    return choice;
  }
  const ContainerResources& pod = choice.kept->pod;
  choice.raise = pod.memory_request > *now.memory || (now.cpu && pod.cpu_request > *now.cpu);
  if (choice.raise) return choice;
  const MilliCores cpu = now.cpu.value_or(pod.cpu_request);
  choice.cost_held = choice.kept->task_managers * PodCost(cpu, *now.memory, input.price);
  choice.hold = !choice.best.chosen || !Saves(job, choice.cost_held, choice.best.chosen->cost);
  return choice;
}

}  // namespace tune
