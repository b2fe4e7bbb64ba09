#include "libtune/estimate/container.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "libtune/history/history.h"
#include "tests/estimate/container_cases.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

TEST(ContainerTest, NothingMeasuredAsksForNothing) {
  const ContainerEstimate estimate = Estimate(std::vector<MemoryBin>(3));
  EXPECT_FALSE(estimate.demand.has_value());
  EXPECT_FALSE(estimate.headroom.has_value());
  EXPECT_EQ(estimate.wanted_limit, Bytes(0));
  EXPECT_EQ(estimate.lever, ContainerLever::kNone);
  EXPECT_EQ(estimate.overhead, Mib(192));  // as now
}

// 1800 resident, 150 of them native at most: 1800 + 0.2 * 150 = 1830 of 2240.
TEST(ContainerTest, ALimitThatHoldsIsLeftAlone) {
  const ContainerEstimate estimate = Estimate({Used(1500, 400), Used(1800, 150), Used(1700, 90)});
  ASSERT_TRUE(estimate.demand.has_value());
  EXPECT_EQ(estimate.demand->bin, 1u);
  EXPECT_EQ(estimate.demand->native_low, Bytes(0));  // 1800 fits into what is bounded, 2048
  EXPECT_EQ(estimate.demand->native_high, Mib(150));
  EXPECT_EQ(estimate.wanted_limit, Mib(1830));
  EXPECT_EQ(estimate.headroom, Mib(440));
  EXPECT_EQ(estimate.cause, ContainerCause::kNone);
  EXPECT_EQ(estimate.lever, ContainerLever::kNone);
}

// What native memory may be at most keeps the overhead: 1.2 * 150 = 180 of 192, 1.2 * 400 is more than there is now.
TEST(ContainerTest, TheOverheadIsKeptByTheUpperBound) {
  EXPECT_EQ(Estimate({Used(1800, 150)}).overhead, Mib(180));
  EXPECT_EQ(Estimate({Used(1800, 150), Used(1500, 400)}).overhead, Mib(192));
  EXPECT_EQ(Estimate({Used(1800)}).overhead, Mib(192));  // no upper bound
}

// Read again and again, files filled the container's cache: 250 of 256 MiB are "in use", nothing of it for long.
TEST(ContainerTest, CleanCacheIsNoDemand) {
  ContainerFacts facts = SomeFacts();
  facts.parts = {Mib(64), Mib(32), Mib(0), Mib(64), Mib(96)};
  facts.limit = Mib(256);
  MemoryBin bin = Used(40, 10);
  bin.file_cache = Mib(210);
  bin.dirty_file = Bytes(0);
  bin.working_set = Mib(227);
  const ContainerEstimate estimate = Estimate({bin}, facts);
  EXPECT_EQ(estimate.lever, ContainerLever::kNone);
  EXPECT_EQ(estimate.headroom, Mib(216));
  EXPECT_EQ(estimate.working_set, Mib(227));
  EXPECT_EQ(estimate.wanted_limit, Mib(42));  // 40 + 0.2 * 10
}

// 2230 resident are 182 beyond all that is bounded: 2230 + 0.2 * 182 = 2266.4, 26.4 more than there is.
TEST(ContainerTest, NativeMemoryBeyondItsPartRaisesTheOverhead) {
  const ContainerEstimate estimate = Estimate({Used(2230)});
  EXPECT_EQ(estimate.demand->native_low, Mib(182));
  EXPECT_EQ(estimate.cause, ContainerCause::kNative);
  EXPECT_EQ(estimate.lever, ContainerLever::kJvmOverhead);
  EXPECT_NEAR(static_cast<double>(estimate.overhead.value()), (192 + 26.4) * (1 << 20), 1);
}

// The limit is 1.5 times the process: each byte of overhead raises it by one and a half. 3420 + 0.2 * 1372 = 3694.4 of
// 3360: 334.4 / 1.5 = 222.9.
TEST(ContainerTest, ALimitFactorHelpsTheOverhead) {
  ContainerFacts facts = SomeFacts();
  facts.limit = Mib(1.5 * 2240);
  const ContainerEstimate estimate = Estimate({Used(3420)}, facts);
  EXPECT_EQ(estimate.lever, ContainerLever::kJvmOverhead);
  EXPECT_NEAR(static_cast<double>(estimate.overhead.value()), (192 + 334.4 / 1.5) * (1 << 20), 2);
}

// Managed memory in use is RocksDB's own part: of 700 beside the JVM 512 are, 188 are not.
TEST(ContainerTest, ManagedMemoryInUseIsNotBeyondItsPart) {
  MemoryBin bin = Used(1900, 700);
  bin.managed_used = Mib(512);
  EXPECT_EQ(Estimate({bin}).demand->native_high, Mib(188));
}

// 2100 resident and 300 dirty: without the cache 2100 + 0.2 * 100 = 2120 fits; with it 2400 + 0.2 * 400 = 2480 does
// not. 2480 / 2240 = 1.107.
TEST(ContainerTest, DirtyCacheAsksForALimitFactor) {
  const ContainerEstimate estimate = Estimate({Used(2100, 100, 300)});
  EXPECT_EQ(estimate.cause, ContainerCause::kDirtyCache);
  EXPECT_EQ(estimate.lever, ContainerLever::kLimitFactor);
  EXPECT_EQ(estimate.wanted_limit, Mib(2480));
  EXPECT_EQ(estimate.limit_factor_hundredths, 111);
  EXPECT_EQ(estimate.overhead, Mib(120));  // 1.2 * 100: the cache is not its business
}

// Where resident memory alone is too much, cache beside it changes nothing.
TEST(ContainerTest, NativeMemoryComesBeforeCache) {
  EXPECT_EQ(Estimate({Used(2230, 0, 300)}).cause, ContainerCause::kNative);
}

// The LimitRange allows 1.1, or the node 2400 MiB: 2480 / (1.1 * 2240) and 2480 / 2400 times as many pods.
TEST(ContainerTest, WhatMayNotGrowAsksForMorePods) {
  ContainerGoals goals;
  goals.largest_limit_factor = 1.1;
  ContainerEstimate estimate = Estimate({Used(2100, 100, 300)}, SomeFacts(), goals);
  EXPECT_EQ(estimate.lever, ContainerLever::kMorePods);
  EXPECT_NEAR(estimate.pods_factor.value_or(0), 2480 / (1.1 * 2240), 1e-6);
  EXPECT_EQ(estimate.limit_factor_hundredths, std::nullopt);
  goals = {};
  goals.largest_limit = Mib(2400);
  estimate = Estimate({Used(2100, 100, 300)}, SomeFacts(), goals);
  EXPECT_NEAR(estimate.pods_factor.value_or(0), 2480.0 / 2400, 1e-6);
  goals.largest_limit_factor = 1.11;  // exactly the hundredths that are wanted
  goals.largest_limit = Mib(2480);
  EXPECT_EQ(Estimate({Used(2100, 100, 300)}, SomeFacts(), goals).lever, ContainerLever::kLimitFactor);
}

// 2266.4 are wanted and 2250 allowed: RocksDB gives up 16.4 of its 512, and the overhead takes them beside the 10 that
// the container may still grow. Of a heap state there is nothing to give up.
TEST(ContainerTest, RocksDbGivesUpManagedMemoryWhereTheContainerMayNotGrow) {
  ContainerFacts facts = SomeFacts();
  ContainerGoals goals;
  goals.largest_limit = Mib(2250);
  EXPECT_EQ(Estimate({Used(2230)}, facts, goals).lever, ContainerLever::kMorePods);
  facts.workload.rocksdb = true;
  const ContainerEstimate estimate = Estimate({Used(2230)}, facts, goals);
  EXPECT_EQ(estimate.lever, ContainerLever::kManaged);
  EXPECT_NEAR(static_cast<double>(estimate.managed.value_or(Bytes(0)).value()), (512 - 16.4) * (1 << 20), 1);
  EXPECT_NEAR(static_cast<double>(estimate.overhead.value()), (192 + 10 + 16.4) * (1 << 20), 2);
  facts.parts.managed = Mib(32);  // 16.4 are more than half of it
  facts.parts.heap = Mib(1024 + 480);
  EXPECT_EQ(Estimate({Used(2230)}, facts, goals).lever, ContainerLever::kMorePods);
}

struct Floor {
  const char* name;
  std::vector<MemoryBin> bins;
  double want_mib;  // 0: no floor
};
void PrintTo(const Floor& c, std::ostream* out) { *out << c.name; }
class ContainerFloorTest : public testing::TestWithParam<Floor> {};
// Bins of an hour; kills count for 3 hours.
TEST_P(ContainerFloorTest, IsAFifthAboveTheLargestLimitThatWasHit) {
  ContainerFacts facts = SomeFacts();
  facts.bin = absl::Hours(1);
  facts.limit_since_bin = 2;
  ContainerGoals goals;
  goals.floor_expiry = absl::Hours(3);
  const ContainerEstimate estimate = Estimate(GetParam().bins, facts, goals);
  ASSERT_EQ(estimate.floor.has_value(), GetParam().want_mib > 0);
  EXPECT_EQ(estimate.floor ? estimate.floor->wanted : Bytes(0), Mib(GetParam().want_mib));
}
INSTANTIATE_TEST_SUITE_P(
    Kills, ContainerFloorTest,
    testing::Values(Floor{"None", {Used(100)}, 0}, Floor{"Known", {Killed(2000)}, 1.2 * 2000},
                    Floor{"UnknownIsThePresentLimit", {{}, {}, Killed(std::nullopt)}, 1.2 * 2240},
                    Floor{"UnknownOfAnEarlierLimit", {{}, Killed(std::nullopt), {}}, 0},
                    Floor{"KnownOfAnEarlierLimit", {{}, Killed(2000), {}}, 1.2 * 2000},
                    Floor{"LargestDecides", {{}, Killed(2000), Killed(1500)}, 1.2 * 2000},
                    Floor{"AlmostThreeHoursOld", {Killed(2000), {}, {}}, 1.2 * 2000},  // its end is 2 hours ago
                    Floor{"Expired", {Killed(2000), {}, {}, {}}, 0},                   // 3 hours ago
                    Floor{"OnlyTheYoungerCounts", {Killed(2000), {}, Killed(1500), {}}, 1.2 * 1500}),
    [](const auto& c) { return std::string(c.param.name); });

// A limit that was raised for the kill is not raised again for the same.
TEST(ContainerTest, AFloorThatIsMetAsksForNoMore) {
  ContainerFacts facts = SomeFacts();
  facts.limit = Mib(1.2 * 2240);
  EXPECT_EQ(Estimate({Killed(2240)}, facts).lever, ContainerLever::kNone);
}

// Killed, although what was polled fits: in a batch job the cache did it, with RocksDB or much native memory that.
TEST(ContainerTest, AKillBetweenTwoPollsHasItsLikeliestCause) {
  ContainerFacts facts = SomeFacts();
  const std::vector<MemoryBin> bins = {Used(1800, 100), Killed(2240)};
  ContainerEstimate estimate = Estimate(bins, facts);
  EXPECT_EQ(estimate.cause, ContainerCause::kUnknown);
  EXPECT_EQ(estimate.lever, ContainerLever::kJvmOverhead);
  EXPECT_EQ(estimate.overhead, Mib(192 + 0.2 * 2240));
  EXPECT_EQ(Estimate({Used(1800, 170), Killed(2240)}, facts).cause, ContainerCause::kNative);  // 1.2 * 170 = 204 > 192
  EXPECT_EQ(Estimate({Used(1800, 100, 150), Killed(2240)}, facts).cause, ContainerCause::kDirtyCache);
  facts.workload.rocksdb = true;
  EXPECT_EQ(Estimate(bins, facts).cause, ContainerCause::kNative);
  facts.workload = {.batch = true, .rocksdb = false};
  estimate = Estimate(bins, facts);
  EXPECT_EQ(estimate.cause, ContainerCause::kDirtyCache);
  EXPECT_EQ(estimate.limit_factor_hundredths, 120);
  EXPECT_EQ(Estimate({Killed(2240)}, facts).cause, ContainerCause::kDirtyCache);  // nothing measured
  // 162 are native for certain, 1.2 * 162 = 194.4 of 192; 2210 + 0.2 * 162 = 2242.4 is above the limit as well.
  EXPECT_EQ(Estimate({Used(2210), Killed(2240)}, facts).cause, ContainerCause::kNative);
}

// Bins of another size of the process say nothing of this one.
TEST(ContainerTest, UseOfAnEarlierSizeIsNotRead) {
  ContainerFacts facts = SomeFacts();
  facts.first_bin = 1;
  EXPECT_EQ(Estimate({Used(5000, 3000), Used(1000, 10)}, facts).wanted_limit, Mib(1002));
  facts.first_bin = 7;
  EXPECT_FALSE(Estimate({Used(5000, 3000)}, facts).demand.has_value());
}

TEST(ContainerWorkloadTest, IsReadFromTheConfiguration) {
  const auto rocksdb = [](const char* key, const char* value) { return ReadContainerWorkload({{key, value}}).rocksdb; };
  EXPECT_TRUE(rocksdb("state.backend.type", "rocksdb"));
  EXPECT_TRUE(rocksdb("state.backend", "RocksDB"));
  EXPECT_TRUE(rocksdb("state.backend", "org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory"));
  EXPECT_TRUE(rocksdb("state.backend.type", "forst"));
  EXPECT_FALSE(rocksdb("state.backend.type", "hashmap"));
  EXPECT_FALSE(ReadContainerWorkload({}).rocksdb);
  EXPECT_FALSE(ReadContainerWorkload({{"state.backend", "rocksdb"}, {"state.backend.type", "hashmap"}}).rocksdb);
  EXPECT_TRUE(ReadContainerWorkload({{"execution.runtime-mode", "BATCH"}}).batch);
  EXPECT_FALSE(ReadContainerWorkload({{"execution.runtime-mode", "AUTOMATIC"}}).batch);
  EXPECT_FALSE(ReadContainerWorkload({}).batch);
}

TEST(ContainerPartsTest, AreThoseOfFlinksMemory) {
  TaskManagerMemory memory;
  memory.framework_heap = Mib(1);
  memory.task_heap = Mib(2);
  memory.framework_off_heap = Mib(4);
  memory.task_off_heap = Mib(8);
  memory.network = Mib(16);
  memory.managed = Mib(32);
  memory.metaspace = Mib(64);
  memory.overhead = Mib(128);
  const ContainerParts parts = PartsOf(memory);
  EXPECT_EQ(parts.heap, Mib(3));
  EXPECT_EQ(parts.direct, Mib(28));
  EXPECT_EQ(parts.Bounded(), Mib(127));
  EXPECT_EQ(parts.Process(), memory.Process());
  EXPECT_EQ(PartsOf(JobManagerMemory{Mib(1), Mib(2), Mib(4), Mib(8)}).Process(), Mib(15));
}

// Recordings of a real Flink, in $LIBTUNE_SHARED/recordings.
class BuilderSink : public SampleSink {
 public:
  explicit BuilderSink(WindowBuilder& builder) : builder_(builder) {}
  absl::Status Add(const TaskSample& s) override { return builder_.Add(s); }
  absl::Status Add(const ProcessSample& s) override { return builder_.Add(s); }
  absl::Status Add(const SourceSample& s) override { return builder_.Add(s); }
  absl::Status Add(const JobSample& s) override { return builder_.Add(s); }
  absl::Status Add(const ParallelismSample& s) override { return builder_.Add(s); }
  absl::Status Add(const CollectionSample& s) override { return builder_.Add(s); }

 private:
  WindowBuilder& builder_;
};

struct Recording {
  const char* name;
  double heap_mib;
};
void PrintTo(const Recording& c, std::ostream* out) { *out << c.name; }
class ContainerRecordingTest : public testing::TestWithParam<Recording> {};

// TaskManagers of 96 MiB direct memory, 16 managed, 160 metaspace and 64 overhead beside their heap, all of them with
// room in a container of that size. The one whose heap is too small dies of it, not of its container.
TEST_P(ContainerRecordingTest, TheHeapIsNeverTheContainers) {
  const char* shared = std::getenv("LIBTUNE_SHARED");
  const auto folder = std::filesystem::path(shared != nullptr ? shared : "../shared") / "recordings" / GetParam().name;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recording " << folder;
  HistoryOptions options;
  options.format = "flink-rest";
  const auto reader = OpenHistory(folder.string(), options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto outline = (*reader)->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  auto builder = WindowBuilder::Create(outline->graph, outline->facts, {});
  ASSERT_TRUE(builder.ok()) << builder.status();
  BuilderSink sink(*builder);
  ASSERT_TRUE((*reader)->Read(outline->graph, sink, nullptr).ok());

  ContainerFacts facts;
  facts.parts = {Mib(GetParam().heap_mib), Mib(96), Mib(16), Mib(160), Mib(64)};
  facts.limit = facts.parts.Process();
  const ContainerEstimate estimate = Estimate(builder->Window().task_managers.memory, facts);
  ASSERT_TRUE(estimate.demand.has_value());
  EXPECT_EQ(estimate.cause, ContainerCause::kNone);
  EXPECT_EQ(estimate.lever, ContainerLever::kNone);
  EXPECT_FALSE(estimate.floor.has_value());
  EXPECT_GT(estimate.headroom.value(), Mib(64));
  EXPECT_EQ(estimate.demand->native_low, Bytes(0));
  // A JVM of this size has 100 MiB and more of code, stacks and collector beside what it accounts for. The bound is
  // 366 MiB where a heap of 1 GiB was polled low in its first minute.
  EXPECT_GT(estimate.demand->native_high, Mib(100));
  EXPECT_LT(estimate.demand->native_high, Mib(400));
  EXPECT_EQ(estimate.overhead, Mib(64));  // 1.2 * 100 and more: not to be lowered
}
INSTANTIATE_TEST_SUITE_P(Recordings, ContainerRecordingTest,
                         testing::Values(Recording{"oom-parallel-256", 256}, Recording{"mem200-g1-512", 512},
                                         Recording{"mem200-parallel-384", 384}, Recording{"mem200-parallel-1024", 1024},
                                         Recording{"uniform900-p4", 512}),
                         [](const auto& c) {
                           std::string name = c.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tune
