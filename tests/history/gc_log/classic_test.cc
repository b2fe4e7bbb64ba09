// The formats of JDK 6 to 8.
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/gc_log/collect_log.h"
#include "tests/history/gc_log/sample_logs.h"

namespace tune {
namespace {

TEST(ClassicGcLogTest, ReadsParallelWithItsHeader) {
  const ReadLog log = ReadLogText(kParallelClassic);
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_EQ(log.outline.collector, Collector::kParallel);
  EXPECT_EQ(log.outline.initial_heap, Bytes(64 * kMib));
  EXPECT_EQ(log.outline.max_heap, Bytes(128 * kMib));
  EXPECT_THAT(log.outline.jvm_version, testing::HasSubstr("1.8.0_262"));
  ASSERT_EQ(log.collections.size(), 3u);
  const Collection& young = log.collections[0];
  EXPECT_EQ(young.kind, CollectionKind::kYoung);
  EXPECT_EQ(SpaceText(young.young), "15360K->2544K(17920K)");
  EXPECT_EQ(SpaceText(young.old), "0K->1456K(40960K)");  // heap less young: 15360 - 15360, 4000 - 2544, 58880 - 17920
  EXPECT_DOUBLE_EQ(*young.uptime_s, 0.254);              // begins at 0.250, takes 4 ms
  EXPECT_EQ(young.time_ms, 1596283200254);
  EXPECT_DOUBLE_EQ(young.cpu_s, 0.01);
  EXPECT_EQ(log.collections[1].failure, "promotion failed");
  const Collection& full = log.collections[2];
  EXPECT_EQ(full.kind, CollectionKind::kFull);
  EXPECT_EQ(full.cause, "Ergonomics");
  EXPECT_EQ(SpaceText(full.old), "40896K->22000K(40960K)");
  EXPECT_EQ(SpaceText(full.metaspace), "3000K->3000K(-)");
  EXPECT_DOUBLE_EQ(full.pause_s, 0.05);
}

TEST(ClassicGcLogTest, ReadsCmsWithLinesInTheMiddleOfOthers) {
  const ReadLog log = ReadLogText(kCmsClassic);
  EXPECT_TRUE(log.outline.left_out.empty());
  ASSERT_EQ(log.collections.size(), 6u);
  EXPECT_EQ(log.collections[0].name, "CMS-initial-mark");
  EXPECT_TRUE(log.collections[0].starts_marking);
  EXPECT_EQ(SpaceText(log.collections[0].old), "30000K->30000K(43712K)");
  const Collection& young = log.collections[1];
  EXPECT_EQ(young.kind, CollectionKind::kYoung);
  EXPECT_EQ(SpaceText(young.young), "17472K->2175K(19648K)");
  EXPECT_EQ(SpaceText(young.old), "30000K->31825K(43712K)");
  EXPECT_DOUBLE_EQ(young.pause_s, 0.0085);
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kRemark);
  EXPECT_EQ(log.collections[3].kind, CollectionKind::kConcurrent);
  EXPECT_NEAR(log.collections[3].concurrent_s, 0.022, 1e-12);  // 6 + 10 + 4 + 2 ms; the mark is inside another line
}

TEST(ClassicGcLogTest, FailuresOfCmsAreFullCollections) {
  const ReadLog log = ReadLogText(kCmsClassic);
  const std::vector<Collection> full = log.Of(CollectionKind::kFull);
  ASSERT_EQ(full.size(), 2u);
  EXPECT_EQ(full[0].failure, "promotion failed, concurrent mode failure");
  EXPECT_EQ(SpaceText(full[0].old), "42000K->30500K(43712K)");
  EXPECT_EQ(SpaceText(full[0].heap), "61000K->30500K(63360K)");
  EXPECT_EQ(SpaceText(full[0].young), "19648K->0K(19648K)");
  EXPECT_EQ(SpaceText(full[0].metaspace), "3000K->2999K(21248K)");
  EXPECT_DOUBLE_EQ(full[0].pause_s, 0.125);
  EXPECT_EQ(full[1].cause, "System");
  EXPECT_EQ(SpaceText(full[1].old), "35000K->20000K(43712K)");
}

TEST(ClassicGcLogTest, ReadsG1WithDetailsAndDecimalCommas) {
  const ReadLog log = ReadLogText(kG1Classic);
  ASSERT_EQ(log.collections.size(), 6u);
  const Collection& young = log.collections[0];
  EXPECT_EQ(young.name, "GC pause (young) (initial-mark)");
  EXPECT_TRUE(young.starts_marking);
  EXPECT_EQ(young.cause, "G1 Evacuation Pause");
  EXPECT_EQ(SpaceText(young.heap), "24576K->9728K(262144K)");  // 9728.5 KiB, shown whole
  EXPECT_EQ(SpaceText(young.young), "24576K->3072K(16384K)");  // 13 MiB eden and 3 MiB survivors
  EXPECT_FALSE(young.old.after.has_value());
  EXPECT_DOUBLE_EQ(*young.uptime_s, 1.005);
  EXPECT_DOUBLE_EQ(young.cpu_s, 0.03);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kRemark);
  EXPECT_DOUBLE_EQ(log.collections[1].pause_s, 0.002);
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kCleanup);
  EXPECT_EQ(SpaceText(log.collections[2].heap), "24576K->20480K(262144K)");
  EXPECT_EQ(log.collections[3].kind, CollectionKind::kConcurrent);
  EXPECT_NEAR(log.collections[3].concurrent_s, 0.0141, 1e-12);  // 1 + 13 + 0.1 ms
  EXPECT_EQ(log.collections[4].kind, CollectionKind::kMixed);
  EXPECT_EQ(log.collections[4].failure, "to-space exhausted");
  const Collection& full = log.collections[5];
  EXPECT_EQ(full.kind, CollectionKind::kFull);
  EXPECT_EQ(full.cause, "Allocation Failure");
  EXPECT_EQ(full.heap.after, Bytes(105381888));  // 100.5 MiB
  EXPECT_EQ(full.old.after, full.heap.after);    // nothing young is left
  EXPECT_EQ(SpaceText(full.metaspace), "3000K->2999K(-)");
}

TEST(ClassicGcLogTest, ReadsSerialThatGivesUpOnTheYoungGeneration) {
  const ReadLog log = ReadLogText(kSerialClassic);
  ASSERT_EQ(log.collections.size(), 3u);
  EXPECT_EQ(log.collections[0].kind, CollectionKind::kYoung);
  EXPECT_EQ(SpaceText(log.collections[0].old), "0K->131K(43712K)");
  const Collection& full = log.collections[1];
  EXPECT_EQ(full.kind, CollectionKind::kFull);
  EXPECT_EQ(full.collector, Collector::kSerial);
  EXPECT_EQ(SpaceText(full.old), "43000K->20000K(43712K)");
  EXPECT_EQ(SpaceText(full.young), "19647K->0K(19648K)");
  EXPECT_EQ(SpaceText(log.collections[2].young), "5000K->0K(19648K)");  // heap less old
  EXPECT_EQ(SpaceText(log.collections[2].metaspace), "3000K->2900K(12288K)");
}

struct RecordCase {
  const char* name;
  const char* text;
  CollectionKind kind;
  const char* cause;
  const char* heap;
  const char* old;
  double pause_s;
};
class Record : public testing::TestWithParam<RecordCase> {};

TEST_P(Record, IsRead) {
  const RecordCase& c = GetParam();
  const ReadLog log = ReadLogText(c.text);
  ASSERT_TRUE(log.status.ok()) << log.status;
  ASSERT_EQ(log.collections.size(), 1u);
  const Collection& got = log.collections[0];
  EXPECT_EQ(got.kind, c.kind);
  EXPECT_EQ(got.cause, c.cause);
  EXPECT_EQ(SpaceText(got.heap), c.heap);
  EXPECT_EQ(SpaceText(got.old), c.old);
  EXPECT_DOUBLE_EQ(got.pause_s, c.pause_s);
}

INSTANTIATE_TEST_SUITE_P(
    ClassicGcLog, Record,
    testing::Values(
        RecordCase{"VerboseGc", "[GC 6144K->1001K(23552K), 0.0040346 secs]\n", CollectionKind::kYoung, "",
                   "6144K->1001K(23552K)", "-->-(-)", 0.0040346},
        RecordCase{"VerboseGcOfJdk8", "0.5: [Full GC (Metadata GC Threshold)  6144K->1001K(23552K), 0.0400000 secs]\n",
                   CollectionKind::kFull, "Metadata GC Threshold", "6144K->1001K(23552K)", "-->-(-)", 0.04},
        RecordCase{"G1WithoutDetails", "0.5: [GC pause (young) 24M->9M(256M), 0.0056000 secs]\n",
                   CollectionKind::kYoung, "", "24576K->9216K(262144K)", "-->-(-)", 0.0056},
        RecordCase{"AdaptiveSizes",
                   "0.5: [GC (Allocation Failure) AdaptiveSizeStart: 0.500 collection: 1 \n"
                   "  avg_survived_padded_avg: 1234.5  avg_promoted_padded_avg: 1.0\nAdaptiveSizeStop: collection: 1 \n"
                   "[PSYoungGen: 15360K->2544K(17920K)] 15360K->4000K(58880K), 0.0040000 secs] [Times: user=0.01 "
                   "sys=0.00, real=0.00 secs] \n",
                   CollectionKind::kYoung, "Allocation Failure", "15360K->4000K(58880K)", "0K->1456K(40960K)", 0.004},
        RecordCase{"References",
                   "0.5: [Full GC (Ergonomics) 0.501: [SoftReference, 12 refs, 0.0000100 secs]0.501: [WeakReference, 5 "
                   "refs, 0.0000050 secs][PSYoungGen: 2544K->0K(17920K)] [ParOldGen: 40000K->22000K(40960K)] "
                   "42544K->22000K(58880K), [Metaspace: 3000K->3000K(1056768K)], 0.0500000 secs]\n",
                   CollectionKind::kFull, "Ergonomics", "42544K->22000K(58880K)", "40000K->22000K(40960K)", 0.05},
        RecordCase{"HeapsAround",
                   "{Heap before GC invocations=1 (full 0):\n PSYoungGen      total 7168K, used 6144K [0x2d5a0000, "
                   "0x2dda0000, 0x38040000)\n  eden space 6144K, 100% used [0x2d5a0000,0x2dba0000,0x2dba0000)\n"
                   "1.994: [GC [PSYoungGen: 6144K->1001K(7168K)] 6144K->1101K(23552K), 0.0040346 secs] [Times: "
                   "user=0.00 sys=0.00, real=0.00 secs] \nHeap after GC invocations=1 (full 0):\n PSYoungGen      "
                   "total 7168K, used 1001K [0x2d5a0000, 0x2dda0000, 0x38040000)\n}\n",
                   CollectionKind::kYoung, "", "6144K->1101K(23552K)", "0K->100K(16384K)", 0.0040346},
        RecordCase{
            "StoppedTimesAround",
            "Application time: 1.5639792 seconds\n1.994: [GC 6144K->1001K(23552K), 0.0040346 secs]\nTotal time "
            "for which application threads were stopped: 0.0044726 seconds, Stopping threads took: 0.1 seconds\n",
            CollectionKind::kYoung, "", "6144K->1001K(23552K)", "-->-(-)", 0.0040346},
        RecordCase{"G1Ergonomics",
                   "1.0: [GC pause (G1 Evacuation Pause) (mixed) 1.001: [G1Ergonomics (CSet Construction) start "
                   "choosing CSet, _pending_cards: 12, predicted base time: 3.21 ms]\n 1.002: [G1Ergonomics (CSet "
                   "Construction) finish choosing CSet]\n, 0.0100000 secs]\n   [Eden: 4096.0K(13.0M)->0.0B(20.0M) "
                   "Survivors: 0.0B->1024.0K Heap: 250.0M(256.0M)->240.0M(256.0M)]\n [Times: user=0.20 sys=0.01, "
                   "real=0.10 secs] \n",
                   CollectionKind::kMixed, "G1 Evacuation Pause", "256000K->245760K(262144K)", "-->-(-)", 0.01},
        RecordCase{
            "CmsThatGaveUpItsPreclean",
            "23.858: [Full GC (Allocation Failure) 23.859: [CMS CMS: abort preclean due to time 23.859: "
            "[CMS-concurrent-abortable-preclean: 0.338/5.115 secs] [Times: user=1.57 sys=0.83, real=5.11 secs] \n"
            " (concurrent mode failure): 8156K->3629K(43712K), 1.0166580 secs] 9705K->3629K(63360K), [Metaspace: "
            "3443K->3426K(1080000K)], 1.0175000 secs] [Times: user=0.86 sys=0.14, real=1.02 secs] \n",
            CollectionKind::kFull, "Allocation Failure", "9705K->3629K(63360K)", "8156K->3629K(43712K)", 1.0175},
        RecordCase{"FailedPromotionWithItsSize",
                   "445.040: [GC (Allocation Failure) 445.040: [ParNew (1: promotion failure size = 46296)  (promotion "
                   "failed): 4600K->4600K(4601K), 0.8467130 secs]445.887: [CMS: 9141K->3115K(9175K), 0.5495730 secs] "
                   "13503K->3115K(13776K), [Metaspace: 6597K->6595K(131072K)], 1.3990000 secs]\n",
                   CollectionKind::kFull, "Allocation Failure", "13503K->3115K(13776K)", "9141K->3115K(9175K)", 1.399}),
    [](const auto& named) { return std::string(named.param.name); });

TEST(ClassicGcLogTest, ATenuredGenerationIsSerialsBesideParNewToo) {
  const ReadLog log = ReadLogText(
      "2.0: [GC 2.0: [ParNew: 19647K->19647K(19648K), 0.0000200 secs]2.0: [Tenured: 43000K->20000K(43712K), 0.05 secs] "
      "62647K->20000K(63360K), [Perm : 3000K->3000K(12288K)], 0.0510000 secs]\n"
      "3.0: [GC 3.0: [ParNew: 17472K->2175K(19648K), 0.0080000 secs] 47472K->34000K(63360K), 0.0085000 secs]\n");
  ASSERT_EQ(log.collections.size(), 2u);
  EXPECT_EQ(log.collections[0].kind, CollectionKind::kFull);
  EXPECT_EQ(log.collections[0].collector, Collector::kSerial);
  EXPECT_EQ(log.collections[1].collector, Collector::kSerial);
}

// CMSScavengeBeforeRemark: 9 ms are of both, 3 ms of them of the young collection.
TEST(ClassicGcLogTest, AYoungCollectionInsideARemarkIsOneOfItsOwn) {
  const ReadLog log = ReadLogText(
      "15.000: [GC (CMS Final Remark) [YG occupancy: 9000 K (19648 K)]15.000: [GC (CMS Final Remark) 15.000: [ParNew: "
      "9000K->1000K(19648K), 0.0029000 secs] 39000K->31500K(63360K), 0.0030000 secs] [Times: user=0.01 sys=0.00, "
      "real=0.00 secs] \n15.003: [Rescan (parallel) , 0.0017000 secs]15.005: [weak refs processing, 0.0001000 secs]"
      "[1 CMS-remark: 30500K(43712K)] 31500K(63360K), 0.0090000 secs] [Times: user=0.02 sys=0.00, real=0.01 secs] \n");
  ASSERT_EQ(log.collections.size(), 2u);
  const Collection& young = log.collections[0];
  EXPECT_EQ(young.kind, CollectionKind::kYoung);
  EXPECT_EQ(young.collector, Collector::kCms);
  EXPECT_EQ(SpaceText(young.young), "9000K->1000K(19648K)");
  EXPECT_EQ(SpaceText(young.old), "30000K->30500K(43712K)");  // 39000 - 9000, 31500 - 1000, 63360 - 19648
  EXPECT_DOUBLE_EQ(young.pause_s, 0.003);
  EXPECT_DOUBLE_EQ(*young.uptime_s, 15.003);
  const Collection& remark = log.collections[1];
  EXPECT_EQ(remark.kind, CollectionKind::kRemark);
  EXPECT_EQ(SpaceText(remark.old), "30500K->30500K(43712K)");
  EXPECT_DOUBLE_EQ(remark.pause_s, 0.006);
  EXPECT_DOUBLE_EQ(*remark.uptime_s, 15.009);
}

TEST(ClassicGcLogTest, WhatStandsBehindAnotherOnItsLineIsRead) {
  const ReadLog log = ReadLogText(
      "10.000: [GC (CMS Initial Mark) [1 CMS-initial-mark: 30000K(43712K)] 40000K(63360K), 0.0011000 secs]10.002: "
      "[CMS-concurrent-mark: 0.008/0.010 secs] [Times: user=0.01 sys=0.00, real=0.01 secs] \n"
      " [Times: user=0.02 sys=0.00, real=0.00 secs] \n"
      "10.030: [CMS-concurrent-preclean: 0.005/0.006 secs]10.031: [GC (Allocation Failure) 10.031: [ParNew: "
      "17472K->2175K(19648K), 0.0080000 secs] 47472K->34000K(63360K), 0.0085000 secs] [Times: user=0.02 sys=0.00, "
      "real=0.01 secs] \n"
      "10.070: [CMS-concurrent-reset: 0.001/0.002 secs] [Times: user=0.00 sys=0.00, real=0.00 secs] \n");
  ASSERT_EQ(log.collections.size(), 3u);
  EXPECT_EQ(log.collections[0].name, "CMS-initial-mark");
  EXPECT_DOUBLE_EQ(log.collections[0].cpu_s, 0.02);
  EXPECT_EQ(log.collections[1].kind, CollectionKind::kYoung);
  EXPECT_DOUBLE_EQ(log.collections[1].cpu_s, 0.02);
  EXPECT_EQ(log.collections[2].kind, CollectionKind::kConcurrent);
  EXPECT_NEAR(log.collections[2].concurrent_s, 0.018, 1e-12);  // 10 + 6 + 2 ms
}

TEST(ClassicGcLogTest, AFullCollectionThatTellsEdenIsOfG1) {
  const ReadLog log = ReadLogText(
      "388.303: [Full GC (Allocation Failure)  388.603: [G1Ergonomics (Heap Sizing) attempt heap shrinking, reason: "
      "capacity higher than max desired capacity after Full GC, capacity: 268435456 bytes, occupancy: 6570037 bytes]\n"
      " 200M->6M(188M), 0.3100000 secs]\n"
      "   [Eden: 0.0B(12.0M)->0.0B(9216.0K) Survivors: 0.0B->0.0B Heap: 200.0M(256.0M)->6416.0K(188.0M)], [Metaspace: "
      "3000K->3000K(1056768K)]\n [Times: user=0.30 sys=0.01, real=0.31 secs] \n");
  ASSERT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(log.collections[0].collector, Collector::kG1);
  EXPECT_EQ(SpaceText(log.collections[0].old), "-->6416K(-)");
}

// All files of a rotated log have the same ones.
TEST(ClassicGcLogTest, OtherOptionsAreAnotherJvms) {
  const std::string record =
      "2019-01-01T10:00:01.000+0000: [GC (Allocation Failure)  15360K->4000K(58880K), 0.004 secs]\n";
  const std::string options = "CommandLine flags: -XX:MaxHeapSize=134217728 -XX:+UseParallelGC \n";
  EXPECT_EQ(ReadLogText(options + record + options + record).outline.restarts, 0);
  const ReadLog log = ReadLogText(options + record + "CommandLine flags: -XX:MaxHeapSize=268435456 \n" + record);
  EXPECT_EQ(log.outline.restarts, 1);
  EXPECT_EQ(log.outline.max_heap, Bytes(256 * kMib));
  ASSERT_EQ(log.collections.size(), 2u);
  EXPECT_EQ(log.collections[1].jvm, 1);
}

TEST(ClassicGcLogTest, ReadsWhatAContainersRuntimeKept) {
  const ReadLog plain = ReadLogText(kG1Classic);
  std::string kept;
  for (const absl::string_view line : absl::StrSplit(kG1Classic, '\n')) {
    absl::StrAppend(&kept, "2024-05-01T10:00:00.123456789+01:00 stdout F ", line, "\n");
  }
  const ReadLog log = ReadLogText(kept);
  ASSERT_EQ(log.collections.size(), plain.collections.size());
  for (size_t i = 0; i < plain.collections.size(); ++i) {
    EXPECT_EQ(CollectionText(log.collections[i]), CollectionText(plain.collections[i]));
  }
}

TEST(ClassicGcLogTest, ACollectionWithoutItsEndIsLeftOutAndSaid) {
  const ReadLog log = ReadLogText(
      "1.0: [GC (Allocation Failure) [PSYoungGen: 15360K->25\n"
      "2.0: [GC (Allocation Failure) [PSYoungGen: 15360K->2544K(17920K)] 15360K->4000K(58880K), 0.0040000 secs]\n");
  EXPECT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(log.outline.left_out.at("collections whose end is not in the log"), 1);
  EXPECT_THAT(log.outline.warnings, testing::ElementsAre(testing::HasSubstr("1 collections whose end")));
}

}  // namespace
}  // namespace tune
