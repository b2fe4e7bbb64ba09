#include "libtune/history/flink_names.h"

#include <limits>

#include "gtest/gtest.h"
#include "libtune/history/flink_values.h"

namespace tune {
namespace {

struct Pair {
  const char* rest;
  const char* prometheus;
  TaskMetric metric;
};

TEST(FlinkNamesTest, KnowsEveryTaskMetricInBothForms) {
  const Pair pairs[] = {
      {"numRecordsIn", "numRecordsIn", TaskMetric::kRecordsIn},
      {"numRecordsOut", "numRecordsOut", TaskMetric::kRecordsOut},
      {"accumulateBusyTimeMs", "accumulateBusyTimeMs", TaskMetric::kBusyMs},
      {"accumulateIdleTimeMs", "accumulateIdleTimeMs", TaskMetric::kIdleMs},
      {"accumulateBackPressuredTimeMs", "accumulateBackPressuredTimeMs", TaskMetric::kBackPressuredMs},
      {"numBytesIn", "numBytesIn", TaskMetric::kBytesIn},
      {"numBytesOut", "numBytesOut", TaskMetric::kBytesOut},
      {"taskThreadCpuNanos", "taskThreadCpuNanos", TaskMetric::kCpuNanos},
      {"busyTimeMsPerSecond", "busyTimeMsPerSecond", TaskMetric::kBusyRate},
      {"backPressuredTimeMsPerSecond", "backPressuredTimeMsPerSecond", TaskMetric::kBackPressuredRate},
      {"numRecordsInPerSecond", "numRecordsInPerSecond", TaskMetric::kRecordsInRate},
      {"numRecordsOutPerSecond", "numRecordsOutPerSecond", TaskMetric::kRecordsOutRate},
      {"Source__orders.pendingRecords", "operator_pendingRecords", TaskMetric::kPendingRecords},
      {"buffers.inPoolUsage", "buffers_inPoolUsage", TaskMetric::kInPoolUsage},
      {"buffers.outPoolUsage", "buffers_outPoolUsage", TaskMetric::kOutPoolUsage},
  };
  uint32_t seen = 0;
  for (const Pair& pair : pairs) {
    EXPECT_EQ(FindTaskMetric(pair.rest), pair.metric) << pair.rest;
    EXPECT_EQ(FindTaskMetric(std::string("flink_taskmanager_job_task_") + pair.prometheus), pair.metric);
    seen |= 1u << static_cast<int>(pair.metric);
  }
  EXPECT_EQ(seen, (1u << kTaskMetricCount) - 1);
}

TEST(FlinkNamesTest, DoesNotTakeAnOperatorsMetricForTheTasks) {
  for (const char* name :
       {"enrich.numRecordsIn", "Source__kafka.numRecordsInPerSecond",
        "flink_taskmanager_job_task_operator_numRecordsIn", "Shuffle.Netty.Input.Buffers.inPoolUsage", "pendingRecords",
        ".pendingRecords", "flink_jobmanager_job_numRestarts",
        "flink_taskmanager_job_task_Shuffle_Netty_Input_Buffers_inPoolUsage", "numRecordsInErrors", ""}) {
    EXPECT_FALSE(FindTaskMetric(name).has_value()) << name;
  }
}

TEST(FlinkNamesTest, KnowsWhatSourceOperatorsRead) {
  const char* const prometheus = "flink_taskmanager_job_task_operator_numRecordsIn";
  EXPECT_TRUE(IsSourceRead("Source__kafka.numRecordsIn", ""));
  EXPECT_TRUE(IsSourceRead(prometheus, "Source:_kafka"));
  EXPECT_FALSE(IsSourceRead(prometheus, "enrich"));
  EXPECT_FALSE(IsSourceRead(prometheus, ""));
  EXPECT_FALSE(IsSourceRead("flink_taskmanager_job_task_numRecordsIn", "Source:_kafka"));
  for (const char* name : {"enrich.numRecordsIn", "numRecordsIn", "Source__kafka.numRecordsInPerSecond",
                           "Source__kafka.numRecordsInErrors", "Source__kafka.x.numRecordsIn", "Source__kafka"}) {
    EXPECT_FALSE(IsSourceRead(name, "")) << name;
  }
}

TEST(FlinkNamesTest, NeverReadsGroundTruth) {
  for (const char* name : {"gt_records", "enrich.gt_serviceNanos", "Source__x.gt_a.pendingRecords",
                           "flink_taskmanager_job_task_operator_gt_records"}) {
    EXPECT_TRUE(IsGroundTruth(name)) << name;
    EXPECT_FALSE(FindTaskMetric(name).has_value()) << name;
  }
  EXPECT_FALSE(IsGroundTruth("weight_total"));  // "gt_" inside a word
  EXPECT_FALSE(IsGroundTruth("numRecordsIn"));
}

TEST(FlinkNamesTest, KnowsProcessMetricsInBothForms) {
  const std::pair<const char*, ProcessMetric> names[] = {
      {"Status.JVM.CPU.Time", ProcessMetric::kCpuTimeNs},
      {"flink_taskmanager_Status_JVM_CPU_Time", ProcessMetric::kCpuTimeNs},
      {"flink_jobmanager_Status_JVM_CPU_Time", ProcessMetric::kCpuTimeNs},
      {"Status.JVM.GarbageCollector.All.Time", ProcessMetric::kGcTimeMs},
      {"flink_taskmanager_Status_JVM_GarbageCollector_All_Count", ProcessMetric::kGcCount},
      {"Status.JVM.Memory.Heap.Used", ProcessMetric::kHeapUsed},
      {"flink_taskmanager_Status_JVM_Memory_Heap_Max", ProcessMetric::kHeapMax},
      {"flink_taskmanager_Status_JVM_Memory_Heap_OldGenUsedAfterGc", ProcessMetric::kOldGenAfterGc},
      {"Status.JVM.Memory.Heap.OldGenUsedAfterFullGc", ProcessMetric::kOldGenAfterFullGc},
      {"Status.Flink.Memory.Managed.Used", ProcessMetric::kManagedUsed},
      {"flink_taskmanager_Status_Shuffle_Netty_TotalMemory", ProcessMetric::kNetworkTotal},
  };
  for (const auto& [name, metric] : names) {
    const auto found = FindProcessName(name);
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_EQ(found->metric, metric) << name;
    EXPECT_FALSE(found->of_collector) << name;
  }
  for (const char* name :
       {"Status.JVM.GarbageCollector.All.TimeMsPerSecond", "Status.JVM.Memory.NonHeap.Used",
        "flink_other_Status_JVM_CPU_Time", "Status.JVM.GarbageCollector.", "Status.JVM.GarbageCollector.Time", ""}) {
    EXPECT_FALSE(FindProcessName(name).has_value()) << name;
  }
}

// Young and full collections have beans of their own; concurrent collectors' beans count neither.
TEST(FlinkNamesTest, TellsYoungFromFullCollectors) {
  using M = ProcessMetric;
  const std::tuple<const char*, M, std::optional<M>> names[] = {
      {"Status.JVM.GarbageCollector.G1_Old_Generation.Time", M::kGcTimeMs, M::kFullGcTimeMs},
      {"flink_taskmanager_Status_JVM_GarbageCollector_PS_MarkSweep_Count", M::kGcCount, M::kFullGcCount},
      {"Status.JVM.GarbageCollector.MarkSweepCompact.Count", M::kGcCount, M::kFullGcCount},
      {"flink_jobmanager_Status_JVM_GarbageCollector_Copy_Time", M::kGcTimeMs, M::kYoungGcTimeMs},
      {"Status.JVM.GarbageCollector.PS_Scavenge.Count", M::kGcCount, M::kYoungGcCount},
      {"Status.JVM.GarbageCollector.ConcurrentMarkSweep.Count", M::kGcCount, std::nullopt},
      {"Status.JVM.GarbageCollector.G1_Concurrent_GC.Time", M::kGcTimeMs, std::nullopt},
      {"Status.JVM.GarbageCollector.ZGC_Pauses.Time", M::kGcTimeMs, std::nullopt},
  };
  for (const auto& [name, metric, part] : names) {
    const auto found = FindProcessName(name);
    ASSERT_TRUE(found.has_value() && found->of_collector) << name;
    EXPECT_EQ(found->metric, metric) << name;
    EXPECT_EQ(found->part, part) << name;
    const ProcessName back = ProcessNameOf(CodeOf(*found));
    EXPECT_EQ(back.metric, metric) << name;
    EXPECT_EQ(back.part, part) << name;
    EXPECT_TRUE(back.of_collector) << name;
  }
}

TEST(FlinkNamesTest, KnowsTheOldGenerationThatAJobRegisters) {
  EXPECT_EQ(FindJobGauge("enrich.jvmOldGenUsed"), ProcessMetric::kOldGenUsed);
  EXPECT_EQ(FindJobGauge("enrich.memory.jvmOldGenUsedAfterGc"), ProcessMetric::kOldGenAfterGc);
  EXPECT_EQ(FindJobGauge("flink_taskmanager_job_task_operator_jvmOldGenUsedAfterFullGc"),
            ProcessMetric::kOldGenAfterFullGc);
  EXPECT_EQ(FindJobGauge("flink_taskmanager_job_task_operator_memory_jvmOldGenUsed"), ProcessMetric::kOldGenUsed);
  for (const char* other : {"jvmOldGenUsed", "enrich.jvmOldGenMax", "enrich.oldjvmOldGenUsed", "gt_op.jvmOldGenUsed",
                            "Status.JVM.Memory.Heap.OldGenUsed", "flink_taskmanager_job_task_jvmOldGenUsed",
                            "enrich.jvmOldGenUsedAfterGc.p99", "flink_taskmanager_Status_JVM_Memory_Heap_OldGenUsed",
                            "flink_taskmanager_job_task_operator_gt_jvmOldGenUsed"}) {
    EXPECT_FALSE(FindJobGauge(other).has_value()) << other;
  }
}

TEST(FlinkNamesTest, KnowsTheKubeletsMetrics) {
  EXPECT_EQ(FindContainerMetric("container_memory_rss", ""), ProcessMetric::kRss);
  EXPECT_EQ(FindContainerMetric("kube_pod_container_resource_limits", "cpu"), ProcessMetric::kCpuLimitCores);
  EXPECT_FALSE(FindContainerMetric("kube_pod_container_resource_limits", "ephemeral_storage").has_value());
  EXPECT_EQ(ContainerScale(ProcessMetric::kCpuTimeNs), 1e9);  // the kubelet counts seconds
  EXPECT_EQ(RoleOfPod("orders-taskmanager-1-2"), ProcessRole::kTaskManager);
  EXPECT_EQ(RoleOfPod("orders-7d4f9c6b5-x2x4z"), ProcessRole::kJobManager);
}

TEST(FlinkNamesTest, KnowsJobMetricsInBothForms) {
  EXPECT_EQ(FindJobMetric("numRestarts"), JobMetric::kRestarts);
  EXPECT_EQ(FindJobMetric("flink_jobmanager_job_numberOfFailedCheckpoints"), JobMetric::kFailedCheckpoints);
  EXPECT_EQ(FindJobMetric("flink_jobmanager_job_lastCheckpointDuration"), JobMetric::kLastCheckpointMs);
  EXPECT_FALSE(FindJobMetric("flink_taskmanager_job_task_numRestarts").has_value());
}

TEST(FlinkValuesTest, LeavesSentinelsAbsent) {
  ValueCounts counts;
  TaskSample sample{};
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1.0}) {
    TakeTaskValue(TaskMetric::kBusyMs, value, sample, counts);
  }
  EXPECT_EQ(sample.present, 0u);
  EXPECT_TRUE(counts.Warnings().empty());
  TakeTaskValue(TaskMetric::kBusyMs, -3, sample, counts);
  TakeTaskValue(TaskMetric::kBusyRate, 1300, sample, counts);
  EXPECT_EQ(sample.present, 0u);
  EXPECT_EQ(counts.negative, 1);
  EXPECT_EQ(counts.too_large, 1);
}

TEST(FlinkValuesTest, TakesAnOverfullPoolAsFull) {
  ValueCounts counts;
  TaskSample sample{};
  TakeTaskValue(TaskMetric::kOutPoolUsage, 1.1, sample, counts);
  EXPECT_EQ(sample.Get(TaskMetric::kOutPoolUsage), 1);
  EXPECT_EQ(counts.over_full, 1);
}

TEST(FlinkValuesTest, AddsUpPendingRecordsOfOperators) {
  ValueCounts counts;
  TaskSample sample{};
  TakeTaskValue(TaskMetric::kPendingRecords, 30, sample, counts);
  TakeTaskValue(TaskMetric::kPendingRecords, 12, sample, counts);
  EXPECT_EQ(sample.Get(TaskMetric::kPendingRecords), 42);
}

TEST(FlinkValuesTest, SumsCollectorsWhereFlinkHasNoTotal) {
  JvmValues values;
  values.Add(*FindProcessName("Status.JVM.GarbageCollector.PS_Scavenge.Time"), 30);
  values.Add(*FindProcessName("Status.JVM.GarbageCollector.PS_MarkSweep.Time"), 12);
  ProcessSample sample{};
  values.Fill(sample);
  EXPECT_EQ(sample.Get(ProcessMetric::kGcTimeMs), 42);
  EXPECT_EQ(sample.Get(ProcessMetric::kYoungGcTimeMs), 30);
  EXPECT_EQ(sample.Get(ProcessMetric::kFullGcTimeMs), 12);
  values.Add(*FindProcessName("Status.JVM.GarbageCollector.All.Time"), 40);
  values.Fill(sample);
  EXPECT_EQ(sample.Get(ProcessMetric::kGcTimeMs), 40);
  EXPECT_FALSE(sample.Has(ProcessMetric::kHeapMax));
}

constexpr double kMib = 1 << 20;

// Of several subtasks the largest, and only what nothing else tells.
TEST(FlinkValuesTest, AGaugeOfTheJobFillsWhatIsAbsent) {
  JvmValues values;
  ValueCounts counts;
  for (const double used : {200 * kMib, 220 * kMib, 210 * kMib}) {
    values.AddOfJob(ProcessMetric::kOldGenUsed, used, counts);
    values.AddOfJob(ProcessMetric::kOldGenAfterGc, used / 2, counts);
  }
  values.AddOfJob(ProcessMetric::kOldGenAfterFullGc, -1, counts);  // none yet
  values.Add(*FindProcessName("Status.JVM.Memory.Heap.OldGenUsed"), 5);
  ProcessSample sample{};
  values.Fill(sample);
  EXPECT_EQ(sample.Get(ProcessMetric::kOldGenUsed), 5);
  EXPECT_EQ(sample.Get(ProcessMetric::kOldGenAfterGc), 110 * kMib);
  EXPECT_FALSE(sample.Has(ProcessMetric::kOldGenAfterFullGc));
  EXPECT_TRUE(counts.Warnings().empty());
}

TEST(FlinkValuesTest, AGaugeOfTheJobInMebibytesIsLeftOut) {
  JvmValues values;
  ValueCounts counts;
  values.AddOfJob(ProcessMetric::kOldGenUsed, 227, counts);
  values.AddOfJob(ProcessMetric::kOldGenAfterGc, 0, counts);  // none yet
  ProcessSample sample{};
  values.Fill(sample);
  EXPECT_FALSE(sample.Has(ProcessMetric::kOldGenUsed));
  EXPECT_EQ(sample.Get(ProcessMetric::kOldGenAfterGc), 0);
  EXPECT_EQ(counts.not_bytes, 1);
  EXPECT_EQ(counts.Warnings().size(), 1u);
}

TEST(FlinkValuesTest, TellsTheJobsStateFromItsRunningTime) {
  JobSample sample;
  TakeJobValue(JobMetric::kUptime, 1000, sample);
  EXPECT_EQ(sample.state, JobState::kRunning);
  TakeJobValue(JobMetric::kRunningTime, 0, sample);  // newer versions have both; this one is of the state itself
  EXPECT_EQ(sample.state, JobState::kNotRunning);
  TakeJobValue(JobMetric::kUptime, 1000, sample);
  EXPECT_EQ(sample.state, JobState::kNotRunning);
}

TEST(FlinkValuesTest, ReadsVersions) {
  JobFacts facts;
  EXPECT_TRUE(ParseFlinkVersion("1.20.5", facts));
  EXPECT_EQ(facts.flink_major, 1);
  EXPECT_EQ(facts.flink_minor, 20);
  EXPECT_TRUE(ParseFlinkVersion("2.0-SNAPSHOT", facts));
  EXPECT_EQ(facts.flink_major, 2);
  EXPECT_EQ(facts.flink_minor, 0);
  for (const char* wrong : {"", "1", "1.", "x.2", "0.9", "-1.2", "99999999999.1"}) {
    EXPECT_FALSE(ParseFlinkVersion(wrong, facts)) << wrong;
  }
}

}  // namespace
}  // namespace tune
