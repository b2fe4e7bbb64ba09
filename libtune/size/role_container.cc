#include "libtune/size/role_container.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace tune {
namespace {

// A kill whose limit is not known is taken for one at the present limit for so long: longer, and each raise that it
// led to would be raised again.
constexpr double kRecentSeconds = 3600;

// Whether a bin that ended no longer ago than `memory` had a kill.
bool KilledWithin(std::span<const MemoryBin> bins, absl::Duration bin, absl::Duration memory) {
  for (size_t i = 0; i < bins.size(); ++i) {
    if (bins[i].oom_kills > 0 && bin * static_cast<double>(bins.size() - 1 - i) < memory) return true;
  }
  return false;
}

constexpr double kRoomMargin = 1.1;         // on what was resident beside the heap
constexpr Bytes kLeastNetwork(64 << 20);    // Flink's taskmanager.memory.network.min
constexpr Bytes kLeastOverhead(192 << 20);  // Flink's *.memory.jvm-overhead.min

double Number(Bytes bytes) { return static_cast<double>(bytes.value()); }

void TakeOffHeap(JobSizing& job, const RoleRules& rules, const OffHeapEstimate& estimate, const OffHeapGoals& goals,
                 bool frozen, RoleContainer& out) {
  const OffHeapPart& metaspace = estimate.metaspace;
  if (metaspace.rule == OffHeapRule::kRaised || (metaspace.rule == OffHeapRule::kLowered && !frozen)) {
    out.metaspace = metaspace.wanted;
    job.out.evidence.Add(rules.metaspace, -1,
                         {{"largest_use", Number(metaspace.used), "bytes", "window"},
                          {"now", Number(metaspace.now), "bytes", "spec"},
                          {"margin", goals.metaspace_margin, "1", "policy"},
                          {"step", 16.0 * (1 << 20), "bytes", "given"}},
                         {"metaspace", Number(metaspace.wanted), "bytes", rules.metaspace});
  }
  const OffHeapPart& direct = estimate.task_off_heap;
  if (direct.rule == OffHeapRule::kRaised) {
    out.off_heap = direct.wanted;
    job.out.evidence.Add(rules.off_heap, -1,
                         {{"largest_use", Number(direct.used), "bytes", "window"},
                          {"now", Number(direct.now), "bytes", "spec: direct memory beside the network"},
                          {"full_fraction", goals.direct_full, "1", "given"}},
                         {"off_heap", Number(direct.wanted), "bytes", rules.off_heap});
  }
  if (estimate.managed.rule == OffHeapRule::kLowered && !frozen) out.managed = estimate.managed.wanted;
}

void AddContainerEvidence(JobSizing& job, const RoleRules& rules, const ContainerEstimate& estimate,
                          const ContainerFacts& facts, const ContainerGoals& goals) {
  if (estimate.demand) {
    const ContainerDemand& demand = *estimate.demand;
    job.out.evidence.Add(rules.container, -1,
                         {{"unreclaimable", Number(demand.unreclaimable), "bytes", "window: rss and dirty cache"},
                          {"native", Number(demand.native_high), "bytes", "window: beyond heap, direct and managed"},
                          {"dirty", Number(demand.dirty), "bytes", "window"},
                          {"margin", goals.margin, "1", "given"},
                          {"limit", Number(facts.limit), "bytes", "spec"}},
                         {"limit_wanted", Number(demand.wanted), "bytes", rules.container});
  }
  if (!estimate.floor) return;
  Finding& finding = job.Add(FindingKind::kOomKilled, -1);
  finding.role = rules.role;
  finding.evidence = job.out.evidence.Add(
      rules.oom_floor, -1,
      {{"kills", estimate.floor->kills, "kills", "window"},
       {"limit_then", Number(estimate.floor->limit), "bytes", estimate.floor->known ? "window" : "spec"},
       {"factor", goals.kill_factor, "1", "given"}},
      {"limit_wanted", Number(estimate.floor->wanted), "bytes", rules.oom_floor});
}

void FindLever(JobSizing& job, const RoleRules& rules, const ContainerEstimate& estimate) {
  if (estimate.lever == ContainerLever::kNone) return;
  Finding& finding = job.Add(
      estimate.cause == ContainerCause::kDirtyCache ? FindingKind::kDirtyCache : FindingKind::kNativeMemory, -1);
  finding.role = rules.role;
  if (estimate.lever == ContainerLever::kMorePods && estimate.pods_factor) {
    finding.share = std::min(1.0, 1 / *estimate.pods_factor);
  }
}

// What was resident beside the heap, over the later half of what was seen: how much of rss is heap is known by its
// peak.
std::optional<double> ResidentBesideHeap(std::span<const MemoryBin> bins) {
  std::optional<double> most;
  for (const MemoryBin& bin : bins.subspan(bins.size() / 2)) {
    if (!bin.native) continue;
    const Bytes bytes = *bin.native + bin.metaspace_used.value_or(Bytes(0)) + bin.direct_used.value_or(Bytes(0));
    most = std::max(most.value_or(0), Number(bytes));
  }
  return most;
}

// A smaller heap, metaspace or managed memory takes room that something else may be using. The overhead makes up for
// it.
void KeepRoomBesideHeap(JobSizing& job, const RoleRules& rules, std::span<const MemoryBin> bins, const RoleParts& parts,
                        RoleContainer& out) {
  const std::optional<double> resident = ResidentBesideHeap(bins);
  if (!resident) return;
  const double needed = kRoomMargin * *resident;
  const Bytes heap = parts.container.heap;
  out.uses_heaps_room = needed > Number(parts.container.Process() - heap);
  const Bytes off_heap = parts.off_heap.direct - parts.off_heap.network;
  const Bytes network = std::min(parts.off_heap.network, kLeastNetwork);
  const Bytes metaspace = out.metaspace.value_or(parts.off_heap.metaspace);
  const Bytes managed = out.managed.value_or(parts.off_heap.managed);
  const double overhead = std::ceil(needed - Number(off_heap + network + metaspace + managed));
  if (out.uses_heaps_room || overhead <= Number(std::max(kLeastOverhead, out.overhead.value_or(Bytes(0))))) return;
  out.overhead = Bytes(static_cast<int64_t>(overhead));
  job.out.evidence.Add(rules.beside_heap, -1,
                       {{"resident", *resident, "bytes", "window: rss beside the heap, later half"},
                        {"margin", kRoomMargin, "1", "given"},
                        {"off_heap", Number(off_heap), "bytes", "spec"},
                        {"network", Number(network), "bytes", "spec: at most Flink's least"},
                        {"metaspace", Number(metaspace), "bytes", rules.metaspace},
                        {"managed", Number(managed), "bytes", "window, spec"}},
                       {"overhead", overhead, "bytes", rules.beside_heap});
}

}  // namespace

RoleParts RolePartsOf(const TaskManagerMemory& memory) {
  return {PartsOf(memory), {memory.metaspace, memory.Direct(), memory.network, memory.task_off_heap, memory.managed}};
}

RoleParts RolePartsOf(const JobManagerMemory& memory) {
  return {PartsOf(memory), {memory.metaspace, memory.off_heap, Bytes(0), memory.off_heap, Bytes(0)}};
}

RoleContainer ReadRoleContainer(JobSizing& job, const RoleRules& rules, const RoleWindow& role, const RoleParts& parts,
                                double memory_limit_factor, bool frozen) {
  RoleContainer out;
  if (role.memory.size() <= job.first_bin) return out;
  const std::span<const MemoryBin> bins = std::span(role.memory).subspan(job.first_bin);
  ContainerFacts facts;
  facts.parts = parts.container;
  facts.limit = Bytes(static_cast<int64_t>(Number(parts.container.Process()) * memory_limit_factor));
  facts.workload = ReadContainerWorkload(job.window.facts.configuration);
  facts.bin = job.window.bin;
  const double recent = kRecentSeconds / absl::ToDoubleSeconds(facts.bin);
  if (recent < static_cast<double>(bins.size())) facts.limit_since_bin = bins.size() - static_cast<size_t>(recent);
  ContainerGoals goals;
  goals.floor_expiry = job.policy.oom_memory;
  goals.largest_limit = job.window.facts.limits.range.max_memory;
  goals.largest_limit_factor = job.window.facts.limits.range.max_memory_ratio;
  const ContainerEstimate estimate = EstimateContainer(bins, facts, goals);
  AddContainerEvidence(job, rules, estimate, facts, goals);
  FindLever(job, rules, estimate);
  out.killed = estimate.floor || KilledWithin(bins, facts.bin, goals.floor_expiry);
  out.native_matters = estimate.lever != ContainerLever::kNone;
  OffHeapGoals off_heap;
  off_heap.metaspace_margin = job.policy.metaspace_margin;
  TakeOffHeap(job, rules, EstimateOffHeap(bins, parts.off_heap, off_heap), off_heap, frozen || out.IsFull(), out);
  if (estimate.lever == ContainerLever::kJvmOverhead || estimate.lever == ContainerLever::kManaged) {
    out.overhead = estimate.overhead;
    if (estimate.managed) out.managed = estimate.managed;
  }
  if (!frozen) KeepRoomBesideHeap(job, rules, bins, parts, out);
  if (estimate.limit_factor_hundredths) out.memory_limit_factor = *estimate.limit_factor_hundredths / 100.0;
  return out;
}

}  // namespace tune
