#include "libtune/size/task_manager_needs.h"

#include <algorithm>

#include "libtune/graph/slots.h"
#include "libtune/guard/guards.h"
#include "libtune/size/role_answer.h"

namespace tune {
namespace {

constexpr double kMostRequestPerCore = 100;

double Cores(MilliCores cpu) { return static_cast<double>(cpu.value()) / 1000; }

PackVertex VertexOf(const JobSizing& job, const VertexRecommendation& r) {
  PackVertex v;
  v.slot_sharing_group = job.window.graph.vertices[static_cast<size_t>(r.vertex)].slot_sharing_group;
  v.smallest = r.wanted;
  v.now = r.now;
  v.cap = std::max({r.wanted, 1, std::min(LargestParallelism(job, r.vertex), job.policy.max_parallelism)});
  const bool sized = r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
  if (!sized) v.pinned = r.wanted;
  v.holds_state = !job.view.is_source(r.vertex);
  return v;
}

bool IsAllToAll(ShipStrategy ship) { return ship != ShipStrategy::kForward && ship != ShipStrategy::kRescale; }

absl::StatusOr<PackJob> PackJobOf(const JobSizing& job, const RoleMemory& memory, const CpuNeeds& cpu,
                                  const ProcessSize& now, int slots) {
  PackJob pack;
  for (const VertexRecommendation& r : job.out.vertices) pack.vertices.push_back(VertexOf(job, r));
  for (const Edge& edge : job.window.graph.edges) pack.edges.push_back({edge.from, edge.to, IsAllToAll(edge.ship)});
  std::vector<LiveObservation> layouts = memory.layouts;
  const int count = *now.count;
  const int fullest = SlotsOnFullest(slots, count, now.slots);
  if (layouts.empty()) {
    layouts.push_back({.bytes = memory.live->bytes,
                       .low = memory.live->low,
                       .slots = static_cast<double>(fullest),
                       .all_slots = static_cast<double>(slots)});
  }
  absl::StatusOr<LiveModel> live = FitLive(layouts);
  if (!live.ok()) return live.status();
  pack.live = *std::move(live);
  // The fullest TaskManager has fullest / slots of the work; what the busiest has beyond that is imbalance.
  const double uneven = static_cast<double>(fullest) * count / slots;
  const CpuObservation use{.total_cores = cpu.mean_cores * count,
                           .task_managers = count,
                           .busiest_over_mean = std::max(1.0, cpu.busiest_over_mean / uneven)};
  const absl::StatusOr<CpuModel> model = FitCpu({&use, 1});
  if (!model.ok()) return model.status();
  pack.cpu = *model;
  return pack;
}

// What of managed memory is needed: all of it where any is in use, none where it was watched for long and never was.
absl::Status TakeManaged(const ProcessSize& now, const RoleMemory& memory, const RoleContainer& container,
                         TaskManagerNeeds& needs) {
  if (!now.managed) return absl::FailedPreconditionError("managed memory is not known");
  const bool frozen = IsFrozen(memory) || container.IsFull();
  const bool idle = memory.managed_used && *memory.managed_used <= 0 && !frozen;
  const Bytes managed = idle ? Bytes(0) : container.managed.value_or(*now.managed);
  needs.managed_per_slot = static_cast<double>(managed.value()) / *now.slots;
  return absl::OkStatus();
}

}  // namespace

CpuNeeds CpuNeedsOf(const JobSizing& job, const ProcessSize& now, const RoleCpu& cpu) {
  const TuningPolicy& policy = job.policy;
  CpuNeeds needs;
  needs.wish.min_request = policy.min_cpu_request;
  needs.wish.start_up_floor = policy.cpu_start_up;
  needs.wish.limit_factor = now.cpu_limit_factor;
  const bool estimated = cpu.known && cpu.request.rule != CpuRule::kThinData && cpu.request.request;
  const double middle = (policy.cpu_band_low + policy.cpu_band_high) / 2;
  needs.wish.request_per_core = 1 / middle;
  if (estimated) {
    needs.known = true;
    needs.mean_cores = cpu.mean_cores;
    needs.busiest_over_mean = cpu.busiest_over_mean;
    const double used = cpu.request.quantile_cores, request = Cores(*cpu.request.request);
    if (request <= kMostRequestPerCore * used) {
      needs.wish.request_per_core = std::max(1.0, request / used);
    } else {  // next to nothing is used: the request has other reasons
      needs.wish.min_request = std::max(needs.wish.min_request, *cpu.request.request);
    }
    if (cpu.request.limit_factor) needs.wish.limit_factor = *cpu.request.limit_factor;
    if (!job.window.running_at_end && now.cpu) needs.wish.min_request = std::max(needs.wish.min_request, *now.cpu);
  } else if (now.cpu) {
    needs.known = true;
    needs.mean_cores = Cores(*now.cpu) * middle;
    needs.wish.min_request = std::max(needs.wish.min_request, *now.cpu);  // too little was seen to take any away
  }
  return needs;
}

HeapGoals HeapGoalsOf(const TuningPolicy& policy) {
  return {.overhead = policy.gc_overhead_goal, .margin = policy.heap_margin, .live_factor = policy.heap_live_factor};
}

std::optional<ResourcePrice> PriceOf(const TuningPolicy& policy) {
  if (policy.price_per_core == 0 && policy.price_per_gib == 0) return std::nullopt;
  return ResourcePrice{policy.price_per_core, policy.price_per_gib};
}

absl::StatusOr<PackInput> PackInputOf(const JobSizing& job, const PresentProcesses& present, const RoleMemory& memory,
                                      const RoleContainer& container, const CpuNeeds& cpu, const PodLimits& limits) {
  const ProcessSize& now = present.task_manager;
  const int slots = SlotsOf(job.window.graph);
  PackInput input;
  absl::StatusOr<PackJob> pack = PackJobOf(job, memory, cpu, now, slots);
  if (!pack.ok()) return pack.status();
  input.jobs.push_back(*std::move(pack));
  TaskManagerNeeds& needs = input.needs;
  needs.options = present.task_manager_options;
  needs.heap = memory.heap;
  needs.goals = HeapGoalsOf(job.policy);
  if (auto status = TakeManaged(now, memory, container, needs); !status.ok()) return status;
  needs.network_used = memory.network_used.value_or(0);
  needs.metaspace = present.task_manager_memory ? container.metaspace : now.metaspace;
  needs.task_off_heap = container.off_heap;
  needs.overhead = container.overhead;
  needs.memory_limit_factor = container.memory_limit_factor.value_or(now.memory_limit_factor);
  needs.cpu = cpu.wish;
  needs.slots_now = SlotsOnFullest(slots, *now.count, now.slots);
  input.limits = limits;
  input.min_slots_per_task_manager = container.native_matters ? *now.slots : job.policy.min_slots;
  input.max_slots_per_task_manager = container.native_matters ? *now.slots : job.policy.max_slots;
  input.min_task_managers = job.policy.min_task_managers;
  input.max_task_managers = job.policy.max_task_managers;
  input.price = PriceOf(job.policy);
  input.least_saving = job.policy.least_saving;
  if (now.memory && now.cpu) input.present = PresentLayout{*now.slots, *now.count, *now.memory, *now.cpu};
  return input;
}

PackInput Frozen(PackInput input, const ProcessSize& now) {
  input.needs.least_heap = now.heap;
  input.min_slots_per_task_manager = input.max_slots_per_task_manager = *now.slots;
  return input;
}

}  // namespace tune
