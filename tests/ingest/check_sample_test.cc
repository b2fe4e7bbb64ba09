// CheckSample: the door for raw samples.
#include "libtune/ingest/check_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace tune {
namespace {

using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

JobGraph OneVertex() {
  JobGraph graph;
  graph.vertices.resize(1);
  graph.vertices[0].id = "map-3";
  graph.vertices[0].max_parallelism = 8;
  return graph;
}

TaskSample With(TaskMetric metric, double value) {
  TaskSample sample;
  sample.subtask = 2;
  sample.Set(metric, value);
  return sample;
}

double LargestOf(TaskMetric metric) {
  switch (metric) {
    case TaskMetric::kInPoolUsage:
    case TaskMetric::kOutPoolUsage:
      return 1;
    case TaskMetric::kBusyRate:
    case TaskMetric::kBackPressuredRate:
      return kLargestMsPerSecond;
    default:
      return 1e15;
  }
}

TEST(CheckTaskSample, EveryMetricHasItsRange) {
  const JobGraph graph = OneVertex();
  std::set<std::string> names;
  for (int m = 0; m < kTaskMetricCount; ++m) {
    const auto metric = static_cast<TaskMetric>(m);
    names.insert(TaskMetricName(metric));
    EXPECT_TRUE(CheckSample(With(metric, 0), graph).ok()) << TaskMetricName(metric);
    EXPECT_TRUE(CheckSample(With(metric, LargestOf(metric)), graph).ok()) << TaskMetricName(metric);
    for (const double bad : {kNaN, kInf, -kInf, -1e-9}) {
      EXPECT_FALSE(CheckSample(With(metric, bad), graph).ok()) << TaskMetricName(metric) << " = " << bad;
    }
    const bool limited = LargestOf(metric) < 1e15;
    EXPECT_EQ(CheckSample(With(metric, LargestOf(metric) * 1.001), graph).ok(), !limited) << TaskMetricName(metric);
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kTaskMetricCount));  // each its own name
}

TEST(CheckTaskSample, MessageNamesFieldValueAndWhatIsAllowed) {
  const absl::Status status = CheckSample(With(TaskMetric::kInPoolUsage, 1.5), OneVertex());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "operators[\"map-3\"].subtasks[2].in_pool_usage = 1.5; allowed: [0, 1]");
}

TEST(CheckTaskSample, AbsentMetricsAreNotLookedAt) {
  TaskSample sample;
  sample.value.fill(kNaN);
  EXPECT_TRUE(CheckSample(sample, OneVertex()).ok());
}

TEST(CheckTaskSample, UnknownMetricBitsAreRefused) {
  TaskSample sample;
  sample.value.fill(0);
  sample.present = 1u << kTaskMetricCount;
  EXPECT_THAT(std::string(CheckSample(sample, OneVertex()).message()), HasSubstr("present = 32768"));
}

TEST(CheckTaskSample, WholeVertexIsASubtaskOfItsOwn) {
  TaskSample sample = With(TaskMetric::kRecordsIn, 1);
  sample.subtask = TaskSample::kWholeVertex;
  EXPECT_TRUE(CheckSample(sample, OneVertex()).ok());
  sample.subtask = -2;
  EXPECT_FALSE(CheckSample(sample, OneVertex()).ok());
}

TEST(CheckTime, TakesMillisecondsOnly) {
  TaskSample sample;
  for (const int64_t time_ms : {int64_t{0}, int64_t{1'700'000'000'000}, kLargestTimeMs}) {
    sample.time_ms = time_ms;
    EXPECT_TRUE(CheckSample(sample, OneVertex()).ok()) << time_ms;
  }
  for (const int64_t time_ms : {int64_t{-1}, int64_t{1'700'000'000'000'000}, std::numeric_limits<int64_t>::max()}) {
    sample.time_ms = time_ms;
    EXPECT_THAT(std::string(CheckSample(sample, OneVertex()).message()), HasSubstr("milliseconds since 1970"));
  }
}

TEST(CheckOtherSamples, EveryAmountIsChecked) {
  for (int metric = 0; metric < kProcessMetricCount; ++metric) {
    ProcessSample sample{};
    sample.id = "tm1";
    EXPECT_TRUE(CheckSample(sample).ok());
    for (const double bad : {kNaN, kInf, -1.0}) {
      sample.Set(static_cast<ProcessMetric>(metric), bad);
      EXPECT_THAT(std::string(CheckSample(sample).message()),
                  testing::StartsWith(std::string("processes[\"tm1\"].") +
                                      ProcessMetricName(static_cast<ProcessMetric>(metric)) + " = "));
    }
  }
  using Job = std::optional<double> JobSample::*;
  for (const Job field : {&JobSample::restarts, &JobSample::completed_checkpoints, &JobSample::failed_checkpoints,
                          &JobSample::last_checkpoint_ms}) {
    JobSample sample;
    EXPECT_TRUE(CheckSample(sample).ok());
    for (const double bad : {kNaN, kInf, -1.0}) {
      sample.*field = bad;
      EXPECT_FALSE(CheckSample(sample).ok()) << bad;
    }
  }
  using Source = std::optional<double> SourceSample::*;
  for (const Source field : {&SourceSample::end_offset, &SourceSample::committed_offset}) {
    SourceSample sample;
    EXPECT_TRUE(CheckSample(sample, OneVertex()).ok());
    for (const double bad : {kNaN, kInf, -1.0}) {
      sample.*field = bad;
      EXPECT_FALSE(CheckSample(sample, OneVertex()).ok()) << bad;
    }
  }
}

CollectionSample FullCollection() {
  CollectionSample sample;
  sample.id = "tm1";
  sample.collection.time_ms = 1000;
  sample.collection.kind = CollectionKind::kFull;
  sample.collection.old = {Bytes(300), Bytes(200), Bytes(400)};
  return sample;
}

TEST(CheckCollection, NeedsATimeAndAName) {
  EXPECT_TRUE(CheckSample(FullCollection()).ok());
  CollectionSample sample = FullCollection();
  sample.collection.time_ms.reset();
  EXPECT_EQ(CheckSample(sample).message(), "time_ms = absent; allowed: when the collection ended");
  sample = FullCollection();
  sample.id.clear();
  EXPECT_EQ(CheckSample(sample).message(), "process id = \"\"; allowed: a name");
}

TEST(CheckCollection, EveryAmountIsChecked) {
  for (const double bad : {kNaN, kInf, -1.0}) {
    for (const auto field : {&Collection::pause_s, &Collection::concurrent_s, &Collection::cpu_s}) {
      CollectionSample sample = FullCollection();
      sample.collection.*field = bad;
      EXPECT_FALSE(CheckSample(sample).ok()) << bad;
    }
  }
  for (const auto space : {&Collection::heap, &Collection::young, &Collection::survivor, &Collection::old,
                           &Collection::humongous, &Collection::metaspace}) {
    for (const auto field : {&SpaceChange::before, &SpaceChange::after, &SpaceChange::capacity}) {
      CollectionSample sample = FullCollection();
      (sample.collection.*space).*field = Bytes(-1);
      EXPECT_FALSE(CheckSample(sample).ok());
    }
  }
  CollectionSample sample = FullCollection();
  sample.collection.old.after = Bytes(-1);
  EXPECT_EQ(CheckSample(sample).message(), "old.after = -1; allowed: >= 0 and at most 1e+18");
}

TEST(CheckParallelism, StaysWithinMaxParallelism) {
  for (const auto& [parallelism, ok] : {std::pair{0, false}, {1, true}, {8, true}, {9, false}}) {
    EXPECT_EQ(CheckSample(ParallelismSample{0, 0, parallelism}, OneVertex()).ok(), ok) << parallelism;
  }
  EXPECT_EQ(CheckSample(ParallelismSample{0, 0, 9}, OneVertex()).message(),
            "operators[\"map-3\"].parallelism = 9; allowed: [1, 8]");
}

// Flink's counters have 64 bits; a heap has no exabyte.
TEST(CheckOtherSamples, LargestAmountsAreAllowed) {
  EXPECT_TRUE(CheckSample(With(TaskMetric::kRecordsIn, 9.2e18), OneVertex()).ok());
  EXPECT_FALSE(CheckSample(With(TaskMetric::kRecordsIn, 9.21e18), OneVertex()).ok());
  ProcessSample machine{};
  machine.id = "tm1";
  for (const auto& [value, ok] : {std::pair{9.2e18, true}, {9.21e18, false}}) {
    machine.Set(ProcessMetric::kCpuTimeNs, value);
    EXPECT_EQ(CheckSample(machine).ok(), ok) << value;
  }
  for (const auto field : {ProcessMetric::kHeapUsed, ProcessMetric::kHeapMax, ProcessMetric::kOldGenAfterGc}) {
    for (const auto& [value, ok] : {std::pair{1e18, true}, {1.01e18, false}}) {
      ProcessSample sample{};
      sample.id = "tm1";
      sample.Set(field, value);
      EXPECT_EQ(CheckSample(sample).ok(), ok) << value;
    }
  }
}

}  // namespace
}  // namespace tune
