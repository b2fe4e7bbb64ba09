// From a sized job and what its TaskManagers showed to the question that pack/ answers.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/estimate/sizing.h"
#include "libtune/pack/pack.h"
#include "libtune/size/present.h"
#include "libtune/size/role_container.h"
#include "libtune/size/role_cpu.h"
#include "libtune/size/role_memory.h"

namespace tune {

// How CPU becomes a request at another layout: the request for the present one over the use that it was made for.
// Without a known use the present request is taken for right, and that of a job that does not run is not lowered.
struct CpuNeeds {
  double mean_cores = 0;  // of one TaskManager on average
  double busiest_over_mean = 1;
  CpuWish wish;
  bool known = false;  // false: neither use nor request is known, and CPU is left out
};
CpuNeeds CpuNeedsOf(const JobSizing& job, const ProcessSize& now, const RoleCpu& cpu);

HeapGoals HeapGoalsOf(const TuningPolicy& policy);
std::optional<ResourcePrice> PriceOf(const TuningPolicy& policy);

// `memory` has a live set.
// kFailedPrecondition: managed memory is not known. kInvalidArgument: a fact is out of range.
absl::StatusOr<PackInput> PackInputOf(const JobSizing& job, const PresentProcesses& present, const RoleMemory& memory,
                                      const RoleContainer& container, const CpuNeeds& cpu, const PodLimits& limits);
// The same where nothing of the memory may be lowered: the slots stay, and at least the heap.
PackInput Frozen(PackInput input, const ProcessSize& now);

}  // namespace tune
