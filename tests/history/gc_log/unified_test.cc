// Unified logs, collector by collector.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/gc_log/collect_log.h"
#include "tests/history/gc_log/sample_logs.h"

namespace tune {
namespace {

TEST(UnifiedGcLogTest, TellsTheHeapAndTheCollector) {
  const ReadLog log = ReadLogText(kG1Unified);
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_EQ(log.outline.collector, Collector::kG1);
  EXPECT_EQ(log.outline.jvm_version, "17.0.9+9 (release)");
  EXPECT_EQ(log.outline.region_size, Bytes(kMib));
  EXPECT_EQ(log.outline.min_heap, Bytes(8 * kMib));
  EXPECT_EQ(log.outline.max_heap, Bytes(96 * kMib));
  EXPECT_EQ(log.outline.first_uptime_s, 0.004);
  EXPECT_EQ(log.outline.last_uptime_s, 1.613);
  EXPECT_EQ(log.outline.restarts, 0);
  EXPECT_FALSE(log.outline.cut_off);
}

TEST(UnifiedGcLogTest, CountsG1RegionsHumongousOnesAsOld) {
  const ReadLog log = ReadLogText(kG1Unified);
  ASSERT_EQ(log.collections.size(), 6u);
  const Collection& young = log.collections[0];
  EXPECT_EQ(young.kind, CollectionKind::kYoung);
  EXPECT_EQ(young.name, "Pause Young (Concurrent Start)");
  EXPECT_EQ(young.cause, "G1 Humongous Allocation");
  EXPECT_TRUE(young.starts_marking);
  EXPECT_EQ(SpaceText(young.heap), "52224K->50176K(98304K)");  // 51, 49, 96 MiB
  EXPECT_EQ(SpaceText(young.old), "46080K->50176K(-)");        // 40 + 5, 46 + 3 regions
  EXPECT_EQ(SpaceText(young.humongous), "5120K->3072K(-)");
  EXPECT_EQ(SpaceText(young.young), "7168K->1024K(5120K)");  // 7 + 0, 0 + 1; then 4 + 1
  EXPECT_EQ(SpaceText(young.metaspace), "3888K->3888K(4096K)");
  EXPECT_DOUBLE_EQ(young.pause_s, 0.00525);
  EXPECT_DOUBLE_EQ(young.cpu_s, 0.03);
}

TEST(UnifiedGcLogTest, PausesOfAG1MarkingAreToldOnce) {
  const ReadLog log = ReadLogText(kG1Unified);
  ASSERT_EQ(log.collections.size(), 6u);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kRemark);
  EXPECT_EQ(SpaceText(log.collections[1].heap), "52224K->51200K(98304K)");
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kCleanup);
  const Collection& cycle = log.collections[3];
  EXPECT_EQ(cycle.kind, CollectionKind::kConcurrent);
  EXPECT_EQ(cycle.pause_s, 0);
  EXPECT_DOUBLE_EQ(cycle.concurrent_s, 0.005);  // 5.75 ms - 0.5 - 0.25
  EXPECT_EQ(cycle.number, log.collections[1].number);
}

TEST(UnifiedGcLogTest, KnowsMixedAndFailedAndFullCollectionsOfG1) {
  const ReadLog log = ReadLogText(kG1Unified);
  ASSERT_EQ(log.collections.size(), 6u);
  EXPECT_EQ(log.collections[4].kind, CollectionKind::kMixed);
  EXPECT_EQ(log.collections[4].failure, "To-space exhausted");
  const Collection& full = log.collections[5];
  EXPECT_EQ(full.kind, CollectionKind::kFull);
  EXPECT_EQ(full.cause, "System.gc()");
  EXPECT_EQ(SpaceText(full.old), "60416K->39936K(-)");  // 56 + 3, 36 + 3 regions
  EXPECT_EQ(full.number, 3);
  EXPECT_EQ(full.uptime_s, 1.613);
}

TEST(UnifiedGcLogTest, TakesAFullCollectionOutOfTheYoungOneAroundIt) {
  const ReadLog log = ReadLogText(kSerialNested);
  ASSERT_EQ(log.collections.size(), 3u);
  const Collection& young = log.collections[1];
  const Collection& full = log.collections[2];
  EXPECT_EQ(young.number, 8);
  EXPECT_NEAR(young.pause_s, 0.000078, 1e-9);  // 12.077 - 11.999 ms
  EXPECT_EQ(SpaceText(young.heap), "76800K->76800K(94208K)");
  EXPECT_EQ(full.number, 9);
  EXPECT_DOUBLE_EQ(full.pause_s, 0.011999);
  EXPECT_EQ(SpaceText(full.heap), "76800K->41984K(94208K)");
  EXPECT_EQ(SpaceText(full.old), "47579K->42262K(65536K)");
  EXPECT_EQ(SpaceText(full.young), "29324K->0K(29504K)");
  EXPECT_EQ(SpaceText(full.metaspace), "3074K->3074K(-)");  // 1 GiB is reserved, not committed
  EXPECT_DOUBLE_EQ(full.cpu_s, 0.02);
  EXPECT_EQ(log.outline.max_heap, Bytes(96 * kMib));
}

TEST(UnifiedGcLogTest, ReadsParallelAndItsDates) {
  const ReadLog log = ReadLogText(kParallelUnified);
  ASSERT_EQ(log.collections.size(), 1u);
  const Collection& full = log.collections[0];
  EXPECT_EQ(full.collector, Collector::kParallel);
  EXPECT_EQ(SpaceText(full.old), "52952K->38966K(65536K)");
  EXPECT_EQ(SpaceText(full.young), "12928K->0K(22016K)");
  EXPECT_EQ(SpaceText(full.survivor), "1664K->0K(10752K)");
  EXPECT_EQ(full.time_ms, 1714550400153);  // 2024-05-01T08:00:00.153Z
  EXPECT_EQ(full.uptime_s, 0.156);
}

TEST(UnifiedGcLogTest, ReadsWhatZgcFoundAlive) {
  const ReadLog log = ReadLogText(kZUnified);
  ASSERT_EQ(log.collections.size(), 1u);
  const Collection& cycle = log.collections[0];
  EXPECT_EQ(cycle.kind, CollectionKind::kConcurrent);
  EXPECT_EQ(cycle.cause, "Allocation Stall");
  EXPECT_EQ(cycle.marked_live, Bytes(38 * kMib));
  EXPECT_EQ(SpaceText(cycle.heap), "163840K->100352K(163840K)");
  EXPECT_NEAR(cycle.pause_s, 0.000024, 1e-12);  // 14 + 10 us
  EXPECT_NEAR(cycle.longest_pause_s, 0.000014, 1e-12);
  EXPECT_NEAR(cycle.concurrent_s, 0.01148, 1e-12);  // 3.656 + 7.824 ms
  EXPECT_FALSE(cycle.old.after.has_value());
  EXPECT_EQ(log.outline.allocation_stalls, 1);
  EXPECT_NEAR(log.outline.allocation_stall_s, 0.013212, 1e-12);
}

TEST(UnifiedGcLogTest, ReadsGenerationalZgc) {
  const ReadLog log = ReadLogText(kZGenerational);
  ASSERT_EQ(log.collections.size(), 2u);
  const Collection& minor = log.collections[0];
  EXPECT_EQ(minor.kind, CollectionKind::kYoung);
  EXPECT_EQ(SpaceText(minor.young), "57344K->38912K(-)");  // 56, 38 MiB
  EXPECT_EQ(SpaceText(minor.old), "49152K->61440K(-)");    // 104 - 56, 98 - 38
  EXPECT_FALSE(minor.marked_live.has_value());             // of the young generation alone
  const Collection& major = log.collections[1];
  EXPECT_EQ(major.kind, CollectionKind::kConcurrent);
  EXPECT_EQ(SpaceText(major.old), "94208K->43008K(-)");
  EXPECT_EQ(major.marked_live, Bytes(39 * kMib));  // 38 old, 1 that the last young marking found
  EXPECT_EQ(SpaceText(major.heap), "100352K->43008K(-)");
}

// Lines of two JVMs met under one number: 56 MiB young of 52 in all leave nothing to tell of the old generation.
TEST(UnifiedGcLogTest, AYoungGenerationLargerThanTheHeapTellsNothingOfTheOldOne) {
  std::string text = kZGenerational;
  const std::string was = "(Allocation Rate) 104M";
  ASSERT_NE(text.find(was), std::string::npos);
  text.replace(text.find(was), was.size(), "(Allocation Rate) 52M");
  const ReadLog log = ReadLogText(text);
  ASSERT_EQ(log.collections.size(), 2u);
  EXPECT_EQ(SpaceText(log.collections[0].young), "57344K->38912K(-)");
  EXPECT_FALSE(log.collections[0].old.before.has_value());
  EXPECT_FALSE(log.collections[0].old.after.has_value());
}

TEST(UnifiedGcLogTest, ReadsShenandoahAndWhyItCollects) {
  const ReadLog log = ReadLogText(kShenandoahUnified);
  ASSERT_EQ(log.collections.size(), 3u);
  const Collection& cycle = log.collections[0];
  EXPECT_EQ(cycle.kind, CollectionKind::kConcurrent);
  EXPECT_EQ(cycle.cause, "Learning 1 of 5. Free is below initial threshold");
  EXPECT_NEAR(cycle.pause_s, 0.0005, 1e-12);      // 0.125 + 0.375 ms
  EXPECT_NEAR(cycle.concurrent_s, 0.005, 1e-12);  // 0.25 + 3 + 0.5 + 1 + 0.25
  EXPECT_EQ(SpaceText(cycle.heap), "81920K->53248K(98304K)");
  EXPECT_EQ(log.collections[1].name, "Pause Degenerated GC");
  EXPECT_EQ(log.collections[1].cause, "Outside of Cycle");
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kOther);
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kFull);
  EXPECT_EQ(log.collections[2].cause, "Handle Allocation Failure");
  EXPECT_EQ(SpaceText(log.collections[2].heap), "96256K->40960K(98304K)");
}

TEST(UnifiedGcLogTest, ReadsCmsAndItsFailures) {
  const ReadLog log = ReadLogText(kCmsUnified);
  ASSERT_EQ(log.collections.size(), 5u);
  EXPECT_TRUE(log.collections[0].starts_marking);
  EXPECT_EQ(log.collections[0].kind, CollectionKind::kOther);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kRemark);
  const Collection& cycle = log.collections[2];
  EXPECT_EQ(cycle.kind, CollectionKind::kConcurrent);
  EXPECT_NEAR(cycle.concurrent_s, 0.004, 1e-12);  // 1.5 + 2 + 0.5 ms
  EXPECT_EQ(SpaceText(cycle.old), "39218K->37800K(65536K)");
  EXPECT_EQ(log.collections[3].failure, "Promotion failed");
  EXPECT_NEAR(log.collections[3].pause_s, 0.00425, 1e-12);  // 15.75 - 11.5 ms
  const Collection& full = log.collections[4];
  EXPECT_EQ(full.kind, CollectionKind::kFull);
  EXPECT_EQ(SpaceText(full.old), "-->39025K(65536K)");  // the failed one had moved objects: 88 MiB, then 90
}

// CMSScavengeBeforeRemark: 56.5 ms are of both, 25 ms of them of the young collection.
TEST(UnifiedGcLogTest, AYoungCollectionInsideARemarkIsCountedOnce) {
  const ReadLog log = ReadLogText(
      "[4.700s][info][gc,start] GC(39) Pause Remark\n[4.700s][info][gc,start] GC(42) Pause Young (CMS Final Remark)\n"
      "[4.725s][info][gc,heap] GC(42) ParNew: 46080K->5120K(46080K)\n"
      "[4.725s][info][gc] GC(42) Pause Young (CMS Final Remark) 127M->91M(145M) 25.000ms\n"
      "[4.725s][info][gc,cpu] GC(42) User=0.01s Sys=0.00s Real=0.02s\n"
      "[4.756s][info][gc] GC(39) Pause Remark 127M->91M(145M) 56.500ms\n"
      "[5.756s][info][gc] GC(43) Pause Remark 90M->90M(145M) 10.000ms\n");
  ASSERT_EQ(log.collections.size(), 3u);
  EXPECT_EQ(log.outline.restarts, 0);
  EXPECT_EQ(log.collections[0].kind, CollectionKind::kYoung);
  EXPECT_DOUBLE_EQ(log.collections[0].pause_s, 0.025);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kRemark);
  EXPECT_DOUBLE_EQ(log.collections[1].pause_s, 0.0315);
  EXPECT_DOUBLE_EQ(log.collections[2].pause_s, 0.01);
}

TEST(UnifiedGcLogTest, TriggersOfShenandoahAreToldWithoutTheirFigures) {
  const ReadLog log = ReadLogText(
      "[0.1s][info][gc] Trigger (Old): Old has overgrown, live at end of previous OLD marking: 25504K, current usage: "
      "33274K, percent growth: 30.5%\n[0.1s][info][gc] GC(0) Pause Init Mark (Old) 0.028ms\n"
      "[0.2s][info][gc] GC(0) Pause Final Mark (Old) 0.028ms\n");
  ASSERT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(log.collections[0].cause, "Old has overgrown");
}

TEST(UnifiedGcLogTest, ReadsLogsOfTheGcTagAlone) {
  const ReadLog log = ReadLogText(
      "[0.021s][info][gc] Using G1\n"
      "[31.249s][info][gc] GC(0) Pause Young (G1 Evacuation Pause) 24M->11M(256M) 7.965ms\n"
      "[32.000s][info][gc] GC(1) Pause Initial Mark (G1 Evacuation Pause) 24M->11M(256M) 7.965ms\n"
      "[32.500s][info][gc] GC(2) Pause Mixed (G1 Evacuation Pause) 24M->11M(256M) (32.4s, 32.5s) 7.965ms\n"
      "[154.035s][info][gc] GC(3) Pause Full (Diagnostic Command) 900M->7M(26M) 134.764ms\n");
  ASSERT_EQ(log.collections.size(), 4u);
  EXPECT_TRUE(log.collections[1].starts_marking);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kYoung);
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kMixed);
  EXPECT_EQ(log.collections[3].kind, CollectionKind::kFull);
  EXPECT_FALSE(log.collections[3].old.after.has_value());
  EXPECT_EQ(log.collections[3].heap.after, Bytes(7 * kMib));
}

TEST(UnifiedGcLogTest, SerialNestedInLogsOfTheGcTagAlone) {
  const ReadLog log = ReadLogText(
      "[0.1s][info][gc] GC(8) Pause Full (Allocation Failure) 75M->41M(92M) 12.000ms\n"
      "[0.1s][info][gc] GC(7) Pause Young (Allocation Failure) 75M->41M(92M) 12.500ms\n"
      "[0.2s][info][gc] GC(9) Pause Young (Allocation Failure) 66M->44M(92M) 1.000ms\n");
  ASSERT_EQ(log.collections.size(), 3u);
  EXPECT_EQ(log.outline.restarts, 0);
  EXPECT_NEAR(log.collections[0].pause_s, 0.0005, 1e-12);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kFull);
}

TEST(UnifiedGcLogTest, EvacuationFailuresAreNoCause) {
  const ReadLog log = ReadLogText(
      "[0.2s][info][gc] GC(1) Pause Young (Mixed) (G1 Evacuation Pause) (Evacuation Failure: Allocation) "
      "84M->70M(96M) 5.309ms\n");
  ASSERT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(log.collections[0].cause, "G1 Evacuation Pause");
  EXPECT_EQ(log.collections[0].failure, "Evacuation Failure: Allocation");
  EXPECT_EQ(log.collections[0].name, "Pause Young (Mixed)");
}

// 7 + 0 + 40 + 5 regions held 90 MiB of 110: 1 MiB each would not hold it, 4 MiB each would be 208.
TEST(UnifiedGcLogTest, FindsTheRegionSizeWhereOnlyOneFits) {
  const std::string log =
      "[5.0s][info][gc,heap] GC(9) Eden regions: 7->0(4)\n[5.0s][info][gc,heap] GC(9) Survivor regions: 0->1(1)\n"
      "[5.0s][info][gc,heap] GC(9) Old regions: 40->46\n[5.0s][info][gc,heap] GC(9) Humongous regions: 5->3\n";
  const std::string pause = "[5.0s][info][gc] GC(9) Pause Young (Normal) (G1 Evacuation Pause) 90M->80M";
  const ReadLog fits = ReadLogText(log + pause + "(110M) 5.0ms\n");
  EXPECT_EQ(fits.outline.region_size, Bytes(2 * kMib));
  EXPECT_EQ(SpaceText(fits.collections.at(0).old), "92160K->100352K(-)");  // 45, 49 times 2 MiB
  const ReadLog open = ReadLogText(log + pause + "(300M) 5.0ms\n");
  EXPECT_FALSE(open.outline.region_size.has_value());
  EXPECT_EQ(SpaceText(open.collections.at(0).old), "-->-(-)");
}

struct DecoratorsCase {
  const char* name;
  const char* decorators;
  std::optional<double> uptime_s;
  std::optional<int64_t> time_ms;
};
class Decorators : public testing::TestWithParam<DecoratorsCase> {};

TEST_P(Decorators, AreReadInWhateverForm) {
  const DecoratorsCase& c = GetParam();
  const ReadLog log =
      ReadLogText(absl::StrCat(c.decorators, "GC(3) Pause Full (Ergonomics) 900M->7M(26M) 134.764ms\n"));
  ASSERT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(log.collections[0].uptime_s, c.uptime_s);
  EXPECT_EQ(log.collections[0].time_ms, c.time_ms);
  EXPECT_EQ(log.collections[0].cause, "Ergonomics");
}

// 2022-11-10T03:37:29.443-0800 is 1668080249443 ms.
INSTANTIATE_TEST_SUITE_P(
    GcLog, Decorators,
    testing::Values(
        DecoratorsCase{"None", "", std::nullopt, std::nullopt},
        DecoratorsCase{"Uptime", "[12.345s] ", 12.345, std::nullopt},
        DecoratorsCase{"UptimeMillis", "[12345ms][info][gc] ", 12.345, std::nullopt},
        DecoratorsCase{"UptimeNanos", "[12345000000ns][info][gc] ", 12.345, std::nullopt},
        DecoratorsCase{"DecimalComma", "[12,345s][info][gc] ", 12.345, std::nullopt},
        DecoratorsCase{"Time", "[2022-11-10T03:37:29.443-0800][info][gc] ", std::nullopt, 1668080249443},
        DecoratorsCase{"UtcTime", "[2022-11-10T11:37:29.443+0000] ", std::nullopt, 1668080249443},
        DecoratorsCase{"TimeMillis", "[1668080249443ms][info ][gc      ] ", std::nullopt, 1668080249443},
        DecoratorsCase{"TimeNanos", "[1668080249443000000ns] ", std::nullopt, 1668080249443},
        DecoratorsCase{"AllOfThem",
                       "[2022-11-10T03:37:29.443-0800][2022-11-10T11:37:29.443+0000][12.345s][1668080249443ms][12345ms]"
                       "[1668080249443000000ns][12345000000ns][Host.example.org][4711][4712][info][gc] ",
                       12.345, 1668080249443},
        DecoratorsCase{"AnotherOrder", "[gc,heap][info][4711][Host][12.345s][2022-11-10T03:37:29.443-0800] ", 12.345,
                       1668080249443},
        DecoratorsCase{"BehindACollectorsPrefix", "2024-05-01T10:00:00.1Z stdout F [12.345s][info][gc] ", 12.345,
                       std::nullopt}),
    [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace tune
