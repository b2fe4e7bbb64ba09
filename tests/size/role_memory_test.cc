// What the memory of one role's processes showed over the horizon.
#include "libtune/size/role_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/size/sizing_case.h"
#include "tests/support/answer.h"

namespace tune {
namespace {

RoleMemory Read(const JobWindow& window, const ProcessSize& now = {}) {
  const SizingCase c(window);
  return ReadRoleMemory(c.job, c.window.task_managers, now);
}

TEST(RoleMemory, OverheadIsPausesOverTheTimeCounted) {
  SteadyJob job;
  job.task_managers.overhead = 0.03;
  JobWindow window = Build(job);
  for (MemoryBin& bin : window.task_managers.memory) {
    bin.full_seen_s = bin.gc_seen_s / 2;
    bin.full_gc_time_s = 0.02 * bin.full_seen_s;
  }
  const RoleMemory memory = Read(window);
  EXPECT_FALSE(memory.from_logs);
  EXPECT_NEAR(memory.heap.overhead.value_or(0), 0.03, 1e-12);
  EXPECT_NEAR(memory.heap.full_overhead.value_or(0), 0.02, 1e-12);
  EXPECT_EQ(memory.heap.allocation_rate, std::nullopt);
}

// Logs tell more: they count from half of the counted time on. 1e6 bytes/s were allocated.
TEST(RoleMemory, OverheadIsOfLogsWhereTheyCoverHalfOfTheTime) {
  SteadyJob job;
  job.task_managers.overhead = 0.2;
  JobWindow window = Build(job);
  for (MemoryBin& bin : window.task_managers.memory) {
    bin.log_s = 0.5 * bin.gc_seen_s;
    bin.log_pause_s = 0.03 * bin.log_s;
    bin.log_full_pause_s = 0.01 * bin.log_s;
    bin.log_allocated = 1e6 * bin.log_s;
  }
  RoleMemory memory = Read(window);
  EXPECT_TRUE(memory.from_logs);
  EXPECT_NEAR(memory.heap.overhead.value_or(0), 0.03, 1e-12);
  EXPECT_NEAR(memory.heap.full_overhead.value_or(0), 0.01, 1e-12);
  EXPECT_NEAR(memory.heap.allocation_rate.value_or(0), 1e6, 1e-3);
  for (MemoryBin& bin : window.task_managers.memory) bin.log_s *= 0.99;
  memory = Read(window);
  EXPECT_FALSE(memory.from_logs);
  EXPECT_NEAR(memory.heap.overhead.value_or(0), 0.2, 1e-12);
}

// ZGC, Shenandoah and CMS work beside the program; their counters hold that work too.
TEST(RoleMemory, CountersOfConcurrentCollectorsAreNoPauses) {
  for (const Collector collector : {Collector::kZ, Collector::kShenandoah, Collector::kCms}) {
    SteadyJob job;
    job.task_managers.collector = collector;
    job.task_managers.overhead = 0.3;
    EXPECT_EQ(Read(Build(job)).heap.overhead, std::nullopt);
    job.task_managers.logged_overhead = 0.001;
    const RoleMemory logged = Read(Build(job));
    EXPECT_TRUE(logged.from_logs);
    EXPECT_NEAR(logged.heap.overhead.value_or(0), 0.001, 1e-12);
  }
  for (const Collector collector : {Collector::kSerial, Collector::kParallel, Collector::kG1}) {
    SteadyJob job;
    job.task_managers.collector = collector;
    EXPECT_TRUE(Read(Build(job)).heap.overhead.has_value());
  }
}

TEST(RoleMemory, NothingInCollectionsIsAnOverheadOfZeroAndNothingCountedIsNone) {
  SteadyJob job;
  job.task_managers.overhead = 0;
  EXPECT_EQ(Read(Build(job)).heap.overhead, 0);
  job.task_managers.overhead = std::nullopt;
  EXPECT_EQ(Read(Build(job)).heap.overhead, std::nullopt);
}

// Half of the history on 4 TaskManagers with 2 slots each, half on 2 with 4: two live sets, the present one counts.
TEST(RoleMemory, LayoutsAreToldApart) {
  JobWindow window = Build({});
  for (size_t i = 0; i < 30; ++i) {
    const bool before = i < 15;
    window.task_managers.cpu[i].processes = before ? 4 : 2;
    window.task_managers.memory[i].live[0] = Mib(before ? 300 : 500);
  }
  const RoleMemory memory = Read(window);
  ASSERT_TRUE(memory.live.has_value());
  EXPECT_EQ(memory.live->bytes, 500.0 * (1 << 20));
  ASSERT_EQ(memory.layouts.size(), 2u);
  for (const LiveObservation& layout : memory.layouts) {
    EXPECT_EQ(layout.all_slots, 8);
    EXPECT_EQ(layout.weight_s, 900);
    EXPECT_EQ(layout.bytes, (layout.slots == 2 ? 300.0 : 500.0) * (1 << 20));
    EXPECT_NEAR(layout.low, layout.bytes / 1.02, 1);  // full collections are at most 2 % above
  }
}

// Scaled out: the fewer slots of the present layout count, however the layouts are sorted.
TEST(RoleMemory, LiveSetIsThatOfThePresentLayout) {
  JobWindow window = Build({});
  for (size_t i = 0; i < 30; ++i) {
    const bool before = i < 15;
    window.task_managers.cpu[i].processes = before ? 2 : 4;
    window.task_managers.memory[i].live[0] = Mib(before ? 500 : 300);
  }
  const RoleMemory memory = Read(window);
  ASSERT_TRUE(memory.live.has_value());
  EXPECT_EQ(memory.live->bytes, 300.0 * (1 << 20));
}

TEST(RoleMemory, OneLayoutIsOneObservationOfAllTime) {
  const RoleMemory memory = Read(Build({}));
  ASSERT_EQ(memory.layouts.size(), 1u);
  EXPECT_EQ(memory.layouts[0].slots, 2);  // ceil(8 / 4)
  EXPECT_EQ(memory.layouts[0].all_slots, 8);
  EXPECT_EQ(memory.layouts[0].weight_s, 1800);
}

// 30 minutes seen, the first 21 of them within start-ups: 9 are too few.
TEST(RoleMemory, StartUpsAreLeftOutOfWhatWasSeen) {
  JobWindow window = Build({});
  EXPECT_NEAR(Read(window).seen_s, 1800, 1e-9);
  EXPECT_FALSE(Read(window).thin);
  for (size_t i = 0; i < 21; ++i) window.task_managers.cpu[i].warm_s = 0;
  EXPECT_NEAR(Read(window).seen_s, 540, 1e-9);
  EXPECT_TRUE(Read(window).thin);
  window.task_managers.cpu[20].warm_s = window.task_managers.cpu[20].covered_s;
  EXPECT_FALSE(Read(window).thin);  // 10 minutes
}

// No CPU time: the counters of collections tell how long 4 processes were seen, 9 minutes of which are too few.
TEST(RoleMemory, WithoutCpuTimeCollectionsTellHowMuchWasSeen) {
  JobWindow window = Build({});
  for (CpuBin& bin : window.task_managers.cpu) bin = CpuBin{};
  ASSERT_EQ(window.task_managers.processes.size(), 4u);
  for (MemoryBin& bin : window.task_managers.memory) bin.gc_seen_s = 4 * 20;
  EXPECT_NEAR(Read(window).seen_s, 600, 1e-9);  // 30 bins of 20 s
  EXPECT_FALSE(Read(window).thin);
  for (MemoryBin& bin : window.task_managers.memory) bin.gc_seen_s = 4 * 18;
  EXPECT_TRUE(Read(window).thin);
  for (MemoryBin& bin : window.task_managers.memory) bin.log_s = 4 * 20;
  EXPECT_FALSE(Read(window).thin);
}

// 4 TaskManagers, for two bins 4 old and 4 new ones, then 2: the eight are no layout, in the middle or at the end.
TEST(RoleMemory, TaskManagersOfTwoLayoutsThatMeetAreNone) {
  JobWindow window = Build({});
  window.facts.slots_per_task_manager.reset();
  for (size_t i = 0; i < 30; ++i) {
    window.task_managers.cpu[i].processes = i < 14 ? 4 : i < 16 ? 8 : 2;
    window.task_managers.memory[i].live[0] = Mib(i < 14 ? 300 : i < 16 ? 900 : 500);
  }
  RoleMemory memory = Read(window);
  ASSERT_EQ(memory.layouts.size(), 2u);
  EXPECT_EQ(memory.layouts.back().slots, 4);  // 8 on 2, the present one
  EXPECT_EQ(memory.live->bytes, 500.0 * (1 << 20));
  for (size_t i = 14; i < 16; ++i) window.task_managers.cpu[i].processes = 2;
  for (size_t i = 28; i < 30; ++i) window.task_managers.cpu[i].processes = 8;
  memory = Read(window);
  ASSERT_EQ(memory.layouts.size(), 2u);
  EXPECT_EQ(memory.layouts.back().slots, 4);
  window.task_managers.cpu[27].processes = 8;  // the third bin of it
  memory = Read(window);
  ASSERT_EQ(memory.layouts.size(), 3u);
  EXPECT_EQ(memory.layouts.back().slots, 1);  // 8 on 8
}

TEST(RoleMemory, OlderBinsThanTheHorizonAreLeftOut) {
  JobWindow window = Build({});
  for (size_t i = 0; i < 20; ++i) {
    MemoryBin& bin = window.task_managers.memory[i];
    bin.live[0] = Mib(900);
    bin.managed_used = Mib(50);
    bin.gc_s = bin.gc_seen_s;
  }
  SizingCase c(window);
  c.job.first_bin = 20;
  const RoleMemory memory = ReadRoleMemory(c.job, c.window.task_managers, {});
  ASSERT_TRUE(memory.live.has_value());
  EXPECT_EQ(memory.live->bytes, 100.0 * (1 << 20));
  EXPECT_NEAR(memory.heap.overhead.value_or(1), 0.01, 1e-12);
  EXPECT_EQ(memory.managed_used, std::nullopt);
  EXPECT_NEAR(memory.seen_s, 600, 1e-9);
}

TEST(RoleMemory, LargestUseCounts) {
  JobWindow window = Build({});
  window.task_managers.memory[3].managed_used = Mib(0);
  window.task_managers.memory[4].managed_used = Mib(70);
  window.task_managers.memory[5].managed_used = Mib(20);
  window.task_managers.memory[6].network_used = Mib(0);
  const RoleMemory memory = Read(window);
  EXPECT_EQ(memory.managed_used, 70.0 * (1 << 20));
  EXPECT_EQ(memory.network_used, 0);
}

// G1's old generation is no part of the heap of its own.
TEST(RoleMemory, OldGenerationIsTheLargestToldButForG1) {
  JobWindow window = Build({});
  window.task_managers.processes[0].old_capacity = Mib(600);
  window.task_managers.processes[1].old_capacity = Mib(680);
  window.task_managers.processes[3].collector = Collector::kUnknown;  // tells nothing
  ProcessSize now;
  now.heap = Mib(1024);
  EXPECT_EQ(Read(window, now).heap.old_capacity, 680.0 * (1 << 20));
  EXPECT_EQ(Read(window, now).heap.heap, 1024.0 * (1 << 20));
  EXPECT_EQ(Read(window, now).heap.collector, Collector::kParallel);
  for (ProcessWindow& process : window.task_managers.processes) process.collector = Collector::kG1;
  EXPECT_EQ(Read(window, now).heap.old_capacity, std::nullopt);
}

TEST(RoleMemory, PolledReadingsAreLoose) {
  SteadyJob job;
  for (const LiveRung rung : {LiveRung::kFullCollection, LiveRung::kMarking, LiveRung::kCollection}) {
    job.task_managers.rung = rung;
    EXPECT_FALSE(Read(Build(job)).heap.live_is_loose);
  }
  for (const LiveRung rung : {LiveRung::kOldGen, LiveRung::kHeap}) {
    job.task_managers.rung = rung;
    EXPECT_TRUE(Read(Build(job)).heap.live_is_loose);
  }
}

// Flink fills one TaskManager after the other, as the search for layouts assumes. Without the slots of each they are
// taken for evenly spread.
TEST(RoleMemory, SlotsFillOneTaskManagerAfterTheOther) {
  EXPECT_EQ(SlotsOnFullest(5, 2, 4), 4);
  EXPECT_EQ(SlotsOnFullest(3, 4, 4), 3);
  EXPECT_EQ(SlotsOnFullest(8, 2, 3), 4);  // more than they have: somebody counts wrong
  EXPECT_EQ(SlotsOnFullest(8, 4, std::nullopt), 2);
  EXPECT_EQ(SlotsOnFullest(7, 4, std::nullopt), 2);
  EXPECT_EQ(SlotsOnFullest(9, 4, std::nullopt), 3);
  EXPECT_EQ(SlotsOnFullest(3, 0, std::nullopt), 3);
}

// 59 minutes of full collections are fairly sure, an hour is; bounds never are.
TEST(RoleMemory, HoursOfExactReadingsMakeTheAnswerSure) {
  const auto confidence = [](int bins, LiveRung rung) {
    SteadyJob job;
    job.bins = bins;
    job.task_managers.rung = rung;
    return MustRecommend(Build(job), MemoryPolicy()).task_managers.confidence;
  };
  EXPECT_EQ(confidence(59, LiveRung::kFullCollection), Confidence::kMedium);
  EXPECT_EQ(confidence(60, LiveRung::kFullCollection), Confidence::kHigh);
  EXPECT_EQ(confidence(60, LiveRung::kMarking), Confidence::kHigh);
  EXPECT_EQ(confidence(60, LiveRung::kCollection), Confidence::kLow);
}

TEST(RoleMemory, FiguresTellTheLiveSetAndTheClassicRule) {
  const ProcessRecommendation answer = MustRecommend(Build({}), MemoryPolicy()).task_managers;
  ASSERT_TRUE(answer.live.has_value());
  EXPECT_EQ(InMib(answer.live->bytes), 100);
  EXPECT_EQ(answer.live->rung, LiveRung::kFullCollection);
  EXPECT_FALSE(answer.live->is_bound);
  EXPECT_EQ(InMib(answer.classic_heap_low), 300);
  EXPECT_EQ(InMib(answer.classic_heap_high), 400);
}

TEST(RoleMemory, AHeapOfWhichFullCollectionsFreeNothingIsDoubledAndFound) {
  SteadyJob steady;
  steady.task_managers.live_mib = 650;
  JobWindow window = Build(steady);
  for (MemoryBin& bin : window.task_managers.memory) bin.log_full_gcs = bin.log_futile_full_gcs = 1;
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const Finding* exhausted = FindingOf(job, FindingKind::kHeapExhausted);
  ASSERT_NE(exhausted, nullptr);
  EXPECT_EQ(exhausted->role, ProcessRole::kTaskManager);
  EXPECT_EQ(job.task_managers.action, Action::kRaise);
  EXPECT_EQ(InMib(job.task_managers.wanted.heap), 2048);
}

}  // namespace
}  // namespace tune
