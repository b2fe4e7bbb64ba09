// What containers hold beside the heap: kills, metaspace, native memory, cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tests/support/process_window_maker.h"

namespace tune {
namespace {

SteadyJob Content() {
  SteadyJob job;
  job.task_managers.live_mib = 400;
  job.task_managers.overhead = 0.04;
  return job;
}

// A kill at the limit of 1664 MiB asks for 1.2 times that, 1996.8: the overhead grows by 332.8 MiB, and nothing is
// lowered, though the live set of 100 MiB and idle managed memory would let it.
TEST(Containers, ThatWereKilledGetMoreAndNothingIsLowered) {
  SteadyJob steady;
  steady.managed_mib = 400;
  steady.heap_mib = 624;
  steady.task_managers.managed_used_mib = 0;
  steady.task_managers.metaspace_used_mib = 20;
  JobWindow window = Build(steady);
  window.task_managers.memory[10].oom_kills = 2;
  window.task_managers.memory[10].killed_limit = Mib(1664);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  const Finding* killed = FindingOf(job, FindingKind::kOomKilled);
  ASSERT_NE(killed, nullptr);
  EXPECT_EQ(killed->role, ProcessRole::kTaskManager);
  EXPECT_EQ(TermOf(job, "task_manager.oom_floor", -1, "kills"), 2);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.memory), 1997);
  EXPECT_GE(InMib(answer.wanted.heap), 624);
  EXPECT_EQ(InMib(answer.wanted.managed), 400);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 256);
  EXPECT_GE(InMib(answer.wanted.overhead), 192 + 332.8);
}

TEST(Containers, KilledLongAgoAreSizedAsOthers) {
  JobWindow window = Build({});
  window.task_managers.memory[0].oom_kills = 1;
  window.task_managers.memory[0].killed_limit = Mib(1664);
  TuningPolicy policy = MemoryPolicy();
  policy.oom_memory = absl::Minutes(29);  // the bin's end is 29 minutes old
  const JobRecommendation job = MustRecommend(window, policy);
  EXPECT_EQ(FindingOf(job, FindingKind::kOomKilled), nullptr);
  EXPECT_EQ(job.task_managers.action, Action::kLower);
}

// 240 MiB of metaspace in use are near its 256: 1.5 times 240 in steps of 16.
TEST(Containers, FullMetaspaceIsRaised) {
  SteadyJob steady = Content();
  steady.task_managers.metaspace_used_mib = 240;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 368);
  EXPECT_EQ(InMib(answer.wanted.memory), 1664 + 112);
  EXPECT_EQ(answer.options.count("taskmanager.memory.jvm-metaspace.size"), 1u);
}

// Idle managed memory would make up for it.
TEST(Containers, FullMetaspaceIsRaisedThoughTheProcessIsLargeEnough) {
  SteadyJob steady = Content();
  steady.managed_mib = 112;
  steady.task_managers.managed_used_mib = 0;
  steady.task_managers.metaspace_used_mib = 240;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 368);
}

// 20 MiB in use: 32, two whole steps, together with the heap.
TEST(Containers, IdleMetaspaceIsLoweredWithTheRest) {
  SteadyJob steady;
  steady.task_managers.metaspace_used_mib = 20;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kLower);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 32);
}

// rss of 1400 MiB and cache not written back yet, 1900 together: 1900 + 0.2 * 400 of 1664. Of a batch job the limit
// grows, not the process: 1980 / 1664 = 1.1899.
TEST(Containers, OfBatchJobsGetALargerLimitForTheirCache) {
  SteadyJob steady = Content();
  steady.task_managers.rss_mib = 1400;
  JobWindow window = Build(steady);
  window.facts.configuration["execution.runtime-mode"] = "BATCH";
  window.task_managers.memory[5].dirty_file = Mib(400);
  window.task_managers.memory[5].unreclaimable = Mib(1900);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_NE(FindingOf(job, FindingKind::kDirtyCache), nullptr);
  EXPECT_EQ(InMib(Bytes(static_cast<int64_t>(TermOf(job, "task_manager.container", -1, "result")))), 1980);
  EXPECT_EQ(answer.wanted.memory_limit_factor, 1.19);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_EQ(answer.action, Action::kRaise);
}

// 300 MiB of native memory beside a heap in use: rss 1650 + 0.2 * 300 = 1710 of 1664, so the overhead grows by 46.
TEST(Containers, NativeMemoryGetsOverhead) {
  SteadyJob steady = Content();
  steady.task_managers.rss_mib = 1650;
  JobWindow window = Build(steady);
  window.facts.configuration["state.backend.type"] = "rocksdb";
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(300);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kNativeMemory), nullptr);
  EXPECT_EQ(job.task_managers.action, Action::kRaise);
  EXPECT_EQ(InMib(job.task_managers.wanted.overhead), 192 + 46);
  EXPECT_EQ(InMib(job.task_managers.wanted.memory), 1664 + 46);
}

// 1664 * 1.1 are 1830 MiB, 1710 of which are wanted.
TEST(Containers, ALimitBeyondTheRequestIsRoomToo) {
  SteadyJob steady = Content();
  steady.task_managers.rss_mib = 1650;
  JobWindow window = Build(steady);
  window.facts.configuration["kubernetes.taskmanager.memory.limit-factor"] = "1.1";
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(300);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_EQ(FindingOf(job, FindingKind::kNativeMemory), nullptr);
  EXPECT_EQ(job.task_managers.action, Action::kHold);
}

// How native memory spreads over other layouts is not known: the slots stay whatever the policy allows.
TEST(Containers, NativeMemoryKeepsTheSlots) {
  SteadyJob steady = Content();
  steady.task_managers.rss_mib = 1650;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(300);
  EXPECT_EQ(MustRecommend(window, MemoryPolicy(4)).task_managers.wanted.slots, 2);
}

// A LimitRange below what is wanted: more and smaller pods, 1650 of 1710 MiB each.
TEST(Containers, ThatMayNotGrowNeedMorePods) {
  SteadyJob steady = Content();
  steady.task_managers.rss_mib = 1650;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(300);
  window.facts.limits.range.max_memory = Mib(1664);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const Finding* native = FindingOf(job, FindingKind::kNativeMemory);
  ASSERT_NE(native, nullptr);
  EXPECT_NEAR(native->share.value_or(0), 1664.0 / 1710, 1e-6);
}

// Direct memory beside the network: 128 MiB, 120 in use; 1.25 * 120 in steps of 16 are 160, so 32 more.
TEST(Containers, FullDirectMemoryGetsOffHeap) {
  JobWindow window = Build(Content());
  for (MemoryBin& bin : window.task_managers.memory) bin.direct_used = Mib(64 + 120);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.memory), 1664 + 32);
  EXPECT_EQ(answer.options.at("taskmanager.memory.task.off-heap.size"), "32m");
}

// Idle managed memory would make up for it.
TEST(Containers, FullDirectMemoryGetsOffHeapThoughTheProcessIsLargeEnough) {
  SteadyJob steady = Content();
  steady.managed_mib = 112;
  steady.task_managers.managed_used_mib = 0;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.direct_used = Mib(64 + 120);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(answer.options.at("taskmanager.memory.task.off-heap.size"), "32m");
}

// Managed memory that anything used stays, that nothing used goes.
TEST(Containers, ManagedMemoryIsKeptWhereItIsUsed) {
  SteadyJob steady = Content();
  steady.managed_mib = 800;
  steady.task_managers.managed_used_mib = 1;
  EXPECT_EQ(InMib(MustRecommend(Build(steady), MemoryPolicy()).task_managers.wanted.managed), 800);
  steady.task_managers.managed_used_mib = 0;
  const ProcessRecommendation idle = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(InMib(idle.wanted.managed), 0);
  EXPECT_EQ(idle.action, Action::kLower);
  EXPECT_EQ(InMib(idle.wanted.memory), 1664);  // of 2464
  steady.task_managers.managed_used_mib = std::nullopt;
  EXPECT_EQ(InMib(MustRecommend(Build(steady), MemoryPolicy()).task_managers.wanted.managed), 800);
}

// Beside a heap of 1064 MiB, 300 MiB of native memory and 40 of metaspace were resident, the process has 600 for that.
// 1.1 * 340 = 374 have to stay. Less heap takes none of it; less metaspace would: the direct memory beside the network
// is 128, the network at least 64, so 374 - 192 - metaspace - managed is left to the overhead.
TEST(Containers, ASmallerProcessKeepsTheRoomBesideItsHeap) {
  SteadyJob steady;
  steady.task_managers.live_mib = 100;
  steady.task_managers.overhead = 0.01;
  steady.task_managers.metaspace_used_mib = 40;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(300);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_EQ(answer.action, Action::kLower);
  EXPECT_LT(InMib(answer.wanted.heap), InMib(answer.now.heap));
  EXPECT_GE(InMib(answer.wanted.memory) - InMib(answer.wanted.heap), 1.1 * 340 - 1);
}

// 700 MiB of native memory fit only because the heap was never touched whole: a smaller one might kill.
TEST(Containers, WhatUsesTheHeapsRoomIsNotMadeSmaller) {
  SteadyJob steady;
  steady.task_managers.live_mib = 100;
  steady.task_managers.overhead = 0.01;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.native = Mib(700);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(InMib(answer.wanted.heap), InMib(answer.now.heap));
  EXPECT_EQ(InMib(answer.wanted.memory), InMib(answer.now.memory));
}

}  // namespace
}  // namespace tune
