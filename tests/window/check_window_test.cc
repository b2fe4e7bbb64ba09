// CheckWindow: every field out of range is refused with its path, its value and what is allowed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/support/job_window.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

JobWindow GoodWindow() {
  JobWindowMaker maker;
  VertexOptions map;
  map.rate_in = 100;
  map.parallelism = 2;
  map.shares = {0.5, 0.5};
  const int source = maker.AddSource("source", 100);
  maker.SetProduction(source, std::vector<double>(10, 100));
  maker.Connect(source, maker.Add("map", map));
  JobWindow window = maker.Build();
  window.task_managers.processes.emplace_back().id = "tm1";
  return window;
}

TEST(CheckWindow, AcceptsAGoodOne) { EXPECT_TRUE(CheckWindow(GoodWindow()).ok()) << CheckWindow(GoodWindow()); }

// Busy time is derived by Flink and may be a few milliseconds below zero in a quiet bin.
TEST(CheckWindow, AcceptsBusyTimeALittleBelowZero) {
  JobWindow window = GoodWindow();
  window.vertices[1].bins[0].busy_s = -0.003;
  EXPECT_TRUE(CheckWindow(window).ok()) << CheckWindow(window);
}

struct Broken {
  const char* name;
  std::function<void(JobWindow&)> break_it;
  const char* message;
};
void PrintTo(const Broken& c, std::ostream* out) { *out << c.name; }
class CheckWindowTest : public testing::TestWithParam<Broken> {};
TEST_P(CheckWindowTest, RefusesWithItsPath) {
  JobWindow window = GoodWindow();
  GetParam().break_it(window);
  const absl::Status status = CheckWindow(window);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Fields, CheckWindowTest,
    testing::Values(
        Broken{"NoBin", [](JobWindow& w) { w.bin = absl::ZeroDuration(); }, "bin = 0; allowed: > 0"},
        Broken{"MissingVertex", [](JobWindow& w) { w.vertices.pop_back(); }, "vertices = 1; allowed: 2 entries"},
        Broken{"MissingBins", [](JobWindow& w) { w.vertices[1].bins.pop_back(); },
               "vertices[\"map\"].bins = 9; allowed: 10 bins"},
        Broken{"NegativeBusy", [](JobWindow& w) { w.vertices[1].bins[7].busy_s = -20; },
               "vertices[\"map\"].bins[7].busy_s = -20; allowed: >= 0"},
        Broken{"NaNRecords", [](JobWindow& w) { w.vertices[0].bins[3].records_out = kNaN; },
               "vertices[\"source\"].bins[3].records_out = nan; allowed: >= 0"},
        Broken{"InfiniteRecords", [](JobWindow& w) { w.vertices[1].bins[0].records_in = kInf; },
               "vertices[\"map\"].bins[0].records_in = inf; allowed: >= 0"},
        Broken{"NegativeCoverage", [](JobWindow& w) { w.vertices[1].bins[0].covered_s = -1; },
               "vertices[\"map\"].bins[0].covered_s = -1; allowed: >= 0"},
        Broken{"NegativeWarm", [](JobWindow& w) { w.vertices[1].bins[0].warm_s = -1; }, "bins[0].warm_s = -1"},
        Broken{"NegativeTaskTime", [](JobWindow& w) { w.vertices[1].bins[0].task_s = -1; }, "bins[0].task_s = -1"},
        Broken{"NegativeBackPressure", [](JobWindow& w) { w.vertices[1].bins[0].backpressured_s = -1; },
               "bins[0].backpressured_s = -1"},
        Broken{"TooManySubtasks", [](JobWindow& w) { w.vertices[1].subtasks.resize(3); },
               "vertices[\"map\"].subtasks = 3; allowed: at most parallelism = 2"},
        Broken{"SubtaskRecords", [](JobWindow& w) { w.vertices[1].subtasks[1].records_in = -4; },
               "vertices[\"map\"].subtasks[1].records_in = -4; allowed: >= 0"},
        Broken{"SubtaskCpu", [](JobWindow& w) { w.vertices[1].subtasks[1].cpu_s = kNaN; },
               "vertices[\"map\"].subtasks[1].cpu_s = nan"},
        Broken{"Moments", [](JobWindow& w) { w.vertices[1].service.xx = kInf; }, "vertices[\"map\"].service.xx = inf"},
        Broken{"MixedMoment", [](JobWindow& w) { w.vertices[1].service.xy = kNaN; },
               "service.xy = nan; allowed: [-1e+42, 1e+42]"},
        Broken{"Latency", [](JobWindow& w) { w.vertices[1].latency = SecondsPerRecord(0); },
               "vertices[\"map\"].latency = 0; allowed: [1e-12, 1e+09]"},
        Broken{"RunParallelism", [](JobWindow& w) { w.vertices[1].runs[0].parallelism = 0; },
               "vertices[\"map\"].runs[0].parallelism = 0; allowed: [1, 32768]"},
        Broken{"RunRecords", [](JobWindow& w) { w.vertices[1].runs[0].records = -1; }, "runs[0].records = -1"},
        Broken{"SourceOutsideTheGraph", [](JobWindow& w) { w.sources[0].vertex = 9; },
               "sources[0].vertex = 9; allowed: a vertex without inputs"},
        Broken{"SourceWithInputs", [](JobWindow& w) { w.sources[0].vertex = 1; },
               "sources[0].vertex = 1; allowed: a vertex without inputs"},
        Broken{"SourceMissing", [](JobWindow& w) { w.sources.clear(); }, "sources = 0 entries for \"source\""},
        Broken{"SourceTwice", [](JobWindow& w) { w.sources.push_back(w.sources[0]); },
               "sources = 2 entries for \"source\""},
        Broken{"GivenWithoutRate", [](JobWindow& w) { w.sources[0].kind = DemandKind::kGiven; },
               "sources[0].given = 0; allowed: > 0"},
        Broken{"DemandBin", [](JobWindow& w) { w.sources[0].bins[2].records = kNaN; },
               "sources[0].bins[2].records = nan"},
        Broken{"DemandBinsMissing", [](JobWindow& w) { w.sources[0].bins.pop_back(); },
               "sources[0].bins = 9; allowed: 10 bins"},
        Broken{"Lag", [](JobWindow& w) { w.sources[0].lag_records = -1; },
               "sources[0].lag_records = -1; allowed: >= 0"},
        Broken{"GcFraction", [](JobWindow& w) { w.task_managers.processes[0].gc_fraction = 1.1; },
               "task_managers.processes[\"tm1\"].gc_fraction = 1.1; allowed: [0, 1]"},
        Broken{"Cores", [](JobWindow& w) { w.task_managers.processes[0].cpu_cores_p90 = Statistic{kNaN, 0, 1}; },
               "task_managers.processes[\"tm1\"].cpu_cores_p90.value = nan"},
        Broken{"Restarts", [](JobWindow& w) { w.restarts = -1; }, "restarts = -1; allowed: >= 0"},
        Broken{"StaleTime", [](JobWindow& w) { w.stale_at_end_s = kInf; }, "stale_at_end_s = inf; allowed: >= 0"},
        Broken{"Checkpoints", [](JobWindow& w) { w.checkpoints.failed = kNaN; }, "checkpoints.failed = nan"},
        Broken{"Graph", [](JobWindow& w) { w.graph.vertices[1].parallelism = 0; },
               "graph.vertices[\"map\"].parallelism = 0"},
        Broken{"BeyondAnyAmount", [](JobWindow& w) { w.vertices[1].bins[2].records_in = 1.1e21; },
               "vertices[\"map\"].bins[2].records_in = 1.1e+21; allowed: >= 0 and at most 1e+21"},
        Broken{"CoverageBeyondTheBin", [](JobWindow& w) { w.vertices[1].bins[0].covered_s = 61; },
               "vertices[\"map\"].bins[0].covered_s = 61; allowed: >= 0 and at most the bin, 60"},
        Broken{"WarmTimeBeyondTheBin", [](JobWindow& w) { w.vertices[1].bins[9].warm_s = 61; },
               "vertices[\"map\"].bins[9].warm_s = 61; allowed: >= 0 and at most the bin, 60"},
        Broken{"RunTwice", [](JobWindow& w) { w.vertices[1].runs.push_back(w.vertices[1].runs[0]); },
               "runs[1].parallelism = 2; allowed: more than the run before, 2"},
        Broken{"CoveredTime", [](JobWindow& w) { w.vertices[1].coverage.covered_s = -1; },
               "vertices[\"map\"].coverage.covered_s = -1; allowed: >= 0"},
        Broken{"Gaps", [](JobWindow& w) { w.vertices[1].coverage.gaps = -1; },
               "vertices[\"map\"].coverage.gaps = -1; allowed: [0, "},
        Broken{"LatencyOfNothing", [](JobWindow& w) { w.vertices[1].latency = SecondsPerRecord(1e-300); },
               "vertices[\"map\"].latency = 1e-300; allowed: [1e-12, 1e+09]"},
        Broken{"GivenAndMeasured", [](JobWindow& w) { w.sources[0].given = RecordsPerSecond(3); },
               "sources[0].given = 3; allowed: absent, as kind is another"},
        Broken{"SketchError", [](JobWindow& w) { w.task_managers.processes[0].cpu_cores_p90 = Statistic{1, 1, 1}; },
               "task_managers.processes[\"tm1\"].cpu_cores_p90.relative_error = 1; allowed: [0, 1)"},
        Broken{"StatisticWeight",
               [](JobWindow& w) { w.task_managers.processes[0].cpu_cores_p90 = Statistic{1, 0, -1}; },
               "task_managers.processes[\"tm1\"].cpu_cores_p90.weight = -1; allowed: >= 0"},
        Broken{"Heap", [](JobWindow& w) { w.task_managers.processes[0].heap_max = Bytes(-1); },
               "task_managers.processes[\"tm1\"].heap_max = -1; allowed: [0, "},
        Broken{"MoreFutileCollectionsThanThereAre",
               [](JobWindow& w) {
                 w.task_managers.memory.resize(10);
                 w.task_managers.memory[3].log_futile_full_gcs = 1;
               },
               "task_managers.memory[3].log_futile_full_gcs = 1; allowed: at most 0"},
        Broken{"CpuLimitOfABin",
               [](JobWindow& w) {
                 w.task_managers.cpu.resize(10);
                 w.task_managers.cpu[0].limit_cores = -1;
               },
               "task_managers.cpu[0].limit_cores = -1; allowed: >= 0"},
        Broken{"KilledLimit",
               [](JobWindow& w) {
                 w.task_managers.memory.resize(10);
                 w.task_managers.memory[0].oom_kills = 1;
                 w.task_managers.memory[0].killed_limit = Bytes(-1);
               },
               "task_managers.memory[0].killed_limit = -1; allowed: [0, "},
        Broken{"KilledLimitOfNoKill",
               [](JobWindow& w) {
                 w.task_managers.memory.resize(10);
                 w.task_managers.memory[9].killed_limit = Bytes(7);
               },
               "task_managers.memory[9].killed_limit = 7; allowed: absent, as oom_kills is 0"},
        Broken{"Length", [](JobWindow& w) { w.length = -absl::Seconds(1); }, "length = -1s; allowed: >= 0"},
        Broken{"Start", [](JobWindow& w) { w.start = absl::InfiniteFuture(); }, "start = infinite-future"},
        Broken{"LongestCheckpoint", [](JobWindow& w) { w.checkpoints.longest = absl::InfiniteDuration(); },
               "checkpoints.longest = inf; allowed: >= 0"},
        Broken{"Version", [](JobWindow& w) { w.facts.flink_major = -1; }, "facts.flink_major = -1; allowed: [0, 1000]"},
        Broken{"Slots", [](JobWindow& w) { w.facts.slots_per_task_manager = 0; },
               "facts.slots_per_task_manager = 0; allowed: [1, 32768]"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(CheckWindow, ListsEveryViolation) {
  JobWindow window = GoodWindow();
  window.vertices[1].bins[1].busy_s = -20;
  window.restarts = -1;
  const std::string message(CheckWindow(window).message());
  EXPECT_THAT(message, HasSubstr("bins[1].busy_s = -20"));
  EXPECT_THAT(message, HasSubstr("restarts = -1"));
}

}  // namespace
}  // namespace tune
