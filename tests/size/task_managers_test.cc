// TaskManagers: when they are held, raised and lowered, and what happens to the vertices with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libtune/explain/text.h"
#include "tests/support/answer.h"
#include "tests/support/process_window_maker.h"

namespace tune {
namespace {

using testing::HasSubstr;

// Live 400 MiB of full collections at 4 % of the time: fewer than the goal of 5 % asks for, and yet a smaller heap by
// the model needs its margin. Old generation 2/3: (2/3 H - 400) = 4 / 5 (2/3 * 1024 - 400) gives H = 939, and 1.2
// times that is more than the present heap, which is enough.
SteadyJob Content() {
  SteadyJob job;
  job.task_managers.live_mib = 400;
  job.task_managers.overhead = 0.04;
  return job;
}

// Live 100 MiB at 0.5 %: (2/3 H - 100) = 0.1 (2/3 * 1024 - 100) gives H = 237.4, 1.2 times that is 284.9.
SteadyJob Roomy() {
  SteadyJob job;
  job.task_managers.live_mib = 100;
  job.task_managers.overhead = 0.005;
  return job;
}
constexpr double kRoomyHeap = 285;

TEST(TaskManagers, AreHeldWhenThePresentOnesDo) {
  const JobRecommendation job = MustRecommend(Build(Content()), MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kEstimated);
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_EQ(answer.wanted.heap, answer.now.heap);
  EXPECT_EQ(answer.wanted.count, 4);
  EXPECT_TRUE(answer.options.empty());
  EXPECT_EQ(job.vertices[1].wanted, 8);
  EXPECT_EQ(job.action, Action::kHold);
}

// Flink's defaults of 1728 MiB leave a heap 10 bytes short of 512 MiB, and managed memory 8 bytes above: what rounding
// to whole MiB adds is no reason for a larger process.
TEST(TaskManagers, OfFlinksDefaultsAreHeldThoughTheirPartsAreNoWholeMebibytes) {
  SteadyJob steady = Content();
  steady.task_managers.live_mib = 200;
  JobWindow window = Build(steady);
  window.facts.configuration.clear();
  window.facts.task_manager.memory = "1728m";
  const ProcessRecommendation answer = MustRecommend(window, MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.now.heap, Bytes(536870902));
  EXPECT_EQ(answer.now.managed, Bytes(536870920));
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_TRUE(answer.options.empty());
}

// 8 % of the time against 5: the room, a quarter of the heap, grows by 8 / 5 - 1: 1024 (1 + 0.25 * 0.6) = 1177.6, and
// 1.2 times that is 1413.12.
TEST(TaskManagers, AreRaisedWhenCollectionsTakeTooMuch) {
  SteadyJob steady = Content();
  steady.task_managers.overhead = 0.08;
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(job.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.heap), 1414);
  EXPECT_EQ(InMib(answer.wanted.memory), 1414 + kRestMib);
  EXPECT_EQ(answer.gc_overhead, 0.08);
  EXPECT_EQ(answer.wanted.count, 4);
}

// Managed memory that nothing uses would pay for the heap: 1414 MiB of it and none managed are 10 less than before.
// The heap is too small all the same.
TEST(TaskManagers, AreRaisedWhenTheHeapIsTooSmallThoughTheProcessIsNot) {
  SteadyJob steady = Content();
  steady.managed_mib = 400;
  steady.task_managers.overhead = 0.08;
  steady.task_managers.managed_used_mib = 0;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.heap), 1414);
  EXPECT_EQ(InMib(answer.wanted.managed), 0);
  EXPECT_EQ(InMib(answer.wanted.memory), 1414 + kRestMib);
}

TEST(TaskManagers, AreLoweredWhenThatSavesEnough) {
  const JobRecommendation job = MustRecommend(Build(Roomy()), MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_EQ(answer.action, Action::kLower);
  EXPECT_EQ(InMib(answer.wanted.heap), kRoomyHeap);
  EXPECT_EQ(InMib(answer.wanted.memory), kRoomyHeap + kRestMib);
  EXPECT_EQ(answer.now.cost, 4 * 1664.0 / 1024);
  EXPECT_EQ(answer.wanted.cost, 4 * (kRoomyHeap + kRestMib) / 1024);
  EXPECT_EQ(job.vertices[1].wanted, 8);
}

// 925 of 1664 MiB saves 44.4 %.
TEST(TaskManagers, AreHeldWhenLoweringSavesTooLittle) {
  TuningPolicy policy = MemoryPolicy();
  policy.least_saving = 0.45;
  const JobRecommendation job = MustRecommend(Build(Roomy()), policy);
  EXPECT_EQ(job.task_managers.action, Action::kHold);
  EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
  EXPECT_TRUE(HasStep(job, "guard.layout", -1));
  EXPECT_EQ(InMib(job.task_managers.needed.heap), kRoomyHeap);
  policy.least_saving = 0.44;
  EXPECT_EQ(MustRecommend(Build(Roomy()), policy).task_managers.action, Action::kLower);
}

// A restart of 60 s costs as much as 44.4 % saves in 135 s.
TEST(TaskManagers, AreHeldWhenTheRestartCostsMore) {
  TuningPolicy policy = MemoryPolicy();
  policy.restart_time = absl::Seconds(60);
  policy.payback_time = absl::Seconds(134);
  EXPECT_EQ(MustRecommend(Build(Roomy()), policy).task_managers.action, Action::kHold);
  policy.payback_time = absl::Seconds(136);
  EXPECT_EQ(MustRecommend(Build(Roomy()), policy).task_managers.action, Action::kLower);
}

TEST(TaskManagers, AreNeverLoweredOnThinData) {
  SteadyJob steady = Roomy();
  steady.bins = 9;  // minutes, of the 10 that min_process_coverage asks for
  steady.managed_mib = 512;
  steady.task_managers.managed_used_mib = 0;
  steady.task_managers.metaspace_used_mib = 20;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kThinData);
  EXPECT_EQ(answer.confidence, Confidence::kLow);
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  steady.bins = 10;
  EXPECT_EQ(MustRecommend(Build(steady), MemoryPolicy()).task_managers.action, Action::kLower);
}

TEST(TaskManagers, AreRaisedOnThinData) {
  SteadyJob steady = Content();
  steady.bins = 5;
  steady.task_managers.overhead = 0.08;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kThinData);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_EQ(InMib(answer.wanted.heap), 1414);
}

TEST(TaskManagers, OfALiveSetThatRisesAreForAPersonAndNeverLowered) {
  SteadyJob steady = Roomy();
  steady.managed_mib = 512;
  steady.task_managers.live_mib = 50;
  steady.task_managers.rise_mib = 60;
  steady.task_managers.managed_used_mib = 0;     // idle: else a reason to lower
  steady.task_managers.metaspace_used_mib = 20;  // the same
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kExcluded);
  EXPECT_EQ(answer.action, Action::kPerson);
  EXPECT_EQ(job.action, Action::kPerson);
  EXPECT_GE(answer.wanted.memory, answer.now.memory);
  EXPECT_GE(answer.wanted.heap, answer.now.heap);
  const Finding* leak = FindingOf(job, FindingKind::kLeak);
  ASSERT_NE(leak, nullptr);
  EXPECT_EQ(leak->role, ProcessRole::kTaskManager);
  // Medians of the first and the last seven of 30 readings that rise by 60 in 29 steps: 23 steps apart; of 110.
  EXPECT_NEAR(leak->share.value_or(0), 60.0 * 23 / 29 / 110, 1e-3);
}

// The load needs half: 8 subtasks at 45 % of their time. 4 TaskManagers that hold 260 MiB each, 10 of them Flink's,
// become 2 that hold the state of 4: 10 + 2 * 250 = 510 MiB, where full collections fill a heap of
// 510 / (2/3 * 0.93) = 823 MiB. The heap of 700 MiB that they have is lowered for nobody.
TEST(TaskManagers, HalvedParallelismNeverLowersMemoryBelowTheStateBroughtTogether) {
  SteadyJob steady;
  steady.busy = 0.45;
  steady.heap_mib = 700;
  steady.task_managers.live_mib = 260;
  steady.task_managers.overhead = 0.001;
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  const ProcessRecommendation& answer = job.task_managers;
  ASSERT_EQ(job.vertices[1].wanted, 4);  // ceil(0.45 * 8)
  EXPECT_EQ(answer.wanted.count, 2);
  EXPECT_GE(InMib(answer.wanted.heap), 823);
  EXPECT_EQ(InMib(answer.wanted.memory), InMib(answer.wanted.heap) + kRestMib);
  EXPECT_EQ(TermOf(job, "layout.live_set", -1, "result"), 510.0 * (1 << 20));
}

// The same where parallelism stays: the slots that one TaskManager holds do not grow.
TEST(TaskManagers, WithUnchangedParallelismHoldTheStateTheyHeld) {
  SteadyJob steady;
  steady.task_managers.live_mib = 260;
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  EXPECT_EQ(TermOf(job, "layout.live_set", -1, "result"), 260.0 * (1 << 20));
}

// 7 slots on 4 TaskManagers of 2. Whatever Flink fills first, the present layout was seen and does.
TEST(TaskManagers, WithFreeSlotsAreHeldWhenTheyDo) {
  SteadyJob steady = Content();
  steady.parallelism = 7;
  steady.busy = 0.98;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.action, Action::kHold);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
}

// More parallelism at the present sizes: 16 subtasks on 8 TaskManagers of 2 slots.
TEST(TaskManagers, AreMoreOfTheSameForMoreParallelism) {
  SteadyJob steady = Content();
  steady.busy = 0.9;
  JobWindow window = Build(steady);
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(2000);  // 2000/s * 7.2 ms = 14.4 subtasks, 15 of them
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_EQ(job.vertices[1].wanted, 15);
  EXPECT_EQ(job.task_managers.wanted.count, 8);  // ceil(15 / 2)
  EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
}

// Of few minutes nobody knows what a TaskManager uses: each of the eight gets the core that each of the four had,
// though all of them together are given twice as much.
TEST(TaskManagers, AreMoreOfTheSameOnThinData) {
  SteadyJob steady = Content();
  steady.bins = 9;
  steady.cpu = 1;
  JobWindow window = Build(steady);
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(2000);
  TuningPolicy policy = MemoryPolicy();
  policy.price_per_core = 1;
  const ProcessRecommendation answer = MustRecommend(window, policy).task_managers;
  EXPECT_EQ(answer.cpu_verdict, Verdict::kThinData);
  EXPECT_EQ(answer.wanted.count, 8);
  EXPECT_EQ(answer.wanted.cpu, MilliCores(1000));
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
}

// Less CPU is asked for; memory may not be lowered, and parts of whole MiB instead of Flink's are no reason to raise
// it.
TEST(TaskManagers, KeepTheirMemoryToTheByteWhereCpuAloneChanges) {
  SteadyJob steady = Content();
  steady.task_managers.live_mib = 50;
  steady.task_managers.rise_mib = 60;
  steady.cpu = 4;
  JobWindow window = Build(steady);
  window.facts.configuration.clear();
  window.facts.task_manager.memory = "1728m";
  TuningPolicy policy = MemoryPolicy();
  policy.price_per_core = 1;
  const ProcessRecommendation answer = MustRecommend(window, policy).task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kExcluded);
  EXPECT_LT(answer.wanted.cpu, answer.now.cpu);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_EQ(answer.wanted.heap, answer.now.heap);
  EXPECT_EQ(answer.wanted.managed, answer.now.managed);
  EXPECT_TRUE(answer.options.empty());
}

TEST(TaskManagers, StayWhereOnlyParallelismIsSized) {
  SteadyJob steady = Content();
  steady.task_managers.overhead = 0.08;
  TuningPolicy policy = MemoryPolicy();
  policy.size_processes = false;
  const JobRecommendation job = MustRecommend(Build(steady), policy);
  EXPECT_EQ(job.task_managers.action, Action::kHold);
  EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
  EXPECT_EQ(job.task_managers.memory_verdict, Verdict::kNotMeasured);
  EXPECT_EQ(job.vertices[1].wanted, 8);
  for (size_t i = 0; i < job.evidence.size(); ++i) {
    EXPECT_EQ(std::string(job.evidence[i].rule).find("task_manager"), std::string::npos);
    EXPECT_EQ(std::string(job.evidence[i].rule).find("layout"), std::string::npos);
  }
}

// Four TaskManagers need 925 MiB each. Two hold 10 + 90 * 2 = 190 MiB alive, as in a heap of 1.9 * 1024, and do twice
// the work: 0.5 % * 2 / 1.9 of the time in collections. (2/3 H - 190) = 0.10526 (2/3 * 1945.6 - 190) gives H =
// 459.8, 1.2 times that 551.8, and 1192 MiB each; three need 1014 MiB each. 3000 MiB of quota take two: 4 of 8
// subtasks, for which 39/64 is the largest part.
TEST(TaskManagers, TakeThePartThatTheQuotaLeaves) {
  JobWindow window = Build(Roomy());
  window.facts.limits.quota.memory_request = Mib(3000);
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  const Finding* no_room = FindingOf(job, FindingKind::kNoRoom);
  ASSERT_NE(no_room, nullptr);
  EXPECT_EQ(no_room->role, ProcessRole::kTaskManager);
  EXPECT_EQ(no_room->share, 0.5);
  const std::string text = FindingText(job, *no_room, window.graph);
  EXPECT_THAT(text, HasSubstr("TaskManagers: room for 50 % of the slots that are needed: quota: memory requests, "));
  EXPECT_THAT(text, HasSubstr(" MiB needed and 3000 MiB allowed"));
  EXPECT_EQ(job.vertices[1].wanted, 4);
  EXPECT_EQ(job.task_managers.wanted.count, 2);
  EXPECT_EQ(InMib(job.task_managers.wanted.memory), 552 + kRestMib);
  EXPECT_EQ(TermOf(job, "layout.no_room", -1, "allowed"), 3000.0 * (1 << 20));
}

// 15 subtasks are wanted, for which eight TaskManagers would be; there is room for those that are there.
TEST(TaskManagers, ThatStayForWantOfRoomAreHeld) {
  SteadyJob steady = Content();
  steady.bins = 9;  // too few to change their size
  JobWindow window = Build(steady);
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(2000);
  window.facts.limits.quota.pods = 5;  // one is the JobManager
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_EQ(job.task_managers.action, Action::kHold);
  EXPECT_EQ(job.task_managers.wanted.count, 4);
  EXPECT_EQ(job.vertices[1].wanted, 8);
  EXPECT_EQ(job.action, Action::kHold);
  const Finding* no_room = FindingOf(job, FindingKind::kNoRoom);
  ASSERT_NE(no_room, nullptr);
  EXPECT_EQ(no_room->share, 8.0 / 15);
}

TEST(TaskManagers, ThatFitNowhereAreForAPerson) {
  JobWindow window = Build(Content());
  window.facts.limits.quota.pods = 0;
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_EQ(job.task_managers.action, Action::kPerson);
  EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
  EXPECT_EQ(job.vertices[1].wanted, 8);
  const Finding* no_room = FindingOf(job, FindingKind::kNoRoom);
  ASSERT_NE(no_room, nullptr);
  EXPECT_EQ(no_room->share, 0);
}

// The JobManager's pod comes first: of four pods three are left.
TEST(TaskManagers, GetWhatTheJobManagerLeavesOfTheQuota) {
  JobWindow window = Build(Content());
  window.facts.limits.quota.pods = 5;
  window.facts.job_manager.memory = "1600m";
  window.facts.job_manager.cpu = 0.5;
  EXPECT_EQ(FindingOf(MustRecommend(window, MemoryPolicy()), FindingKind::kNoRoom), nullptr);
  window.facts.limits.quota.pods = 4;
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kNoRoom), nullptr);
  EXPECT_EQ(job.task_managers.wanted.count, 3);
}

TEST(TaskManagers, GetWhatTheJobManagerLeavesOfMemoryAndCpu) {
  JobWindow window = Build(Content());
  window.facts.job_manager.memory = "1600m";
  window.facts.job_manager.cpu = 0.5;
  window.facts.job_manager.replicas = 2;
  const auto has_room = [&] {
    return FindingOf(MustRecommend(window, MemoryPolicy()), FindingKind::kNoRoom) == nullptr;
  };
  QuotaLeft& quota = window.facts.limits.quota;
  quota.memory_request = Mib(4 * 1664 + 2 * 1600);
  quota.cpu_request = quota.cpu_limit = MilliCores(4 * 500 + 2 * 500);
  EXPECT_TRUE(has_room());
  quota.memory_request = Mib(4 * 1664 + 2 * 1600 - 1);
  EXPECT_FALSE(has_room());
  quota.memory_request = std::nullopt;
  quota.cpu_request = MilliCores(4 * 500 + 2 * 500 - 1);
  EXPECT_FALSE(has_room());
}

// Collections take 15 % and the vertices are short of time: more subtasks would collect as well. They hold, and the
// heap is raised.
TEST(TaskManagers, GetMoreHeapBeforeGcBoundVerticesGetMoreSubtasks) {
  SteadyJob steady = Content();
  steady.busy = 1.2;
  steady.task_managers.overhead = 0.15;
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  EXPECT_NE(FindingOf(job, FindingKind::kGcBound), nullptr);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
  EXPECT_GT(job.vertices[1].needed, 8);
  EXPECT_EQ(job.vertices[1].wanted, 8);
  EXPECT_EQ(job.vertices[1].action, Action::kHold);
  EXPECT_EQ(job.task_managers.action, Action::kRaise);
  EXPECT_EQ(job.action, Action::kRaise);
}

// Where the heap is not the reason a person looks.
TEST(TaskManagers, ThatHoldLeaveGcBoundVerticesToAPerson) {
  SteadyJob steady = Content();
  steady.busy = 1.2;
  JobWindow window = Build(steady);
  window.task_managers.processes[0].gc_fraction = 0.15;
  const JobRecommendation job = MustRecommend(window, MemoryPolicy());
  ASSERT_EQ(job.task_managers.action, Action::kHold);
  EXPECT_EQ(job.vertices[1].action, Action::kPerson);
  EXPECT_EQ(job.action, Action::kPerson);
}

// Without a reading of the live set the memory stays; number and CPU follow.
TEST(TaskManagers, WithoutLiveSetKeepTheirMemory) {
  SteadyJob steady;
  steady.task_managers.rung = std::nullopt;
  steady.task_managers.cores = 0.9;
  const ProcessRecommendation answer = MustRecommend(Build(steady), MemoryPolicy()).task_managers;
  EXPECT_EQ(answer.memory_verdict, Verdict::kNotMeasured);
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_EQ(answer.wanted.count, 4);
  EXPECT_EQ(answer.action, Action::kRaise);
  EXPECT_GE(*answer.wanted.cpu, MilliCores(1125));  // 0.9 / 0.8
  EXPECT_LE(*answer.wanted.cpu, MilliCores(1800));  // 0.9 / 0.5
}

TEST(TaskManagers, WithoutLiveSetFollowParallelismInNumber) {
  SteadyJob steady;
  steady.busy = 0.45;
  steady.task_managers.rung = std::nullopt;
  const JobRecommendation job = MustRecommend(Build(steady), MemoryPolicy());
  EXPECT_EQ(job.vertices[1].wanted, 4);
  EXPECT_EQ(job.task_managers.wanted.count, 2);
  EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
}

// A job whose spec is not known, but for the heaps that it tells: the heap alone decides.
TEST(TaskManagers, OfUnknownMemoryAreSizedByTheirHeaps) {
  const auto action = [](SteadyJob steady) {
    steady.task_managers.heap_mib = steady.heap_mib;
    JobWindow window = Build(steady);
    window.facts = JobFacts{};
    for (ProcessWindow& process : window.task_managers.processes) process.managed_total = Mib(0);
    return MustRecommend(window, MemoryPolicy()).task_managers.action;
  };
  EXPECT_EQ(action(Content()), Action::kHold);
  EXPECT_EQ(action(Roomy()), Action::kLower);
  SteadyJob tight = Content();
  tight.task_managers.overhead = 0.08;
  EXPECT_EQ(action(tight), Action::kRaise);
}

}  // namespace
}  // namespace tune
