#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr int64_t kMiB = 1 << 20, kGiB = 1 << 30;
constexpr Bytes MiB(int64_t count) { return Bytes(count * kMiB); }

using Options = TaskManagerMemoryOptions;

TaskManagerMemory Compute(const Options& options) {
  const auto memory = ComputeMemory(options);
  EXPECT_TRUE(memory.ok()) << memory.status();
  return memory.value_or(TaskManagerMemory());
}
std::string ErrorOf(const Options& options) { return std::string(ComputeMemory(options).status().message()); }

Options OfProcess(Bytes size) {
  Options options;
  options.process_size = size;
  return options;
}
Options OfFlink(Bytes size) {
  Options options;
  options.flink_size = size;
  return options;
}
Options OfParts(Bytes task_heap, Bytes managed) {
  Options options;
  options.task_heap = task_heap;
  options.managed = managed;
  return options;
}

// Flink's shipped configuration. Overhead 0.1 * 1728m = 172.8m, so its least, 192m; Flink memory 1728 - 256 - 192 =
// 1280m; managed 0.4f = 0.4000000059604645 of it, 536870920.0002 B; network 0.1f = 0.10000000149011612 of it,
// 134217730.00000003 B; task heap 1342177280 - 2 * 134217728 - 536870920 - 134217730 = 402653174.
TEST(TaskManagerMemoryTest, OfTheShippedProcessSize) {
  const TaskManagerMemory memory = Compute(OfProcess(MiB(1728)));
  EXPECT_EQ(memory.framework_heap, MiB(128));
  EXPECT_EQ(memory.framework_off_heap, MiB(128));
  EXPECT_EQ(memory.task_heap, Bytes(402653174));
  EXPECT_EQ(memory.task_off_heap, Bytes(0));
  EXPECT_EQ(memory.network, Bytes(134217730));
  EXPECT_EQ(memory.managed, Bytes(536870920));
  EXPECT_EQ(memory.metaspace, MiB(256));
  EXPECT_EQ(memory.overhead, MiB(192));
  EXPECT_EQ(memory.Flink(), MiB(1280));
  EXPECT_EQ(memory.Process(), MiB(1728));
  EXPECT_EQ(JvmArguments(memory),
            "-Xmx536870902 -Xms536870902 -XX:MaxDirectMemorySize=268435458 -XX:MaxMetaspaceSize=268435456");
}

// 0.1f of 4 GiB = 429496736.00000003 B of overhead; of 16 GiB it would be 1.6 GiB: the most, 1g.
TEST(TaskManagerMemoryTest, OverheadIsAFractionWithinLimits) {
  EXPECT_EQ(Compute(OfProcess(Bytes(4 * kGiB))).overhead, Bytes(429496736));
  EXPECT_EQ(Compute(OfProcess(Bytes(16 * kGiB))).overhead, MiB(1024));
}

// Flink memory 1280m + metaspace 256m = 1536m; 0.1 / 0.9 of that is 170.7m, so the least, 192m.
TEST(TaskManagerMemoryTest, OfFlinkMemoryTheOverheadComesOnTop) {
  const TaskManagerMemory memory = Compute(OfFlink(MiB(1280)));
  EXPECT_EQ(memory.overhead, MiB(192));
  EXPECT_EQ(memory.Process(), MiB(1728));
  EXPECT_EQ(memory.task_heap, Bytes(402653174));
}

// With both sizes the overhead is the rest: 1800 - 1280 - 256 = 264m.
TEST(TaskManagerMemoryTest, OfBothSizesTheOverheadIsTheRest) {
  Options options = OfFlink(MiB(1280));
  options.process_size = MiB(1800);
  EXPECT_EQ(Compute(options).overhead, MiB(264));
  options.process_size = MiB(1727);  // 191m
  EXPECT_EQ(ErrorOf(options),
            "taskmanager.memory.process.size = 1727m, taskmanager.memory.flink.size = 1280m; allowed: a process size "
            "that is Flink memory (1280m) and metaspace (256m) and an overhead in [192m, 1g]");
  options.process_size = MiB(1280 + 256 + 1025);
  EXPECT_FALSE(ComputeMemory(options).ok());
  options.process_size = MiB(1280 + 256 + 1024);
  EXPECT_EQ(Compute(options).overhead, MiB(1024));
}

// 256m framework + 900m + 100m = 1256m; a quarter besides three: network 0.25 / 0.75 of that = 418.67m.
TEST(TaskManagerMemoryTest, OfPartsTheNetworkIsItsFractionOfTheWhole) {
  Options options = OfParts(MiB(900), MiB(100));
  options.network_fraction = MemoryFraction(0.25F);
  EXPECT_EQ(Compute(options).network, Bytes(1256 * kMiB / 3));
  options.network_max = MiB(300);
  EXPECT_EQ(Compute(options).network, MiB(300));
}

// 2000 - 256 - 900 - 100 = 744m.
TEST(TaskManagerMemoryTest, OfPartsAndFlinkMemoryTheNetworkIsTheRest) {
  Options options = OfParts(MiB(900), MiB(100));
  options.flink_size = MiB(2000);
  EXPECT_EQ(Compute(options).network, MiB(744));
  options.network_min = MiB(744);
  options.network_max = MiB(744);
  EXPECT_EQ(Compute(options).network, MiB(744));
  options.network_min.reset();
  options.network_max = MiB(700);
  EXPECT_EQ(ErrorOf(options),
            "taskmanager.memory.flink.size = 2000m, taskmanager.memory.network.max = 700m; allowed: limits around the "
            "744m that the other parts leave to the network");
  options.flink_size = MiB(1300);  // 44m
  EXPECT_EQ(ErrorOf(options),
            "taskmanager.memory.flink.size = 1300m, taskmanager.memory.network.min = 64m (default); allowed: limits "
            "around the 44m that the other parts leave to the network");
}

TEST(TaskManagerMemoryTest, BuffersOfFlink1AreTheNetworkOrContradictIt) {
  Options options = OfProcess(MiB(1728));
  options.network_buffers = MiB(70);
  EXPECT_EQ(Compute(options).network, MiB(70));
  Options rest = OfParts(MiB(900), MiB(100));
  rest.flink_size = MiB(1326);  // 70m left
  rest.network_buffers = MiB(70);
  EXPECT_EQ(Compute(rest).network, MiB(70));
  rest.network_buffers = MiB(71);
  EXPECT_FALSE(ComputeMemory(rest).ok());
  rest.network_max = MiB(70);  // an option of the network: buffers count no more
  EXPECT_EQ(Compute(rest).network, MiB(70));
}

TEST(TaskManagerMemoryTest, NamesThePairThatContradicts) {
  EXPECT_EQ(ErrorOf(Options()),
            "taskmanager.memory.process.size = absent, taskmanager.memory.flink.size = absent; allowed: one of the "
            "two, or both of taskmanager.memory.task.heap.size and taskmanager.memory.managed.size");
  Options options = OfFlink(MiB(1024));
  options.task_heap = MiB(2048);
  EXPECT_EQ(ErrorOf(options),
            "taskmanager.memory.flink.size = 1g, taskmanager.memory.task.heap.size = 2g; allowed: heap, off-heap, "
            "managed and network memory that are together at most the 1g of Flink memory");
  EXPECT_EQ(ErrorOf(OfProcess(MiB(400))),
            "taskmanager.memory.process.size = 400m, taskmanager.memory.jvm-metaspace.size = 256m (default); allowed: "
            "a process size of at least metaspace and overhead (192m)");
  options = OfProcess(MiB(1728));
  options.overhead_min = MiB(2048);
  EXPECT_EQ(ErrorOf(options),
            "taskmanager.memory.jvm-overhead.min = 2g, taskmanager.memory.jvm-overhead.max = 1g (default); allowed: "
            "min <= max");
  options = OfProcess(MiB(1728));
  options.managed_fraction = MemoryFraction(1.0F);
  EXPECT_EQ(ErrorOf(options), "taskmanager.memory.managed.fraction = 1; allowed: [0, 1)");
}

TEST(TaskManagerMemoryTest, NamesTheKeyThatSomebodyWrote) {
  const auto options = ReadTaskManagerMemory({1, 20}, {{"taskmanager.memory.size", "2g"}}, "1728m");
  ASSERT_TRUE(options.ok());
  EXPECT_THAT(ErrorOf(*options),
              testing::StartsWith("spec.taskManager.resource.memory = 1728m, taskmanager.memory.size = 2g; "));
}

TEST(TaskManagerMemoryTest, SizesBeyond63BitsAreRefused) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(ComputeMemory(OfParts(Bytes(kMost), Bytes(kMost))).ok());
  EXPECT_FALSE(ComputeMemory(OfFlink(Bytes(kMost))).ok());
  EXPECT_FALSE(ComputeMemory(OfParts(Bytes(kMost - 256 * kMiB), Bytes(0))).ok());
  EXPECT_TRUE(ComputeMemory(OfProcess(Bytes(kMost))).ok());
}

TEST(MemoryFractionTest, IsTheDecimalOfAWidenedFloat) {
  EXPECT_EQ(MemoryFraction(0.1F).Of(10 * kGiB), 1073741840);  // 10737418240 * 0.10000000149011612 = 1073741840.0000001
  EXPECT_EQ(MemoryFraction(0.5F).Of(3), 1);
  EXPECT_EQ(MemoryFraction(0.5F).Beside(3), 3);
  EXPECT_EQ(MemoryFraction(0.0F).Of(kGiB), 0);
  EXPECT_EQ(MemoryFraction(1e-30F).Of(std::numeric_limits<int64_t>::max()), 0);
  EXPECT_EQ(MemoryFraction(0.9F).Beside(std::numeric_limits<int64_t>::max()), std::nullopt);
  EXPECT_FALSE(MemoryFraction(std::nanf("")).InRange());
}

}  // namespace
}  // namespace tune
