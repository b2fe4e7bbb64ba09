// WindowBuilder: limits of containers, kills, and what is resident beside the JVM.
#include <gtest/gtest.h>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

ProcessSample At(double seconds, const std::string& id,
                 std::initializer_list<std::pair<ProcessMetric, double>> values) {
  ProcessSample sample{};
  sample.time_ms = FeedMs(seconds);
  sample.id = id;
  for (const auto& [metric, value] : values) sample.Set(metric, value);
  return sample;
}
ProcessSample Kills(double seconds, const std::string& id, double kills, double limit) {
  return At(seconds, id, {{ProcessMetric::kOomKills, kills}, {ProcessMetric::kMemoryLimit, limit}});
}

const MemoryBin& BinOf(WindowBuilder& builder, size_t i) { return builder.Window().task_managers.memory.at(i); }

// The limit that held in a bin; of several processes the smallest, for it is the first to hold one back.
TEST(CpuLimit, IsTheSmallestOfABin) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 180; t += 30) {
    MustAdd(builder, At(t, "tm1", {{ProcessMetric::kCpuTimeNs, t * 1e9}, {ProcessMetric::kCpuLimitCores, 2}}));
    ProcessSample other = At(t, "tm2", {{ProcessMetric::kCpuTimeNs, t * 1e9}});
    if (t >= 90) other.Set(ProcessMetric::kCpuLimitCores, t < 150 ? 1.5 : 4);
    MustAdd(builder, other);
  }
  const std::vector<CpuBin>& cpu = builder.Window().task_managers.cpu;
  EXPECT_EQ(cpu[0].limit_cores, 2);    // tm2 had none
  EXPECT_EQ(cpu[1].limit_cores, 1.5);  // told at 90 s
  EXPECT_EQ(cpu[2].limit_cores, 2);    // told at 150 s: 4 since the sample before
}

// Some exporters say 0 where there is no limit.
TEST(CpuLimit, AbsentWhereNoneIsTold) {
  for (const bool zero : {false, true}) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    for (const double t : {0.0, 60.0}) {
      ProcessSample sample = At(t, "tm1", {{ProcessMetric::kCpuTimeNs, t * 1e9}});
      if (zero) sample.Set(ProcessMetric::kCpuLimitCores, 0);
      MustAdd(builder, sample);
    }
    EXPECT_EQ(builder.Window().task_managers.cpu[0].limit_cores, std::nullopt);
  }
}

TEST(Kills, GrowthOfTheCounterHasTheLimitThatHeld) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Kills(0, "tm1", 3, 1000));    // three of long ago
  MustAdd(builder, Kills(60, "tm1", 4, 2000));   // the limit was raised after the kill: it hit 1000
  MustAdd(builder, Kills(120, "tm1", 6, 1500));  // two more at 2000
  EXPECT_EQ(BinOf(builder, 0).oom_kills, 0);
  EXPECT_EQ(BinOf(builder, 0).killed_limit, std::nullopt);
  EXPECT_EQ(BinOf(builder, 1).oom_kills, 1);
  EXPECT_EQ(BinOf(builder, 1).killed_limit, Bytes(1000));
  EXPECT_EQ(BinOf(builder, 2).oom_kills, 2);
  EXPECT_EQ(BinOf(builder, 2).killed_limit, Bytes(2000));
}

// A killed container that is started anew under the pod's name counts from zero: 2, then 1 is one kill, then 0 none.
TEST(Kills, ACounterThatFellIsANewContainers) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, kills] : {std::pair{0.0, 2.0}, {60.0, 1.0}, {120.0, 1.0}, {180.0, 0.0}}) {
    MustAdd(builder, Kills(t, "tm1", kills, 1000));
  }
  EXPECT_EQ(BinOf(builder, 1).oom_kills, 1);
  EXPECT_EQ(BinOf(builder, 2).oom_kills, 0);
  EXPECT_EQ(BinOf(builder, 3).oom_kills, 0);
}

// A pod that came later than the window's start began in it, so what it counts is of the window: killed before its
// counter was first seen.
TEST(Kills, OfAPodThatCameLaterCountFromZero) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 300; t += 30) MustAdd(builder, Kills(t, "job-taskmanager-1-1", 5, 1000));
  MustAdd(builder, Kills(290, "job-taskmanager-1-2", 1, 1200));
  EXPECT_EQ(BinOf(builder, 0).oom_kills, 0);
  EXPECT_EQ(BinOf(builder, 4).oom_kills, 1);
  EXPECT_EQ(BinOf(builder, 4).killed_limit, Bytes(1200));
}

// Within the window's first two minutes it may have been there before.
TEST(Kills, FirstSeenAtTheWindowsStartAreOfBefore) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Kills(0, "tm1", 0, 1000));
  MustAdd(builder, Kills(110, "tm2", 7, 1000));
  EXPECT_EQ(BinOf(builder, 1).oom_kills, 0);
}

// The JVM is dead and its last answers are served on: its CPU clock stands still, the kill counts all the same, once.
TEST(Kills, CountWhileTheProcessAnswersStale) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 60; t += 10) {
    ProcessSample sample = Kills(t, "tm1", t < 30 ? 0 : 1, 1000);
    sample.Set(ProcessMetric::kCpuTimeNs, std::min(t, 20.0) * 1e9);
    MustAdd(builder, sample);
  }
  EXPECT_EQ(BinOf(builder, 0).oom_kills, 1);
}

TEST(Kills, WithoutALimitAreCountedAlone) {
  for (const bool unlimited : {false, true}) {  // cAdvisor says 0 then
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    for (const double t : {0.0, 60.0}) {
      ProcessSample sample = At(t, "tm1", {{ProcessMetric::kOomKills, t / 60}});
      if (unlimited) sample.Set(ProcessMetric::kMemoryLimit, 0);
      MustAdd(builder, sample);
    }
    EXPECT_EQ(BinOf(builder, 1).oom_kills, 1);
    EXPECT_EQ(BinOf(builder, 1).killed_limit, std::nullopt);
  }
}

// Heap 300 at most (100 when polled last), metaspace 50, direct 20: of 600 resident at most 230 are
// native. The other process has less rss and more of it outside the JVM: 500 - 50 = 450.
TEST(Native, IsWhatTheJvmDoesNotAccountForOfOneProcess) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, heap] : {std::pair{0.0, 0.0}, {10.0, 300.0}, {70.0, 100.0}}) {
    MustAdd(builder, At(t, "tm1",
                        {{ProcessMetric::kHeapUsed, heap},
                         {ProcessMetric::kMetaspaceUsed, 50},
                         {ProcessMetric::kDirectUsed, 20},
                         {ProcessMetric::kRss, 600}}));
  }
  EXPECT_EQ(BinOf(builder, 1).native, Bytes(600 - 300 - 50 - 20));
  for (const double t : {75.0, 76.0}) {
    MustAdd(builder, At(t, "tm2", {{ProcessMetric::kHeapUsed, 50}, {ProcessMetric::kRss, 500}}));
  }
  EXPECT_EQ(BinOf(builder, 1).native, Bytes(500 - 50));
}

// A new process under the same name has touched nothing yet.
TEST(Native, ANewProcessStartsFromItsOwnHeap) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const auto& [t, cpu_s, heap] : {std::tuple{0.0, 50.0, 0.0}, {10.0, 60.0, 300.0}, {70.0, 1.0, 100.0}}) {
    MustAdd(
        builder,
        At(t, "tm1",
           {{ProcessMetric::kCpuTimeNs, cpu_s * 1e9}, {ProcessMetric::kHeapUsed, heap}, {ProcessMetric::kRss, 400}}));
  }
  EXPECT_EQ(BinOf(builder, 0).native, Bytes(400 - 300));
  EXPECT_EQ(BinOf(builder, 1).native, Bytes(400 - 100));
}

// Its CPU clock is told after its heap: until a counter falls the heap of the process before counts.
TEST(Native, ANewProcessIsKnownByWhicheverCounterFellFirst) {
  const auto seen = [](double t, double heap) {
    return At(t, "tm1", {{ProcessMetric::kHeapUsed, heap}, {ProcessMetric::kRss, 400}});
  };
  const auto native = [&](std::optional<double> collections) {
    WindowBuilder builder = MustCreate(SourceToMap(1, 1));
    for (const double t : {0.0, 10.0}) {
      ProcessSample sample = seen(t, 300);
      sample.Set(ProcessMetric::kCpuTimeNs, (60 + t) * 1e9);
      sample.Set(ProcessMetric::kGcCount, 40);
      MustAdd(builder, sample);
    }
    ProcessSample sample = seen(70, 100);
    if (collections) sample.Set(ProcessMetric::kGcCount, *collections);
    MustAdd(builder, sample);
    sample = seen(130, 100);
    sample.Set(ProcessMetric::kCpuTimeNs, 1e9);
    MustAdd(builder, sample);
    return std::pair(BinOf(builder, 1).native, BinOf(builder, 2).native);
  };
  const std::optional<Bytes> by_old(400 - 300), by_own(400 - 100);
  EXPECT_EQ(native(std::nullopt), std::pair(by_old, by_own)) << "the CPU clock fell";
  EXPECT_EQ(native(3), std::pair(by_own, by_own)) << "collections did, before that";
  EXPECT_EQ(native(41), std::pair(by_old, by_own)) << "as many collections as the process before";
}

TEST(PageCache, IsKeptBesideWhatCannotBeReclaimed) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : {0.0, 10.0}) {
    MustAdd(
        builder,
        At(t, "tm1", {{ProcessMetric::kRss, 600}, {ProcessMetric::kFileCache, 300}, {ProcessMetric::kDirtyFile, 70}}));
  }
  EXPECT_EQ(BinOf(builder, 0).file_cache, Bytes(300));
  EXPECT_EQ(BinOf(builder, 0).dirty_file, Bytes(70));
  EXPECT_EQ(BinOf(builder, 0).unreclaimable, Bytes(670));
  EXPECT_EQ(BinOf(builder, 0).native, std::nullopt);  // the heap is not known
}

}  // namespace
}  // namespace tune
