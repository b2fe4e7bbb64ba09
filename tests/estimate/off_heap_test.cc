#include "libtune/estimate/off_heap.h"

#include <gtest/gtest.h>
// needs GoogleTest before it
#include <rapidcheck.h>

#include <vector>

namespace tune {
namespace {

Bytes Mib(double mib) { return Bytes(static_cast<int64_t>(mib * (1 << 20))); }

// 128 framework, 64 task off-heap, 320 network.
OffHeapParts SomeParts() { return {Mib(256), Mib(512), Mib(320), Mib(64), Mib(1000)}; }

OffHeapEstimate Estimate(const MemoryBin& bin, const OffHeapParts& parts = SomeParts()) {
  return EstimateOffHeap(std::vector<MemoryBin>{{}, bin, {}}, parts, {});
}

struct Row {
  const char* name;
  double used, now, want;  // MiB
  OffHeapRule rule;
};
void PrintTo(const Row& c, std::ostream* out) { *out << c.name; }
std::string NameOf(const testing::TestParamInfo<Row>& info) { return info.param.name; }

class MetaspaceTest : public testing::TestWithParam<Row> {};
TEST_P(MetaspaceTest, FollowsItsLargestUse) {
  MemoryBin bin;
  bin.metaspace_used = Mib(GetParam().used);
  OffHeapParts parts = SomeParts();
  parts.metaspace = Mib(GetParam().now);
  const OffHeapPart metaspace = Estimate(bin, parts).metaspace;
  EXPECT_EQ(metaspace.used, Mib(GetParam().used));
  EXPECT_EQ(metaspace.now, Mib(GetParam().now));
  EXPECT_EQ(metaspace.wanted, Mib(GetParam().want));
  EXPECT_EQ(metaspace.rule, GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, MetaspaceTest,
    testing::Values(Row{"EnoughIsKept", 100, 256, 256, OffHeapRule::kKept},          // wants 150, twice that is 300
                    Row{"ExactlyEnoughIsKept", 200, 240, 240, OffHeapRule::kKept},   // 1.2 * 200 = 240
                    Row{"TooSmallIsRaised", 201, 240, 304, OffHeapRule::kRaised},    // 301.5 -> 19 * 16
                    Row{"TwiceIsLowered", 64, 192, 96, OffHeapRule::kLowered},       // 96, twice that is 192
                    Row{"AlmostTwiceIsKept", 65, 194, 194, OffHeapRule::kKept},      // 97.5, twice that is 195
                    Row{"LoweredToWholeSteps", 60, 256, 96, OffHeapRule::kLowered},  // 90 -> 6 * 16
                    Row{"NothingBelowAStep", 2, 8, 8, OffHeapRule::kKept},           // 3 -> 16, more than there is
                    Row{"UnusedIsOneStep", 0, 256, 16, OffHeapRule::kLowered}),
    NameOf);

class DirectTest : public testing::TestWithParam<Row> {};
// `used` and `now` are beside the network; 64 of `now` are task off-heap.
TEST_P(DirectTest, IsRaisedWhenNearlyFullBesideTheNetwork) {
  MemoryBin bin;
  bin.direct_used = Mib(320 + GetParam().used);
  OffHeapParts parts = SomeParts();
  parts.direct = Mib(320 + GetParam().now);
  const OffHeapPart direct = Estimate(bin, parts).task_off_heap;
  EXPECT_EQ(direct.used, Mib(GetParam().used));
  EXPECT_EQ(direct.now, Mib(GetParam().now));
  EXPECT_EQ(direct.wanted, Mib(GetParam().want));
  EXPECT_EQ(direct.rule, GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, DirectTest,
    testing::Values(Row{"BelowNineTenths", 171, 192, 64, OffHeapRule::kKept},  // 172.8
                                                                               // 1.25 * 176 = 220 -> 224 = 192 + 32
                    Row{"AboveNineTenths", 176, 192, 64 + 32, OffHeapRule::kRaised},
                    // 1.25 * 180 = 225 -> 240 = 200 + 40
                    Row{"AtNineTenths", 180, 200, 64 + 40, OffHeapRule::kRaised},
                    Row{"NetworkAlone", 0, 192, 64, OffHeapRule::kKept},  // 320 of 512 are in use from the start
                    Row{"NetworkAloneWithoutRoom", 0, 0, 64, OffHeapRule::kKept}),
    NameOf);

TEST(ManagedTest, UnusedIsGivenUp) {
  MemoryBin bin;
  bin.managed_used = Bytes(0);
  EXPECT_EQ(Estimate(bin).managed.wanted, Bytes(0));
  EXPECT_EQ(Estimate(bin).managed.rule, OffHeapRule::kLowered);
  bin.managed_used = Bytes(1);
  EXPECT_EQ(Estimate(bin).managed.wanted, Mib(1000));
  EXPECT_EQ(Estimate(bin).managed.rule, OffHeapRule::kKept);
}

// Used in one bin of many is used.
TEST(ManagedTest, UsedOnceIsUsed) {
  std::vector<MemoryBin> bins(9);
  for (MemoryBin& bin : bins) bin.managed_used = Bytes(0);
  bins[4].managed_used = Mib(3);
  EXPECT_EQ(EstimateOffHeap(bins, SomeParts(), {}).managed.rule, OffHeapRule::kKept);
}

TEST(OffHeapTest, WhatWasNotMeasuredStays) {
  const OffHeapEstimate estimate = Estimate({});
  for (const OffHeapPart* part : {&estimate.metaspace, &estimate.task_off_heap, &estimate.managed}) {
    EXPECT_EQ(part->rule, OffHeapRule::kNotMeasured);
  }
  EXPECT_EQ(estimate.metaspace.wanted, Mib(256));
  EXPECT_EQ(estimate.task_off_heap.wanted, Mib(64));
  EXPECT_EQ(estimate.managed.wanted, Mib(1000));
}

// Nor does what was wanted and set want to change again for the same use.
TEST(OffHeapProperty, MoreUseNeverWantsLessAndTwiceChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const auto any = [](int low, int high) { return Mib(*rc::gen::inRange(low, high)); };
    OffHeapParts parts{any(1, 600), Bytes(0), any(0, 500), any(0, 100), Bytes(0)};
    parts.direct = parts.network + parts.task_off_heap + any(0, 200);
    MemoryBin bin;
    bin.metaspace_used = any(0, 600);
    bin.direct_used = any(0, 800);
    const OffHeapEstimate once = Estimate(bin, parts);
    MemoryBin more = bin;
    more.metaspace_used = *bin.metaspace_used + any(0, 100);
    more.direct_used = *bin.direct_used + any(0, 100);
    RC_ASSERT(Estimate(more, parts).task_off_heap.wanted >= once.task_off_heap.wanted);
    if (once.metaspace.rule != OffHeapRule::kKept) {
      RC_ASSERT(Estimate(more, parts).metaspace.wanted >= once.metaspace.wanted);
    }
    OffHeapParts set = parts;
    set.metaspace = once.metaspace.wanted;
    set.direct = parts.direct + (once.task_off_heap.wanted - parts.task_off_heap);
    set.task_off_heap = once.task_off_heap.wanted;
    const OffHeapEstimate twice = Estimate(bin, set);
    RC_ASSERT(twice.metaspace.wanted == set.metaspace);
    RC_ASSERT(twice.task_off_heap.wanted == set.task_off_heap);
  }));
}

}  // namespace
}  // namespace tune
