// What holds for memory's effect whatever the runs, and how often its verdicts are right on jobs whose truth is known.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "libtune/estimate/memory_bound.h"
#include "tests/estimate/memory_cases.h"

namespace tune {
namespace {

using memory_cases::GiB;
using memory_cases::Judge;
using memory_cases::kGoal;
using memory_cases::RunAt;
using memory_cases::Runs;
using memory_cases::VerdictOf;

Runs AnyRuns() {
  Runs runs;
  for (int i = *rc::gen::inRange(0, 20); i > 0; --i) {
    runs.push_back(RunAt(*rc::gen::inRange(1, 4), *rc::gen::inRange(1, 6), 0.01 * *rc::gen::inRange(1, 10000)));
    runs.back().saturated = *rc::gen::inRange(0, 8) > 0;
  }
  return runs;
}

// Whatever parallelism does to the rate, memory's effect is told from it.
TEST(MemoryBoundProperty, NoCurveOfTheParallelismMovesTheAnswer) {
  EXPECT_TRUE(rc::check([] {
    Runs runs = AnyRuns();
    const MemoryEffect before = Judge(runs);
    const double factor[] = {0.01 * *rc::gen::inRange(1, 1000), 1, 0.01 * *rc::gen::inRange(1, 1000)};
    for (SustainedRun& run : runs) run.rate = run.rate * factor[run.parallelism - 1];
    const MemoryEffect after = Judge(runs);
    RC_ASSERT(before.runs == after.runs && before.pairs == after.pairs);
    RC_ASSERT(before.elasticity.has_value() == after.elasticity.has_value());
    if (!before.elasticity) return;
    RC_ASSERT(std::abs(before.elasticity->estimate - after.elasticity->estimate) < 1e-9);
    RC_ASSERT(std::abs(before.elasticity->high - after.elasticity->high) < 1e-6);
  }));
}

TEST(MemoryBoundProperty, OrderOfRunsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    Runs runs = AnyRuns();
    const MemoryEffect before = Judge(runs);
    std::rotate(runs.begin(), runs.begin() + *rc::gen::inRange<size_t>(0, runs.size() + 1), runs.end());
    const MemoryEffect after = Judge(runs);
    RC_ASSERT(before.verdict == after.verdict);
    RC_ASSERT(DescribeMemory(before) == DescribeMemory(after));
  }));
}

TEST(MemoryBoundProperty, VerdictFollowsFromItsFigures) {
  EXPECT_TRUE(rc::check([] {
    const MemoryEffect effect = Judge(AnyRuns());
    const bool compared = effect.verdict != MemoryVerdict::kConfounded;
    RC_ASSERT(compared == (effect.pairs > 0));
    RC_ASSERT(compared == !effect.steps.empty());
    RC_ASSERT(effect.elasticity.has_value() == (compared && effect.verdict != MemoryVerdict::kFewRuns));
    if (!effect.elasticity) return;
    const MemoryElasticity& e = *effect.elasticity;
    RC_ASSERT(e.low < e.estimate && e.estimate < e.high && std::isfinite(e.low) && std::isfinite(e.high));
    RC_ASSERT(effect.from < effect.to && effect.runs - effect.parallelisms > 1);
    RC_ASSERT((effect.verdict == MemoryVerdict::kMemoryBound) == (e.low > 0 && e.estimate >= kGoal));
    if (e.confidence > 0.951) RC_ASSERT(e.low >= kGoal - 1e-12);  // a shorter range
    if (effect.verdict == MemoryVerdict::kNotMemoryBound) RC_ASSERT(e.high < kGoal);
  }));
}

// Memory decided by parallelism, whatever the rates: nothing can be told.
TEST(MemoryBoundProperty, ConfoundedRunsNeverGetAVerdict) {
  EXPECT_TRUE(rc::check([] {
    Runs runs = AnyRuns();
    for (SustainedRun& run : runs) run.memory_per_slot = GiB(1 << run.parallelism);
    RC_ASSERT(VerdictOf(runs) == MemoryVerdict::kConfounded);
  }));
}

// A job of known elasticity: 4 parallelisms, each at 3 of 4 sizes, one of them twice; noise of 10 %.
Runs MadeUp(double elasticity, std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, 0.1);
  Runs runs;
  const auto add = [&](int p, int size) {
    const double rate = 1000 * std::pow(p, 0.85) * std::pow(2, size * elasticity);
    runs.push_back(RunAt(p, 1 << size, rate * std::exp(noise(random))));
  };
  for (const int p : {1, 2, 4, 8}) {
    const int without = std::uniform_int_distribution<int>(0, 3)(random);
    for (int size = 0; size < 4; ++size) {
      if (size != without) add(p, size);
    }
    add(p, without == 0 ? 1 : 0);
  }
  return runs;
}

struct Counts {
  int bound = 0, not_bound = 0, covered = 0;
};

Counts JudgeMany(double elasticity, int jobs) {
  std::mt19937_64 random(20240611);
  Counts counts;
  for (int i = 0; i < jobs; ++i) {
    const MemoryEffect effect = Judge(MadeUp(elasticity, random));
    counts.bound += effect.verdict == MemoryVerdict::kMemoryBound ? 1 : 0;
    counts.not_bound += effect.verdict == MemoryVerdict::kNotMemoryBound ? 1 : 0;
    counts.covered += effect.elasticity->low <= elasticity && elasticity <= effect.elasticity->high ? 1 : 0;
  }
  return counts;
}

// Of one job in twenty at most it may be said wrongly.
TEST(MemoryBoundMadeUp, FewJobsWithoutEffectAreCalledBound) {
  const Counts counts = JudgeMany(0, 2000);
  EXPECT_LE(counts.bound, 100);
  EXPECT_GE(counts.not_bound, 1200);
}

TEST(MemoryBoundMadeUp, FewBoundJobsAreCalledNotBound) {
  EXPECT_LE(JudgeMany(kGoal, 2000).not_bound, 100);  // just at the goal
  const Counts counts = JudgeMany(0.5, 2000);        // twice the memory gains 41 %
  EXPECT_EQ(counts.not_bound, 0);
  EXPECT_GE(counts.bound, 1900);
}

TEST(MemoryBoundMadeUp, IntervalsHoldTheTruthAsOftenAsTheySay) {
  for (const double elasticity : {-0.3, 0.0, 0.5}) EXPECT_GE(JudgeMany(elasticity, 2000).covered, 1880) << elasticity;
}

}  // namespace
}  // namespace tune
