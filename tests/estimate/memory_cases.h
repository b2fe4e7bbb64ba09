// Runs of made-up jobs for the tests of "Memory-bound".
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "libtune/estimate/memory_bound.h"

namespace tune::memory_cases {

using Runs = std::vector<SustainedRun>;

inline constexpr double kGoal = 0.13750352374993502;  // log2(1.1): what an elasticity has to be for 10 % a doubling

inline Bytes GiB(double gib) { return Bytes(static_cast<int64_t>(gib * (1 << 30))); }

inline SustainedRun RunAt(int parallelism, double gib, double rate) {
  return {.series = "", .parallelism = parallelism, .memory_per_slot = GiB(gib), .rate = RecordsPerSecond(rate)};
}

inline MemoryEffect Judge(const Runs& runs, const MemoryGoal& goal = {}) {
  const absl::StatusOr<MemoryEffect> effect = JudgeMemory(runs, goal);
  EXPECT_TRUE(effect.ok()) << effect.status();
  return effect.ok() ? *effect : MemoryEffect();
}

inline MemoryVerdict VerdictOf(const Runs& runs, const MemoryGoal& goal = {}) { return Judge(runs, goal).verdict; }

}  // namespace tune::memory_cases
