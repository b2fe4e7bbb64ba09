#include "libtune/estimate/heap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace tune {
namespace {

constexpr HeapGoals kGoals;  // 5 %, margin 1.2

HeapFacts Facts(double live, Collector collector) {
  HeapFacts facts;
  facts.live = live;
  facts.collector = collector;
  return facts;
}

// Without a measured overhead the live share alone decides, with its margin of 1.15.
TEST(HeapTest, LiveDataFillAtMostAShareOfTheOldGeneration) {
  // 2/3 of the heap are old, 93 % of that may be live.
  const HeapEstimate parallel = EstimateHeap(Facts(620, Collector::kParallel), kGoals);
  EXPECT_NEAR(parallel.by_live_share, 620 / (2.0 / 3 * 0.93), 1e-9);
  EXPECT_NEAR(parallel.bytes, 1.15 * parallel.by_live_share, 1e-9);
  EXPECT_EQ(parallel.rule, HeapRule::kLiveShare);
  EXPECT_NEAR(EstimateHeap(Facts(650, Collector::kG1), kGoals).by_live_share, 1000, 1e-9);
  EXPECT_NEAR(EstimateHeap(Facts(550, Collector::kZ), kGoals).by_live_share, 1000, 1e-9);
}

TEST(HeapTest, TheClassicRuleStandsBeside) {
  const HeapEstimate estimate = EstimateHeap(Facts(100, Collector::kG1), kGoals);
  EXPECT_EQ(estimate.classic_low, 300);
  EXPECT_EQ(estimate.classic_high, 400);
}

// G1, 1000 of heap with 200 live cost 1 %: 800 of room times 1 % are 8; at 5 % that is 160 of room.
TEST(HeapTest, OverheadOfAnUndividedHeapGoesWithItsRoom) {
  HeapFacts facts = Facts(200, Collector::kG1);
  facts.heap = 1000;
  facts.overhead = 0.01;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  ASSERT_TRUE(estimate.by_overhead.has_value());
  EXPECT_NEAR(*estimate.by_overhead, 200 + 160, 1e-6);
  EXPECT_NEAR(estimate.bytes, 1.2 * 360, 1e-6);
  EXPECT_EQ(estimate.rule, HeapRule::kOverhead);
}

// Parallel, 900 of heap, 600 of it old, 300 live. Full collections cost 1 % with 300 of room, young ones 1 % with 300:
// 3 / (2/3 H - 300) + 3 / (1/3 H) = 5 % near H = 580: 3 / 86.7 + 3 / 193.3 = 0.0346 + 0.0155.
TEST(HeapTest, FullAndYoungCollectionsOfADividedHeapAreApart) {
  HeapFacts facts = Facts(300, Collector::kParallel);
  facts.heap = 900;
  facts.old_capacity = 600;
  facts.overhead = 0.02;
  facts.full_overhead = 0.01;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  ASSERT_TRUE(estimate.by_overhead.has_value());
  const double heap = *estimate.by_overhead;
  EXPECT_NEAR(3 / (2.0 / 3 * heap - 300) + 3 / (heap / 3), 0.05, 1e-6);
}

// 10 % where 5 % are allowed: the room, a quarter of the heap, has to double: 1000 * (1 + 0.25).
TEST(HeapTest, TooMuchOverheadAsksForMoreThanThereIs) {
  HeapFacts facts = Facts(600, Collector::kG1);
  facts.heap = 1000;
  facts.overhead = 0.1;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  EXPECT_NEAR(*estimate.by_overhead, 1250, 1e-9);
  EXPECT_NEAR(estimate.bytes, 1.2 * 1250, 1e-9);
}

// A heap that is busy with nothing but collections says nothing of how much more would help.
TEST(HeapTest, ThrashingIsNoMeasurement) {
  HeapFacts facts = Facts(620, Collector::kParallel);
  facts.heap = 900;
  facts.overhead = 0.4;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  EXPECT_FALSE(estimate.by_overhead.has_value());
  EXPECT_NEAR(estimate.bytes, 1.4 * 900, 1e-9);
  EXPECT_EQ(estimate.rule, HeapRule::kThrashing);
}

TEST(HeapTest, AFullHeapIsDoubled) {
  HeapFacts facts = Facts(620, Collector::kParallel);
  facts.heap = 640;
  facts.exhausted = true;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  EXPECT_EQ(estimate.bytes, 1280);
  EXPECT_EQ(estimate.rule, HeapRule::kExhausted);
}

// 10 live and 1000 bytes/s: half a second of allocation must fit beside.
TEST(HeapTest, AllocationBurstsFit) {
  HeapFacts facts = Facts(10, Collector::kG1);
  facts.allocation_rate = 1000;
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  EXPECT_NEAR(estimate.bytes, 10 + 500, 1e-9);
  EXPECT_EQ(estimate.rule, HeapRule::kBurst);
}

// 17 GB allocated in a second, and 4 % of the time in collections: the heap that is there is enough.
TEST(HeapTest, AHeapThatMeetsTheGoalIsLargeEnough) {
  HeapFacts facts = Facts(7, Collector::kG1);
  facts.heap = 1500;
  facts.allocation_rate = 17000;
  facts.overhead = 0.04;
  EXPECT_LE(EstimateHeap(facts, kGoals).bytes, 1500);
  facts.overhead = 0.06;
  EXPECT_EQ(EstimateHeap(facts, kGoals).bytes, 7 + 8500);
  // 1200 of 1500 live, where 65 % may be. By cost 1260 are enough, and a fifth more.
  HeapFacts full = Facts(1200, Collector::kG1);
  full.heap = 1500;
  full.overhead = 0.01;
  EXPECT_EQ(EstimateHeap(full, kGoals).by_live_share, 1200 / 0.65);
  EXPECT_NEAR(EstimateHeap(full, kGoals).bytes, 1.2 * 1260, 1e-6);
}

HeapFacts AnyFacts() {
  const auto number = [](int low, int high) { return static_cast<double>(*rc::gen::inRange(low, high)); };
  HeapFacts facts = Facts(number(1, 5000), static_cast<Collector>(*rc::gen::inRange(0, 8)));
  if (*rc::gen::arbitrary<bool>()) facts.heap = number(1, 20000);
  if (*rc::gen::arbitrary<bool>()) facts.old_capacity = number(1, 20000);
  if (*rc::gen::arbitrary<bool>()) facts.overhead = number(0, 1000) / 1000;
  if (facts.overhead && *rc::gen::arbitrary<bool>()) facts.full_overhead = *facts.overhead * number(0, 100) / 100;
  if (*rc::gen::arbitrary<bool>()) facts.allocation_rate = number(0, 100000);
  return facts;
}

RC_GTEST_PROP(HeapProperty, MoreLiveDataNeverGivesLessHeap, ()) {
  HeapFacts facts = AnyFacts();
  const double less = EstimateHeap(facts, kGoals).bytes;
  facts.live *= 1 + static_cast<double>(*rc::gen::inRange(0, 1000)) / 500;
  RC_ASSERT(EstimateHeap(facts, kGoals).bytes >= less * (1 - 1e-9));
}

RC_GTEST_PROP(HeapProperty, AStricterGoalNeverGivesLessHeap, ()) {
  const HeapFacts facts = AnyFacts();
  const double loose = static_cast<double>(*rc::gen::inRange(2, 50)) / 100;
  const HeapEstimate more = EstimateHeap(facts, {loose / 2, 1.2}), less = EstimateHeap(facts, {loose, 1.2});
  RC_ASSERT(more.bytes >= less.bytes * (1 - 1e-9));
}

RC_GTEST_PROP(HeapProperty, TheHeapHoldsTheLiveSet, ()) {
  const HeapFacts facts = AnyFacts();
  const HeapEstimate estimate = EstimateHeap(facts, kGoals);
  RC_ASSERT(estimate.bytes * estimate.old_fraction >= facts.live * (1 - 1e-9));
}

}  // namespace
}  // namespace tune
