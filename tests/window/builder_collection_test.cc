// WindowBuilder: what a window counts of a GC log is what gc/ counts of it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "libtune/estimate/live_set.h"
#include "libtune/gc/gc_sizing.h"
#include "tests/window/builder_feed.h"

namespace tune {
namespace {

CollectionSample Full(double seconds, int64_t before, int64_t after, const char* cause = "Ergonomics") {
  CollectionSample sample;
  sample.id = "tm1";
  Collection& c = sample.collection;
  c.time_ms = FeedMs(seconds);
  c.uptime_s = 1000 + seconds;  // long past its start-up
  c.collector = Collector::kParallel;
  c.kind = CollectionKind::kFull;
  c.cause = cause;
  c.heap = {Bytes(before), Bytes(after), Bytes(2000)};
  return sample;
}

// Less than 5 % of 1000 is less than 50. One that was asked for does not count, nor one that tells no sizes.
TEST(FutileCollections, FreeLessThanATwentieth) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  CollectionSample silent = Full(50, 0, 0);
  silent.collection.heap = {};
  for (const auto& sample : {Full(0, 1000, 990), Full(10, 1000, 951), Full(20, 1000, 950), Full(30, 1000, 300),
                             Full(40, 1000, 999), Full(45, 1000, 999, "System.gc()"), silent}) {
    MustAdd(builder, sample);
  }
  const MemoryBin& bin = builder.Window().task_managers.memory[0];
  EXPECT_EQ(bin.log_full_gcs, 5);  // of the first one's time nothing is known
  EXPECT_EQ(bin.log_futile_full_gcs, 2);
}

// A JVM of 10 s, -Xmx 2100: 1700 of 2000 are in use after the first three, which is a heap that is full, and alive.
// Nothing else of a start-up counts: 1300 are in use, the heap may still grow (1500), or somebody asked.
TEST(FutileCollections, OfAHeapThatCannotGrowCountAtStartUpToo) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  ProcessSample told;
  told.id = "tm1";
  told.time_ms = FeedMs(0);
  told.Set(ProcessMetric::kHeapMax, 2100);
  MustAdd(builder, told);
  for (double t = 10; t < 16; ++t) {
    CollectionSample sample = Full(t, 1740, 1700, t == 15 ? "System.gc()" : "Ergonomics");
    sample.collection.uptime_s = t;
    if (t == 13) sample.collection.heap = {Bytes(1310), Bytes(1300), Bytes(2000)};
    if (t == 14) sample.collection.heap.capacity = Bytes(1500);
    MustAdd(builder, sample);
  }
  const MemoryBin& bin = builder.Window().task_managers.memory[0];
  EXPECT_EQ(bin.log_full_gcs, 3);
  EXPECT_EQ(bin.log_futile_full_gcs, 3);
  EXPECT_EQ(bin.log_s, 0);
  EXPECT_EQ(bin.live[static_cast<size_t>(LiveRung::kFullCollection)], Bytes(1700));
}

// One collection in a bin: what the bins tell is what the log tells.
RC_GTEST_PROP(FutileCollections, AreTheSameByTheLogAndByTheWindow, ()) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  GcSizer sizer(0);
  GcTotalsBuilder totals(0);
  MustAdd(builder, Full(-60, 1000, 200, "System.gc()"));
  const int count = *rc::gen::inRange(1, 20);
  for (int i = 0; i < count; ++i) {
    const char* cause = *rc::gen::inRange(0, 8) == 0 ? "System.gc()" : "Ergonomics";
    const CollectionSample sample = Full(60.0 * i, 1000, *rc::gen::element(200, 999), cause);
    MustAdd(builder, sample);
    sizer.Add(sample.collection);
    totals.Add(sample.collection);
  }
  RC_ASSERT(IsExhausted(builder.Window().task_managers.memory) ==
            sizer.Size(totals.totals(), std::nullopt, {}).live->exhausted);
}

CollectionSample Young(double seconds, CollectionKind kind, double pause_s) {
  CollectionSample sample = Full(seconds, 800, 300, "G1 Evacuation Pause");
  sample.collection.kind = kind;
  sample.collection.pause_s = pause_s;
  return sample;
}

// Two of the three have the same millisecond; of the first one's time nothing is known.
TEST(Collections, OfTheYoungAreYoungAndMixed) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  CollectionSample mixed = Young(20, CollectionKind::kMixed, 0.25);
  mixed.collection.old.capacity = Bytes(600);
  mixed.collection.young.capacity = Bytes(400);
  for (const auto& sample : {Young(0, CollectionKind::kYoung, 1), Young(20, CollectionKind::kYoung, 0.5), mixed,
                             Young(30, CollectionKind::kRemark, 4), Full(40, 800, 300)}) {
    MustAdd(builder, sample);
  }
  const RoleWindow& role = builder.Window().task_managers;
  EXPECT_EQ(role.memory[0].log_young_gcs, 2);
  EXPECT_EQ(role.memory[0].log_young_pause_s, 0.5 + 0.25);
  EXPECT_EQ(role.processes[0].old_capacity, Bytes(600));
  EXPECT_EQ(role.processes[0].young_capacity, Bytes(400));
}

// Start by date and uptime: 4 s apart is a clock that drifts, 20 s apart another JVM, whose first collection is at 40
// s. The marking was the first one's: of 700 less 5 % of 2000 in garbage nothing is known in the second.
TEST(Collections, ByAnotherJvmStartAnew) {
  for (const double drift_s : {4.0, 20.0}) {
    WindowOptions options;
    options.process_warm_up = absl::ZeroDuration();
    WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
    for (const double t : {0.0, 40.0, 50.0}) {
      const CollectionKind kind = t == 0 ? CollectionKind::kRemark : CollectionKind::kMixed;
      CollectionSample sample = Young(t, kind, 0);
      Collection& c = sample.collection;
      c.collector = Collector::kG1;
      c.old = {Bytes(700), Bytes(300), std::nullopt};
      c.uptime_s = t == 0 ? 10 : 10 + t - drift_s;
      MustAdd(builder, sample);
    }
    const MemoryBin& bin = builder.Window().task_managers.memory[0];
    const bool same = drift_s < 5;
    EXPECT_NEAR(bin.log_s, same ? 50 : 10, 1e-9);
    EXPECT_EQ(bin.log_allocated, same ? 2 * (800 - 300) : 800 - 300);
    EXPECT_EQ(bin.live[static_cast<size_t>(LiveRung::kMarking)], same ? std::optional(Bytes(600)) : std::nullopt);
  }
}

CollectionSample AnyCollection(double seconds) {
  const auto bytes = [] { return Bytes(*rc::gen::inRange(0, 1000)); };
  CollectionSample sample =
      Full(seconds, 0, 0, *rc::gen::element("Ergonomics", "Metadata GC Threshold", "System.gc()"));
  Collection& c = sample.collection;
  c.kind = *rc::gen::element(CollectionKind::kYoung, CollectionKind::kMixed, CollectionKind::kFull,
                             CollectionKind::kRemark, CollectionKind::kConcurrent);
  c.collector = *rc::gen::element(Collector::kParallel, Collector::kCms, Collector::kG1, Collector::kZ);
  c.pause_s = *rc::gen::inRange(0, 8) / 8.0;
  for (SpaceChange* space : {&c.heap, &c.young, &c.old, &c.humongous}) {
    *space = {};
    if (*rc::gen::inRange(0, 4) > 0) space->before = bytes();
    if (*rc::gen::inRange(0, 4) > 0) space->after = bytes();
  }
  return sample;
}

// The window's time begins with the first collection.
RC_GTEST_PROP(Collections, AreSummedUpAlikeByTheLogAndByTheWindow, ()) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  GcTotalsBuilder totals(0);
  CollectionSample first = Full(0, 1000, 200, "System.gc()");
  MustAdd(builder, first);
  totals.Add(first.collection);
  for (int i = 1; i < 20; ++i) {
    const CollectionSample sample = AnyCollection(i);
    MustAdd(builder, sample);
    totals.Add(sample.collection);
  }
  const MemoryBin& bin = builder.Window().task_managers.memory[0];
  const GcSpan& span = totals.totals().all;
  RC_ASSERT(bin.log_pause_s == span.pause_s - span.request_pause_s);
  RC_ASSERT(bin.log_full_pause_s == span.full_pause_s);
  RC_ASSERT(bin.log_full_gcs == static_cast<double>(span.full));
  RC_ASSERT(bin.log_allocated == span.allocated_bytes);
}

}  // namespace
}  // namespace tune
