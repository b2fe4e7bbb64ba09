// What CPU one role's processes used.
#include "libtune/size/role_cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/size/sizing_case.h"
#include "tests/support/answer.h"

namespace tune {
namespace {

RoleCpu Read(const SizingCase& c, int slots_on_fullest = 2, int slots = 8) {
  ProcessSize now;
  now.cpu = MilliCores(500);
  return ReadRoleCpu(c.job, c.window.task_managers, ProcessRole::kTaskManager, now, slots_on_fullest, slots);
}
RoleCpu Read(const SteadyJob& job) { return Read(SizingCase(Build(job))); }

TEST(RoleCpu, OfEvenProcessesIsTheMeanOnes) {
  const RoleCpu cpu = Read(SteadyJob{});
  EXPECT_TRUE(cpu.known);
  EXPECT_EQ(cpu.processes, 4);
  EXPECT_EQ(cpu.busiest_over_mean, 1);
  EXPECT_NEAR(cpu.mean_cores, 0.3, 1e-9);
  EXPECT_NEAR(cpu.request.quantile_cores, 0.3, 1e-9);
}

// One uses 1.5 times what the other three do: 4 * 1.5 / 4.5 = 4/3 of the mean. What a process takes for itself, 0.03
// cores, does not multiply: 0.03 + 0.27 * 4/3 = 0.39.
TEST(RoleCpu, IsThatOfTheBusiestProcess) {
  SteadyJob job;
  job.task_managers.busiest_over_mean = 1.5;
  const RoleCpu cpu = Read(job);
  EXPECT_NEAR(cpu.busiest_over_mean, 4.0 / 3, 1e-9);
  EXPECT_NEAR(cpu.request.quantile_cores, 0.39, 1e-9);
  EXPECT_NEAR(cpu.mean_cores, 0.3, 1e-9);
}

// Other layouts have the same imbalance beyond their own uneven slots: 4/3 on even TaskManagers; where 7 slots on 4
// make the fullest have 8/7 of the mean, 4/3 over 8/7.
TEST(RoleCpu, OfTheBusiestIsImbalanceBeyondUnevenSlots) {
  SteadyJob job;
  job.task_managers.busiest_over_mean = 1.5;
  EXPECT_NEAR(TermOf(MustRecommend(Build(job), MemoryPolicy()), "layout.cores", -1, "imbalance"), 4.0 / 3, 1e-9);
  job.parallelism = 7;
  EXPECT_NEAR(TermOf(MustRecommend(Build(job), MemoryPolicy()), "layout.cores", -1, "imbalance"), 4.0 / 3 / (8.0 / 7),
              1e-9);
}

// A process seen for less than half as long tells too little to be called the busiest.
TEST(RoleCpu, OfAProcessSeenShortlyIsNotTheBusiest) {
  SteadyJob job;
  job.task_managers.busiest_over_mean = 1.5;
  JobWindow window = Build(job);
  window.task_managers.processes[0].covered_s *= 0.49;
  EXPECT_EQ(Read(SizingCase(window)).busiest_over_mean, 1);
}

// 7 slots on 4: two on the fullest, 1.75 on average.
TEST(RoleCpu, OfUnevenSlotsIsThatOfTheFullest) {
  const SizingCase c(Build({}));
  EXPECT_NEAR(Read(c, 2, 7).busiest_over_mean, 2 * 4 / 7.0, 1e-9);
  EXPECT_NEAR(Read(c, 2, 7).request.quantile_cores, 0.03 + 0.27 * 8 / 7, 1e-9);
}

TEST(RoleCpu, OfAJobManagerIsItsBusiestReplicas) {
  JobWindow window = Build({});
  window.job_managers = ShowProcesses({.count = 2, .cores = 0.2, .busiest_over_mean = 1.8}, 30, 8);
  const SizingCase c(window);
  const RoleCpu cpu = ReadRoleCpu(c.job, c.window.job_managers, ProcessRole::kJobManager, {}, 1, 1);
  EXPECT_NEAR(cpu.request.quantile_cores, 0.36, 1e-9);
  EXPECT_NEAR(cpu.mean_cores, 0.36, 1e-9);
}

TEST(RoleCpu, NotMeasuredIsNotKnown) {
  JobWindow window = Build({});
  window.task_managers.cpu.clear();
  EXPECT_FALSE(Read(SizingCase(window)).known);
  EXPECT_EQ(MustRecommend(window, MemoryPolicy()).task_managers.cpu_verdict, Verdict::kNotMeasured);
}

TEST(RoleCpu, OfStartUpsAloneIsNotKnown) {
  JobWindow window = Build({});
  for (CpuBin& bin : window.task_managers.cpu) bin.warm_s = 0;
  EXPECT_FALSE(Read(SizingCase(window)).known);
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.cpu_verdict, Verdict::kNotMeasured);
  EXPECT_EQ(answer.cores_quantile, std::nullopt);
}

TEST(RoleCpu, OfAFewMinutesIsThin) {
  SteadyJob job;
  job.bins = 9;
  EXPECT_EQ(Read(job).request.rule, CpuRule::kThinData);
  EXPECT_EQ(MustRecommend(Build(job), MemoryPolicy()).task_managers.cpu_verdict, Verdict::kThinData);
  job.bins = 10;
  EXPECT_NE(Read(job).request.rule, CpuRule::kThinData);
}

// The first five minutes are start-ups that use 2 cores: without them 0.3.
TEST(RoleCpu, StartUpsAreLeftOut) {
  JobWindow window = Build({});
  for (size_t i = 0; i < 5; ++i) {
    CpuBin& bin = window.task_managers.cpu[i];
    bin.cpu_s = 2 * bin.covered_s;
    bin.warm_s = 0.4 * bin.covered_s;
  }
  EXPECT_NEAR(Read(SizingCase(window)).request.quantile_cores, 0.3, 1e-9);
}

// Seen were 1,000 records/s, wanted are 2,000, and the job is behind: with all of its work it would use twice as much.
TEST(RoleCpu, OfADelayedJobGrowsToItsDemand) {
  JobWindow window = Build({});
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(2000);
  JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_EQ(job.timeliness, Timeliness::kOnTime);
  EXPECT_EQ(TermOf(job, "task_manager.cpu.use", -1, "demand_over_seen"), 1);
  window.sources[0].lag_records = 1e9;
  TuningPolicy policy = MemoryPolicy();
  policy.lag_goal = absl::Minutes(5);
  job = MustRecommend(window, policy);
  EXPECT_EQ(job.timeliness, Timeliness::kDelayed);
  EXPECT_NEAR(TermOf(job, "task_manager.cpu.use", -1, "demand_over_seen"), 2, 1e-9);
  EXPECT_NEAR(TermOf(job, "task_manager.cpu.use", -1, "mean_quantile"), 0.6, 1e-9);
}

// An operator that waits for its database is excluded. In `full` of 30 minutes it had no time left, and the
// TaskManagers used 0.45 cores, else 0.2.
JobWindow WithFullMinutes(size_t full) {
  JobWindow window = Build({});
  for (size_t i = 0; i < 30; ++i) {
    const bool is_full = i < full;
    Bin& bin = window.vertices[1].bins[i];
    bin.busy_s = (is_full ? 0.96 : 0.9) * bin.task_s;
    CpuBin& cpu = window.task_managers.cpu[i];
    cpu.cpu_s = (is_full ? 0.45 : 0.2) * cpu.covered_s;
  }
  return window;
}

TEST(RoleCpu, OfExcludedOperatorsWithoutTimeLeftIsNotCountedWhereEnoughIsLeft) {
  SizingCase c(WithFullMinutes(20));
  c.job.out.vertices[1].verdict = Verdict::kExcluded;
  RoleCpu cpu = Read(c);
  EXPECT_NEAR(cpu.request.quantile_cores, 0.2, 1e-9);
  EXPECT_NEAR(cpu.left_out_s, 1200, 1e-9);

  SizingCase fuller(WithFullMinutes(21));  // 9 minutes are left
  fuller.job.out.vertices[1].verdict = Verdict::kExcluded;
  cpu = Read(fuller);
  EXPECT_NEAR(cpu.request.quantile_cores, 0.45, 1e-9);
  EXPECT_EQ(cpu.left_out_s, 0);
}

TEST(RoleCpu, OfOperatorsThatAreSizedIsCounted) {
  const SizingCase c(WithFullMinutes(20));
  EXPECT_NEAR(Read(c).request.quantile_cores, 0.45, 1e-9);
  EXPECT_EQ(Read(c).left_out_s, 0);
}

// `cores` used of a request of `cpu`; 2 of 30 minutes throttled.
JobWindow ThrottledNowAndThen(double cores, double cpu) {
  SteadyJob job;
  job.cpu = cpu;
  job.task_managers.cores = cores;
  job.task_managers.limit_cores = cpu;
  JobWindow window = Build(job);
  for (size_t i : {10, 20}) window.task_managers.cpu[i].throttled_s = window.task_managers.cpu[i].throttle_seen_s;
  return window;
}

// 0.05 cores of 0.5 would be lowered; throttling hides what was wanted.
TEST(RoleCpu, ThrottledMinutesLowerNothing) {
  JobWindow window = ThrottledNowAndThen(0.05, 0.5);
  RoleCpu cpu = Read(SizingCase(window));
  EXPECT_EQ(cpu.request.rule, CpuRule::kCensored);
  EXPECT_EQ(cpu.request.request, MilliCores(500));
  EXPECT_NEAR(cpu.throttled_fraction, 2 / 30.0, 1e-12);
  for (CpuBin& bin : window.task_managers.cpu) bin.throttled_s = 0;
  cpu = Read(SizingCase(window));
  EXPECT_EQ(cpu.request.rule, CpuRule::kBelowBand);
  EXPECT_EQ(cpu.throttled_fraction, 0);
}

// A four-hundredth of the request in use, and throttled: the request is kept all the same.
TEST(RoleCpu, ThrottledRequestsAreKeptHoweverLittleIsUsed) {
  TuningPolicy policy = MemoryPolicy();
  policy.price_per_core = 100;
  const ProcessRecommendation answer = MustRecommend(ThrottledNowAndThen(0.01, 4), policy).task_managers;
  EXPECT_EQ(answer.wanted.cpu, MilliCores(4000));
}

TEST(RoleCpu, ThrottlingThatAsksForMoreIsFound) {
  SteadyJob job;
  job.task_managers.cores = 0.49;
  job.task_managers.limit_cores = 0.5;
  job.task_managers.throttled = 0.3;
  const JobRecommendation found = MustRecommend(Build(job), MemoryPolicy());
  const Finding* throttled = FindingOf(found, FindingKind::kThrottled);
  ASSERT_NE(throttled, nullptr);
  EXPECT_EQ(throttled->role, ProcessRole::kTaskManager);
  EXPECT_NEAR(throttled->share.value_or(0), 0.3, 1e-9);
  EXPECT_EQ(found.task_managers.cpu_verdict, Verdict::kLowerBound);
  EXPECT_EQ(found.task_managers.action, Action::kRaise);
  EXPECT_GT(*found.task_managers.wanted.cpu, MilliCores(500));
  job.task_managers.throttled = 0.09;
  EXPECT_EQ(FindingOf(MustRecommend(Build(job), MemoryPolicy()), FindingKind::kThrottled), nullptr);
}

// Throttled at half a core before the spec asked for 3: it asks for no more now.
TEST(RoleCpu, ThrottlingThatAsksForNoMoreIsNotFound) {
  SteadyJob job;
  job.cpu = 3;
  job.task_managers.cores = 0.49;
  job.task_managers.limit_cores = 0.5;
  job.task_managers.throttled = 0.3;
  const JobRecommendation found = MustRecommend(Build(job), MemoryPolicy());
  EXPECT_EQ(found.task_managers.wanted.cpu, MilliCores(3000));
  EXPECT_EQ(FindingOf(found, FindingKind::kThrottled), nullptr);
}

// 0.3 of 0.5 cores are in the band of 0.5 to 0.8: nothing changes, also by rounding.
TEST(RoleCpu, InsideTheBandKeepsTheRequest) {
  for (int milli = 251; milli <= 400; ++milli) {
    SteadyJob job;
    job.task_managers.live_mib = 400;
    job.task_managers.overhead = 0.04;
    job.task_managers.cores = milli / 1000.0;
    const ProcessRecommendation answer = MustRecommend(Build(job), MemoryPolicy()).task_managers;
    ASSERT_EQ(answer.action, Action::kHold) << milli;
    ASSERT_EQ(answer.wanted.cpu, MilliCores(500)) << milli;
  }
}

}  // namespace
}  // namespace tune
