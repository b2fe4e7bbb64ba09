#include "libtune/pack/pack.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/pack/any_pack.h"

namespace tune {
namespace {

Bytes Mib(int64_t count) { return Bytes(count << 20); }

// 4 subtasks on TaskManagers of 2 slots: half of the state each, so 10 + 250 * 2 = 510 MiB alive, and a heap of
// 1.15 * 510 / 0.65 = 902.3. Beside it 128 MiB off-heap and a tenth network: (903 + 128) / 0.9 = 1145.6 MiB; metaspace
// 256, overhead 192: 1593.6. Work 2.12 - 4 * 0.03 = 2 cores, half of it 1, 1.03 / 0.65 = 1.5846 cores of request.
TEST(Pack, TwoSlotsEachByHand) {
  PackInput input = ByHand();
  input.min_slots_per_task_manager = input.max_slots_per_task_manager = 2;
  const PackAnswer answer = Pack(input).value();
  ASSERT_TRUE(answer.chosen.has_value());
  const PackLayout& layout = *answer.chosen;
  EXPECT_EQ(layout.task_managers, 2);
  EXPECT_EQ(layout.spread.parallelism, (std::vector<std::vector<int>>{{4}}));
  EXPECT_NEAR(layout.load.live, 510 * kMib, 1);
  EXPECT_EQ(layout.wanted.wish.heap, Mib(903));
  EXPECT_EQ(layout.memory.process_size, Mib(1594));
  EXPECT_EQ(layout.pod.cpu_request, MilliCores(1585));
  EXPECT_NEAR(layout.cost, 2 * 1.585 / 0.25, 1e-9);
  EXPECT_NEAR(*answer.present_cost, 4 * 1.0 / 0.25, 1e-9);
}

// One TaskManager of 4 slots: 2.03 / 0.65 = 3.1231 cores, 12.496 CU against 12.68: 1.5 % less.
TEST(Pack, SmallSavingsKeepThePresentSlots) {
  PackInput input = ByHand();
  const PackAnswer kept = Pack(input).value();
  EXPECT_TRUE(kept.is_kept);
  EXPECT_EQ(kept.chosen->slots_per_task_manager, 2);
  EXPECT_NEAR(kept.cheapest->cost, 3.124 / 0.25, 1e-9);
  input.least_saving = 0.01;
  const PackAnswer moved = Pack(input).value();
  EXPECT_FALSE(moved.is_kept);
  EXPECT_EQ(moved.chosen->slots_per_task_manager, 4);
  EXPECT_EQ(moved.chosen->task_managers, 1);
}

// A pod of at most 1400 MiB holds neither 2 of 4 slots (1594 MiB) nor 1 of 4: 10 + 250 = 260 MiB alive at a quarter of
// the state, heap 460, (460 + 128) / 0.9 + 448 = 1101.3 MiB. 1 of 4 does.
TEST(Pack, ASmallNodeSplitsTaskManagers) {
  PackInput input = ByHand();
  input.limits.node.memory = Mib(1400);
  input.max_task_managers = 4;
  const PackAnswer answer = Pack(input).value();
  ASSERT_TRUE(answer.chosen.has_value());
  EXPECT_EQ(answer.part, 1);
  EXPECT_LE(answer.chosen->memory.process_size, Mib(1400));
  EXPECT_GE(answer.chosen->task_managers, 3);
  ASSERT_FALSE(answer.fallen.empty());
  EXPECT_EQ(answer.fallen.back().fall.cap, Cap::kNodeMemory);
}

// Slots of 1 with a quarter of the state need 1102 MiB. A node of 1000 MiB asks for more subtasks than the load does.
TEST(Pack, MemoryPerTaskManagerRaisesTheParallelism) {
  PackInput input = ByHand();
  input.min_slots_per_task_manager = input.max_slots_per_task_manager = 1;
  // What is seen with 1 of 16 slots says that little of it is per TaskManager.
  input.jobs[0].live =
      FitLive(std::vector<LiveObservation>{{260 * kMib, 260 * kMib, 2, 8, 0}, {72.5 * kMib, 72.5 * kMib, 1, 16, 0}})
          .value();
  input.limits.node.memory = Mib(1000);
  const PackAnswer answer = Pack(input).value();
  ASSERT_TRUE(answer.chosen.has_value());
  EXPECT_EQ(answer.part, 1);
  EXPECT_GT(answer.chosen->raised_by, 0);
  input.largest_slots = 4;
  EXPECT_LT(Pack(input)->part, 1);
}

// Quota for one pod of the two.
TEST(Pack, ThePartThatFitsIsFoundAndTheCapNamed) {
  PackInput input = ByHand();
  input.min_slots_per_task_manager = input.max_slots_per_task_manager = 2;
  input.limits.quota.pods = 1;
  const PackAnswer answer = Pack(input).value();
  ASSERT_TRUE(answer.chosen.has_value());
  EXPECT_EQ(answer.cap.cap, Cap::kQuotaPods);
  EXPECT_EQ(answer.cap.needed, 2);
  EXPECT_EQ(answer.cap.allowed, 1);
  EXPECT_EQ(answer.chosen->spread.all_slots, 2);
  EXPECT_EQ(answer.chosen->task_managers, 1);
}

TEST(Pack, NothingFitsIsAnAnswer) {
  PackInput input = ByHand();
  input.limits.node.memory = Mib(100);
  const PackAnswer answer = Pack(input).value();
  EXPECT_FALSE(answer.chosen.has_value());
  EXPECT_EQ(answer.part, 0);
  EXPECT_EQ(answer.cap.cap, Cap::kNodeMemory);
}

// 10^18 bytes alive: no container is so large.
TEST(Pack, AbsurdSizesFitNowhere) {
  PackInput input = ByHand();
  input.jobs[0].live = FitLive(std::vector<LiveObservation>{{1e18, 1e18, 2, 8, 0}}).value();
  const PackAnswer answer = Pack(input).value();
  EXPECT_FALSE(answer.chosen.has_value());
  EXPECT_EQ(answer.cap.cap, Cap::kHeap);
}

TEST(Pack, ContradictingOptionsAreNamed) {
  PackInput input = ByHand();
  input.needs.options.flink_size = Mib(300);
  const PackAnswer answer = Pack(input).value();
  EXPECT_FALSE(answer.chosen.has_value());
  EXPECT_EQ(answer.cap.cap, Cap::kHeap);
  EXPECT_NE(answer.cap.refusal.message().find("taskmanager.memory.flink.size"), absl::string_view::npos);
}

// Two jobs of 4 slots each need 8; a TaskManager may hold the slots of either.
TEST(Pack, ASessionClusterHoldsTheSumOfItsJobs) {
  PackInput one = ByHand();
  one.min_slots_per_task_manager = one.max_slots_per_task_manager = 2;
  one.largest_slots = 16;
  PackInput two = one;
  two.jobs.push_back(two.jobs.front());
  const PackAnswer alone = Pack(one).value(), shared = Pack(two).value();
  EXPECT_EQ(shared.chosen->spread.all_slots, 2 * alone.chosen->spread.all_slots);
  EXPECT_EQ(shared.chosen->task_managers, 2 * alone.chosen->task_managers);
  EXPECT_GE(shared.chosen->load.live, alone.chosen->load.live);
}

TEST(Pack, RefusesByName) {
  PackInput input = ByHand();
  input.jobs[0].vertices[0].smallest = 17;
  EXPECT_EQ(std::string(Pack(input).status().message()), "jobs[0].vertices[0].smallest = 17; allowed: [1, 16]");
}

TEST(Price, IsTheLargerOfBothInUnits) {
  EXPECT_DOUBLE_EQ(PodCost(MilliCores(500), Bytes(int64_t{3} << 30), std::nullopt), 2);    // 0.5 / 0.25 > 3 / 2
  EXPECT_DOUBLE_EQ(PodCost(MilliCores(250), Bytes(int64_t{3} << 30), std::nullopt), 1.5);  // 0.25 / 0.25 < 3 / 2
  EXPECT_DOUBLE_EQ(PodCost(MilliCores(500), Bytes(int64_t{3} << 30), ResourcePrice{10, 1}), 5 + 3);
}

ContainerResources Pod(int64_t mib, int64_t millicores) {
  return {Mib(mib), Mib(2 * mib), MilliCores(millicores), MilliCores(3 * millicores)};
}

TEST(Quota, IsWhatPodsLeave) {
  const QuotaLeft quota = {MilliCores(5000), MilliCores(9000), Mib(4096), Mib(8192), 10};
  const QuotaLeft left = LeftBeside(quota, Pod(1024, 1000), 2);
  EXPECT_EQ(left.cpu_request, MilliCores(5000 - 2 * 1000));
  EXPECT_EQ(left.cpu_limit, MilliCores(9000 - 2 * 3000));
  EXPECT_EQ(left.memory_request, Mib(4096 - 2 * 1024));
  EXPECT_EQ(left.memory_limit, Mib(8192 - 2 * 2048));
  EXPECT_EQ(left.pods, 10 - 2);
}

TEST(Quota, IsNeverBelowNothing) {
  const QuotaLeft left = LeftBeside({MilliCores(5000), {}, Mib(4096), {}, 10}, Pod(1024, 1000), 11);
  EXPECT_EQ(left.cpu_request, MilliCores(0));
  EXPECT_EQ(left.cpu_limit, std::nullopt);  // no such quota
  EXPECT_EQ(left.memory_request, Mib(0));
  EXPECT_EQ(left.pods, 0);
}

// 2^50 bytes times 2^31 - 1 are beyond 2^63; none takes nothing.
TEST(Quota, AbsurdCountsTakeItAll) {
  constexpr int kMost = std::numeric_limits<int>::max();
  const QuotaLeft quota = {MilliCores(5000), {}, Mib(4096), Mib(4096), kMost};
  const ContainerResources pod = Pod(int64_t{1} << 30, 1000);
  EXPECT_EQ(Together(pod, kMost).memory_request, Bytes(std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(LeftBeside(quota, pod, kMost).memory_limit, Mib(0));
  EXPECT_EQ(LeftBeside(quota, pod, kMost).pods, 0);
  EXPECT_EQ(LeftBeside(quota, pod, 0).memory_request, Mib(4096));
}

// 3 subtasks to 5, all to all: an output of 2 * 5 + 8 = 18 buffers, an input of 2 * 3 + 8 = 14. 4 slots hold 3 and 4.
TEST(Network, FollowsChannels) {
  PackJob job;
  job.vertices.resize(2);
  job.edges = {{0, 1, true}};
  const std::vector<int> parallelism = {3, 5};
  const auto bytes = [&] { return NetworkBytes(NetworkBytesPerSubtask(job, parallelism), parallelism, 4); };
  EXPECT_EQ(bytes(), (3 * 18 + 4 * 14) * 32768.0);
  job.edges = {{0, 1, false}};  // one or two consumers each: 2 * 2 + 8 = 12, and one producer each: 10
  EXPECT_EQ(bytes(), (3 * 12 + 4 * 10) * 32768.0);
}

// A group's widest vertex counts; a vertex at its cap keeps its state together.
TEST(Spread, FollowsGroupsAndCaps) {
  PackJob job;
  job.vertices = {{"a", 1, 4, 16, std::nullopt, true}, {"a", 2, 2, 2, std::nullopt, false}, {"b", 3, 1, 8, {}, true}};
  const std::vector<PackJob> jobs = {job};
  const Spreader spreader(jobs);
  EXPECT_EQ(spreader.AllSlotsNow(), 4 + 1);
  const Spread half = spreader.At(0.5);  // 4 / 0.5, capped at 2, 1 / 0.5 but 3 are needed
  EXPECT_EQ(half.parallelism.front(), (std::vector<int>{8, 2, 3}));
  EXPECT_EQ(half.all_slots, 8 + 3);
  EXPECT_DOUBLE_EQ(half.state.front(), 0.5);
  PackJob capped = job;
  capped.vertices[1].holds_state = true;
  const std::vector<PackJob> others = {capped};
  EXPECT_DOUBLE_EQ(Spreader(others).At(0.5).state.front(), 1);  // 2 now, and no more than 2
}

// All at their caps: asked for twice the slots, each still has what it has now.
TEST(Spread, CapsKeepTheWorkTogether) {
  PackJob job;
  job.vertices = {{"a", 1, 4, 4, std::nullopt, false}};
  const std::vector<PackJob> jobs = {job};
  const Spread spread = Spreader(jobs).At(0.5);
  EXPECT_EQ(spread.all_slots, 4);
  EXPECT_DOUBLE_EQ(spread.work.front(), 1);
}

}  // namespace
}  // namespace tune
