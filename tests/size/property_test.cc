// What must hold of every job's processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/support/answer.h"
#include "tests/support/any_job.h"
#include "tests/support/process_window_maker.h"
#include "tests/support/recompute.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr int kJobs = 4000;

std::string MibText(Bytes bytes) { return std::to_string(bytes.value() >> 20) + "m"; }

std::map<std::string, std::string> Applied(const JobWindow& window, const ProcessRecommendation& answer) {
  std::map<std::string, std::string> configuration = window.facts.configuration;
  for (const auto& [key, text] : answer.options) configuration[key] = text;
  return configuration;
}

// Flink takes what is to be set, and gives all that is promised of it.
void ExpectFlinkGivesIt(const JobWindow& window, const JobRecommendation& job) {
  const ProcessRecommendation &tm = job.task_managers, &jm = job.job_manager;
  if (tm.wanted.memory != tm.now.memory || !tm.options.empty()) {
    const auto options = ReadTaskManagerMemory({}, Applied(window, tm), MibText(*tm.wanted.memory));
    ASSERT_TRUE(options.ok()) << options.status();
    const auto memory = ComputeMemory(*options);
    ASSERT_TRUE(memory.ok()) << memory.status();
    EXPECT_EQ(memory->Process(), *tm.wanted.memory);
    EXPECT_GE(memory->Heap(), *tm.wanted.heap);
    EXPECT_EQ(memory->managed, *tm.wanted.managed);
    EXPECT_EQ(memory->metaspace, *tm.wanted.metaspace);
  }
  if (jm.wanted.memory != jm.now.memory || !jm.options.empty()) {
    const auto options = ReadJobManagerMemory({}, Applied(window, jm), MibText(*jm.wanted.memory));
    ASSERT_TRUE(options.ok()) << options.status();
    const auto memory = ComputeMemory(*options);
    ASSERT_TRUE(memory.ok()) << memory.status();
    EXPECT_EQ(memory->Process(), *jm.wanted.memory);
    EXPECT_GE(memory->heap, *jm.wanted.heap);
  }
}

void ExpectSane(const ProcessRecommendation& answer) {
  for (const ProcessSize& size : {answer.now, answer.needed, answer.wanted}) {
    EXPECT_GE(size.count.value_or(1), 1);
    EXPECT_GE(size.slots.value_or(1), 1);
    EXPECT_GE(size.cpu_limit_factor, 1);
    EXPECT_GE(size.memory_limit_factor, 1);
    EXPECT_GT(size.cpu.value_or(MilliCores(1)), MilliCores(0));
    EXPECT_GT(size.memory.value_or(Bytes(1)), Bytes(0));
    EXPECT_GT(size.cost.value_or(1e-9), 0);
  }
  EXPECT_LE(answer.gc_overhead.value_or(0), 1);
  if (answer.action != Action::kHold) return;
  EXPECT_EQ(answer.wanted.memory, answer.now.memory);
  EXPECT_EQ(answer.wanted.heap, answer.now.heap);
  EXPECT_EQ(answer.wanted.cpu, answer.now.cpu);
  EXPECT_TRUE(answer.options.empty());
}

// On thin data nothing is lowered, and no memory where the live set rises. (A process of which no spec is known may
// become smaller while its heap or CPU is raised: what else it held is not known.)
void ExpectNothingLoweredInTheDark(const ProcessRecommendation& answer) {
  if (answer.cpu_verdict == Verdict::kThinData && answer.now.cpu) {
    EXPECT_GE(answer.wanted.cpu, answer.now.cpu);
  }
  if (answer.memory_verdict != Verdict::kThinData && answer.memory_verdict != Verdict::kExcluded) return;
  if (answer.now.overhead) {
    EXPECT_GE(answer.wanted.memory, answer.now.memory);
  }
  if (answer.now.heap) {
    EXPECT_GE(answer.wanted.heap, answer.now.heap);
  }
}

TEST(Processes, OfAnyJobAreSane) {
  std::mt19937_64 random(20261121);
  int raised = 0, lowered = 0, held = 0;
  std::set<std::string> rules;
  for (int i = 0; i < kJobs; ++i) {
    SCOPED_TRACE(i);
    const JobWindow window = AnyJob(random);
    const absl::StatusOr<JobRecommendation> job = Recommend(window, AnyPolicy(random));
    ASSERT_TRUE(job.ok()) << job.status();
    for (const ProcessRecommendation& answer : {job->task_managers, job->job_manager}) {
      ExpectSane(answer);
      ExpectNothingLoweredInTheDark(answer);
      raised += answer.action == Action::kRaise;
      lowered += answer.action == Action::kLower;
      held += answer.action == Action::kHold;
    }
    ExpectFlinkGivesIt(window, *job);
    EXPECT_THAT(RecomputeEvidence(*job), testing::IsEmpty());
    for (size_t e = 0; e < job->evidence.size(); ++e) rules.insert(job->evidence[e].rule);
    ASSERT_FALSE(HasFailure());
  }
  // The jobs are varied enough, and reach most rules.
  EXPECT_GE(raised, kJobs / 20);
  EXPECT_GE(lowered, kJobs / 20);
  EXPECT_GE(held, kJobs / 20);
  EXPECT_GE(rules.size(), 40u) << testing::PrintToString(rules);
}

// What was too small may have killed it; what was too large nobody knows.
TEST(Processes, OfAStoppedJobAreNeverLowered) {
  std::mt19937_64 random(4);
  int raised = 0;
  for (int i = 0; i < kJobs; ++i) {
    SCOPED_TRACE(i);
    JobWindow window = AnyJob(random);
    window.running_at_end = false;
    const JobRecommendation job = MustRecommend(window, AnyPolicy(random));
    EXPECT_EQ(job.action, Action::kPerson);
    for (const ProcessRecommendation& answer : {job.task_managers, job.job_manager}) {
      EXPECT_NE(answer.action, Action::kLower);
      if (answer.now.overhead) {
        EXPECT_GE(answer.wanted.memory, answer.now.memory);
      }
      if (answer.now.heap) {
        EXPECT_GE(answer.wanted.heap, answer.now.heap);
      }
      if (answer.now.cpu) {
        EXPECT_GE(answer.wanted.cpu, answer.now.cpu);
      }
      raised += answer.action == Action::kRaise;
    }
    for (const VertexRecommendation& r : job.vertices) EXPECT_EQ(r.wanted, r.now);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GE(raised, kJobs / 20);
}

TEST(Processes, WithoutSizingOfProcessesStayAsTheyAre) {
  std::mt19937_64 random(3);
  for (int i = 0; i < kJobs / 4; ++i) {
    const JobWindow window = AnyJob(random);
    TuningPolicy policy = AnyPolicy(random);
    policy.size_processes = false;
    const JobRecommendation job = MustRecommend(window, policy);
    EXPECT_EQ(job.task_managers.action, Action::kHold);
    EXPECT_EQ(job.task_managers.wanted.memory, job.task_managers.now.memory);
    EXPECT_EQ(job.job_manager.action, Action::kHold);
    EXPECT_TRUE(job.task_managers.options.empty());
  }
}

// A job on even TaskManagers (as many slots on each), with any collector and any reading.
SteadyJob AnySteadyJob(std::mt19937_64& random) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const Collector collectors[] = {Collector::kParallel, Collector::kG1, Collector::kZ};
  SteadyJob job;
  job.slots = static_cast<int>(uniform(1, 4.99));
  job.task_managers.count = static_cast<int>(uniform(1, 6.99));
  job.parallelism = job.slots * job.task_managers.count;
  job.bins = static_cast<int>(uniform(5, 60));
  job.heap_mib = std::floor(uniform(300, 4000));
  job.task_managers.live_mib = uniform(20, 1500);
  job.task_managers.rung = static_cast<LiveRung>(static_cast<int>(uniform(0, 4.99)));
  job.task_managers.collector = collectors[static_cast<size_t>(uniform(0, 2.99))];
  if (uniform(0, 1) < 0.2) job.task_managers.overhead = std::nullopt;
  if (job.task_managers.overhead) job.task_managers.overhead = uniform(0, uniform(0.01, 0.4));
  job.task_managers.cores = uniform(0.01, 2);
  job.cpu = uniform(0.1, 3);
  return job;
}

// Parallelism is what it is: nothing is known of the vertices.
TuningPolicy PinnedPolicy(int slots) {
  TuningPolicy policy = MemoryPolicy(slots);
  policy.min_records = 1e18;
  policy.min_coverage = absl::Hours(1000);
  policy.price_per_core = 4;
  return policy;
}

// At one layout: at another one what is needed follows from what is assumed of layouts not seen, of which this is not
// true (there a larger live set is also taken for a larger present heap).
TEST(Processes, OfOneLayoutNeverNeedLessHeapForMoreLiveData) {
  std::mt19937_64 random(5);
  for (int i = 0; i < kJobs; ++i) {
    SteadyJob job = AnySteadyJob(random);
    const JobRecommendation less = MustRecommend(Build(job), PinnedPolicy(job.slots));
    job.task_managers.live_mib *= std::uniform_real_distribution<double>(1, 3)(random);
    const JobRecommendation more = MustRecommend(Build(job), PinnedPolicy(job.slots));
    ASSERT_EQ(less.task_managers.needed.count, more.task_managers.needed.count) << i;
    ASSERT_LE(less.task_managers.needed.heap, more.task_managers.needed.heap) << i;
    ASSERT_LE(less.task_managers.needed.cost, more.task_managers.needed.cost) << i;
  }
}

TEST(Processes, OfOneLayoutNeverCostMoreForLessCpu) {
  std::mt19937_64 random(6);
  for (int i = 0; i < kJobs; ++i) {
    SteadyJob job = AnySteadyJob(random);
    const JobRecommendation more = MustRecommend(Build(job), PinnedPolicy(job.slots));
    job.task_managers.cores *= std::uniform_real_distribution<double>(0, 1)(random);
    const JobRecommendation less = MustRecommend(Build(job), PinnedPolicy(job.slots));
    ASSERT_LE(less.task_managers.needed.cost, more.task_managers.needed.cost) << i;
  }
}

TEST(Processes, OfOneLayoutNeverCostMoreForFewerCollections) {
  std::mt19937_64 random(7);
  for (int i = 0; i < kJobs; ++i) {
    SteadyJob job = AnySteadyJob(random);
    if (!job.task_managers.overhead) continue;
    const JobRecommendation more = MustRecommend(Build(job), PinnedPolicy(job.slots));
    *job.task_managers.overhead *= std::uniform_real_distribution<double>(0, 1)(random);
    const JobRecommendation less = MustRecommend(Build(job), PinnedPolicy(job.slots));
    ASSERT_LE(less.task_managers.needed.heap, more.task_managers.needed.heap) << i;
  }
}

// Slots stay; parallelism is what the demand asks for. Fewer TaskManagers hold more each, but never as much as all of
// them together, as what Flink takes for itself is there once for each.
TEST(Processes, NeverCostMoreForLessDemand) {
  std::mt19937_64 random(8);
  for (int i = 0; i < kJobs; ++i) {
    const SteadyJob job = AnySteadyJob(random);
    JobWindow window = Build(job);
    window.sources[0].kind = DemandKind::kGiven;
    const double demand = std::uniform_real_distribution<double>(100, 3000)(random);
    window.sources[0].given = RecordsPerSecond(demand);
    const JobRecommendation more = MustRecommend(window, MemoryPolicy(job.slots));
    window.sources[0].given = RecordsPerSecond(demand * std::uniform_real_distribution<double>(0.1, 1)(random));
    const JobRecommendation less = MustRecommend(window, MemoryPolicy(job.slots));
    ASSERT_LE(less.vertices[1].needed, more.vertices[1].needed) << i;
    ASSERT_LE(less.task_managers.needed.cost, more.task_managers.needed.cost) << i;
  }
}

TEST(Processes, OfAnyJobAreTheSameAgain) {
  std::mt19937_64 random(9);
  for (int i = 0; i < kJobs / 4; ++i) {
    const JobWindow window = AnyJob(random);
    const TuningPolicy policy = AnyPolicy(random);
    const JobRecommendation once = MustRecommend(window, policy), again = MustRecommend(window, policy);
    ASSERT_EQ(once.evidence.size(), again.evidence.size());
    for (size_t e = 0; e < once.evidence.size(); ++e) {
      ASSERT_EQ(once.evidence[e].rule, again.evidence[e].rule);
      ASSERT_EQ(once.evidence[e].result.value, again.evidence[e].result.value);
    }
    ASSERT_EQ(once.task_managers.options, again.task_managers.options);
    ASSERT_EQ(once.task_managers.wanted.cost, again.task_managers.wanted.cost);
    ASSERT_EQ(once.job_manager.options, again.job_manager.options);
  }
}

}  // namespace
}  // namespace tune
