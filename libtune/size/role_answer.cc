#include "libtune/size/role_answer.h"

#include <algorithm>

#include "libtune/size/task_manager_needs.h"

namespace tune {
namespace {

constexpr double kLongEnoughSeconds = 3600;  // of readings that are no bounds: the answer is sure
constexpr double kMuchThrottled = 0.1;       // share of the time

Verdict MemoryVerdict(const RoleMemory& memory) {
  if (!memory.live) return Verdict::kNotMeasured;
  if (memory.live->trend.rising) return Verdict::kExcluded;
  return memory.thin ? Verdict::kThinData : Verdict::kEstimated;
}

Verdict CpuVerdict(const RoleCpu& cpu) {
  if (!cpu.known) return Verdict::kNotMeasured;
  if (cpu.request.rule == CpuRule::kThinData) return Verdict::kThinData;
  return cpu.request.quantile_is_bound ? Verdict::kLowerBound : Verdict::kEstimated;
}

Confidence ConfidenceOf(const RoleMemory& memory) {
  if (!memory.live || memory.thin || memory.live->is_bound) return Confidence::kLow;
  return memory.seen_s >= kLongEnoughSeconds ? Confidence::kHigh : Confidence::kMedium;
}

// By more than what a metric lacks: of -Xmx a JVM tells a little less.
bool Grows(const std::optional<Bytes>& now, const std::optional<Bytes>& needed) {
  constexpr double kRounding = 0.02;
  return now && needed && static_cast<double>(needed->value()) > static_cast<double>(now->value()) * (1 + kRounding);
}

Bytes ToBytes(double bytes) { return Bytes(static_cast<int64_t>(bytes)); }

void DescribeMemory(JobSizing& job, const RoleRules& rules, const RoleMemory& memory, ProcessRecommendation& answer) {
  if (!memory.live) return;
  const LiveSet& live = *memory.live;
  answer.live = LiveFigures{ToBytes(live.bytes), ToBytes(live.low), live.rung, live.is_bound};
  answer.gc_overhead = memory.heap.overhead;
  answer.classic_heap_low = ToBytes(kClassicLow * live.bytes);
  answer.classic_heap_high = ToBytes(kClassicHigh * live.bytes);
  const int evidence = AddLiveEvidence(job, rules, live);
  const auto add = [&](FindingKind kind) -> Finding& {
    Finding& finding = job.Add(kind, -1);
    finding.role = rules.role;
    finding.evidence = evidence;
    return finding;
  };
  if (live.trend.rising) add(FindingKind::kLeak).share = std::min(1.0, live.trend.rise / live.bytes);
  if (live.exhausted) add(FindingKind::kHeapExhausted);
}

}  // namespace

void DescribeRole(JobSizing& job, const RoleRules& rules, const RoleMemory& memory, const RoleCpu& cpu,
                  ProcessRecommendation& answer) {
  answer.memory_verdict = MemoryVerdict(memory);
  answer.cpu_verdict = CpuVerdict(cpu);
  answer.confidence = ConfidenceOf(memory);
  DescribeMemory(job, rules, memory, answer);
  if (!cpu.known) return;
  answer.cores_quantile = cpu.request.quantile_cores;
  const int evidence = AddCpuEvidence(job, rules, answer.now, cpu);
  if (cpu.throttled_fraction < kMuchThrottled || cpu.request.action != Action::kRaise) return;
  if (job.Has(FindingKind::kThrottled, -1)) return;  // exclude/cpu_bound.cc said so
  Finding& finding = job.Add(FindingKind::kThrottled, -1);
  finding.role = rules.role;
  finding.share = cpu.throttled_fraction;
  finding.evidence = evidence;
}

void SetCost(const TuningPolicy& policy, ProcessSize& size) {
  size.cost.reset();
  if (size.count && size.cpu && size.memory)
    size.cost = *size.count * PodCost(*size.cpu, *size.memory, PriceOf(policy));
}

bool LacksMemory(const ProcessSize& now, const ProcessSize& needed) {
  // Heap, network, managed memory and the whole are each rounded up to whole MiB.
  constexpr Bytes kRoundedUp(4 << 20);
  if (now.memory && needed.memory && *needed.memory > *now.memory + kRoundedUp) return true;
  // More overhead beside less of the rest is no lack: where native memory asks for it, nothing else is lowered.
  return Grows(now.heap, needed.heap) || Grows(now.metaspace, needed.metaspace) ||
         needed.memory_limit_factor > now.memory_limit_factor;
}

bool Lacks(const ProcessSize& now, const ProcessSize& needed) {
  return LacksMemory(now, needed) || (now.cpu && needed.cpu && *needed.cpu > *now.cpu);
}

bool SavesHeap(const TuningPolicy& policy, Bytes now, Bytes needed) {
  return static_cast<double>(needed.value()) <= static_cast<double>(now.value()) * (1 - policy.least_saving);
}

bool IsFrozen(const RoleMemory& memory) {
  return memory.thin || memory.stopped || (memory.live && memory.live->trend.rising);
}

}  // namespace tune
