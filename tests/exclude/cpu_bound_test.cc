// Jobs whose TaskManagers are held back by their CPU limit.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

constexpr int kBins = 12;

// source -> map, which seems to need two subtasks and has one; one TaskManager of one core, throttled in such a share
// of its periods, with so much of its limit in use.
JobWindow Throttled(double fraction, double limit_used) {
  JobWindowMaker maker(kBins);
  const int source = maker.AddSource("source", 900);
  maker.Connect(source, maker.Add("map", MapOptions(900, 0.002, 1)));
  JobWindow window = maker.Build();
  window.facts.slots_per_task_manager = 1;
  window.facts.task_manager.cpu = 1;
  ProcessWindow& process = window.task_managers.processes.emplace_back();
  process.id = "tm";
  process.covered_s = 60 * kBins;
  for (int i = 0; i < kBins; ++i) {
    window.task_managers.cpu.push_back({.covered_s = 60,
                                        .cpu_s = 60 * limit_used,
                                        .busiest_cores = limit_used,
                                        .warm_s = 60,
                                        .throttle_seen_s = 60,
                                        .throttled_s = 60 * fraction,
                                        .processes = 1,
                                        .slots = 1,
                                        .limit_cores = 1});
  }
  window.task_managers.memory.resize(kBins);
  return window;
}

// The subtask's second of work is a second in which it mostly waited: the request is raised, and the vertex waits.
TEST(CpuBound, ProcessesGetTheirCpuBeforeSubtasksAreAdded) {
  const JobRecommendation job = MustRecommend(Throttled(0.6, 0.97), PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kThrottled);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->role, ProcessRole::kTaskManager);
  EXPECT_DOUBLE_EQ(*finding->share, 0.6);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
  EXPECT_EQ(job.vertices[1].needed, 2);
  EXPECT_EQ(job.vertices[1].wanted, 1);
  EXPECT_EQ(job.vertices[1].action, Action::kHold);
  EXPECT_EQ(job.task_managers.action, Action::kRaise);
  EXPECT_GT(*job.task_managers.wanted.cpu, MilliCores(1000));
  EXPECT_EQ(job.action, Action::kRaise);
}

// Bursts are throttled below the limit too, and a full limit without throttling is no lack.
TEST(CpuBound, NeedsThrottlingAndAFullLimit) {
  EXPECT_EQ(MustRecommend(Throttled(0.24, 0.97), PlainPolicy()).vertices[1].wanted, 2);
  EXPECT_EQ(MustRecommend(Throttled(0.6, 0.89), PlainPolicy()).vertices[1].wanted, 2);
  EXPECT_EQ(MustRecommend(Throttled(0.25, 0.9), PlainPolicy()).vertices[1].wanted, 1);
}

// Only the last third of the window counts: 4 of 12 minutes.
TEST(CpuBound, EarlierTroubleMayBeOver) {
  JobWindow window = Throttled(0.6, 0.97);
  for (int i = 8; i < kBins; ++i) window.task_managers.cpu[static_cast<size_t>(i)].throttled_s = 0;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].wanted, 2);
}

TEST(CpuBound, WithoutThrottlingOrALimitNothingIsExcluded) {
  JobWindow window = Throttled(0.6, 0.97);
  for (CpuBin& bin : window.task_managers.cpu) bin.limit_cores.reset();
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].wanted, 2);
  window = Throttled(0.6, 0.97);
  for (CpuBin& bin : window.task_managers.cpu) bin.throttle_seen_s = bin.throttled_s = 0;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].wanted, 2);
}

}  // namespace
}  // namespace tune
