#include "libtune/estimate/container.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tune {
namespace {

constexpr Bytes kNothing{};
// RocksDB below half of its memory is another job: it reads from disk what it had in its cache.
constexpr double kLeastManaged = 0.5;
constexpr double kForgiven = 1e-12;

double Number(Bytes bytes) { return static_cast<double>(bytes.value()); }

// Up to whole bytes; beyond int64 as much as fits.
Bytes CeilBytes(double bytes) {
  constexpr double kMost = 9.2e18;
  return Bytes(static_cast<int64_t>(std::ceil(std::min(bytes, kMost) * (1 - kForgiven))));
}

Bytes Beyond(Bytes bytes, Bytes bound) { return std::max(kNothing, bytes - bound); }

std::optional<Bytes> Larger(const std::optional<Bytes>& a, const std::optional<Bytes>& b) {
  return a && b ? std::max(*a, *b) : a ? a : b;
}

std::optional<ContainerDemand> DemandOf(const MemoryBin& bin, const ContainerParts& parts, double margin) {
  if (!bin.rss) return std::nullopt;
  ContainerDemand demand;
  demand.rss = *bin.rss;
  demand.dirty = bin.dirty_file.value_or(kNothing);
  demand.dirty_known = bin.dirty_file.has_value();
  // The largest rss and the largest dirty cache of a bin may be of two processes: together they are read at one.
  demand.unreclaimable = std::max(demand.rss, bin.unreclaimable.value_or(kNothing));
  demand.native_low = Beyond(demand.rss, parts.Bounded());
  const Bytes in_use = bin.native ? Beyond(*bin.native, bin.managed_used.value_or(kNothing)) : kNothing;
  demand.native_high = std::max(demand.native_low, in_use);
  demand.wanted =
      CeilBytes(Number(demand.unreclaimable) + (margin - 1) * (Number(demand.native_high) + Number(demand.dirty)));
  return demand;
}

std::optional<ContainerDemand> LargestDemand(std::span<const MemoryBin> bins, const ContainerFacts& facts,
                                             double margin) {
  std::optional<ContainerDemand> largest;
  for (size_t i = facts.first_bin; i < bins.size(); ++i) {
    auto demand = DemandOf(bins[i], facts.parts, margin);
    if (!demand || (largest && demand->wanted <= largest->wanted)) continue;
    demand->bin = i;
    largest = demand;
  }
  return largest;
}

std::optional<ContainerFloor> FloorOf(std::span<const MemoryBin> bins, const ContainerFacts& facts,
                                      const ContainerGoals& goals) {
  ContainerFloor floor;
  for (size_t i = 0; i < bins.size(); ++i) {
    const absl::Duration age = facts.bin * static_cast<double>(bins.size() - 1 - i);  // of the bin's end
    if (bins[i].oom_kills <= 0 || age >= goals.floor_expiry) continue;
    if (!bins[i].killed_limit && i < facts.limit_since_bin) continue;
    floor.kills += bins[i].oom_kills;
    const Bytes limit = bins[i].killed_limit.value_or(facts.limit);
    if (limit < floor.limit) continue;
    floor.bin = i;
    floor.limit = limit;
    floor.known = bins[i].killed_limit.has_value();
  }
  if (floor.kills <= 0) return std::nullopt;
  floor.wanted = CeilBytes(goals.kill_factor * Number(floor.limit));
  return floor;
}

// Of a container whose limit is too small. What was measured above it says by itself; of a kill between two polls
// what is most likely is said.
ContainerCause CauseOf(const ContainerEstimate& estimate, const ContainerFacts& facts, double margin) {
  if (!estimate.demand) return facts.workload.batch ? ContainerCause::kDirtyCache : ContainerCause::kUnknown;
  const ContainerDemand& demand = *estimate.demand;
  const double native = margin * Number(demand.native_high);
  if (demand.wanted > facts.limit) {
    const double without_cache = Number(demand.rss) + native - Number(demand.native_high);
    return without_cache > Number(facts.limit) || demand.dirty == kNothing ? ContainerCause::kNative
                                                                           : ContainerCause::kDirtyCache;
  }
  if (margin * Number(demand.native_low) > Number(facts.parts.overhead)) return ContainerCause::kNative;
  if (facts.workload.batch || demand.dirty > demand.native_high) return ContainerCause::kDirtyCache;
  if (facts.workload.rocksdb || native > Number(facts.parts.overhead)) return ContainerCause::kNative;
  return ContainerCause::kUnknown;
}

void AskForPods(Bytes allowed, ContainerEstimate& estimate) {
  estimate.lever = ContainerLever::kMorePods;
  estimate.pods_factor = Number(estimate.wanted_limit) / std::max(1.0, Number(allowed));
}

// The limit is the process's size times the factor, so the overhead grows by less than the limit does.
Bytes OverheadFor(Bytes wanted, const ContainerFacts& facts) {
  const double factor = std::max(1.0, Number(facts.limit) / Number(facts.parts.Process()));
  return facts.parts.overhead + CeilBytes(Number(Beyond(wanted, facts.limit)) / factor);
}

void RaiseOverhead(const ContainerFacts& facts, const ContainerGoals& goals, ContainerEstimate& estimate) {
  const Bytes wanted = estimate.wanted_limit;
  if (!goals.largest_limit || wanted <= *goals.largest_limit) {
    estimate.lever = ContainerLever::kJvmOverhead;
    estimate.overhead = OverheadFor(wanted, facts);
    return;
  }
  const Bytes given_up = wanted - *goals.largest_limit;
  const Bytes left = facts.parts.managed - given_up;
  if (!facts.workload.rocksdb || Number(left) < kLeastManaged * Number(facts.parts.managed)) {
    return AskForPods(*goals.largest_limit, estimate);
  }
  estimate.lever = ContainerLever::kManaged;
  estimate.managed = left;
  estimate.overhead = OverheadFor(*goals.largest_limit, facts) + given_up;
}

void RaiseFactor(const ContainerFacts& facts, const ContainerGoals& goals, ContainerEstimate& estimate) {
  const double process = Number(facts.parts.Process());
  const double hundredths = std::ceil(100 * Number(estimate.wanted_limit) / process * (1 - kForgiven));
  const bool too_large = goals.largest_limit && estimate.wanted_limit > *goals.largest_limit;
  const bool too_steep = goals.largest_limit_factor && hundredths > 100 * *goals.largest_limit_factor;
  if (!too_large && !too_steep) {
    estimate.lever = ContainerLever::kLimitFactor;
    estimate.limit_factor_hundredths = static_cast<int>(std::min(hundredths, 1e9));
    return;
  }
  double allowed = too_large ? Number(*goals.largest_limit) : Number(estimate.wanted_limit);
  if (too_steep) allowed = std::min(allowed, *goals.largest_limit_factor * process);
  AskForPods(Bytes(static_cast<int64_t>(allowed)), estimate);
}

// What the overhead must not fall below when the process is made smaller.
Bytes LeastOverhead(std::span<const MemoryBin> bins, const ContainerFacts& facts, double margin) {
  std::optional<Bytes> native;
  for (size_t i = facts.first_bin; i < bins.size(); ++i) {
    if (!bins[i].native) continue;  // without the heap's use there is no upper bound
    const auto demand = DemandOf(bins[i], facts.parts, margin);
    if (demand) native = Larger(native, demand->native_high);
  }
  if (!native) return facts.parts.overhead;
  return std::min(facts.parts.overhead, CeilBytes(margin * Number(*native)));
}

}  // namespace

ContainerParts PartsOf(const TaskManagerMemory& memory) {
  return {memory.Heap(), memory.Direct(), memory.managed, memory.metaspace, memory.overhead};
}

ContainerParts PartsOf(const JobManagerMemory& memory) {
  return {memory.heap, memory.off_heap, kNothing, memory.metaspace, memory.overhead};
}

ContainerWorkload ReadContainerWorkload(const std::map<std::string, std::string>& configuration) {
  const auto text = [&](const char* key) {
    const auto found = configuration.find(key);
    return found == configuration.end() ? std::string() : found->second;
  };
  // Flink reads the new key first. A backend is named, "rocksdb", or by its class.
  const std::string type = text("state.backend.type");
  const std::string backend = absl::AsciiStrToLower(type.empty() ? text("state.backend") : type);
  return {absl::EqualsIgnoreCase(text("execution.runtime-mode"), "batch"),
          absl::StrContains(backend, "rocksdb") || absl::StrContains(backend, "forst")};
}

ContainerEstimate EstimateContainer(std::span<const MemoryBin> bins, const ContainerFacts& facts,
                                    const ContainerGoals& goals) {
  ContainerEstimate estimate;
  estimate.demand = LargestDemand(bins, facts, goals.margin);
  estimate.floor = FloorOf(bins, facts, goals);
  std::optional<Bytes> unreclaimable;
  for (size_t i = facts.first_bin; i < bins.size(); ++i) {
    estimate.working_set = Larger(estimate.working_set, bins[i].working_set);
    unreclaimable = Larger(unreclaimable, Larger(bins[i].rss, bins[i].unreclaimable));
  }
  if (unreclaimable) estimate.headroom = facts.limit - *unreclaimable;
  if (estimate.demand) estimate.wanted_limit = estimate.demand->wanted;
  if (estimate.floor) estimate.wanted_limit = std::max(estimate.wanted_limit, estimate.floor->wanted);
  estimate.overhead = LeastOverhead(bins, facts, goals.margin);
  if (estimate.wanted_limit <= facts.limit) return estimate;

  estimate.cause = CauseOf(estimate, facts, goals.margin);
  if (estimate.cause == ContainerCause::kDirtyCache) {
    RaiseFactor(facts, goals, estimate);
  } else {
    RaiseOverhead(facts, goals, estimate);
  }
  return estimate;
}

}  // namespace tune
