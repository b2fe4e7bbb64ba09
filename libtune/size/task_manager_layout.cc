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

ProcessSize SizeOf(const PackLayout& layout, const TaskManagerNeeds& needs, bool cpu_known) {
  ProcessSize size;
  size.count = layout.task_managers;
  size.slots = layout.slots_per_task_manager;
  if (cpu_known) {
    size.cpu = layout.pod.cpu_request;
    size.cpu_limit_factor = layout.cpu.limit_factor;
    size.cost = layout.cost;
  }
  size.memory = layout.pod.memory_request;
  size.memory_limit_factor = needs.memory_limit_factor;
  const TaskManagerMemory& memory = layout.memory.memory;
  size.heap = memory.Heap();
  size.managed = memory.managed;
  size.network = memory.network;
  size.metaspace = memory.metaspace;
  size.overhead = memory.overhead;
  return size;
}

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
  // Direct memory that is given is full.
  choice.raise = Lacks(now, SizeOf(*choice.kept, input.needs, true)) || input.needs.task_off_heap.has_value();
  if (choice.raise) return choice;
  if (!now.memory) {
    choice.hold = !now.heap || !SavesHeap(job.policy, *now.heap, choice.kept->memory.memory.Heap());
    return choice;
  }
  const MilliCores cpu = now.cpu.value_or(choice.kept->pod.cpu_request);
  choice.cost_held = choice.kept->task_managers * PodCost(cpu, *now.memory, input.price);
  choice.hold = !choice.best.chosen || !Saves(job, choice.cost_held, choice.best.chosen->cost);
  return choice;
}

}  // namespace tune
