// WindowBuilder: what it refuses, and that a refused sample leaves no trace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/window/builder_feed.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// A builder that has seen something, and a way to see whether it has changed.
class BuilderDoorTest : public testing::Test {
 protected:
  BuilderDoorTest() : builder_(MustCreate(SourceToMap(1, 2))) { FeedSteady(builder_, 0, 100, 10); }

  template <typename Sample>
  void Refuses(const Sample& sample, const std::string& message) {
    const absl::Status status = builder_.Add(sample);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(status), HasSubstr(message));
    const JobWindow& window = builder_.Window();
    EXPECT_EQ(window.length, absl::Seconds(100));
    EXPECT_EQ(window.vertices[kMap].bins.size(), 2u);
    EXPECT_EQ(window.vertices[kMap].coverage.samples, 11);
    EXPECT_NEAR(Total(window.vertices[kMap]).records_in, 1000, 1e-9);
    EXPECT_TRUE(window.task_managers.processes.empty());
  }

  WindowBuilder builder_;
};

TEST_F(BuilderDoorTest, RefusesValuesOutOfRangeWithFieldValueAndWhatIsAllowed) {
  TaskSample sample = Answer(110, kMap, 1, Steady(110, 10, 0.5));
  sample.Set(TaskMetric::kRecordsIn, kNaN);
  Refuses(sample, "operators[\"map\"].subtasks[1].records_in = nan; allowed: >= 0");
  sample.Set(TaskMetric::kRecordsIn, kInf);
  Refuses(sample, "operators[\"map\"].subtasks[1].records_in = inf; allowed: >= 0");
  sample.Set(TaskMetric::kRecordsIn, -1);
  Refuses(sample, "operators[\"map\"].subtasks[1].records_in = -1; allowed: >= 0");
}

TEST_F(BuilderDoorTest, RefusesSharesAboveOneAndBusyTimeAboveASecond) {
  TaskSample sample = Answer(110, kMap, 0);
  sample.Set(TaskMetric::kOutPoolUsage, 1.01);
  Refuses(sample, "operators[\"map\"].subtasks[0].out_pool_usage = 1.01; allowed: [0, 1]");
  sample = Answer(110, kMap, 0);
  sample.Set(TaskMetric::kBusyRate, 1500);
  Refuses(sample, "operators[\"map\"].subtasks[0].busy_rate = 1500; allowed: [0, 1000] ms/s");
}

TEST_F(BuilderDoorTest, RefusesIndicesOutsideTheGraph) {
  Refuses(Answer(110, 2, 0), "vertex = 2; allowed: [0, 2)");
  Refuses(Answer(110, -1, 0), "vertex = -1; allowed: [0, 2)");
  Refuses(Answer(110, kMap, -2), "subtask = -2; allowed: [-1, 32768)");
  Refuses(Answer(110, kMap, kMaxParallelism), "subtask = 32768; allowed: [-1, 32768)");
  Refuses(ParallelismSample{FeedMs(110), 7, 1}, "vertex = 7; allowed: [0, 2)");
  Refuses(ParallelismSample{FeedMs(110), kMap, 0}, "operators[\"map\"].parallelism = 0; allowed: [1, 32768]");
}

TEST_F(BuilderDoorTest, RefusesSubtasksThatMaxParallelismDoesNotAllow) {
  JobGraph graph = SourceToMap(1, 2);
  graph.vertices[kMap].max_parallelism = 4;
  builder_ = MustCreate(graph);
  FeedSteady(builder_, 0, 100, 10);
  Refuses(Answer(110, kMap, 4), "subtask = 4; allowed: [-1, 4)");
}

TEST_F(BuilderDoorTest, RefusesMicrosecondsAndNegativeTimes) {
  TaskSample sample = Answer(110, kMap, 0);
  sample.time_ms = kFeedStartMs * 1000;
  Refuses(sample, "time_ms = 1700000040000000; allowed: milliseconds since 1970");
  sample.time_ms = -1;
  Refuses(sample, "time_ms = -1; allowed: milliseconds since 1970");
}

// The horizon is 7 days = 604800 s after the last sample at 100 s.
TEST_F(BuilderDoorTest, RefusesAJumpOfMoreThanTheHorizon) {
  Refuses(Answer(100 + 604800 + 1, kMap, 0), "time_ms = 1700604941000; allowed: <= 1700604940000");
  JobSample job;
  job.time_ms = FeedMs(1e8);
  Refuses(job, "a horizon after the last sample");
}

TEST_F(BuilderDoorTest, RefusesOtherSubjectsToo) {
  ProcessSample machine{};
  machine.time_ms = FeedMs(110);
  Refuses(machine, "process id = \"\"; allowed: a name");
  machine.id = "tm1";
  machine.Set(ProcessMetric::kCpuTimeNs, kNaN);
  Refuses(machine, "cpu_time_ns = nan; allowed: >= 0");
  SourceSample source;
  source.time_ms = FeedMs(110);
  source.vertex = kMap;
  Refuses(source, "vertex = map; allowed: a source");
  source.vertex = kSource;
  source.end_offset = -5;
  Refuses(source, "end_offset = -5; allowed: >= 0");
  JobSample job;
  job.time_ms = FeedMs(110);
  job.failed_checkpoints = kInf;
  Refuses(job, "failed_checkpoints = inf; allowed: >= 0");
}

// A TaskManager's bytes are kept as whole numbers: what does not fit is no amount of memory.
TEST_F(BuilderDoorTest, RefusesHeapsThatNoMachineHas) {
  ProcessSample machine{};
  machine.time_ms = FeedMs(110);
  machine.id = "tm1";
  machine.Set(ProcessMetric::kHeapUsed, 1e300);
  Refuses(machine, "heap_used_bytes = 1e+300; allowed:");
}

struct OptionCase {
  const char* name;
  absl::Duration bin, horizon, warm_up;
  const char* message;
};
void PrintTo(const OptionCase& c, std::ostream* out) { *out << c.name; }
class OptionsTest : public testing::TestWithParam<OptionCase> {};
TEST_P(OptionsTest, OutOfRangeAreRefused) {
  const OptionCase& c = GetParam();
  const auto builder = WindowBuilder::Create(SourceToMap(1, 1), {}, {c.bin, c.horizon, c.warm_up});
  EXPECT_EQ(builder.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(builder.status()), HasSubstr(c.message));
}
INSTANTIATE_TEST_SUITE_P(Options, OptionsTest,
                         testing::Values(OptionCase{"NoBin", absl::ZeroDuration(), absl::Hours(1), absl::Seconds(30),
                                                    "options.bin = 0"},
                                         OptionCase{"HorizonBelowBin", absl::Minutes(1), absl::Seconds(59),
                                                    absl::Seconds(30), "options.horizon = 59s; allowed: [bin, "},
                                         OptionCase{"TooManyBins", absl::Milliseconds(1), absl::Hours(1),
                                                    absl::Seconds(30), "options.horizon = 1h; allowed: [bin, "},
                                         OptionCase{"NegativeWarmUp", absl::Minutes(1), absl::Hours(1),
                                                    absl::Seconds(-1), "options.warm_up = -1s; allowed: >= 0"},
                                         // Times are whole milliseconds, and so are the borders of bins.
                                         OptionCase{"BinOfAFractionOfAMillisecond", absl::Microseconds(1500),
                                                    absl::Seconds(1), absl::Seconds(30), "options.bin = 1.5ms"},
                                         OptionCase{"BinOfTenThousandYears", absl::Hours(1e8), absl::InfiniteDuration(),
                                                    absl::Seconds(30), "options.horizon = inf"}),
                         [](const auto& c) { return std::string(c.param.name); });

// A history that lists a vertex's sums beside its subtasks says the same records twice.
TEST(Add, RefusesAWholeVertexBesideItsSubtasks) {
  WindowBuilder builder = *WindowBuilder::Create(SourceToMap(1, 2), {}, {});
  MustAdd(builder, Answer(0, kMap, 1, {10, 0, 100, 900, 0}));
  EXPECT_THAT(Message(builder.Add(Answer(10, kMap, TaskSample::kWholeVertex, {20, 0, 200, 1800, 0}))),
              HasSubstr("subtask of \"map\" = -1; allowed: one of the vertex's subtasks"));
  MustAdd(builder, Answer(0, kSource, TaskSample::kWholeVertex, {0, 20, 100, 900, 0}));
  EXPECT_THAT(Message(builder.Add(Answer(10, kSource, 0, {0, 20, 200, 1800, 0}))),
              HasSubstr("subtask of \"source\" = 0; allowed: the whole vertex"));
}

TEST(Create, RefusesABrokenGraph) {
  JobGraph graph = SourceToMap(1, 1);
  graph.edges.push_back({kMap, kSource, ShipStrategy::kHash});
  EXPECT_THAT(Message(WindowBuilder::Create(graph, {}, {}).status()), HasSubstr("acyclic"));
}

}  // namespace
}  // namespace tune
