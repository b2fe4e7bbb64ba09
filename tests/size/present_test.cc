// What a job's processes have now: by its spec, else by what they told of themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tests/support/process_window_maker.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ProcessSize NowOf(const JobWindow& window) { return MustRecommend(window, PlainPolicy()).task_managers.now; }

// A job of which no spec is known.
JobWindow WithoutSpec(const SteadyJob& job) {
  JobWindow window = Build(job);
  window.facts = JobFacts{};
  return window;
}

// 640 MiB + 1024 of heap + 256 managed = 1920 MiB; 8 slots / 2 = 4 TaskManagers of 0.5 cores.
TEST(Present, IsWhatTheSpecSays) {
  SteadyJob job;
  job.managed_mib = 256;
  const ProcessSize now = NowOf(Build(job));
  EXPECT_EQ(InMib(now.memory), 1920);
  EXPECT_EQ(InMib(now.heap), 1024);
  EXPECT_EQ(InMib(now.managed), 256);
  EXPECT_EQ(InMib(now.network), 64);
  EXPECT_EQ(InMib(now.metaspace), 256);
  EXPECT_EQ(InMib(now.overhead), 192);
  EXPECT_EQ(now.cpu, MilliCores(500));
  EXPECT_EQ(now.cpu_limit_factor, 1);
  EXPECT_EQ(now.memory_limit_factor, 1);
  EXPECT_EQ(now.slots, 2);
  EXPECT_EQ(now.count, 4);
}

TEST(Present, CpuMayBeAnOptionWhereTheSpecHasNone) {
  JobWindow window = Build({});
  window.facts.configuration["kubernetes.taskmanager.cpu.amount"] = "1.5";
  window.facts.configuration["kubernetes.taskmanager.cpu.limit-factor"] = "2";
  EXPECT_EQ(NowOf(window).cpu, MilliCores(500));  // the operator sets the spec's
  window.facts.task_manager.cpu.reset();
  EXPECT_EQ(NowOf(window).cpu, MilliCores(1500));
  EXPECT_EQ(NowOf(window).cpu_limit_factor, 2);
  window.facts.configuration["kubernetes.taskmanager.cpu.amount"] = "much";
  EXPECT_THAT(Recommend(window, PlainPolicy()).status().message(), HasSubstr("kubernetes.taskmanager.cpu.amount"));
}

// What a JVM tells of its heap lacks a survivor space: the spec knows it whole.
TEST(Present, SpecGoesBeforeWhatProcessesTell) {
  SteadyJob job;
  job.task_managers.heap_mib = 981;
  JobWindow window = Build(job);
  window.task_managers.processes[0].memory_limit = Mib(5000);
  window.task_managers.processes[0].cpu_request_cores = 3;
  window.task_managers.processes[0].cpu_limit_cores = 6;
  const ProcessSize now = NowOf(window);
  EXPECT_EQ(InMib(now.heap), 1024);
  EXPECT_EQ(InMib(now.memory), 1664);
  EXPECT_EQ(now.cpu, MilliCores(500));
  EXPECT_EQ(now.cpu_limit_factor, 1);
}

// The largest of any process counts; the limit is 3 times the request of 0.5.
TEST(Present, WithoutASpecIsWhatTheLargestProcessTells) {
  SteadyJob job;
  job.task_managers.heap_mib = 900;
  JobWindow window = WithoutSpec(job);
  ProcessWindow& larger = window.task_managers.processes[2];
  larger.heap_max = Mib(981);
  larger.memory_limit = Mib(2000);
  larger.managed_total = Mib(300);
  larger.network_total = Mib(70);
  larger.metaspace_max = Mib(128);
  larger.cpu_request_cores = 0.5;
  larger.cpu_limit_cores = 1.5;
  const ProcessSize now = NowOf(window);
  EXPECT_EQ(InMib(now.heap), 981);
  EXPECT_EQ(InMib(now.memory), 2000);
  EXPECT_EQ(InMib(now.managed), 300);
  EXPECT_EQ(InMib(now.network), 70);
  EXPECT_EQ(InMib(now.metaspace), 128);
  EXPECT_EQ(now.cpu, MilliCores(500));
  EXPECT_EQ(now.cpu_limit_factor, 3);
  EXPECT_EQ(now.overhead, std::nullopt);
  EXPECT_EQ(now.cost, 4 * std::max(0.5 / 0.25, 2000.0 / 2048));
}

TEST(Present, NothingToldIsNotKnown) {
  JobWindow window = WithoutSpec({});
  window.task_managers = {};
  const ProcessSize now = NowOf(window);
  EXPECT_EQ(now.count, std::nullopt);
  EXPECT_EQ(now.slots, std::nullopt);
  EXPECT_EQ(now.memory, std::nullopt);
  EXPECT_EQ(now.cpu, std::nullopt);
  EXPECT_EQ(now.heap, std::nullopt);
  EXPECT_EQ(now.cost, std::nullopt);
}

// 7 slots on TaskManagers of 3: ceil(7 / 3) = 3.
TEST(Present, CountIsWhatTheSlotsAskFor) {
  SteadyJob job;
  job.parallelism = 7;
  job.slots = 3;
  job.task_managers.count = 2;
  EXPECT_EQ(NowOf(Build(job)).count, 3);
}

TEST(Present, ReplicasOfTheSpecGoBeforeSlots) {
  JobWindow window = Build({});
  window.facts.task_manager.replicas = 5;
  EXPECT_EQ(NowOf(window).count, 5);
  EXPECT_EQ(NowOf(window).slots, 2);
}

// 8 slots on the 3 that were seen: at least ceil(8 / 3) = 3 on one of them.
TEST(Present, WithoutSlotsTheProcessesSeenAreCounted) {
  SteadyJob job;
  job.task_managers.count = 3;
  const ProcessSize now = NowOf(WithoutSpec(job));
  EXPECT_EQ(now.count, 3);
  EXPECT_EQ(now.slots, 3);
}

// The most of the last five bins in which any was seen: one poll that missed a process does not lower the count, and
// those of an earlier layout do not raise it.
TEST(Present, ProcessesAreCountedOverTheLastFiveBinsWithAny) {
  SteadyJob job;
  job.task_managers.count = 3;
  JobWindow window = WithoutSpec(job);
  std::vector<CpuBin>& cpu = window.task_managers.cpu;
  for (size_t i = 0; i + 6 < cpu.size(); ++i) cpu[i].processes = 9;
  cpu[cpu.size() - 1] = CpuBin{};  // nothing seen: not one of the five
  cpu[cpu.size() - 2].processes = 2;
  EXPECT_EQ(NowOf(window).count, 3);
}

TEST(Present, LimitFactorsAreTheConfigurations) {
  JobWindow window = Build({});
  window.facts.configuration["kubernetes.taskmanager.memory.limit-factor"] = "1.5";
  window.facts.configuration["kubernetes.taskmanager.cpu.limit-factor"] = "4";
  const ProcessSize now = NowOf(window);
  EXPECT_EQ(now.memory_limit_factor, 1.5);
  EXPECT_EQ(now.cpu_limit_factor, 4);
}

// The process size may stand among the options instead of in the resource: the factor is on it all the same.
TEST(Present, MemoryLimitFactorCountsWhereverTheSizeStands) {
  JobWindow window = Build({});
  window.facts.task_manager.memory.clear();
  window.facts.configuration["taskmanager.memory.process.size"] = "1664m";
  window.facts.configuration["kubernetes.taskmanager.memory.limit-factor"] = "1.5";
  const ProcessSize now = NowOf(window);
  EXPECT_EQ(InMib(now.memory), 1664);
  EXPECT_EQ(now.memory_limit_factor, 1.5);
}

// Flink's defaults of a JobManager: 128 off-heap, 256 metaspace, overhead 192; the heap is the rest of 1600.
TEST(Present, JobManagerIsWhatTheSpecSays) {
  JobWindow window = Build({});
  window.facts.job_manager.memory = "1600m";
  window.facts.job_manager.cpu = 0.25;
  window.facts.job_manager.replicas = 2;
  const ProcessSize now = MustRecommend(window, PlainPolicy()).job_manager.now;
  EXPECT_EQ(InMib(now.memory), 1600);
  EXPECT_EQ(InMib(now.heap), 1600 - 128 - 256 - 192);
  EXPECT_EQ(now.cpu, MilliCores(250));
  EXPECT_EQ(now.count, 2);
  EXPECT_EQ(now.managed, std::nullopt);
  EXPECT_EQ(now.cost, 2 * std::max(0.25 / 0.25, 1600.0 / 2048));
}

TEST(Present, ContradictoryOptionsAreRefusedByTheirNames) {
  JobWindow window = Build({});
  window.facts.configuration["taskmanager.memory.flink.size"] = "1g";
  window.facts.configuration["taskmanager.memory.task.heap.size"] = "2g";
  const absl::Status status = Recommend(window, PlainPolicy()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("taskmanager.memory.flink.size"), HasSubstr("taskmanager.memory.task.heap.size")));
}

TEST(Present, ContradictoryJobManagerOptionsAreRefusedByTheirNames) {
  JobWindow window = Build({});
  window.facts.configuration["jobmanager.memory.flink.size"] = "1g";
  window.facts.configuration["jobmanager.memory.heap.size"] = "2g";
  const absl::Status status = Recommend(window, PlainPolicy()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("jobmanager.memory.flink.size"), HasSubstr("jobmanager.memory.heap.size")));
}

TEST(Present, OptionsThatCannotBeReadAreRefused) {
  JobWindow window = Build({});
  window.facts.configuration["kubernetes.taskmanager.cpu.limit-factor"] = "half";
  EXPECT_EQ(Recommend(window, PlainPolicy()).status().code(), absl::StatusCode::kInvalidArgument);
  window = Build({});
  window.facts.task_manager.memory = "2 gallons";
  EXPECT_EQ(Recommend(window, PlainPolicy()).status().code(), absl::StatusCode::kInvalidArgument);
}

// Refused whether or not they are sized: such a job would not start.
TEST(Present, ContradictionsAreRefusedWithoutSizingToo) {
  JobWindow window = Build({});
  window.facts.configuration["taskmanager.memory.flink.size"] = "1g";
  window.facts.configuration["taskmanager.memory.task.heap.size"] = "2g";
  TuningPolicy policy = PlainPolicy();
  policy.size_processes = false;
  EXPECT_FALSE(Recommend(window, policy).ok());
}

}  // namespace
}  // namespace tune
