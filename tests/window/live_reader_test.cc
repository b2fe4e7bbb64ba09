#include "libtune/window/live_reader.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

std::optional<double> Of(const LiveBytes& told, LiveRung rung) { return told[static_cast<size_t>(rung)]; }

std::optional<Bytes> Some(int64_t bytes) { return bytes < 0 ? std::nullopt : std::optional(Bytes(bytes)); }

// After it; below zero: not told.
Collection After(CollectionKind kind, int64_t heap, int64_t old, int64_t survivor) {
  Collection c;
  c.collector = Collector::kParallel;
  c.kind = kind;
  c.heap.after = Some(heap);
  c.old.after = Some(old);
  c.survivor.after = Some(survivor);
  return c;
}

TEST(LiveReaderTest, AFullCollectionLeavesWhatIsAliveOldOrYoung) {
  const auto alive = [](int64_t heap, int64_t old) {
    const LiveBytes told = LiveReader().Take(After(CollectionKind::kFull, heap, old, -1));
    EXPECT_FALSE(Of(told, LiveRung::kCollection).has_value());
    return Of(told, LiveRung::kFullCollection);
  };
  EXPECT_EQ(alive(210, 200), 210);  // 10 found no room in the old generation
  EXPECT_EQ(alive(199, 200), 200);  // the heap is told in whole MiB
  EXPECT_EQ(alive(-1, 200), 200);
  EXPECT_EQ(alive(210, -1), 210);
  EXPECT_EQ(alive(-1, -1), std::nullopt);
}

TEST(LiveReaderTest, AYoungCollectionLeavesTheOldGenerationAndSurvivors) {
  for (const CollectionKind kind : {CollectionKind::kYoung, CollectionKind::kMixed}) {
    const auto left = [kind](int64_t heap, int64_t old, int64_t survivor) {
      return Of(LiveReader().Take(After(kind, heap, old, survivor)), LiveRung::kCollection);
    };
    EXPECT_EQ(left(999, 200, 30), 230);
    EXPECT_EQ(left(240, 200, -1), 240);
    EXPECT_EQ(left(-1, 200, -1), std::nullopt);
  }
  const LiveBytes remark = LiveReader().Take(After(CollectionKind::kRemark, 240, 200, 30));
  EXPECT_EQ(remark, LiveBytes());
}

TEST(LiveReaderTest, WhatMarkingFoundIsAReading) {
  Collection c = After(CollectionKind::kConcurrent, 500, -1, -1);
  c.collector = Collector::kZ;
  c.marked_live = Bytes(123);
  EXPECT_EQ(Of(LiveReader().Take(c), LiveRung::kMarking), 123);
}

// With the `gc` tag alone their logs tell no more; of CMS the cycle is of the old generation.
TEST(LiveReaderTest, AWholeCycleOfZOrShenandoahLeavesTheHeap) {
  for (const Collector collector : {Collector::kZ, Collector::kShenandoah, Collector::kCms}) {
    Collection c = After(CollectionKind::kConcurrent, 500, -1, -1);
    c.collector = collector;
    const auto left = Of(LiveReader().Take(c), LiveRung::kCollection);
    EXPECT_EQ(left, collector == Collector::kCms ? std::nullopt : std::optional(500.0));
  }
}

// G1 with a heap of 1000, of which 50 may stay as garbage. 20 are in survivor spaces before and after.
Collection G1(CollectionKind kind, int64_t old_before, int64_t old_after) {
  Collection c = After(kind, old_after + 20, old_after, 20);
  c.collector = Collector::kG1;
  c.heap.capacity = Bytes(1000);
  c.old.before = Bytes(old_before);
  c.survivor.before = Bytes(20);
  return c;
}
Collection Young(int64_t before, int64_t after) { return G1(CollectionKind::kYoung, before, after); }
Collection Mixed(int64_t before, int64_t after) { return G1(CollectionKind::kMixed, before, after); }

std::optional<double> MarkingOfLast(const std::vector<Collection>& collections) {
  LiveReader reader;
  LiveBytes told;
  for (const Collection& c : collections) told = reader.Take(c);
  return Of(told, LiveRung::kMarking);
}

// The least that was held since: 690 + 20, less 50.
TEST(LiveReaderTest, BeforeTheFirstMixedOneMoreThanTheWasteIsGarbage) {
  const Collection remark = G1(CollectionKind::kRemark, 700, 700), cleanup = G1(CollectionKind::kCleanup, 700, 700);
  EXPECT_EQ(MarkingOfLast({remark, Young(700, 730), Young(690, 735), Mixed(735, 600)}), 660);
  EXPECT_EQ(MarkingOfLast({cleanup, Mixed(700, 600)}), 670);
  EXPECT_EQ(MarkingOfLast({remark, Mixed(30, 10)}), 0);
  // The second one is no longer the first; without a marking, or with another that began or a full one, none is.
  EXPECT_EQ(MarkingOfLast({remark, Mixed(700, 600), Mixed(600, 550)}), std::nullopt);
  EXPECT_EQ(MarkingOfLast({Young(700, 730), Mixed(730, 600)}), std::nullopt);
  Collection start = Young(700, 730);
  start.starts_marking = true;
  EXPECT_EQ(MarkingOfLast({remark, start, Mixed(730, 600)}), std::nullopt);
  EXPECT_EQ(MarkingOfLast({remark, G1(CollectionKind::kFull, 730, 400), Mixed(430, 400)}), std::nullopt);
  // A marking forgets what was held before the one before.
  EXPECT_EQ(MarkingOfLast({remark, Young(500, 700), remark, Young(700, 730), Mixed(730, 600)}), 670);
}

// Young ones promote (20 + 40) / 2 = 30, the mixed one shrinks the old generation by 100: it freed 130, 40 more than 15
// % of the 600 that are held. Half of it, 20, comes off the 50: 600 - 30.
TEST(LiveReaderTest, AfterTheLastMixedOneTheWasteIsLeftLessHalfOfWhatItFreedTooMuch) {
  const Collection first = Young(600, 620), second = Young(620, 660), mixed = Mixed(680, 580);
  EXPECT_EQ(MarkingOfLast({first, second, mixed}), std::nullopt);  // is it the last?
  EXPECT_EQ(MarkingOfLast({first, second, mixed, Young(580, 590)}), 570);
  EXPECT_EQ(MarkingOfLast({first, second, mixed, Young(580, 590), Young(590, 600)}), std::nullopt);
  // Without young ones nothing is known to be promoted: it freed 100, 10 more than 90; 600 - (50 - 5).
  EXPECT_EQ(MarkingOfLast({mixed, Young(580, 590)}), 555);
  // One that shrank promoted nothing, (0 + 40) / 2: it freed 120, 30 more; 600 - (50 - 15).
  EXPECT_EQ(MarkingOfLast({Young(640, 620), second, mixed, Young(580, 590)}), 565);
}

TEST(LiveReaderTest, AHeapThatIsNotToldTellsNoWaste) {
  Collection mixed = Mixed(680, 580);
  mixed.heap.capacity.reset();
  EXPECT_EQ(MarkingOfLast({G1(CollectionKind::kRemark, 700, 700), mixed}), std::nullopt);
  EXPECT_EQ(MarkingOfLast({mixed, Young(580, 590)}), std::nullopt);
}

TEST(KeepTest, FullCollectionsByTheLargerBoundsByTheSmaller) {
  LiveBytes kept;
  kept[0] = 10;
  kept[2] = 20;
  Keep({30, 5, 15, std::nullopt, std::nullopt}, kept);
  EXPECT_EQ(kept, (LiveBytes{30, 5, 15, std::nullopt, std::nullopt}));
  Keep({20, 7, 25, std::nullopt, 1}, kept);
  EXPECT_EQ(kept, (LiveBytes{30, 5, 15, std::nullopt, 1}));
}

}  // namespace
}  // namespace tune
