// A container written by hand, in MiB.
#pragma once

#include <vector>

#include "libtune/estimate/container.h"

namespace tune {

inline Bytes Mib(double mib) { return Bytes(static_cast<int64_t>(mib * (1 << 20))); }

// 1024 + 256 + 512 + 256 = 2048 bounded, 192 overhead: 2240. The limit is that.
inline ContainerFacts SomeFacts() {
  ContainerFacts facts;
  facts.parts = {Mib(1024), Mib(256), Mib(512), Mib(256), Mib(192)};
  facts.limit = Mib(2240);
  return facts;
}

inline MemoryBin Used(double rss_mib) {
  MemoryBin bin;
  bin.rss = bin.unreclaimable = Mib(rss_mib);
  return bin;
}

// Managed memory is in `native_mib`; none of it is in use.
inline MemoryBin Used(double rss_mib, double native_mib, double dirty_mib = 0) {
  MemoryBin bin = Used(rss_mib);
  bin.native = Mib(native_mib);
  if (dirty_mib > 0) bin.dirty_file = Mib(dirty_mib);
  bin.unreclaimable = Mib(rss_mib + dirty_mib);
  return bin;
}

inline MemoryBin Killed(std::optional<double> limit_mib) {
  MemoryBin bin;
  bin.oom_kills = 1;
  if (limit_mib) bin.killed_limit = Mib(*limit_mib);
  return bin;
}

inline ContainerEstimate Estimate(const std::vector<MemoryBin>& bins, const ContainerFacts& facts = SomeFacts(),
                                  const ContainerGoals& goals = {}) {
  return EstimateContainer(bins, facts, goals);
}

}  // namespace tune
