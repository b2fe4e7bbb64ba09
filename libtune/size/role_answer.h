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

// The present process is too small for what is needed: as a whole, or in a part that takes nothing from another. What
// rounding adds is no lack. Of unknown sizes nothing is said.
bool Lacks(const ProcessSize& now, const ProcessSize& needed);
bool LacksMemory(const ProcessSize& now, const ProcessSize& needed);

// Where the present processes are not known but for their heaps: the smaller one is worth a change.
bool SavesHeap(const TuningPolicy& policy, Bytes now, Bytes needed);

// True: nothing of the memory may be lowered. Too little was seen, the live set rises, or the job does not run.
bool IsFrozen(const RoleMemory& memory);

}  // namespace tune
