// GC logs beside a history: found, laid over its time, and left out with a reason.
#include "libtune/history/gc_log/beside_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 2026-01-01 00:00:00 UTC is 1'767'225'600'000.
constexpr char kHistory[] =
    "time_ms,scope,id,subtask,metric,value\n"
    "1767225600000,task,map,0,records_in,1\n"
    "1767225600000,task_manager,tm1,,cpu_time_ns,1\n"
    "1767225660000,task,map,0,records_in,2\n"
    "1767225660000,task_manager,tm1,,cpu_time_ns,2\n";

std::string Young(const std::string& second, int number) {
  return absl::StrCat("[2026-01-01T00:", second, "+0000][", number, ".000s][info][gc] GC(", number,
                      ") Pause Young (Normal) (G1 Evacuation Pause) 20M->5M(64M) 3.0ms\n");
}

TEST(GcLogsBesideHistory, AreFoundByTheirNames) {
  const Folder folder;
  for (const char* name : {"gc-tm1.log.gz", "gc-tm2.log", "gc-tm2.log.0", "gc.log.1.current", "gc-jobmanager.log.zip",
                           "gclog.log", "gc-tm1.txt", "logs-gc.log", "gc-tm1.logs"}) {
    folder.Write(name, "");
  }
  std::vector<std::string> found;
  for (const ProcessGcLog& log : FindGcLogs(folder.path()))
    found.push_back(absl::StrCat(log.id, ":", log.paths.size()));
  EXPECT_THAT(found, ElementsAre(":1", "jobmanager:1", "tm1:1", "tm2:2"));
}

TEST(GcLogsBesideHistory, ArgumentsNameTheProcess) {
  EXPECT_EQ(ParseGcLogArgument("tm1=logs/gc.log").id, "tm1");
  EXPECT_THAT(ParseGcLogArgument("tm1=logs/gc.log").paths, ElementsAre("logs/gc.log"));
  EXPECT_EQ(ParseGcLogArgument("gc.log").id, "");
}

// The history ends at 00:01:00: what comes later is not its.
TEST(GcLogsBesideHistory, BecomeSamplesUpToTheHistorysEnd) {
  const Folder folder;
  folder.Write("history.csv", kHistory);
  folder.Write("gc.log", "[2026-01-01T00:00:00+0000][0.001s][info][gc] Using G1\n" + Young("00:10", 10) +
                             Young("00:50", 50) + Young("01:10", 70));
  const Everything all = ReadEverything(**OpenHistory(folder.path(), {}));
  ASSERT_TRUE(all.status.ok()) << all.status;
  ASSERT_EQ(all.samples.collections.size(), 2u);
  EXPECT_EQ(all.samples.collections[0].id, "tm1");  // the only TaskManager
  EXPECT_EQ(all.samples.collections[0].role, ProcessRole::kTaskManager);
  EXPECT_EQ(all.samples.collections[1].collection.time_ms, 1'767'225'650'000);
  EXPECT_EQ(all.samples.collections[1].collection.heap.after, Bytes(5 << 20));
}

TEST(GcLogsBesideHistory, OfTheJobManagerAreItsOwn) {
  const Folder folder;
  folder.Write("history.csv", kHistory);
  folder.Write("gc-jobmanager.log", Young("00:10", 10));
  const Everything all = ReadEverything(**OpenHistory(folder.path(), {}));
  ASSERT_EQ(all.samples.collections.size(), 1u);
  EXPECT_EQ(all.samples.collections[0].role, ProcessRole::kJobManager);
}

TEST(GcLogsBesideHistory, WithoutDatesAreLeftOutWithAWarning) {
  const Folder folder;
  folder.Write("history.csv", kHistory);
  folder.Write("gc-tm1.log",
               "[10.000s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 20M->5M(64M) 3.0ms\n");
  const Everything all = ReadEverything(**OpenHistory(folder.path(), {}));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_TRUE(all.samples.collections.empty());
  EXPECT_THAT(all.outline.warnings, testing::Contains(HasSubstr("gc-tm1.log left out: it has no dates")));
}

TEST(GcLogsBesideHistory, ThatAreNoneAreAnError) {
  const Folder folder;
  folder.Write("history.csv", kHistory);
  folder.Write("gc-tm1.log", "hello\n");
  const auto outline = (*OpenHistory(folder.path(), {}))->Outline(nullptr);
  EXPECT_EQ(outline.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(outline.status().message()), HasSubstr("gc-tm1.log"));
}

}  // namespace
}  // namespace tune
