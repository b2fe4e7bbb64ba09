#include "libtune/pack/check_pack.h"

#include <cmath>

#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr double kMostBytes = 1e18, kMostFactor = 1000, kMostPrice = 1e12;
constexpr int64_t kMostMilliCores = 1'000'000'000;

void CheckJob(const Path& path, const PackJob& job, Violations& violations) {
  const Path vertices = path.Field("vertices"), edges = path.Field("edges");
  const auto count = static_cast<int64_t>(job.vertices.size());
  CheckRange(vertices, count, int64_t{1}, int64_t{kMostSlots}, violations);
  for (size_t i = 0; i < job.vertices.size(); ++i) {
    const PackVertex& v = job.vertices[i];
    const Path at = vertices.At(static_cast<int64_t>(i));
    CheckRange(at.Field("now"), int64_t{v.now}, int64_t{1}, int64_t{kMostSlots}, violations);
    CheckRange(at.Field("cap"), int64_t{v.cap}, int64_t{1}, int64_t{kMostSlots}, violations);
    CheckRange(at.Field("smallest"), int64_t{v.smallest}, int64_t{1}, int64_t{v.cap}, violations);
    if (v.pinned) CheckRange(at.Field("pinned"), int64_t{*v.pinned}, int64_t{1}, int64_t{kMostSlots}, violations);
  }
  for (size_t i = 0; i < job.edges.size(); ++i) {
    const Path at = edges.At(static_cast<int64_t>(i));
    CheckRange(at.Field("from"), int64_t{job.edges[i].from}, int64_t{0}, count - 1, violations);
    CheckRange(at.Field("to"), int64_t{job.edges[i].to}, int64_t{0}, count - 1, violations);
  }
  if (job.live.corners.empty()) violations.Add(path.Field("live").Render(), "empty", "from FitLive()");
  CheckRange(path.Field("cpu"), job.cpu.fixed, 0, kMostPrice, violations);
  CheckRange(path.Field("cpu"), job.cpu.work, 0, kMostPrice, violations);
  CheckRange(path.Field("cpu"), job.cpu.imbalance, 1, kMostPrice, violations);
}

void CheckNeeds(const Path& path, const TaskManagerNeeds& needs, Violations& violations) {
  CheckHeapFacts(path.Field("heap").Render(), needs.heap, needs.goals, violations);
  CheckRange(path.Field("managed_per_slot"), needs.managed_per_slot, 0, kMostBytes / kMostSlots, violations);
  CheckRange(path.Field("managed_in_all"), needs.managed_in_all, 0, kMostBytes, violations);
  CheckRange(path.Field("network_used"), needs.network_used, 0, kMostBytes / kMostSlots, violations);
  CheckRange(path.Field("memory_limit_factor"), needs.memory_limit_factor, 1, kMostFactor, violations);
  CheckRange(path.Field("slots_now"), int64_t{needs.slots_now}, int64_t{1}, int64_t{kMostSlots}, violations);
  CheckCpuWish(path.Field("cpu").Render(), needs.cpu, violations);
}

void CheckBounds(const PackInput& input, Violations& violations) {
  const Path path("pack");
  const auto range = [&](const char* name, int64_t value, int64_t low) {
    CheckRange(path.Field(name), value, low, int64_t{kMostSlots}, violations);
  };
  range("min_slots_per_task_manager", input.min_slots_per_task_manager, 1);
  range("max_slots_per_task_manager", input.max_slots_per_task_manager, input.min_slots_per_task_manager);
  range("min_task_managers", input.min_task_managers, 1);
  range("max_task_managers", input.max_task_managers, input.min_task_managers);
  if (input.largest_slots) range("largest_slots", *input.largest_slots, 1);
  if (!(input.least_saving >= 0 && input.least_saving < 1)) {
    violations.Add(path.Field("least_saving").Render(), input.least_saving, "[0, 1)");
  }
  if (input.present) {
    range("present.slots_per_task_manager", input.present->slots_per_task_manager, 1);
    range("present.task_managers", input.present->task_managers, 1);
  }
}

}  // namespace

void CheckHeapFacts(const std::string& name, const HeapFacts& heap, const HeapGoals& goals, Violations& violations) {
  const Path path(name.c_str());
  CheckRange(path.Field("live"), heap.live, 1, kMostBytes, violations);
  if (heap.heap) CheckRange(path.Field("heap"), *heap.heap, 0, kMostBytes, violations);
  if (heap.old_capacity) CheckRange(path.Field("old_capacity"), *heap.old_capacity, 0, kMostBytes, violations);
  if (heap.overhead) CheckRange(path.Field("overhead"), *heap.overhead, 0, 1, violations);
  if (heap.full_overhead) CheckRange(path.Field("full_overhead"), *heap.full_overhead, 0, 1, violations);
  if (heap.allocation_rate) CheckRange(path.Field("allocation_rate"), *heap.allocation_rate, 0, kMostBytes, violations);
  if (!(goals.overhead > 0 && goals.overhead < 1)) violations.Add("goals.overhead", goals.overhead, "(0, 1)");
  CheckRange(Path("goals.margin"), goals.margin, 1, kMostFactor, violations);
}

void CheckCpuWish(const std::string& name, const CpuWish& wish, Violations& violations) {
  const Path path(name.c_str());
  CheckRange(path.Field("request_per_core"), wish.request_per_core, 1, kMostFactor, violations);
  CheckRange(path.Field("limit_factor"), wish.limit_factor, 1, kMostFactor, violations);
  CheckRange(path.Field("min_request"), wish.min_request.value(), int64_t{1}, kMostMilliCores, violations);
  CheckRange(path.Field("start_up_floor"), wish.start_up_floor.value(), int64_t{0}, kMostMilliCores, violations);
}

void CheckPrice(const std::optional<ResourcePrice>& price, Violations& violations) {
  if (!price) return;
  const Path path("price");
  CheckRange(path.Field("per_core"), price->per_core, 0, kMostPrice, violations);
  CheckRange(path.Field("per_gib"), price->per_gib, 0, kMostPrice, violations);
  if (price->per_core == 0 && price->per_gib == 0) violations.Add("price", "0", "not both of its parts");
}

void CheckLimitRange(const LimitRange& range, Violations& violations) {
  const Path path("limit_range");
  if (range.max_cpu_ratio) CheckRange(path.Field("max_cpu_ratio"), *range.max_cpu_ratio, 1, kMostPrice, violations);
  if (range.max_memory_ratio) {
    CheckRange(path.Field("max_memory_ratio"), *range.max_memory_ratio, 1, kMostPrice, violations);
  }
  if (range.min_cpu) {
    CheckRange(path.Field("min_cpu"), range.min_cpu->value(), int64_t{0}, kMostMilliCores, violations);
  }
}

absl::Status CheckPack(const PackInput& input) {
  Violations violations;
  const Path jobs("jobs"), needs("needs");
  if (input.jobs.empty()) violations.Add("jobs", "empty", "at least one");
  for (size_t j = 0; j < input.jobs.size(); ++j) {
    const Path job = jobs.At(static_cast<int64_t>(j));
    CheckJob(job, input.jobs[j], violations);
  }
  CheckNeeds(needs, input.needs, violations);
  CheckBounds(input, violations);
  CheckLimitRange(input.limits.range, violations);
  CheckPrice(input.price, violations);
  return violations.ToStatus();
}

}  // namespace tune
