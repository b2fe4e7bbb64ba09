// The JobManager's memory and CPU, from its own live set and use.
#include "libtune/size/job_manager_size.h"

#include <algorithm>

#include "libtune/pack/job_manager.h"
#include "libtune/size/role_answer.h"
#include "libtune/size/role_container.h"
#include "libtune/size/task_manager_needs.h"

namespace tune {
namespace {

constexpr Bytes kLeastHeap(128 << 20);  // Flink warns of less

JobManagerNeeds NeedsOf(const JobSizing& job, const PresentProcesses& present, const RoleMemory& memory,
                        const RoleContainer& container, const CpuNeeds& cpu) {
  const ProcessSize& now = present.job_manager;
  JobManagerNeeds needs;
  needs.options = present.job_manager_options;
  needs.heap = memory.heap;
  needs.goals = HeapGoalsOf(job.policy);
  needs.least_heap = kLeastHeap;
  needs.metaspace = present.job_manager_memory ? container.metaspace : now.metaspace;
  needs.off_heap = container.off_heap;
  needs.overhead = container.overhead;
  needs.memory_limit_factor = container.memory_limit_factor.value_or(now.memory_limit_factor);
  needs.cores = cpu.mean_cores;
  needs.cpu = cpu.wish;
  needs.replicas = now.count.value_or(1);
  needs.price = PriceOf(job.policy);
  return needs;
}

ProcessSize SizeOf(const JobManagerSize& size, const JobManagerNeeds& needs, bool cpu_known) {
  ProcessSize out;
  out.count = needs.replicas;
  if (cpu_known) {
    out.cpu = size.pod.cpu_request;
    out.cpu_limit_factor = size.cpu.limit_factor;
  }
  out.memory = size.pod.memory_request;
  out.memory_limit_factor = needs.memory_limit_factor;
  out.heap = size.memory.memory.heap;
  out.metaspace = size.memory.memory.metaspace;
  out.overhead = size.memory.memory.overhead;
  if (cpu_known) out.cost = size.cost;
  return out;
}

// One that fits is kept unless the smaller one saves enough.
bool Saves(const JobSizing& job, const ProcessSize& now, const ProcessSize& needed) {
  if (!now.memory) return now.heap && SavesHeap(job.policy, *now.heap, *needed.heap);
  return now.cost && needed.cost && *needed.cost <= *now.cost * (1 - job.policy.least_saving);
}

void NotSized(ProcessRecommendation& answer) { answer.memory_verdict = Verdict::kNotMeasured; }

void Decide(const JobSizing& job, const JobManagerNeeds& needs, const JobManagerSize& size, const ProcessSize& needed,
            ProcessRecommendation& answer) {
  const bool raise = Lacks(answer.now, needed) || needs.off_heap.has_value();
  if (size.fall.cap != Cap::kNone || (!raise && !Saves(job, answer.now, needed))) return;
  answer.wanted = needed;
  answer.options = size.memory.set;
  answer.action = raise ? Action::kRaise : Action::kLower;
}

}  // namespace

void AnswerJobManager(JobSizing& job, const PresentProcesses& present) {
  ProcessRecommendation& answer = job.out.job_manager;
  answer.now = present.job_manager;
  SetCost(job.policy, answer.now);
  answer.needed = answer.wanted = answer.now;
  const RoleWindow& role = job.window.job_managers;
  const RoleMemory memory = ReadRoleMemory(job, role, answer.now);
  const RoleCpu cpu = ReadRoleCpu(job, role, ProcessRole::kJobManager, answer.now, 1, 1);
  DescribeRole(job, kJobManagerRules, memory, cpu, answer);
  if (!memory.live) return;
  RoleContainer container;
  if (present.job_manager_memory) {
    container = ReadRoleContainer(job, kJobManagerRules, role, RolePartsOf(*present.job_manager_memory),
                                  answer.now.memory_limit_factor, IsFrozen(memory));
  }
  const CpuNeeds cpu_needs = CpuNeedsOf(job, answer.now, cpu);
  JobManagerNeeds needs = NeedsOf(job, present, memory, container, cpu_needs);
  const PodLimits& limits = job.window.facts.limits;
  const absl::StatusOr<JobManagerSize> size = SizeJobManager(needs, limits);
  if (!size.ok()) return NotSized(answer);
  AddHeapEvidence(job, kJobManagerRules, needs.heap, needs.goals, size->heap);
  AddMemoryEvidence(job, kJobManagerRules, size->memory.memory);
  if (cpu_needs.known) AddCostEvidence(job, kJobManagerRules, size->pod, needs.replicas, size->cost);
  answer.needed = SizeOf(*size, needs, cpu_needs.known);
  if (memory.live->trend.rising) {
    answer.action = Action::kPerson;
  } else if (!IsFrozen(memory) && !container.IsFull()) {
    Decide(job, needs, *size, answer.needed, answer);
  } else {
    needs.least_heap = std::max(kLeastHeap, answer.now.heap.value_or(kLeastHeap));
    const absl::StatusOr<JobManagerSize> frozen = SizeJobManager(needs, limits);
    if (!frozen.ok()) return;
    const ProcessSize wanted = SizeOf(*frozen, needs, cpu_needs.known);
    // A size that was told alone may hold parts that nobody tells.
    if (Lacks(answer.now, wanted) || wanted.memory >= answer.now.memory) Decide(job, needs, *frozen, wanted, answer);
  }
}

}  // namespace tune
