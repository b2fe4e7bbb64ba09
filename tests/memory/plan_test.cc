#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tune/flink_memory.h"

namespace tune {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr int64_t kMiB = 1 << 20;
constexpr Bytes MiB(int64_t count) { return Bytes(count * kMiB); }

TaskManagerMemoryPlan Plan(const TaskManagerMemoryOptions& options, const TaskManagerMemoryWish& wish) {
  const auto plan = PlanMemory(options, wish);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.value_or(TaskManagerMemoryPlan());
}
std::string ErrorOf(const TaskManagerMemoryOptions& options, const TaskManagerMemoryWish& wish) {
  return std::string(PlanMemory(options, wish).status().message());
}

// Flink memory F gives 0.5 F less 128m to the heap: 3200m / 0.5 = 6400m. Process P: P - 0.1 P - 256m = 6400m, so P =
// 7395.6m. Both fractions take a little more than their text says, which the last MiB has room for.
TEST(TaskManagerPlan, AHeapAloneNeedsNoOption) {
  TaskManagerMemoryWish wish;
  wish.heap = MiB(3072);
  const TaskManagerMemoryPlan plan = Plan({}, wish);
  EXPECT_EQ(plan.process_size, MiB(7396));
  EXPECT_THAT(plan.set, IsEmpty());
  EXPECT_GE(plan.memory.Heap(), MiB(3072));
  TaskManagerMemoryOptions less;
  less.process_size = MiB(7395);
  EXPECT_LT(ComputeMemory(less)->Heap(), MiB(3072));
}

// Managed 0: 0.9 F - 128m = 3072m, F = 3555.6m; P = (3555.6 + 256) / 0.9 = 4235.1m.
TEST(TaskManagerPlan, ManagedMemoryIsExact) {
  TaskManagerMemoryWish wish;
  wish.heap = MiB(3072);
  wish.managed = Bytes(0);
  const TaskManagerMemoryPlan plan = Plan({}, wish);
  EXPECT_THAT(plan.set, UnorderedElementsAre(Pair("taskmanager.memory.managed.size", "0b")));
  EXPECT_EQ(plan.memory.managed, Bytes(0));
  EXPECT_EQ(plan.process_size, MiB(4236));
}

TEST(TaskManagerPlan, LimitsMoveOnlyWhereTheyAreInTheWay) {
  TaskManagerMemoryWish wish;
  wish.heap = MiB(3072);
  wish.managed = Bytes(0);
  wish.network = MiB(100);  // a tenth of 3.5g is more
  EXPECT_THAT(Plan({}, wish).set, UnorderedElementsAre(Pair("taskmanager.memory.managed.size", "0b")));
  wish.exact_network = true;
  EXPECT_THAT(Plan({}, wish).set, UnorderedElementsAre(Pair("taskmanager.memory.managed.size", "0b"),
                                                       Pair("taskmanager.memory.network.max", "100m")));
  EXPECT_EQ(Plan({}, wish).memory.network, MiB(100));
  wish.network = MiB(1000);
  wish.exact_network = false;
  EXPECT_THAT(Plan({}, wish).set, UnorderedElementsAre(Pair("taskmanager.memory.managed.size", "0b"),
                                                       Pair("taskmanager.memory.network.min", "1000m")));
  wish.network.reset();
  wish.overhead = MiB(1500);  // above the default limit too
  EXPECT_THAT(Plan({}, wish).set, UnorderedElementsAre(Pair("taskmanager.memory.managed.size", "0b"),
                                                       Pair("taskmanager.memory.jvm-overhead.min", "1500m"),
                                                       Pair("taskmanager.memory.jvm-overhead.max", "1500m")));
}

TEST(TaskManagerPlan, WithoutAWishForTheHeapItKeepsItsSize) {
  TaskManagerMemoryOptions options;
  options.process_size = MiB(4096);
  TaskManagerMemoryWish wish;
  wish.metaspace = MiB(512);
  const TaskManagerMemoryPlan plan = Plan(options, wish);
  EXPECT_GE(plan.memory.Heap(), ComputeMemory(options)->Heap());
  EXPECT_EQ(plan.memory.metaspace, MiB(512));
  EXPECT_THAT(plan.set, UnorderedElementsAre(Pair("taskmanager.memory.jvm-metaspace.size", "512m")));
  EXPECT_THAT(ErrorOf({}, wish),
              testing::StartsWith("wanted heap = absent; allowed: a size, as the options give none"));
}

TEST(TaskManagerPlan, AGivenTaskHeapIsChanged) {
  TaskManagerMemoryOptions options;
  options.task_heap = MiB(1000);
  options.managed = MiB(500);
  TaskManagerMemoryWish wish;
  wish.heap = MiB(2128);
  const TaskManagerMemoryPlan plan = Plan(options, wish);
  EXPECT_THAT(plan.set, UnorderedElementsAre(Pair("taskmanager.memory.task.heap.size", "2000m")));  // 2128 - 128
  EXPECT_EQ(plan.memory.Heap(), MiB(2128));
  wish.heap.reset();
  wish.task_heap = MiB(1000);
  EXPECT_THAT(Plan(options, wish).set, IsEmpty());
}

TEST(TaskManagerPlan, NamesTheOptionThatStaysAndContradicts) {
  TaskManagerMemoryOptions options;
  options.flink_size = MiB(2048);
  TaskManagerMemoryWish wish;
  wish.heap = MiB(3072);
  EXPECT_THAT(ErrorOf(options, wish),
              testing::StartsWith("taskmanager.memory.flink.size = 2g, wanted heap = 3g; allowed: at most the "));
  options.task_heap = MiB(1024);
  EXPECT_THAT(ErrorOf(options, wish), testing::StartsWith("taskmanager.memory.flink.size = 2g, "
                                                          "taskmanager.memory.task.heap.size = 2944m; "));
  options = {};
  options.managed_fraction = MemoryFraction(0.95F);
  EXPECT_THAT(ErrorOf(options, wish), testing::HasSubstr("taskmanager.memory.managed.fraction = 0.95"));
}

TEST(TaskManagerPlan, AWishThatIsNoneIsRefused) {
  TaskManagerMemoryWish wish;
  wish.heap = Bytes(-1);
  EXPECT_EQ(ErrorOf({}, wish), "wanted heap = -1; allowed: a size >= 0");
  wish.heap = MiB(1);
  wish.task_heap = MiB(2);
  EXPECT_EQ(ErrorOf({}, wish), "wanted heap = 1m, wanted task heap = 2m; allowed: one of the two");
  wish = {};
  wish.heap = Bytes(std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(PlanMemory(TaskManagerMemoryOptions(), wish).ok());
}

// 2048 + 128 + 256 = 2432m; P - max(0.1 P, 192m) = 2432m, P = 2702.2m.
TEST(JobManagerPlan, AHeapAloneNeedsNoOption) {
  JobManagerMemoryWish wish;
  wish.heap = MiB(2048);
  const auto plan = PlanMemory(JobManagerMemoryOptions(), wish);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->process_size, MiB(2703));
  EXPECT_THAT(plan->set, IsEmpty());
  EXPECT_GE(plan->memory.heap, MiB(2048));
}

TEST(JobManagerPlan, AGivenHeapIsChangedAndTheOverheadIsTheRest) {
  JobManagerMemoryOptions options;
  options.heap = MiB(1024);
  options.process_size = MiB(1600);
  JobManagerMemoryWish wish;
  wish.heap = MiB(2048);
  wish.off_heap = MiB(256);
  const auto plan = PlanMemory(options, wish);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->process_size, MiB(2048 + 256 + 256 + 192));
  EXPECT_THAT(plan->set, UnorderedElementsAre(Pair("jobmanager.memory.heap.size", "2g"),
                                              Pair("jobmanager.memory.off-heap.size", "256m")));
  options.flink_size = MiB(1152);
  EXPECT_FALSE(PlanMemory(options, wish).ok());
}

}  // namespace
}  // namespace tune
