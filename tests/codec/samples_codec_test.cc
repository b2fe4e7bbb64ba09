#include "libtune/codec/samples_codec.h"

#include <limits>

#include "gmock/gmock.h"
#include "libtune/ingest/check_sample.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr char kFullBatch[] = R"(
  tasks { time { seconds: 1 nanos: 2000000 } vertex: 3 subtask: 4 records_in: 10 records_out: 11 busy_ms: 12 idle_ms: 13
          back_pressured_ms: 14 bytes_in: 15 bytes_out: 16 cpu_nanos: 17 busy_rate: 18 back_pressured_rate: 19
          records_in_rate: 20 records_out_rate: 21 pending_records: 22 in_pool_usage: 0.23 out_pool_usage: 0.24 }
  processes { time { seconds: 2 } role: PROCESS_ROLE_JOB_MANAGER id: "jm"
              cpu_time_ns: 101 gc_time_ms: 102 gc_count: 103 young_gc_time_ms: 104 young_gc_count: 105
              full_gc_time_ms: 106 full_gc_count: 107 heap_used_bytes: 108 heap_max_bytes: 109
              heap_committed_bytes: 110 old_gen_used_bytes: 111 old_gen_capacity_bytes: 112
              old_gen_after_gc_bytes: 113 old_gen_after_full_gc_bytes: 114 survivor_used_bytes: 115
              metaspace_used_bytes: 116 metaspace_max_bytes: 117 non_heap_committed_bytes: 118
              direct_used_bytes: 119 mapped_used_bytes: 120 managed_used_bytes: 121 managed_total_bytes: 122
              network_used_bytes: 123 network_total_bytes: 124 slots: 125 rss_bytes: 126 working_set_bytes: 127
              file_cache_bytes: 128 inactive_file_bytes: 129 dirty_file_bytes: 130 memory_limit_bytes: 131
              oom_kills: 132 cpu_periods: 133 cpu_throttled_periods: 134 cpu_request_cores: 135 cpu_limit_cores: 136 }
  sources { time { seconds: 3 } vertex: 41 end_offset: 42 committed_offset: 43 }
  jobs { time { seconds: 4 } state: JOB_STATE_NOT_RUNNING restarts: 51 completed_checkpoints: 52 failed_checkpoints: 53
         last_checkpoint_ms: 54 }
  parallelisms { time { seconds: 5 } vertex: 61 parallelism: 62 }
  collections { time { seconds: 6 } role: PROCESS_ROLE_TASK_MANAGER id: "tm" collector: COLLECTOR_G1
                kind: COLLECTION_KIND_MIXED cause: "G1 Evacuation Pause" uptime_s: 71 number: 72 pause_s: 73
                concurrent_s: 74 cpu_s: 75 starts_marking: true heap { before: 81 after: 82 capacity: 83 }
                young { before: 84 after: 85 capacity: 86 } survivor { before: 87 after: 88 capacity: 89 }
                old { before: 90 after: 91 capacity: 92 } humongous { before: 93 after: 94 capacity: 95 }
                metaspace { before: 96 after: 97 capacity: 98 } marked_live: 99 })";

TEST(SamplesCodecTest, EveryFieldArrivesAndLeavesAgain) {
  const auto proto = FromText<v1::SampleBatch>(kFullBatch);
  EXPECT_THAT(EmptyFields(proto), testing::IsEmpty());
  const auto batch = FromProto(proto);
  ASSERT_TRUE(batch.ok()) << batch.status();
  const TaskSample& task = batch->tasks[0];
  EXPECT_EQ(task.time_ms, 1002);
  EXPECT_EQ(task.vertex, 3);
  EXPECT_EQ(task.subtask, 4);
  // Metric i has the value 10 + i, the two shares a hundredth of it.
  for (int i = 0; i < kTaskMetricCount; ++i) {
    EXPECT_EQ(task.Get(static_cast<TaskMetric>(i)), i < 13 ? 10.0 + i : (10.0 + i) / 100) << i;
  }
  const ProcessSample& process = batch->processes[0];
  EXPECT_EQ(process.id, "jm");
  EXPECT_EQ(process.role, ProcessRole::kJobManager);
  // Metric i has the value 101 + i.
  for (int i = 0; i < kProcessMetricCount; ++i) EXPECT_EQ(process.Get(static_cast<ProcessMetric>(i)), 101 + i) << i;
  const Collection& collection = batch->collections[0].collection;
  EXPECT_EQ(collection.collector, Collector::kG1);
  EXPECT_EQ(collection.kind, CollectionKind::kMixed);
  EXPECT_EQ(collection.time_ms, 6000);
  EXPECT_EQ(collection.survivor.after, Bytes(88));
  EXPECT_EQ(collection.old.capacity, Bytes(92));
  EXPECT_EQ(collection.marked_live, Bytes(99));
  EXPECT_EQ(batch->sources[0].end_offset, 42);
  EXPECT_EQ(batch->jobs[0].state, JobState::kNotRunning);
  EXPECT_EQ(batch->jobs[0].last_checkpoint_ms, 54);
  EXPECT_EQ(batch->parallelisms[0].parallelism, 62);
  EXPECT_EQ(ToProto(*batch).DebugString(), proto.DebugString());
}

TEST(SamplesCodecTest, MetricsAreNamedAsInMessagesOfTheIngestDoor) {
  for (int i = 0; i < kTaskMetricCount; ++i) {
    // Field 4 is the first metric's.
    EXPECT_EQ(v1::TaskSample::descriptor()->FindFieldByNumber(4 + i)->name(),
              TaskMetricName(static_cast<TaskMetric>(i)));
  }
  for (int i = 0; i < kProcessMetricCount; ++i) {
    EXPECT_EQ(v1::ProcessSample::descriptor()->FindFieldByNumber(4 + i)->name(),
              ProcessMetricName(static_cast<ProcessMetric>(i)));
  }
}

TEST(SamplesCodecTest, AbsentIsNotZero) {
  const auto sample = FromProto(FromText<v1::TaskSample>("time {} records_in: 0"));
  ASSERT_TRUE(sample.ok()) << sample.status();
  EXPECT_EQ(sample->Get(TaskMetric::kRecordsIn), 0);
  EXPECT_FALSE(sample->Has(TaskMetric::kRecordsOut));
  EXPECT_EQ(sample->subtask, TaskSample::kWholeVertex);
  EXPECT_FALSE(ToProto(*sample).has_subtask());
  EXPECT_FALSE(ToProto(*sample).has_records_out());
}

TEST(SamplesCodecTest, ListsAllThatIsWrong) {
  const auto batch = FromProto(FromText<v1::SampleBatch>(R"(
    tasks { time {} subtask: -1 busy_ms: nan } tasks { records_in: inf }
    processes { time { nanos: -1 } id: "tm" gc_count: -inf }
    jobs { time {} })"));
  const std::string message(batch.status().message());
  EXPECT_THAT(message, HasSubstr("tasks[0].subtask = -1; allowed: [0, 32767]"));
  EXPECT_THAT(message, HasSubstr("tasks[0].busy_ms = nan; allowed: a finite number"));
  EXPECT_THAT(message, HasSubstr("tasks[1].time = absent; allowed: a time"));
  EXPECT_THAT(message, HasSubstr("tasks[1].records_in = inf; "));
  EXPECT_THAT(message, HasSubstr("processes[0].time = {seconds: 0 nanos: -1}; "));
  EXPECT_THAT(message, HasSubstr("processes[0].gc_count = -inf; "));
  EXPECT_THAT(message,
              HasSubstr("jobs[0].state = JOB_STATE_UNSPECIFIED; allowed: JOB_STATE_UNKNOWN, JOB_STATE_RUNNING"));
}

TEST(SamplesCodecTest, NoNumberMayBeNan) {
  auto proto = FromText<v1::SampleBatch>(kFullBatch);
  ForEachDouble(proto, std::numeric_limits<double>::quiet_NaN(), [&](const std::string& path) {
    EXPECT_THAT(MessageOf(FromProto(proto)), testing::StartsWith(path + " = nan")) << path;
  });
}

RC_GTEST_PROP(SamplesCodecProperty, AnySetOfMetricsRoundTrips, (uint16_t present, double value, int64_t time)) {
  TaskSample sample;
  sample.time_ms = time % 1'000'000'000'000;
  for (int i = 0; i < kTaskMetricCount; ++i) {
    if ((present >> i) & 1) sample.Set(static_cast<TaskMetric>(i), value + i);
  }
  const auto back = FromProto(ToProto(sample));
  RC_ASSERT(back.ok());
  RC_ASSERT(back->time_ms == sample.time_ms);
  RC_ASSERT(back->present == sample.present);
  for (int i = 0; i < kTaskMetricCount; ++i) {
    RC_ASSERT(back->Get(static_cast<TaskMetric>(i)) == sample.Get(static_cast<TaskMetric>(i)));
  }
}

}  // namespace
}  // namespace tune
