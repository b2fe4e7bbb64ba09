#include "libtune/gc/gc_totals.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tune {
namespace {

constexpr int64_t kMib = 1 << 20;

// `before` and `after` in MiB.
Collection At(double uptime_s, CollectionKind kind, double pause_s, int64_t before, int64_t after) {
  Collection c;
  c.collector = Collector::kParallel;
  c.kind = kind;
  c.uptime_s = uptime_s;
  c.pause_s = c.longest_pause_s = pause_s;
  c.heap = {Bytes(before * kMib), Bytes(after * kMib), Bytes(512 * kMib)};
  return c;
}
Collection Young(double uptime_s, double pause_s, int64_t before, int64_t after) {
  return At(uptime_s, CollectionKind::kYoung, pause_s, before, after);
}
Collection Full(double uptime_s, const char* cause) {
  Collection c = At(uptime_s, CollectionKind::kFull, 1, 100, 50);
  c.cause = cause;
  return c;
}

TEST(GcTotalsTest, SharesAreOfTheTimeWithAndWithoutStartUp) {
  GcTotalsBuilder builder(/*warm_up_s=*/60);
  builder.Add(Young(10, 5, 100, 50));
  builder.Add(Young(100, 2, 100, 50));
  builder.BeginAt(0, std::nullopt);
  builder.EndAt(160, std::nullopt);
  const GcTotals& t = builder.totals();
  EXPECT_DOUBLE_EQ(t.all.covered_s, 160);
  EXPECT_DOUBLE_EQ(*t.all.pause_fraction(), 7.0 / 160);
  EXPECT_DOUBLE_EQ(t.steady.covered_s, 100);  // 60 to 160
  EXPECT_DOUBLE_EQ(*t.steady.pause_fraction(), 2.0 / 100);
}

TEST(GcTotalsTest, NothingIsKnownOfNoTime) {
  GcTotalsBuilder builder(60);
  Collection undated = Young(10, 5, 100, 50);
  undated.uptime_s.reset();
  builder.Add(undated);
  EXPECT_FALSE(builder.totals().all.pause_fraction().has_value());
  EXPECT_FALSE(builder.totals().all.allocation_rate().has_value());
  EXPECT_EQ(builder.totals().all.collections, 1);
  EXPECT_EQ(builder.totals().steady.collections, 0);
}

TEST(GcTotalsTest, AllocationIsWhatCameBetweenCollections) {
  GcTotalsBuilder builder(0);
  builder.Add(Young(10, 0, 100, 50));
  builder.Add(Young(20, 0, 90, 60));                                      // 40 in 10 s
  builder.Add(Young(40, 0, 140, 60));                                     // 80 in 20 s
  EXPECT_DOUBLE_EQ(*builder.totals().all.allocation_rate(), 4.0 * kMib);  // 120 / 30
}

TEST(GcTotalsTest, AllocationDoesNotCrossARestart) {
  GcTotalsBuilder builder(0);
  builder.Add(Young(10, 0, 100, 50));
  Collection second = Young(10, 0, 400, 50);
  second.jvm = 1;
  builder.Add(second);
  EXPECT_FALSE(builder.totals().all.allocation_rate().has_value());
}

TEST(GcTotalsTest, ConcurrentCollectorsTellNoAllocation) {
  GcTotalsBuilder builder(0);
  for (const double at : {10.0, 20.0}) {
    Collection c = At(at, CollectionKind::kConcurrent, 0, 100, 50);
    c.collector = Collector::kZ;
    builder.Add(c);
  }
  EXPECT_FALSE(builder.totals().all.allocation_rate().has_value());
}

TEST(GcTotalsTest, PromotionIsGrowthOfTheOldGenerationWithoutHumongousOnes) {
  GcTotalsBuilder builder(0);
  const auto add = [&builder](double at, int64_t old_before, int64_t old_after, int64_t humongous_after) {
    Collection c = Young(at, 0, 100, 50);
    c.old = {Bytes(old_before * kMib), Bytes(old_after * kMib), std::nullopt};
    c.humongous = {Bytes(10 * kMib), Bytes(humongous_after * kMib), std::nullopt};
    builder.Add(c);
  };
  add(10, 20, 30, 10);                                                   // of the time before, nothing is known
  add(20, 30, 36, 10);                                                   // 6
  add(30, 36, 32, 2);                                                    // 4 promoted, 8 humongous ones freed
  EXPECT_DOUBLE_EQ(*builder.totals().all.promotion_rate(), 0.5 * kMib);  // 10 / 20
}

TEST(GcTotalsTest, FullCollectionsOfStartUpAndOnRequestAreCountedApart) {
  GcTotalsBuilder builder(60);
  builder.Add(Full(30, "Ergonomics"));
  builder.Add(Full(70, "Metadata GC Threshold"));
  builder.Add(Full(80, "System.gc()"));
  builder.Add(Full(90, "Diagnostic Command"));
  builder.Add(Full(100, "Ergonomics"));
  builder.Add(Full(110, "Allocation Failure"));
  EXPECT_EQ(builder.totals().all.full, 2);
  EXPECT_EQ(builder.totals().all.full_start_up, 2);
  EXPECT_EQ(builder.totals().all.full_on_request, 2);
}

TEST(GcTotalsTest, GroupsHoldQuantilesAndTheirNumberIsBounded) {
  GcTotalsBuilder builder(0);
  for (int i = 1; i <= 100; ++i) builder.Add(Young(i, i / 1000.0, 100, 50));
  const GcGroup& group = builder.totals().groups.begin()->second;
  EXPECT_EQ(group.count, 100);
  EXPECT_NEAR(group.pause_s, 5.05, 1e-9);  // 100 * 101 / 2 ms
  EXPECT_NEAR(*group.pauses.Quantile(0.9), 0.09, 0.0009);
  EXPECT_DOUBLE_EQ(group.longest_pause_s, 0.1);
  for (int i = 0; i < 1000; ++i) {
    Collection c = Young(200 + i, 0.001, 100, 50);
    c.cause = std::to_string(i);
    builder.Add(c);
  }
  EXPECT_LE(builder.totals().groups.size(), GcTotals::kMostGroups + 1);
}

}  // namespace
}  // namespace tune
