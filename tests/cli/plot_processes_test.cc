#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libtune/cli/plot_html.h"
#include "libtune/explain/text.h"
#include "tests/cli/plot_page.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Bytes MiB(int64_t count) { return Bytes(count << 20); }

void SetLive(MemoryBin& bin, LiveRung rung, Bytes bytes) { bin.live.at(static_cast<size_t>(rung)) = bytes; }

// Two TaskManagers over ten minutes: 0.6 cores in use by both, 0.4 by the busier one; collections take 3 s of each 120.
RoleWindow TwoTaskManagers() {
  RoleWindow role;
  for (const char* id : {"tm-1", "tm-2"}) {
    ProcessWindow& process = role.processes.emplace_back();
    process.id = id;
    process.covered_s = 600;
  }
  CpuBin cpu;
  cpu.covered_s = cpu.warm_s = 120;
  cpu.cpu_s = 36;
  cpu.busiest_cores = 0.4;
  cpu.processes = 2;
  cpu.slots = 2;
  role.cpu.assign(10, cpu);
  MemoryBin memory;
  memory.gc_seen_s = 120;
  memory.gc_s = 3;
  memory.heap_used = MiB(300);
  role.memory.assign(10, memory);
  return role;
}

ProcessSize SizeOf(MilliCores cpu, Bytes memory, Bytes heap) {
  ProcessSize size;
  size.count = 2;
  size.cpu = cpu;
  size.memory = memory;
  size.heap = heap;
  return size;
}

Finding About(FindingKind kind, int vertex, ProcessRole role) {
  Finding finding;
  finding.kind = kind;
  finding.vertex = vertex;
  finding.role = role;
  return finding;
}

JobWindow Window(const RoleWindow& task_managers) {
  JobWindowMaker maker = TwoOperators();
  maker.window().task_managers = task_managers;
  maker.window().facts.task_manager.memory = "1728m";
  return maker.Build();
}

// A number of the first process panel.
double Number(const PageData& data, const std::string& pointer) {
  return data.job("processes/0/" + pointer).get_double().value();
}
bool IsNull(const PageData& data, const std::string& pointer) { return data.job("processes/0/" + pointer).is_null(); }

size_t Panels(const PageData& data) { return data.job("processes").get_array().value().size(); }

TEST(PlotProcesses, ShowsNoPanelOfARoleThatWasNotSeen) {
  EXPECT_EQ(Panels(PageData(Page(TwoOperators().Build()))), 0u);
  const PageData data(Page(Window(TwoTaskManagers())));
  ASSERT_EQ(Panels(data), 1u);
  EXPECT_EQ(data.job("processes/0/name").get_string().value(), "TaskManagers");
}

TEST(PlotProcesses, ShowsBothRolesTaskManagersFirst) {
  JobWindow window = Window(TwoTaskManagers());
  window.job_managers = TwoTaskManagers();
  const PageData data(Page(window));
  ASSERT_EQ(Panels(data), 2u);
  EXPECT_EQ(data.job("processes/1/name").get_string().value(), "JobManager");
}

TEST(PlotProcesses, ShowsCoresByBin) {
  RoleWindow role = TwoTaskManagers();
  role.cpu[3] = CpuBin{};
  role.cpu[4].covered_s = role.cpu[4].warm_s = 60;  // 36 CPU seconds in 60 process-seconds
  const PageData data(Page(Window(role)));
  EXPECT_EQ(Number(data, "series/mean_cores/v/0"), 0.3);  // 36 s / 120 s
  EXPECT_EQ(Number(data, "series/mean_cores/v/4"), 0.6);
  EXPECT_EQ(Number(data, "series/busiest_cores/v/0"), 0.4);
  EXPECT_TRUE(IsNull(data, "series/mean_cores/v/3"));
  EXPECT_TRUE(IsNull(data, "series/busiest_cores/v/3"));
  EXPECT_EQ(Number(data, "most_processes"), 2);
  EXPECT_TRUE(IsNull(data, "series/throttled_cores"));
}

TEST(PlotProcesses, MarksBinsThrottledAQuarterOfTheTime) {
  RoleWindow role = TwoTaskManagers();
  for (const size_t i : {2u, 3u, 4u}) role.cpu[i].throttle_seen_s = 100;
  role.cpu[3].throttled_s = 24.9;
  role.cpu[4].throttled_s = 25;
  const PageData data(Page(Window(role)));
  for (const char* bin : {"0", "2", "3"}) EXPECT_TRUE(IsNull(data, std::string("series/throttled_cores/v/") + bin));
  EXPECT_EQ(Number(data, "series/throttled_cores/v/4"), 0.4);
  EXPECT_EQ(Number(data, "throttled_fraction"), 0.25);
}

TEST(PlotProcesses, ShowsHeapAndLiveReadingsByRung) {
  RoleWindow role = TwoTaskManagers();
  role.memory[1].heap_used.reset();
  SetLive(role.memory[2], LiveRung::kFullCollection, MiB(100));
  SetLive(role.memory[3], LiveRung::kMarking, MiB(120));
  SetLive(role.memory[4], LiveRung::kCollection, Bytes((int64_t{3} << 20) / 2));
  SetLive(role.memory[5], LiveRung::kHeap, MiB(300));  // the line of the heap says that
  const PageData data(Page(Window(role)));
  EXPECT_EQ(Number(data, "series/heap_mib/v/0"), 300);
  EXPECT_TRUE(IsNull(data, "series/heap_mib/v/1"));
  EXPECT_EQ(Number(data, "series/live_full_mib/v/2"), 100);
  EXPECT_TRUE(IsNull(data, "series/live_full_mib/v/3"));
  EXPECT_EQ(Number(data, "series/live_marking_mib/v/3"), 120);
  EXPECT_EQ(Number(data, "series/live_other_mib/v/4"), 1.5);
  EXPECT_TRUE(IsNull(data, "series/live_other_mib/v/5"));
}

TEST(PlotProcesses, ShowsTimeInCollectionsByCountersAndByLogs) {
  RoleWindow role = TwoTaskManagers();
  role.memory[1].gc_seen_s = role.memory[1].gc_s = 0;
  role.memory[2].log_s = 60;
  role.memory[2].log_pause_s = 1.5;
  const PageData data(Page(Window(role)));
  EXPECT_EQ(Number(data, "series/gc_counted/v/0"), 0.025);  // 3 s / 120 s
  EXPECT_TRUE(IsNull(data, "series/gc_counted/v/1"));
  EXPECT_TRUE(IsNull(data, "series/gc_logged/v/1"));
  EXPECT_EQ(Number(data, "series/gc_logged/v/2"), 0.025);  // 1.5 s / 60 s
  EXPECT_EQ(data.job("gc_overhead_goal").get_double().value(), 0.05);
}

TEST(PlotProcesses, ShowsSizesAndTheAnswersSentence) {
  const JobWindow window = Window(TwoTaskManagers());
  JobRecommendation answer = *Recommend(window, PlainPolicy());
  ProcessRecommendation& role = answer.task_managers;
  role.now = SizeOf(MilliCores(1000), MiB(1728), MiB(384));
  role.wanted = SizeOf(MilliCores(550), MiB(2048), MiB(512));
  role.wanted.slots = 1;
  role.action = Action::kRaise;
  const PageData data(*PlotHtml({window, answer, PlainPolicy()}));
  EXPECT_EQ(data.job("processes/0/summary").get_string().value(), RoleSummary(ProcessRole::kTaskManager, role));
  EXPECT_EQ(data.job("processes/0/action").get_string().value(), "raise");
  EXPECT_EQ(Number(data, "now/cores"), 1);
  EXPECT_EQ(Number(data, "wanted/cores"), 0.55);
  EXPECT_TRUE(IsNull(data, "now/slots"));
  EXPECT_EQ(Number(data, "wanted/slots"), 1);
  EXPECT_EQ(Number(data, "wanted/memory_mib"), 2048);
  EXPECT_EQ(Number(data, "now/heap_mib"), 384);
  EXPECT_EQ(data.job("cpu_band/0").get_double().value(), 0.5);
  EXPECT_EQ(data.job("cpu_band/1").get_double().value(), 0.8);
}

TEST(PlotProcesses, LeavesUnknownSizesNull) {
  const JobWindow window = Window(TwoTaskManagers());
  JobRecommendation answer = *Recommend(window, PlainPolicy());
  answer.task_managers.now = answer.task_managers.wanted = ProcessSize{};
  const PageData data(*PlotHtml({window, answer, PlainPolicy()}));
  for (const std::string key : {"count", "slots", "cores", "memory_mib", "heap_mib"}) {
    EXPECT_TRUE(IsNull(data, "now/" + key)) << key;
    EXPECT_TRUE(IsNull(data, "wanted/" + key)) << key;
  }
}

TEST(PlotProcesses, PutsFindingsUnderTheirRole) {
  const JobWindow window = Window(TwoTaskManagers());
  JobRecommendation answer = *Recommend(window, PlainPolicy());
  answer.findings.clear();
  answer.findings.push_back(About(FindingKind::kThrottled, -1, ProcessRole::kTaskManager));
  answer.findings.push_back(About(FindingKind::kLeak, 1, ProcessRole::kTaskManager));
  answer.findings.push_back(About(FindingKind::kLeak, -1, ProcessRole::kJobManager));  // was not seen
  const PageData data(*PlotHtml({window, answer, PlainPolicy()}));
  ASSERT_EQ(data.job("processes/0/findings").get_array().value().size(), 2u);
  EXPECT_EQ(data.job("processes/0/findings/0/kind").get_string().value(), Name(FindingKind::kThrottled));
  EXPECT_THAT(std::string(data.job("processes/0/findings/0/text").get_string().value()),
              Not(HasSubstr("TaskManagers:")));
  ASSERT_EQ(data.job("findings").get_array().value().size(), 1u);
  EXPECT_THAT(std::string(data.job("findings/0/text").get_string().value()), HasSubstr("JobManager:"));
  EXPECT_EQ(data.Size(1, "findings"), 0u);
}

TEST(PlotProcesses, DrawsPanelsOfThem) {
  const std::string page = Page(Window(TwoTaskManagers()));
  for (const char* part : {"processPanel(data, role)", "after a full collection", "held back by its limit"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

}  // namespace
}  // namespace tune
