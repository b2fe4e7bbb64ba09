// WindowBuilder: bins of a role, live sets, collections.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

std::optional<Bytes> Live(const MemoryBin& bin, LiveRung rung) { return bin.live[static_cast<size_t>(rung)]; }

ProcessSample Load(double seconds, const std::string& id, double cpu_s) {
  ProcessSample sample{};
  sample.time_ms = FeedMs(seconds);
  sample.id = id;
  sample.Set(ProcessMetric::kCpuTimeNs, cpu_s * 1e9);
  return sample;
}

// Two TaskManagers, 0.5 and 1.5 cores, for two minutes: 2 cores of 2 processes; the busiest has 1.5.
TEST(Role, BinsHoldTheSumAndTheBusiest) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 3));
  for (const double t : {0.0, 60.0, 120.0}) {
    MustAdd(builder, Load(t, "tm1", 0.5 * t));
    MustAdd(builder, Load(t, "tm2", 1.5 * t));
  }
  const RoleWindow& role = builder.Window().task_managers;
  ASSERT_EQ(role.cpu.size(), 3u);
  for (const int bin : {0, 1}) {
    EXPECT_NEAR(role.cpu[bin].cpu_s, 0.5 * 60 + 1.5 * 60, 1e-9);
    EXPECT_NEAR(role.cpu[bin].covered_s, 2 * 60, 1e-9);
    EXPECT_NEAR(role.cpu[bin].busiest_cores, 1.5, 1e-9);
    EXPECT_EQ(role.cpu[bin].processes, 2);
    EXPECT_EQ(role.cpu[bin].slots, 3);  // one slot-sharing group, map has 3 subtasks
  }
  EXPECT_TRUE(builder.Window().job_managers.cpu.empty());
}

// Asked for every minute or once at the end, the window is the same.
TEST(Role, AskingInBetweenChangesNothing) {
  WindowBuilder often = MustCreate(SourceToMap(1, 2)), once = MustCreate(SourceToMap(1, 2));
  for (double t = 0; t <= 600; t += 20) {
    for (const char* id : {"tm1", "tm2"}) {
      const ProcessSample sample = Load(t, id, t + 10 * std::sin(t) + (id[2] == '1' ? 0.3 * t : 0));
      MustAdd(often, sample);
      MustAdd(once, sample);
    }
    often.Window();
  }
  const std::vector<CpuBin>& a = often.Window().task_managers.cpu;
  const std::vector<CpuBin>& b = once.Window().task_managers.cpu;
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].cpu_s, b[i].cpu_s) << i;
    EXPECT_EQ(a[i].busiest_cores, b[i].busiest_cores) << i;
    EXPECT_EQ(a[i].processes, b[i].processes) << i;
  }
}

// 3 of 10 periods were throttled in a minute.
TEST(Role, ThrottlingIsAShareOfTheTime) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 60.0}) {
    ProcessSample sample = Load(t, "tm1", t);
    sample.Set(ProcessMetric::kCpuPeriods, 1000 + 10 * t);
    sample.Set(ProcessMetric::kCpuThrottledPeriods, 50 + 3 * t);
    MustAdd(builder, sample);
  }
  const CpuBin& bin = builder.Window().task_managers.cpu[0];
  EXPECT_NEAR(bin.throttle_seen_s, 60, 1e-9);
  EXPECT_NEAR(bin.throttled_s, 0.3 * 60, 1e-9);
}

TEST(Role, JobManagersAreKeptApart) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 60.0}) {
    ProcessSample sample = Load(t, "jm", 0.25 * t);
    sample.role = ProcessRole::kJobManager;
    sample.Set(ProcessMetric::kHeapUsed, 500 + t);
    MustAdd(builder, sample);
  }
  EXPECT_TRUE(builder.Window().task_managers.processes.empty());
  EXPECT_NEAR(builder.Window().job_managers.cpu[0].cpu_s, 15, 1e-9);
  EXPECT_EQ(builder.Window().job_managers.memory[1].heap_used, Bytes(560));
}

ProcessSample Heap(double seconds, const std::string& id, double heap, double old) {
  ProcessSample sample{};
  sample.time_ms = FeedMs(seconds);
  sample.id = id;
  sample.Set(ProcessMetric::kHeapUsed, heap);
  sample.Set(ProcessMetric::kOldGenUsed, old);
  sample.Set(ProcessMetric::kSurvivorUsed, 5);
  return sample;
}

// Of each process the lowest of a minute, later than its first two; of both the larger.
TEST(LiveReadings, PolledOnesAreTheLowestOfAProcessAndTheLargestOfAll) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t < 180; t += 10) {
    const double saw = t / 10 - 6 * std::floor(t / 60);  // 0 … 5 in every minute
    MustAdd(builder, Heap(t, "tm1", 100 + saw, 40 + saw));
    MustAdd(builder, Heap(t, "tm2", 90 + saw, 60 + saw));
  }
  const std::vector<MemoryBin>& bins = builder.Window().task_managers.memory;
  for (const int start_up : {0, 1}) EXPECT_FALSE(Live(bins[start_up], LiveRung::kOldGen).has_value());
  EXPECT_EQ(Live(bins[2], LiveRung::kHeap), Bytes(100));
  EXPECT_EQ(Live(bins[2], LiveRung::kOldGen), Bytes(60 + 5));
}

// The gauge keeps the value of the last full collection: it is read when it changes.
TEST(LiveReadings, TheGaugeOfFullCollectionsIsReadWhenItIsNew) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t < 360; t += 30) {
    ProcessSample sample = Heap(t, "tm1", 100, 50);
    sample.Set(ProcessMetric::kOldGenAfterFullGc, t < 200 ? 20 : 33);
    MustAdd(builder, sample);
  }
  const std::vector<MemoryBin>& bins = builder.Window().task_managers.memory;
  EXPECT_FALSE(Live(bins[2], LiveRung::kFullCollection).has_value());
  EXPECT_EQ(Live(bins[3], LiveRung::kFullCollection), Bytes(33));  // 210 s
  EXPECT_FALSE(Live(bins[4], LiveRung::kFullCollection).has_value());
}

// A process under the same id whose CPU clock fell is another one, and starts up.
TEST(LiveReadings, ANewProcessStartsUpAgain) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 360; t += 30) {
    ProcessSample sample = Heap(t, "tm1", 100, 50);
    sample.Set(ProcessMetric::kCpuTimeNs, (t < 180 ? t + 1 : t - 170) * 1e9);
    MustAdd(builder, sample);
  }
  const std::vector<MemoryBin>& bins = builder.Window().task_managers.memory;
  EXPECT_TRUE(Live(bins[2], LiveRung::kOldGen).has_value());   // 120 s to 150 s
  EXPECT_FALSE(Live(bins[3], LiveRung::kOldGen).has_value());  // began at 180 s
  EXPECT_TRUE(Live(bins[5], LiveRung::kOldGen).has_value());   // from 300 s
}

CollectionSample Pause(double seconds, CollectionKind kind, double pause_s) {
  CollectionSample sample;
  sample.id = "tm1";
  sample.collection.time_ms = FeedMs(seconds);
  sample.collection.uptime_s = 1000 + seconds;  // long past its start-up
  sample.collection.collector = Collector::kG1;
  sample.collection.kind = kind;
  sample.collection.pause_s = pause_s;
  return sample;
}

// Three collections in a minute; the span before the first one is not the log's.
TEST(Collections, CountTimeAllocationAndPromotion) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  CollectionSample first = Pause(0, CollectionKind::kYoung, 0.5);
  first.collection.heap = {Bytes(900), Bytes(300), Bytes(1000)};
  CollectionSample young = Pause(20, CollectionKind::kYoung, 0.1);
  young.collection.heap = {Bytes(800), Bytes(310), Bytes(1000)};
  young.collection.survivor.after = Bytes(30);
  young.collection.old = {Bytes(250), Bytes(280), Bytes(600)};
  CollectionSample full = Pause(50, CollectionKind::kFull, 0.4);
  full.collection.heap = {Bytes(700), Bytes(200), Bytes(1000)};  // 10 stay young
  full.collection.old = {Bytes(280), Bytes(190), Bytes(600)};
  CollectionSample asked = Pause(55, CollectionKind::kFull, 7);
  asked.collection.cause = "System.gc()";
  for (const auto& sample : {first, young, full, asked}) MustAdd(builder, sample);
  const MemoryBin& bin = builder.Window().task_managers.memory[0];
  EXPECT_NEAR(bin.log_s, 55, 1e-9);
  EXPECT_NEAR(bin.log_pause_s, 0.1 + 0.4, 1e-9);
  EXPECT_NEAR(bin.log_full_pause_s, 0.4, 1e-9);
  EXPECT_EQ(bin.log_young_gcs, 1);
  EXPECT_EQ(bin.log_full_gcs, 1);
  EXPECT_EQ(bin.log_allocated, (800 - 300) + (700 - 310));
  EXPECT_EQ(bin.log_promoted, 280 - 250);
  EXPECT_EQ(bin.log_survived, 30 + (280 - 250));
  EXPECT_EQ(Live(bin, LiveRung::kFullCollection), Bytes(200));
  EXPECT_EQ(Live(bin, LiveRung::kCollection), Bytes(300));  // the first one's heap, 310 after the second
  EXPECT_EQ(builder.Window().task_managers.processes[0].collector, Collector::kG1);
}

// The JVM is 30 s old: what comes before 120 s is its start-up.
TEST(Collections, OfTheStartUpAreLeftOut) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 60.0, 100.0, 110.0}) {
    CollectionSample sample = Pause(t, CollectionKind::kFull, 1);
    sample.collection.uptime_s = 30 + t;
    sample.collection.old.after = Bytes(static_cast<int64_t>(t));
    MustAdd(builder, sample);
  }
  const std::vector<MemoryBin>& bins = builder.Window().task_managers.memory;
  EXPECT_FALSE(Live(bins[0], LiveRung::kFullCollection).has_value());
  EXPECT_EQ(Live(bins[1], LiveRung::kFullCollection), Bytes(110));
  EXPECT_EQ(bins[1].log_full_gcs, 1);  // from 100 s to 110 s
  EXPECT_NEAR(bins[1].log_s, 10, 1e-9);
}

CollectionSample G1Pause(double seconds, CollectionKind kind, int64_t old_before, int64_t old_after) {
  CollectionSample sample = Pause(seconds, kind, 0.01);
  Collection& c = sample.collection;
  c.old = {Bytes(old_before), Bytes(old_after), std::nullopt};
  c.survivor = {Bytes(20), Bytes(20), std::nullopt};
  c.heap = {Bytes(950), Bytes(old_after + 20), Bytes(1000)};
  return sample;
}

// Before a mixed collection G1 knows of more than 5 % of the heap in garbage: 700 + 20 - 50 are alive at most.
TEST(Collections, G1MarkingTellsHowMuchIsGarbageAtLeast) {
  for (const bool is_mixed : {true, false}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    MustAdd(builder, Pause(0, CollectionKind::kRemark, 0.01));
    MustAdd(builder, G1Pause(5, CollectionKind::kYoung, 700, 730));
    MustAdd(builder, G1Pause(6, is_mixed ? CollectionKind::kMixed : CollectionKind::kYoung, 730, 715));
    const MemoryBin& bin = builder.Window().task_managers.memory[0];
    EXPECT_EQ(Live(bin, LiveRung::kMarking), is_mixed ? std::optional(Bytes(700 + 20 - 50)) : std::nullopt);
    EXPECT_EQ(Live(bin, LiveRung::kCollection), Bytes(735));
  }
}

// 5 % of the heap are left, 50. The last mixed collection promoted 30 as young ones do and shrank the old generation by
// 15: it freed 45, less than 15 % of the 620 that are held. 620 - 50.
TEST(Collections, G1LeavesAtMostItsWasteAfterTheLastMixedOne) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, G1Pause(0, CollectionKind::kYoung, 700, 730));
  MustAdd(builder, G1Pause(5, CollectionKind::kMixed, 730, 615));
  MustAdd(builder, G1Pause(6, CollectionKind::kMixed, 615, 600));
  EXPECT_FALSE(Live(builder.Window().task_managers.memory[0], LiveRung::kMarking).has_value());
  MustAdd(builder, G1Pause(7, CollectionKind::kYoung, 600, 630));
  EXPECT_EQ(Live(builder.Window().task_managers.memory[0], LiveRung::kMarking), Bytes(570));
}

// A single large one: it freed 230 + 30, 260 less 15 % of 520 is 182; half of that is not left: 50 - 91 < 0. 520 - 0.
TEST(Collections, G1MayHaveFreedMoreThanItLeaves) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, G1Pause(0, CollectionKind::kYoung, 700, 730));
  MustAdd(builder, G1Pause(5, CollectionKind::kMixed, 730, 500));
  MustAdd(builder, G1Pause(7, CollectionKind::kYoung, 500, 530));
  EXPECT_EQ(Live(builder.Window().task_managers.memory[0], LiveRung::kMarking), Bytes(520));
}

// A log alone, without any other sample of the process, is enough.
TEST(Collections, OutOfOrderOnesAreLeftOut) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {100.0, 90.0, 110.0}) MustAdd(builder, Pause(t, CollectionKind::kYoung, 1));
  const std::vector<MemoryBin>& bins = builder.Window().task_managers.memory;
  EXPECT_EQ(bins.back().log_young_gcs, 1);
  EXPECT_NEAR(bins.back().log_s, 10, 1e-9);
}

}  // namespace
}  // namespace tune
