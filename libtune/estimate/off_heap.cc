#include "libtune/estimate/off_heap.h"

#include <algorithm>
#include <cmath>

namespace tune {
namespace {

constexpr double kStep = 16 << 20;  // bytes
constexpr double kForgiven = 1e-12;

double Number(Bytes bytes) { return static_cast<double>(bytes.value()); }

Bytes WholeSteps(double bytes) {
  constexpr double kMostSteps = 9.2e18 / kStep;
  const double steps = std::ceil(std::min(bytes / kStep, kMostSteps) * (1 - kForgiven));
  return Bytes(static_cast<int64_t>(steps * kStep));
}

std::optional<Bytes> Largest(std::span<const MemoryBin> bins, std::optional<Bytes> MemoryBin::* use) {
  std::optional<Bytes> largest;
  for (const MemoryBin& bin : bins) {
    if (bin.*use) largest = std::max(largest.value_or(Bytes(0)), *(bin.*use));
  }
  return largest;
}

OffHeapPart Metaspace(std::optional<Bytes> used, Bytes now, const OffHeapGoals& goals) {
  if (!used) return {Bytes(0), now, now, OffHeapRule::kNotMeasured};
  const double wanted = goals.metaspace_margin * Number(*used);
  if (goals.metaspace_headroom * Number(*used) > Number(now)) {
    return {*used, now, WholeSteps(wanted), OffHeapRule::kRaised};
  }
  const Bytes lower = std::max(WholeSteps(wanted), Bytes(static_cast<int64_t>(kStep)));
  const bool has_slack = Number(now) >= goals.metaspace_slack * wanted && lower < now;
  return {*used, now, has_slack ? lower : now, has_slack ? OffHeapRule::kLowered : OffHeapRule::kKept};
}

OffHeapPart TaskOffHeap(std::optional<Bytes> direct_used, const OffHeapParts& parts, const OffHeapGoals& goals) {
  const Bytes now = std::max(Bytes(0), parts.direct - parts.network);
  if (!direct_used) return {Bytes(0), now, parts.task_off_heap, OffHeapRule::kNotMeasured};
  const Bytes used = std::max(Bytes(0), *direct_used - parts.network);
  if (used == Bytes(0) || Number(used) < goals.direct_full * Number(now)) {
    return {used, now, parts.task_off_heap, OffHeapRule::kKept};
  }
  const Bytes more = WholeSteps(goals.direct_margin * Number(used)) - now;
  return {used, now, parts.task_off_heap + more, OffHeapRule::kRaised};
}

OffHeapPart Managed(std::optional<Bytes> used, Bytes now) {
  if (!used) return {Bytes(0), now, now, OffHeapRule::kNotMeasured};
  const bool unused = *used == Bytes(0) && now > Bytes(0);
  return {*used, now, unused ? Bytes(0) : now, unused ? OffHeapRule::kLowered : OffHeapRule::kKept};
}

}  // namespace

OffHeapEstimate EstimateOffHeap(std::span<const MemoryBin> bins, const OffHeapParts& parts, const OffHeapGoals& goals) {
  return {Metaspace(Largest(bins, &MemoryBin::metaspace_used), parts.metaspace, goals),
          TaskOffHeap(Largest(bins, &MemoryBin::direct_used), parts, goals),
          Managed(Largest(bins, &MemoryBin::managed_used), parts.managed)};
}

}  // namespace tune
