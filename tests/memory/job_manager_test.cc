#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr Bytes MiB(int64_t count) { return Bytes(count << 20); }

JobManagerMemory Compute(const JobManagerMemoryOptions& options) {
  const auto memory = ComputeMemory(options);
  EXPECT_TRUE(memory.ok()) << memory.status();
  return memory.value_or(JobManagerMemory());
}
std::string ErrorOf(const JobManagerMemoryOptions& options) {
  return std::string(ComputeMemory(options).status().message());
}

// Flink's shipped configuration: 1600 - 192 (the least overhead) - 256 - 128 = 1024m of heap.
TEST(JobManagerMemoryTest, OfTheShippedProcessSize) {
  JobManagerMemoryOptions options;
  options.process_size = MiB(1600);
  const JobManagerMemory memory = Compute(options);
  EXPECT_EQ(memory.heap, MiB(1024));
  EXPECT_EQ(memory.off_heap, MiB(128));
  EXPECT_EQ(memory.metaspace, MiB(256));
  EXPECT_EQ(memory.overhead, MiB(192));
  EXPECT_EQ(memory.Flink(), MiB(1152));
  EXPECT_EQ(memory.Process(), MiB(1600));
  EXPECT_EQ(JvmArguments(memory), "-Xmx1073741824 -Xms1073741824 -XX:MaxMetaspaceSize=268435456");
  options.limits_direct_memory = true;
  EXPECT_EQ(JvmArguments(Compute(options)),
            "-Xmx1073741824 -Xms1073741824 -XX:MaxDirectMemorySize=134217728 -XX:MaxMetaspaceSize=268435456");
}

TEST(JobManagerMemoryTest, OfHeapAndFlinkMemoryTheOffHeapIsTheRest) {
  JobManagerMemoryOptions options;
  options.heap = MiB(1000);
  EXPECT_EQ(Compute(options).Process(), MiB(1000 + 128 + 256 + 192));
  options.flink_size = MiB(1300);
  EXPECT_EQ(Compute(options).off_heap, MiB(300));
  options.off_heap = MiB(300);
  EXPECT_EQ(Compute(options).off_heap, MiB(300));
  options.off_heap = MiB(299);
  EXPECT_EQ(ErrorOf(options),
            "jobmanager.memory.flink.size = 1300m, jobmanager.memory.heap.size = 1000m; allowed: Flink memory that is "
            "heap and off-heap (299m)");
  options.off_heap.reset();
  options.heap = MiB(1301);
  EXPECT_EQ(ErrorOf(options),
            "jobmanager.memory.flink.size = 1300m, jobmanager.memory.heap.size = 1301m; allowed: a heap of at most the "
            "Flink memory");
}

TEST(JobManagerMemoryTest, TheHeapMustNotBeEmpty) {
  JobManagerMemoryOptions options;
  options.flink_size = MiB(128);
  EXPECT_EQ(ErrorOf(options),
            "jobmanager.memory.flink.size = 128m, jobmanager.memory.off-heap.size = 128m (default); allowed: off-heap "
            "memory below the 128m of Flink memory");
  options.flink_size = MiB(129);
  EXPECT_EQ(Compute(options).heap, MiB(1));
  EXPECT_THAT(ErrorOf(JobManagerMemoryOptions()), testing::HasSubstr("or jobmanager.memory.heap.size"));
}

}  // namespace
}  // namespace tune
