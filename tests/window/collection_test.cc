#include "libtune/window/collection.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

Collection Of(Collector collector, CollectionKind kind) {
  Collection c;
  c.collector = collector;
  c.kind = kind;
  return c;
}

Collection FullFor(const char* cause) {
  Collection c = Of(Collector::kParallel, CollectionKind::kFull);
  c.cause = cause;
  return c;
}

TEST(Collection, TheProgramNeedsRoomUnlessSomebodyAskedOrMetaspaceWasShort) {
  for (const char* cause : {"Ergonomics", "Allocation Failure", "G1 Compaction Pause", ""}) {
    EXPECT_TRUE(NeededRoom(FullFor(cause))) << cause;
  }
  for (const char* cause : {"System.gc()", "G1 Periodic Collection", "Heap Dump Initiated GC", "Diagnostic Command"}) {
    EXPECT_TRUE(WasAskedFor(FullFor(cause))) << cause;
    EXPECT_FALSE(NeededRoom(FullFor(cause))) << cause;
  }
  for (const char* cause : {"Metadata GC Threshold", "Metadata GC Clear Soft References"}) {
    EXPECT_FALSE(WasAskedFor(FullFor(cause))) << cause;
    EXPECT_FALSE(NeededRoom(FullFor(cause))) << cause;
  }
}

// The old generation grew by 60, of which 10 are humongous regions; one that shrank by more than those promoted
// nothing.
TEST(Collection, PromotesWhatTheOldGenerationGrowsBy) {
  Collection c = Of(Collector::kG1, CollectionKind::kYoung);
  EXPECT_FALSE(PromotedBy(c).has_value());
  c.old = {Bytes(100), Bytes(160), std::nullopt};
  EXPECT_EQ(PromotedBy(c), 60);
  c.humongous = {Bytes(20), Bytes(30), std::nullopt};
  EXPECT_EQ(PromotedBy(c), 50);
  c.old.after = Bytes(90);
  EXPECT_EQ(PromotedBy(c), 0);
  c.kind = CollectionKind::kMixed;
  EXPECT_FALSE(PromotedBy(c).has_value());
}

Collection Heap(int64_t before, int64_t after) {
  Collection c = Of(Collector::kParallel, CollectionKind::kYoung);
  c.heap = {Bytes(before), Bytes(after), std::nullopt};
  return c;
}

// 30 left, 100 found ten seconds later: 70 came in between. The one that tells nothing changes nothing.
TEST(AllocationReader, CountsWhatCameSinceTheLastThatTold) {
  AllocationReader reader;
  EXPECT_FALSE(reader.Take(Heap(80, 30), 5).has_value());
  EXPECT_FALSE(reader.Take(Of(Collector::kParallel, CollectionKind::kYoung), 8).has_value());
  const auto allocation = reader.Take(Heap(100, 40), 15);
  ASSERT_TRUE(allocation.has_value());
  EXPECT_EQ(allocation->bytes, 70);
  EXPECT_EQ(allocation->over_s, 10);
  EXPECT_EQ(reader.Take(Heap(39, 20), 16)->bytes, 0);  // sizes are rounded: a hair below zero is none
}

TEST(AllocationReader, ConcurrentCollectorsTellNothing) {
  AllocationReader reader;
  for (const auto& [collector, kind] : {std::pair{Collector::kZ, CollectionKind::kYoung},
                                        {Collector::kShenandoah, CollectionKind::kOther},
                                        {Collector::kG1, CollectionKind::kConcurrent}}) {
    Collection c = Heap(80, 30);
    c.collector = collector;
    c.kind = kind;
    reader.Take(c, 1);
    EXPECT_FALSE(reader.Take(c, 2).has_value());
  }
}

// CMS frees memory of the old generation in between: 50 - 10 were allocated, though the heap shrank.
TEST(AllocationReader, OfCmsTheYoungGenerationTells) {
  AllocationReader reader;
  Collection c = Heap(500, 400);
  c.collector = Collector::kCms;
  c.young = {Bytes(60), Bytes(10), std::nullopt};
  reader.Take(c, 1);
  c.heap.before = Bytes(300);
  c.young.before = Bytes(50);
  EXPECT_EQ(reader.Take(c, 2)->bytes, 40);
}

}  // namespace
}  // namespace tune
