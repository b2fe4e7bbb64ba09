// Does more memory, and not only more subtasks, let a job sustain more?
// Source: libtune/DESIGN.md, "Memory-bound".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tune/units.h"

namespace tune {

// What a job sustained in one run.
struct SustainedRun {
  // Runs are compared only within one series: equal cores for each slot, and a rate measured in the same way.
  std::string series;
  int parallelism = 1;    // subtasks of the job, counted alike in every run; >= 1
  Bytes memory_per_slot;  // its part of the TaskManager's memory; in [1 MiB, 1 PiB], compared by whole MiB
  RecordsPerSecond rate;  // of the sources; in (0, 1e21]
  bool saturated = true;  // false: it took all that was offered, so `rate` is a lower bound; such a run is left out
};

// What is asked. The default: does twice the memory gain a tenth?
struct MemoryGoal {
  double gain_per_doubling = 0.10;  // of the rate, when memory doubles and parallelism stays; in (0, 1]
  double confidence = 0.95;         // in [0.5, 0.999]
  double noise_sd = 0.03;           // between two runs of one configuration at least, relative; in [0, 1]
};

enum class MemoryVerdict {
  kMemoryBound,     // gains the goal and more; that there is a gain is not chance
  kNotMemoryBound,  // the interval lies below the goal
  // Cannot be told, because
  kUnclear,     // the interval reaches from below the goal to above it, or from a loss to above it
  kFewRuns,     // nothing is left to tell the noise from
  kConfounded,  // no two runs have one parallelism and different memory
};

// The partial effect of memory: rate ~ memory^elasticity at equal parallelism.
struct MemoryElasticity {
  double low = 0, estimate = 0, high = 0;
  double confidence = 0;  // of [low, high]
  double noise_sd = 0;    // of ln rate between runs, after parallelism and memory
};

// What one step of memory gained where both of its sizes were run.
struct MemoryStep {
  Bytes from, to;        // memory of a slot; neighbours at some parallelism
  int parallelisms = 0;  // that were run with both
  double gain = 1;       // rate with `to` over rate with `from`, geometric mean over them
};

struct MemoryEffect {
  MemoryVerdict verdict = MemoryVerdict::kConfounded;
  Bytes from, to;                              // memory of a slot that the figures are about; 0: nothing compared
  std::optional<MemoryElasticity> elasticity;  // nullopt: kFewRuns, kConfounded
  int runs = 0;                                // compared: those at a parallelism that was run with different memory
  int parallelisms = 0;                        // with different memory; the same one in two series counts twice
  int64_t pairs = 0;                           // of runs with equal parallelism and different memory
  int unsaturated = 0, failed = 0;             // runs left out
  std::vector<MemoryStep> steps{};             // over all runs compared, by size; says where the gain lies
};

// Least squares of ln rate on ln memory with a level of its own for each parallelism, so that no curve of the
// parallelism is assumed. Where the whole range of memory shows no gain, shorter ones from its smallest size up are
// asked too, as a gain may end; the confidence is divided among them. The order of the runs does not matter. Errors:
// kInvalidArgument lists every field out of range; more than 10,000 runs are refused.
absl::StatusOr<MemoryEffect> JudgeMemory(std::span<const SustainedRun> runs, const MemoryGoal& goal = {});

// Share by which the rate grows when memory doubles: 2^elasticity - 1.
double GainPerDoubling(double elasticity);

// "memory-bound: twice the memory gains 26 % (12 to 41 % at 95 %); elasticity …": the verdict with its figures.
std::string DescribeMemory(const MemoryEffect& effect);

}  // namespace tune
