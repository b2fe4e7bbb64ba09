// The JobManager: kept unless it is too small or another size saves enough.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tests/support/process_window_maker.h"

namespace tune {
namespace {

// Flink's defaults: off-heap 128, metaspace 256, overhead 192 MiB as long as a tenth of the process is less.
constexpr double kBesideHeap = 576;

// Live 100 MiB and 0.5 % of the time in collections; a heap of 1024 MiB. That asks for 285 (see task_managers_test.cc).
struct JobManagerCase {
  ProcessOptions shown{.count = 1, .cores = 0.15, .overhead = 0.005};
  int bins = 30;
  int replicas = 1;
  double cpu = 0.25;
};

JobWindow Build(const JobManagerCase& c) {
  SteadyJob job;
  job.bins = c.bins;
  job.task_managers.live_mib = 400;
  job.task_managers.overhead = 0.04;
  JobWindow window = Build(job);
  window.facts.job_manager.memory = "1600m";
  window.facts.job_manager.cpu = c.cpu;
  window.facts.job_manager.replicas = c.replicas;
  window.job_managers = ShowProcesses(c.shown, static_cast<size_t>(c.bins), 8);
  return window;
}

ProcessRecommendation Answer(const JobManagerCase& c, const TuningPolicy& policy = MemoryPolicy()) {
  return MustRecommend(Build(c), policy).job_manager;
}

TEST(JobManager, IsLoweredWhenThatSavesEnough) {
  const ProcessRecommendation answer = Answer({});
  EXPECT_EQ(answer.action, Action::kLower);
  EXPECT_EQ(InMib(answer.wanted.heap), 285);
  EXPECT_EQ(InMib(answer.wanted.memory), 285 + kBesideHeap);
  EXPECT_EQ(answer.wanted.cost, (285 + kBesideHeap) / 1024);
  EXPECT_EQ(answer.now.cost, 1600.0 / 1024);
}

// 861 of 1600 MiB save 46.2 %.
TEST(JobManager, IsKeptWhenThatSavesTooLittle) {
  TuningPolicy policy = MemoryPolicy();
  policy.least_saving = 0.47;
  EXPECT_EQ(Answer({}, policy).action, Action::kHold);
  EXPECT_EQ(Answer({}, policy).wanted.memory, Mib(1600));
  EXPECT_EQ(InMib(Answer({}, policy).needed.memory), 285 + kBesideHeap);
  policy.least_saving = 0.46;
  EXPECT_EQ(Answer({}, policy).action, Action::kLower);
}

// 8 % of the time: 1414 MiB of heap (see task_managers_test.cc), and what a whole MiB of the process leaves to it.
TEST(JobManager, IsRaisedWhenCollectionsTakeTooMuch) {
  JobManagerCase c;
  c.shown.overhead = 0.08;
  const ProcessRecommendation answer = Answer(c);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_NEAR(InMib(answer.wanted.heap), 1414.5, 0.5);
}

// Idle metaspace, 32 of 256 MiB, makes up for a heap that is too small: 7 % of the time without margin is
// 1024 (1 + 0.25 * 0.4) = 1126.4.
TEST(JobManager, IsRaisedWhenTheHeapIsTooSmallThoughTheProcessIsNot) {
  JobManagerCase c;
  c.shown.overhead = 0.07;
  c.shown.metaspace_used_mib = 20;
  TuningPolicy policy = MemoryPolicy();
  policy.heap_margin = 1;
  const ProcessRecommendation answer = Answer(c, policy);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.heap), 1127);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 32);
}

TEST(JobManager, IsNeverLoweredOnThinData) {
  JobManagerCase c;
  c.bins = 9;
  EXPECT_EQ(Answer(c).action, Action::kHold);
  EXPECT_EQ(Answer(c).wanted.memory, Mib(1600));
  EXPECT_EQ(Answer(c).memory_verdict, Verdict::kThinData);
}

TEST(JobManager, OfALiveSetThatRisesIsForAPerson) {
  JobManagerCase c;
  c.shown.rise_mib = 100;
  const JobRecommendation job = MustRecommend(Build(c), MemoryPolicy());
  EXPECT_EQ(job.job_manager.action, Action::kPerson);
  EXPECT_EQ(job.job_manager.wanted.memory, Mib(1600));
  const Finding* leak = FindingOf(job, FindingKind::kLeak);
  ASSERT_NE(leak, nullptr);
  EXPECT_EQ(leak->role, ProcessRole::kJobManager);
  EXPECT_EQ(job.action, Action::kPerson);
}

TEST(JobManager, ThatWasKilledGetsMoreAndNothingIsLowered) {
  JobManagerCase c;
  c.shown.metaspace_used_mib = 20;
  JobWindow window = Build(c);
  window.job_managers.memory[10].oom_kills = 1;
  window.job_managers.memory[10].killed_limit = Mib(1600);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).job_manager;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.memory), 1920);  // 1.2 * 1600
  EXPECT_GE(InMib(answer.wanted.heap), 1024);
  EXPECT_EQ(InMib(answer.wanted.metaspace), 256);
}

TEST(JobManager, StandbysCostAsMuchAsTheLeader) {
  JobManagerCase c;
  c.replicas = 3;
  const ProcessRecommendation answer = Answer(c);
  EXPECT_EQ(answer.wanted.count, 3);
  EXPECT_EQ(answer.now.cost, 3 * 1600.0 / 1024);
  EXPECT_EQ(answer.wanted.cost, 3 * (285 + kBesideHeap) / 1024);
}

// 0.15 of 0.25 cores are 60 %, inside the band; 0.22 are 88 %.
TEST(JobManager, GetsMoreCpuAboveTheBand) {
  JobManagerCase c;
  c.shown.live_mib = 400;
  c.shown.overhead = 0.04;
  EXPECT_EQ(Answer(c).action, Action::kHold);
  c.shown.cores = 0.22;
  const ProcessRecommendation answer = Answer(c);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_GE(*answer.wanted.cpu, MilliCores(275));  // 0.22 / 0.8
  EXPECT_LE(*answer.wanted.cpu, MilliCores(440));  // 0.22 / 0.5
}

TEST(JobManager, WithoutLiveSetKeepsItsMemory) {
  JobManagerCase c;
  c.shown.rung = std::nullopt;
  const ProcessRecommendation answer = Answer(c);
  EXPECT_EQ(answer.memory_verdict, Verdict::kNotMeasured);
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, Mib(1600));
}

// The larger one does not fit: it is said what is needed, and nothing is changed.
TEST(JobManager, ThatFitsNowhereIsKept) {
  JobManagerCase c;
  c.shown.overhead = 0.08;
  JobWindow window = Build(c);
  window.facts.limits.node.memory = Mib(1700);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).job_manager;
  EXPECT_EQ(answer.wanted.memory, Mib(1600));
  EXPECT_NEAR(InMib(answer.needed.heap), 1414.5, 0.5);
}

// Flink's own defaults: nothing is changed by rounding.
TEST(JobManager, WhosePartsAreNoWholeMebibytesIsHeld) {
  JobManagerCase c;
  c.shown.live_mib = 1200;
  c.shown.overhead = 0.04;
  JobWindow window = Build(c);
  window.facts.job_manager.memory = "3001m";  // a tenth of it is no whole MiB
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).job_manager;
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, Mib(3001));
}

}  // namespace
}  // namespace tune
