// What both roles' answers have in common: figures, verdicts, findings.
#pragma once

#include "libtune/pack/limits.h"
#include "libtune/size/process_evidence.h"
#include "libtune/size/role_cpu.h"
#include "libtune/size/role_memory.h"

namespace tune {

// Figures, verdicts and confidence of `answer`; findings and evidence of the live set and the CPU's use.
void DescribeRole(JobSizing& job, const RoleRules& rules, const RoleMemory& memory, const RoleCpu& cpu,
                  ProcessRecommendation& answer);

// Sets size.cost where number, CPU and memory are known.
void SetCost(const TuningPolicy& policy, ProcessSize& size);

// True: nothing of the memory may be lowered. Too little was seen, or the live set rises.
bool IsFrozen(const RoleMemory& memory);

}  // namespace tune
