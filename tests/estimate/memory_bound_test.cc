#include "libtune/estimate/memory_bound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "tests/estimate/memory_cases.h"

namespace tune {
namespace {

using memory_cases::GiB;
using memory_cases::Judge;
using memory_cases::kGoal;
using memory_cases::RunAt;
using memory_cases::Runs;
using memory_cases::VerdictOf;
using testing::HasSubstr;

// Parallelism 1, 2, 4, 8 at 1, 2, 4 GiB a slot: rate = 1000 p^0.9 * gain(GiB).
Runs Grid(const std::function<double(double)>& gain) {
  Runs runs;
  for (const int p : {1, 2, 4, 8}) {
    for (const double gib : {1.0, 2.0, 4.0}) runs.push_back(RunAt(p, gib, 1000 * std::pow(p, 0.9) * gain(gib)));
  }
  return runs;
}

// Two runs each at 1 and 2 GiB: ln rate 10 % up and down around 0 and ln 2. Slope 1; what is left: 4 * 0.1^2 over
// 4 - 1 - 1 = 2 degrees, so noise sqrt(0.02) = 0.1414; xx = 4 (ln 2 / 2)^2 = 0.4805; t(2) at 95 % is 4.3027:
// reach 4.3027 * 0.1414 / sqrt(0.4805) = 0.8778.
TEST(MemoryBound, FiguresAreLeastSquaresWithStudentsInterval) {
  const double up = std::exp(0.1), down = std::exp(-0.1);
  const MemoryEffect effect =
      Judge({RunAt(4, 1, 100 * up), RunAt(4, 1, 100 * down), RunAt(4, 2, 200 * up), RunAt(4, 2, 200 * down)});
  ASSERT_TRUE(effect.elasticity.has_value());
  EXPECT_NEAR(effect.elasticity->estimate, 1, 1e-12);
  EXPECT_NEAR(effect.elasticity->noise_sd, std::sqrt(0.02), 1e-12);
  EXPECT_NEAR(effect.elasticity->low, 1 - 0.8778, 1e-4);
  EXPECT_NEAR(effect.elasticity->high, 1 + 0.8778, 1e-4);
  EXPECT_EQ(effect.verdict, MemoryVerdict::kMemoryBound);
  EXPECT_EQ(effect.runs, 4);
  EXPECT_EQ(effect.parallelisms, 1);
  EXPECT_EQ(effect.pairs, 4);  // 2 * 2
  EXPECT_NEAR(GainPerDoubling(effect.elasticity->estimate), 1, 1e-12);
}

// Without noise 3 % are assumed: xx = 4 * 2 ln(2)^2 = 3.8436, 12 - 4 - 1 = 7 degrees, t = 2.3646: 0.0362.
TEST(MemoryBound, RunsWithoutNoiseAreNotBelievedToBeExact) {
  const MemoryEffect effect = Judge(Grid([](double) { return 1; }));
  EXPECT_EQ(effect.verdict, MemoryVerdict::kNotMemoryBound);
  EXPECT_NEAR(effect.elasticity->estimate, 0, 1e-12);
  EXPECT_NEAR(effect.elasticity->high, 0.0362, 1e-4);
  EXPECT_EQ(effect.pairs, 12);  // 3 a parallelism
  EXPECT_EQ(effect.from, GiB(1));
  EXPECT_EQ(effect.to, GiB(4));
}

TEST(MemoryBound, WhatGainsATenthForEachDoublingIsBound) {
  const auto power = [](double elasticity) { return [elasticity](double gib) { return std::pow(gib, elasticity); }; };
  EXPECT_EQ(VerdictOf(Grid(power(1))), MemoryVerdict::kMemoryBound);
  EXPECT_EQ(VerdictOf(Grid(power(kGoal + 1e-9))), MemoryVerdict::kMemoryBound);
  EXPECT_EQ(VerdictOf(Grid(power(kGoal - 1e-9))), MemoryVerdict::kUnclear);  // a gain, perhaps of less than a tenth
  EXPECT_EQ(VerdictOf(Grid(power(kGoal - 0.037))), MemoryVerdict::kNotMemoryBound);  // reach 0.0362, above
  EXPECT_EQ(VerdictOf(Grid(power(-0.5))), MemoryVerdict::kNotMemoryBound);
  EXPECT_EQ(VerdictOf(Grid(power(kGoal - 0.037)), {.gain_per_doubling = 0.05}), MemoryVerdict::kMemoryBound);
}

// 1, 2, 4, … 512 GiB with a step of 1.8 after the first: 1.8^(1/9) = 6.7 % a doubling over all, 80 % over two sizes.
TEST(MemoryBound, AGainThatEndsIsFoundBelowItsEnd) {
  Runs runs;
  for (const int p : {1, 2, 4, 8}) {
    for (int i = 0; i < 10; ++i) runs.push_back(RunAt(p, 1 << i, 100 * p * (i == 0 ? 1 : 1.8)));
  }
  const MemoryEffect effect = Judge(runs);
  EXPECT_EQ(effect.verdict, MemoryVerdict::kMemoryBound);
  EXPECT_EQ(effect.from, GiB(1));
  EXPECT_LT(effect.to, GiB(512));
  EXPECT_NEAR(effect.elasticity->confidence, 1 - 0.05 / 8, 1e-12);  // of ten sizes, eight shorter ranges
  ASSERT_EQ(effect.steps.size(), 9u);
  EXPECT_NEAR(effect.steps[0].gain, 1.8, 1e-9);
  EXPECT_NEAR(effect.steps[1].gain, 1, 1e-9);
  EXPECT_EQ(effect.steps[0].parallelisms, 4);
  runs.erase(std::remove_if(runs.begin(), runs.end(), [](const SustainedRun& r) { return r.memory_per_slot < GiB(2); }),
             runs.end());
  EXPECT_EQ(VerdictOf(runs), MemoryVerdict::kNotMemoryBound);  // from 2 GiB up
}

TEST(MemoryBound, TwoRunsSayTheirStepAndNoMore) {
  const MemoryEffect effect = Judge({RunAt(4, 1, 100), RunAt(4, 4, 500)});
  EXPECT_EQ(effect.verdict, MemoryVerdict::kFewRuns);
  EXPECT_FALSE(effect.elasticity.has_value());
  EXPECT_EQ(effect.pairs, 1);
  ASSERT_EQ(effect.steps.size(), 1u);
  EXPECT_NEAR(effect.steps[0].gain, 5, 1e-9);
}

// Memory grows with parallelism: the rate's growth is either's.
TEST(MemoryBound, MemoryThatGrewWithParallelismIsConfounded) {
  const Runs runs = {RunAt(1, 1, 100), RunAt(2, 2, 400), RunAt(4, 4, 1600), RunAt(4, 4, 1500), RunAt(8, 8, 6400)};
  const MemoryEffect effect = Judge(runs);
  EXPECT_EQ(effect.verdict, MemoryVerdict::kConfounded);
  EXPECT_EQ(effect.pairs, 0);
  EXPECT_EQ(VerdictOf({}), MemoryVerdict::kConfounded);
}

// More memory was mostly run with more subtasks; at equal parallelism nothing is gained.
TEST(MemoryBound, WhatSubtasksGainIsNotMemorys) {
  Runs runs;
  for (const auto& [p, gib] : {std::pair(1, 1.0),
                               {1, 1.0},
                               {1, 2.0},
                               {4, 1.0},
                               {4, 2.0},
                               {4, 4.0},
                               {16, 2.0},
                               {16, 4.0},
                               {16, 4.0},
                               {64, 4.0}}) {
    runs.push_back(RunAt(p, gib, 100 * p));
  }
  EXPECT_EQ(VerdictOf(runs), MemoryVerdict::kNotMemoryBound);
}

TEST(MemoryBound, SeriesAreNotCompared) {
  Runs runs = {RunAt(4, 1, 100), RunAt(4, 1, 101), RunAt(4, 4, 300), RunAt(4, 4, 301)};
  EXPECT_EQ(VerdictOf(runs), MemoryVerdict::kMemoryBound);
  runs[2].series = runs[3].series = "twice the cores";
  EXPECT_EQ(VerdictOf(runs), MemoryVerdict::kConfounded);
}

TEST(MemoryBound, ALowerBoundIsLeftOutAndCounted) {
  Runs runs = Grid([](double) { return 1; });
  for (SustainedRun& run : runs) {
    run.saturated = run.memory_per_slot != GiB(1);  // asked for a tenth of what they could
    if (!run.saturated) run.rate = run.rate * 0.1;
  }
  const MemoryEffect effect = Judge(runs);
  EXPECT_EQ(effect.verdict, MemoryVerdict::kNotMemoryBound);
  EXPECT_EQ(effect.unsaturated, 4);
  EXPECT_EQ(effect.runs, 8);
  EXPECT_THAT(DescribeMemory(effect), HasSubstr("4 not saturated"));
}

TEST(MemoryBound, ARunThatItsTwinsContradictIsLeftOutAndCounted) {
  Runs runs = Grid([](double) { return 1; });
  runs.push_back(RunAt(8, 1, 6400));
  runs.push_back(RunAt(8, 1, 1000));  // twins: 6498 and 6400
  const MemoryEffect effect = Judge(runs);
  EXPECT_EQ(effect.failed, 1);
  EXPECT_EQ(effect.verdict, MemoryVerdict::kNotMemoryBound);
  // With one twin nobody knows which of the two failed: it stays, and its noise is said.
  runs.erase(runs.end() - 2);
  EXPECT_EQ(Judge(runs).failed, 0);
  EXPECT_EQ(VerdictOf(runs), MemoryVerdict::kUnclear);
  // Nor where most runs of a configuration contradict each other.
  EXPECT_EQ(Judge({RunAt(1, 1, 1), RunAt(1, 1, 10), RunAt(1, 1, 100), RunAt(1, 2, 10)}).failed, 0);
}

TEST(MemoryBound, DescriptionHasVerdictAndFigures) {
  const std::string text = DescribeMemory(Judge(Grid([](double gib) { return gib; })));
  EXPECT_THAT(text, HasSubstr("memory-bound; twice the memory changes the rate by +100 %"));
  EXPECT_THAT(text, HasSubstr("elasticity 1.000"));
  EXPECT_THAT(text, HasSubstr("1024 to 4096 MiB a slot, 12 runs at 4 parallelisms, 12 pairs"));
  EXPECT_THAT(DescribeMemory({}), HasSubstr("cannot be told: no two runs"));
}

struct Refused {
  const char* name;
  SustainedRun run;
  MemoryGoal goal;
  const char* says;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }

class MemoryBoundRefuses : public testing::TestWithParam<Refused> {};

TEST_P(MemoryBoundRefuses, NamingTheField) {
  const absl::StatusOr<MemoryEffect> effect = JudgeMemory(Runs{RunAt(1, 1, 1), GetParam().run}, GetParam().goal);
  ASSERT_FALSE(effect.ok());
  EXPECT_EQ(effect.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(effect.status().message()), HasSubstr(GetParam().says));
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Input, MemoryBoundRefuses,
    testing::Values(Refused{"ZeroParallelism", RunAt(0, 1, 1), {}, "runs[1].parallelism = 0; allowed: >= 1"},
                    Refused{"NoMemory", RunAt(1, 0, 1), {}, "runs[1].memory_per_slot = 0; allowed: [1048576, "},
                    Refused{"HugeMemory", RunAt(1, 1 << 21, 1), {}, "memory_per_slot = 2251799813685248"},
                    Refused{"ZeroRate", RunAt(1, 1, 0), {}, "runs[1].rate = 0; allowed: (0, 1e21]"},
                    Refused{"NanRate", RunAt(1, 1, kNan), {}, "runs[1].rate = nan"},
                    Refused{"HugeRate", RunAt(1, 1, 1e22), {}, "runs[1].rate = 1e+22"},
                    Refused{"NoGain", RunAt(1, 1, 1), {.gain_per_doubling = 0}, "goal.gain_per_doubling = 0"},
                    Refused{"NanGain", RunAt(1, 1, 1), {.gain_per_doubling = kNan}, "goal.gain_per_doubling = nan"},
                    Refused{"Certain", RunAt(1, 1, 1), {.confidence = 1}, "goal.confidence = 1; allowed: [0.5, 0.999]"},
                    Refused{"NegativeNoise", RunAt(1, 1, 1), {.noise_sd = -1}, "goal.noise_sd = -1; allowed: [0, 1]"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MemoryBound, RefusesMoreRunsThanItTakes) {
  EXPECT_TRUE(JudgeMemory(Runs(10000, RunAt(1, 1, 1))).ok());
  const absl::StatusOr<MemoryEffect> effect = JudgeMemory(Runs(10001, RunAt(1, 1, 1)));
  ASSERT_FALSE(effect.ok());
  EXPECT_THAT(std::string(effect.status().message()), HasSubstr("10001 runs; allowed: at most 10000"));
}

}  // namespace
}  // namespace tune
