#include "libtune/pack/job_manager.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libtune/internal/path.h"
#include "libtune/memory/derive.h"
#include "libtune/pack/check_pack.h"

namespace tune {
namespace {

constexpr int kMostReplicas = 1000;
constexpr double kMostCores = 1e6, kMostFactor = 1000;

absl::Status Check(const JobManagerNeeds& needs, const LimitRange& range) {
  Violations violations;
  const Path path("job_manager");
  CheckHeapFacts("job_manager.heap", needs.heap, needs.goals, violations);
  CheckCpuWish("job_manager.cpu", needs.cpu, violations);
  CheckRange(path.Field("memory_limit_factor"), needs.memory_limit_factor, 1, kMostFactor, violations);
  CheckRange(path.Field("cores"), needs.cores, 0, kMostCores, violations);
  CheckRange(path.Field("replicas"), int64_t{needs.replicas}, int64_t{1}, int64_t{kMostReplicas}, violations);
  CheckLimitRange(range, violations);
  CheckPrice(needs.price, violations);
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<JobManagerSize> SizeJobManager(const JobManagerNeeds& needs, const PodLimits& limits) {
  if (auto status = Check(needs, limits.range); !status.ok()) return status;
  JobManagerSize size;
  size.heap = EstimateHeap(needs.heap, needs.goals);
  JobManagerMemoryWish wish;
  wish.heap = std::max(Bytes(static_cast<int64_t>(std::ceil(size.heap.bytes / kMebibyte)) * kMebibyte),
                       needs.least_heap.value_or(Bytes(0)));
  wish.metaspace = needs.metaspace;
  wish.off_heap = needs.off_heap;
  wish.overhead = needs.overhead;
  absl::StatusOr<JobManagerMemoryPlan> plan = PlanMemory(needs.options, wish);
  if (!plan.ok()) return plan.status();
  size.cpu = AskCpu(needs.cores, needs.cpu, limits.range);
  const absl::StatusOr<ContainerResources> pod =
      ContainerOf(plan->process_size, size.cpu.request, needs.memory_limit_factor, size.cpu.limit_factor);
  if (!pod.ok()) return pod.status();
  size.memory = *std::move(plan);
  size.pod = *pod;
  size.fall = CheckPods(size.pod, needs.replicas, limits);
  size.cost = needs.replicas * PodCost(size.pod.cpu_request, size.pod.memory_request, needs.price);
  return size;
}

}  // namespace tune
