#include "libtune/gc/gc_sizing.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

constexpr int64_t kMib = 1 << 20;
constexpr HeapGoals kGoals;

Collection Full(double uptime_s, int64_t before_mib, int64_t after_mib) {
  Collection c;
  c.collector = Collector::kParallel;
  c.kind = CollectionKind::kFull;
  c.uptime_s = uptime_s;
  c.cause = "Ergonomics";
  c.pause_s = 0.1;
  c.heap = {Bytes(before_mib * kMib), Bytes(after_mib * kMib), Bytes(900 * kMib)};
  c.old = {Bytes(before_mib * kMib), Bytes(after_mib * kMib), Bytes(600 * kMib)};
  c.young.capacity = Bytes(300 * kMib);
  return c;
}

GcSizing SizeOf(const std::vector<Collection>& collections, std::optional<Bytes> max_heap = Bytes(900 * kMib)) {
  GcSizer sizer(60);
  GcTotalsBuilder totals(60);
  for (const Collection& c : collections) {
    sizer.Add(c);
    totals.Add(c);
  }
  return sizer.Size(totals.totals(), max_heap, kGoals);
}

// A full collection of 0.1 s every 20 s is half a per cent of the time; 200 MiB are alive.
TEST(GcSizingTest, FactsComeFromTheTimeAfterStartUp) {
  std::vector<Collection> collections = {Full(10, 500, 333)};  // start-up
  for (double t = 60; t <= 1000; t += 20) collections.push_back(Full(t, 580, 200));
  const GcSizing sizing = SizeOf(collections);
  ASSERT_TRUE(sizing.live.has_value());
  EXPECT_EQ(sizing.live->bytes, 200 * kMib);
  EXPECT_EQ(sizing.live->rung, LiveRung::kFullCollection);
  EXPECT_EQ(sizing.facts.heap, 900 * kMib);
  EXPECT_EQ(sizing.facts.old_capacity, 600 * kMib);
  EXPECT_NEAR(*sizing.facts.overhead, 0.1 / 20, 2e-4);
  EXPECT_NEAR(*sizing.facts.full_overhead, 0.1 / 20, 2e-4);
  ASSERT_TRUE(sizing.heap.has_value());
  EXPECT_LT(sizing.heap->bytes, 900 * kMib);
}

TEST(GcSizingTest, ALogOfTheStartUpTellsNothing) {
  const GcSizing sizing = SizeOf({Full(10, 500, 333), Full(30, 500, 333)});
  EXPECT_FALSE(sizing.live.has_value());
  EXPECT_FALSE(sizing.heap.has_value());
}

// More heap would put a leak off, no more: no size is named.
TEST(GcSizingTest, ALeakGetsNoHeap) {
  std::vector<Collection> collections;
  for (int i = 0; i < 100; ++i) collections.push_back(Full(60 + 20 * i, 580, 200 + 3 * i));
  const GcSizing sizing = SizeOf(collections);
  EXPECT_TRUE(sizing.live->trend.rising);
  EXPECT_FALSE(sizing.heap.has_value());
}

// Nothing is freed any more, and the live set never rose: the heap is too small from the start.
TEST(GcSizingTest, AFullHeapIsDoubled) {
  std::vector<Collection> collections;
  for (int i = 0; i < 20; ++i) collections.push_back(Full(60 + 20 * i, 880, 870));
  const GcSizing sizing = SizeOf(collections);
  EXPECT_TRUE(sizing.live->exhausted);
  EXPECT_FALSE(sizing.live->trend.rising);
  EXPECT_EQ(sizing.heap->rule, HeapRule::kExhausted);
  EXPECT_EQ(sizing.heap->bytes, 1800 * kMib);
}

// Without -Xmx in the log the largest heap that was committed stands for it.
TEST(GcSizingTest, TheLargestCommittedHeapStandsForTheLimit) {
  std::vector<Collection> collections;
  for (double t = 60; t <= 200; t += 20) collections.push_back(Full(t, 580, 200));
  EXPECT_EQ(SizeOf(collections, std::nullopt).facts.heap, 900 * kMib);
}

// 600 MiB of old and 300 of young generation.
TEST(GcSizingTest, WithoutTheHeapItsGenerationsAreAddedUp) {
  std::vector<Collection> collections = {Full(60, 580, 200), Full(80, 580, 200)};
  for (Collection& c : collections) c.heap.capacity.reset();
  EXPECT_EQ(SizeOf(collections, std::nullopt).facts.heap, (600 + 300) * kMib);
}

// 60 s after the start the warm-up is over.
TEST(GcSizingTest, TheStartUpEndsWithTheWarmUp) {
  EXPECT_TRUE(SizeOf({Full(60, 580, 200)}).live.has_value());
  EXPECT_FALSE(SizeOf({Full(59.999, 580, 200)}).live.has_value());
}

// Two of 0.1 s in the 40 s from 60 s to 100 s, when somebody asked for a heap dump.
TEST(GcSizingTest, WhatSomebodyAskedForCostsNothing) {
  Collection asked = Full(100, 580, 200);
  asked.cause = "Heap Dump Initiated GC";
  asked.pause_s = 7;
  const GcSizing sizing = SizeOf({Full(60, 580, 200), Full(80, 580, 200), asked});
  EXPECT_NEAR(*sizing.facts.overhead, 0.2 / 40, 1e-9);
  EXPECT_NEAR(*sizing.facts.full_overhead, 0.2 / 40, 1e-9);
}

// G1 moves the border between its generations at will.
TEST(GcSizingTest, G1HasNoOldGenerationOfItsOwn) {
  std::vector<Collection> collections = {Full(60, 580, 200), Full(80, 580, 200)};
  for (Collection& c : collections) c.collector = Collector::kG1;
  EXPECT_FALSE(SizeOf(collections).facts.old_capacity.has_value());
}

// Young collections leave 300 and 200 in turn, a minute each: of ten minutes the lowest counts.
TEST(GcSizingTest, OfBoundsTheLowestOfTenMinutesCounts) {
  std::vector<Collection> collections;
  for (int i = 0; i < 20; ++i) {
    collections.push_back(Full(60 + 60 * i, 580, i % 2 == 0 ? 300 : 200));
    collections.back().kind = CollectionKind::kYoung;
  }
  EXPECT_EQ(SizeOf(collections).live->bytes, 200 * kMib);
}

// The second JVM's time comes after the first one's: what was flat rises.
TEST(GcSizingTest, TimesOfSeveralJvmsFollowOneAnother) {
  std::vector<Collection> collections;
  for (const int jvm : {0, 1}) {
    for (int i = 0; i < 40; ++i) {
      collections.push_back(Full(60 + 20 * i, 580, jvm == 0 ? 200 : 200 + 3 * i));
      collections.back().jvm = jvm;
    }
  }
  EXPECT_TRUE(SizeOf(collections).live->trend.rising);
}

// The first JVM ended behind a marking; the second one's mixed collection is not the first after it.
TEST(GcSizingTest, AMarkingEndsWithItsJvm) {
  Collection remark = Full(60, 580, 580), mixed = Full(70, 580, 400);
  remark.collector = mixed.collector = Collector::kG1;
  remark.kind = CollectionKind::kRemark;
  mixed.kind = CollectionKind::kMixed;
  EXPECT_EQ(SizeOf({remark, mixed}).live->rung, LiveRung::kMarking);
  mixed.jvm = 1;
  EXPECT_EQ(SizeOf({remark, mixed}).live->rung, LiveRung::kCollection);
}

// A month of collections every second is kept in readings of some minutes each.
TEST(GcSizingTest, ManyCollectionsAreSummedUp) {
  GcSizer sizer(60);
  GcTotalsBuilder totals(60);
  Collection c = Full(0, 580, 200);
  for (int i = 0; i < 1'000'000; ++i) {
    c.uptime_s = 60 + i * 2.6;
    const int64_t after = i == 777'777 ? 250 : 200;
    c.heap.after = c.old.after = Bytes(after * kMib);
    sizer.Add(c);
    totals.Add(c);
  }
  const GcSizing sizing = sizer.Size(totals.totals(), std::nullopt, kGoals);
  EXPECT_EQ(sizing.live->bytes, 250 * kMib);
  EXPECT_FALSE(sizing.live->trend.rising);
  // 2,600,000 s in at most 20,000 steps are steps of 160 s, from 80 s to 2,600,080 s: 4333.3 blocks of 600 s.
  EXPECT_EQ(sizing.live->blocks, 4334);
}

}  // namespace
}  // namespace tune
