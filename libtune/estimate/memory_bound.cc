#include "libtune/estimate/memory_bound.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr size_t kMostRuns = 10000;
constexpr int64_t kMebibyte = 1 << 20;
constexpr int64_t kMostBytes = int64_t{1} << 50;
constexpr double kFailedFactor = 2;  // off the median of its configuration's runs: something else went wrong
constexpr size_t kFewestRepeats = 3;

struct Observation {
  Bytes memory;
  double log_memory = 0, log_rate = 0;
};
// Runs of one series and parallelism, by memory.
using Group = std::vector<Observation>;

// Sums over the groups that have different memory, each around its own means.
struct Within {
  double xx = 0, xy = 0, yy = 0;
  int runs = 0, groups = 0;
  int64_t pairs = 0;
  int Freedom() const { return runs - groups - 1; }
};

void CheckRun(const SustainedRun& run, size_t i, Violations& violations) {
  const std::string path = absl::StrCat("runs[", i, "].");
  const double rate = run.rate.value();
  if (run.parallelism < 1) violations.Add(path + "parallelism", run.parallelism, ">= 1");
  const int64_t bytes = run.memory_per_slot.value();
  if (bytes < kMebibyte || bytes > kMostBytes) {
    violations.Add(path + "memory_per_slot", absl::StrCat(bytes), absl::StrCat("[", kMebibyte, ", ", kMostBytes, "]"));
  }
  if (!(rate > 0 && rate <= kLargestAmount)) violations.Add(path + "rate", rate, "(0, 1e21]");
}

void CheckGoal(const MemoryGoal& goal, Violations& violations) {
  const double gain = goal.gain_per_doubling;
  if (!(gain > 0 && gain <= 1)) violations.Add("goal.gain_per_doubling", gain, "(0, 1]");
  if (!(goal.confidence >= 0.5 && goal.confidence <= 0.999)) {
    violations.Add("goal.confidence", goal.confidence, "[0.5, 0.999]");
  }
  if (!(goal.noise_sd >= 0 && goal.noise_sd <= 1)) violations.Add("goal.noise_sd", goal.noise_sd, "[0, 1]");
}

absl::Status Check(std::span<const SustainedRun> runs, const MemoryGoal& goal) {
  if (runs.size() > kMostRuns) {
    return NotAllowed("runs", absl::StrCat(runs.size(), " runs"), absl::StrCat("at most ", kMostRuns));
  }
  Violations violations;
  for (size_t i = 0; i < runs.size(); ++i) CheckRun(runs[i], i, violations);
  CheckGoal(goal, violations);
  return violations.ToStatus();
}

// Takes out of `cell`, the runs of one configuration by rate, a minority that the others contradict. Returns how many.
int DropFailed(Group& cell) {
  const size_t n = cell.size();
  if (n < kFewestRepeats) return 0;
  const double median = (cell[(n - 1) / 2].log_rate + cell[n / 2].log_rate) / 2;
  const double most = std::log(kFailedFactor) * (1 + 1e-9);
  const auto failed = [&](const Observation& o) { return std::abs(o.log_rate - median) > most; };
  const auto count = std::count_if(cell.begin(), cell.end(), failed);
  if (2 * static_cast<size_t>(count) >= n) return 0;
  std::erase_if(cell, failed);
  return static_cast<int>(count);
}

// Groups of the runs that can be compared; counts the others in `effect`.
std::vector<Group> ToGroups(std::span<const SustainedRun> runs, MemoryEffect& effect) {
  std::map<std::pair<std::string, int>, std::map<int64_t, Group>> cells;
  for (const SustainedRun& run : runs) {
    if (!run.saturated) {
      ++effect.unsaturated;
      continue;
    }
    const int64_t bytes = run.memory_per_slot.value() / kMebibyte * kMebibyte;
    cells[{run.series, run.parallelism}][bytes].push_back(
        {Bytes(bytes), std::log(static_cast<double>(bytes)), std::log(run.rate.value())});
  }
  std::vector<Group> groups;
  for (auto& [parallelism, by_memory] : cells) {
    Group group;
    for (auto& [memory, cell] : by_memory) {
      std::sort(cell.begin(), cell.end(),
                [](const Observation& a, const Observation& b) { return a.log_rate < b.log_rate; });
      effect.failed += DropFailed(cell);
      group.insert(group.end(), cell.begin(), cell.end());
    }
    if (group.size() > 1 && group.front().memory != group.back().memory) groups.push_back(std::move(group));
  }
  return groups;
}

void AddGroup(std::span<const Observation> group, Within& sums) {
  const double n = static_cast<double>(group.size());
  double mean_x = 0, mean_y = 0;
  int64_t equal = 0;  // pairs of equal memory
  for (size_t i = 0, first = 0; i < group.size(); ++i) {
    mean_x += group[i].log_memory / n;
    mean_y += group[i].log_rate / n;
    if (group[i].memory != group[first].memory) first = i;
    equal += static_cast<int64_t>(i - first);
  }
  for (const Observation& o : group) {
    const double x = o.log_memory - mean_x, y = o.log_rate - mean_y;
    sums.xx += x * x;
    sums.xy += x * y;
    sums.yy += y * y;
  }
  const int64_t count = static_cast<int64_t>(group.size());
  sums.runs += static_cast<int>(count);
  sums.pairs += count * (count - 1) / 2 - equal;
  ++sums.groups;
}

// Over the runs with at most `most` memory.
Within SumUpTo(Bytes most, const std::vector<Group>& groups) {
  Within sums;
  for (const Group& group : groups) {
    const auto end =
        std::upper_bound(group.begin(), group.end(), most, [](Bytes m, const Observation& o) { return m < o.memory; });
    const std::span<const Observation> kept(group.begin(), end);
    if (!kept.empty() && kept.front().memory != kept.back().memory) AddGroup(kept, sums);
  }
  return sums;
}

// `sums` leaves at least one degree of freedom.
MemoryElasticity Estimate(const Within& sums, double confidence, const MemoryGoal& goal) {
  const double slope = sums.xy / sums.xx;
  const double left = std::max(0.0, sums.yy - slope * sums.xy);
  const double noise = std::max(goal.noise_sd, std::sqrt(left / sums.Freedom()));
  const boost::math::students_t law(sums.Freedom());
  const double reach = quantile(complement(law, (1 - confidence) / 2)) * noise / std::sqrt(sums.xx);
  return {.low = slope - reach, .estimate = slope, .high = slope + reach, .confidence = confidence, .noise_sd = noise};
}

// The runs with at most `most` memory decide.
void Report(Bytes most, const Within& sums, MemoryEffect& effect) {
  effect.to = most;
  effect.runs = sums.runs;
  effect.parallelisms = sums.groups;
  effect.pairs = sums.pairs;
}

std::vector<MemoryStep> Steps(const std::vector<Group>& groups) {
  std::map<std::pair<int64_t, int64_t>, std::pair<int, double>> by_size;  // parallelisms, sum of ln gain
  for (const Group& group : groups) {
    std::map<int64_t, std::pair<int, double>> cells;  // runs, sum of ln rate
    for (const Observation& o : group) {
      auto& [runs, sum] = cells[o.memory.value()];
      ++runs;
      sum += o.log_rate;
    }
    const auto mean = [](const auto& cell) { return cell.second.second / cell.second.first; };
    for (auto low = cells.begin(), high = std::next(low); high != cells.end(); ++low, ++high) {
      auto& [parallelisms, sum] = by_size[{low->first, high->first}];
      ++parallelisms;
      sum += mean(*high) - mean(*low);
    }
  }
  std::vector<MemoryStep> steps;
  for (const auto& [sizes, gained] : by_size) {
    steps.push_back({.from = Bytes(sizes.first),
                     .to = Bytes(sizes.second),
                     .parallelisms = gained.first,
                     .gain = std::exp(gained.second / gained.first)});
  }
  return steps;
}

void JudgeWhole(Bytes most, const std::vector<Group>& groups, const MemoryGoal& goal, MemoryEffect& effect) {
  const Within sums = SumUpTo(most, groups);
  Report(most, sums, effect);
  effect.verdict = MemoryVerdict::kFewRuns;
  if (sums.Freedom() < 1) return;
  const double wanted = std::log2(1 + goal.gain_per_doubling);
  const MemoryElasticity e = Estimate(sums, goal.confidence, goal);
  effect.elasticity = e;
  effect.verdict = MemoryVerdict::kUnclear;
  if (e.high < wanted) effect.verdict = MemoryVerdict::kNotMemoryBound;
  if (e.low > 0 && e.estimate >= wanted) effect.verdict = MemoryVerdict::kMemoryBound;
}

// A gain that ends, diluted by the sizes beyond its end: the widest shorter range whose whole interval gains. It was
// searched for, so more is asked of it than of the whole range.
void JudgeShorter(const std::set<Bytes>& sizes, const std::vector<Group>& groups, const MemoryGoal& goal,
                  MemoryEffect& effect) {
  if (sizes.size() < 3) return;
  const double wanted = std::log2(1 + goal.gain_per_doubling);
  const double confidence = 1 - (1 - goal.confidence) / static_cast<double>(sizes.size() - 2);
  for (auto most = std::next(sizes.rbegin()); *most != *sizes.begin(); ++most) {
    const Within sums = SumUpTo(*most, groups);
    if (sums.Freedom() < 1) continue;
    const MemoryElasticity e = Estimate(sums, confidence, goal);
    if (e.low < wanted) continue;
    effect.verdict = MemoryVerdict::kMemoryBound;
    effect.elasticity = e;
    return Report(*most, sums, effect);
  }
}

void Judge(const std::vector<Group>& groups, const MemoryGoal& goal, MemoryEffect& effect) {
  std::set<Bytes> sizes;
  for (const Group& group : groups) {
    for (const Observation& o : group) sizes.insert(o.memory);
  }
  effect.from = *sizes.begin();
  JudgeWhole(*sizes.rbegin(), groups, goal, effect);
  if (effect.verdict != MemoryVerdict::kMemoryBound) JudgeShorter(sizes, groups, goal, effect);
}

const char* VerdictText(MemoryVerdict verdict) {
  switch (verdict) {
    case MemoryVerdict::kMemoryBound:
      return "memory-bound";
    case MemoryVerdict::kNotMemoryBound:
      return "not memory-bound";
    case MemoryVerdict::kUnclear:
      return "cannot be told: the interval is too wide";
    case MemoryVerdict::kFewRuns:
      return "cannot be told: too few runs";
    case MemoryVerdict::kConfounded:
      return "cannot be told: no two runs have one parallelism and different memory";
  }
  return "";
}

}  // namespace

absl::StatusOr<MemoryEffect> JudgeMemory(std::span<const SustainedRun> runs, const MemoryGoal& goal) {
  if (absl::Status status = Check(runs, goal); !status.ok()) return status;
  MemoryEffect effect;
  const std::vector<Group> groups = ToGroups(runs, effect);
  if (groups.empty()) return effect;
  effect.steps = Steps(groups);
  Judge(groups, goal, effect);
  return effect;
}

double GainPerDoubling(double elasticity) { return std::exp2(elasticity) - 1; }

std::string DescribeMemory(const MemoryEffect& effect) {
  std::string text = VerdictText(effect.verdict);
  if (effect.elasticity.has_value()) {
    const MemoryElasticity& e = *effect.elasticity;
    absl::StrAppendFormat(
        &text,
        "; twice the memory changes the rate by %+.0f %% (%+.0f to %+.0f at %.1f %%), elasticity %.3f "
        "(%.3f to %.3f), noise %.1f %%",
        100 * GainPerDoubling(e.estimate), 100 * GainPerDoubling(e.low), 100 * GainPerDoubling(e.high),
        100 * e.confidence, e.estimate, e.low, e.high, 100 * e.noise_sd);
  }
  if (effect.runs > 0) {
    absl::StrAppendFormat(&text, "; %d to %d MiB a slot, %d runs at %d parallelisms, %d pairs",
                          effect.from.value() / kMebibyte, effect.to.value() / kMebibyte, effect.runs,
                          effect.parallelisms, effect.pairs);
  }
  if (effect.unsaturated > 0) absl::StrAppendFormat(&text, "; %d not saturated", effect.unsaturated);
  if (effect.failed > 0) absl::StrAppendFormat(&text, "; %d failed", effect.failed);
  return text;
}

}  // namespace tune
