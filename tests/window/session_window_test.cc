// The windows of a session cluster's jobs as one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tune/session.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr absl::Time kStart = absl::UnixEpoch();

// source -> map at 100 records/s; `busy` subtasks' worth of work on `parallelism`; two TaskManagers use `cores` each.
JobWindow Job(const std::string& name, int bins, double busy, int parallelism, double cores) {
  JobWindowMaker maker(bins);
  const int source = maker.AddSource("source", 100);
  VertexOptions map;
  map.parallelism = parallelism;
  map.rate_in = 100;
  map.seconds_per_record = busy / 100;
  maker.Connect(source, maker.Add("map", map));
  JobWindow job = maker.Build();
  job.start = kStart;
  job.facts.job_name = name;
  job.facts.slots_per_task_manager = 2;
  for (const char* id : {"tm-1", "tm-2"}) {
    ProcessWindow& process = job.task_managers.processes.emplace_back();
    process.id = id;
    process.covered_s = 60.0 * bins;
  }
  for (int i = 0; i < bins; ++i) {
    CpuBin& bin = job.task_managers.cpu.emplace_back();
    bin = {.covered_s = 120,
           .cpu_s = 120 * cores,
           .busiest_cores = cores,
           .warm_s = 120,
           .throttle_seen_s = 0,
           .throttled_s = 0,
           .processes = 2,
           .slots = parallelism,
           .limit_cores = {}};
  }
  job.task_managers.memory.resize(static_cast<size_t>(bins));
  return job;
}

std::string ErrorOf(std::span<const JobWindow> jobs) { return std::string(SessionWindow(jobs).status().message()); }

TEST(SessionWindow, HasEveryJobsVerticesUnderItsName) {
  const JobWindow jobs[] = {Job("orders", 10, 1, 2, 0.5), Job("clicks", 10, 1, 3, 0.5)};
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<std::string> ids, groups;
  for (const Vertex& v : all->graph.vertices) {
    ids.push_back(v.id);
    groups.push_back(v.slot_sharing_group);
  }
  EXPECT_THAT(ids, ElementsAre("orders/source", "orders/map", "clicks/source", "clicks/map"));
  EXPECT_THAT(groups, ElementsAre("orders/default", "orders/default", "clicks/default", "clicks/default"));
  ASSERT_EQ(all->graph.edges.size(), 2u);
  EXPECT_EQ(all->graph.edges[1].from, 2);
  EXPECT_EQ(all->graph.edges[1].to, 3);
  EXPECT_EQ(all->sources[1].vertex, 2);
  EXPECT_THAT(all->facts.session_jobs, ElementsAre("orders", "clicks"));
  EXPECT_EQ(all->facts.job_name, "session of orders, clicks");
}

// Both windows saw the same two TaskManagers: their use counts once, the slots of both jobs are needed: 2 + 3.
TEST(SessionWindow, CountsTheClustersProcessesOnce) {
  const JobWindow jobs[] = {Job("orders", 10, 1, 2, 0.5), Job("clicks", 10, 1, 3, 0.5)};
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->task_managers.processes.size(), 2u);
  ASSERT_EQ(all->task_managers.cpu.size(), 10u);
  EXPECT_EQ(all->task_managers.cpu[4].cpu_s, 60);
  EXPECT_EQ(all->task_managers.cpu[4].processes, 2);
  EXPECT_EQ(all->task_managers.cpu[4].slots, 5);
}

// Of 5 and 10 minutes that begin 3 minutes apart: bins 0 to 12.
TEST(SessionWindow, LaysBinsOverOneAnotherByTime) {
  JobWindow jobs[] = {Job("orders", 5, 1, 1, 0.5), Job("clicks", 10, 1, 1, 0.5)};
  jobs[1].start = kStart + absl::Minutes(3);
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->start, kStart);
  EXPECT_EQ(all->length, absl::Minutes(13));
  ASSERT_EQ(all->vertices[0].bins.size(), 13u);
  ASSERT_EQ(all->vertices[3].bins.size(), 13u);
  EXPECT_GT(all->vertices[0].bins[4].covered_s, 0);
  EXPECT_EQ(all->vertices[0].bins[5].covered_s, 0);
  EXPECT_EQ(all->vertices[3].bins[2].covered_s, 0);
  EXPECT_GT(all->vertices[3].bins[3].covered_s, 0);
  EXPECT_EQ(all->task_managers.cpu.size(), 13u);
  EXPECT_TRUE(CheckWindow(*all).ok()) << CheckWindow(*all);
}

// 1.6 and 2.4 subtasks' worth at 0.8 of the time: 2 and 3 slots, 5 in all, on TaskManagers of 2: 3 of them.
TEST(SessionWindow, SizesTaskManagersOverTheSumOfTheJobs) {
  const JobWindow jobs[] = {Job("orders", 30, 1.5, 1, 0.5), Job("clicks", 30, 2.3, 2, 0.5)};
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  TuningPolicy policy;
  policy.slow_record = absl::InfiniteDuration();
  const JobRecommendation answer = MustRecommend(*all, policy);
  EXPECT_EQ(answer.vertices[1].wanted, 2);
  EXPECT_EQ(answer.vertices[3].wanted, 3);
  EXPECT_EQ(answer.slots_now, 3);
  EXPECT_EQ(answer.slots_wanted, 5);
  EXPECT_EQ(answer.task_managers.wanted.count, 3);
}

TEST(SessionWindow, OneJobThatStoppedStopsTheCluster) {
  JobWindow jobs[] = {Job("orders", 5, 1, 1, 0.5), Job("clicks", 5, 1, 1, 0.5)};
  jobs[1].running_at_end = false;
  jobs[1].restarts = 2;
  const absl::StatusOr<JobWindow> all = SessionWindow(jobs);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_FALSE(all->running_at_end);
  EXPECT_EQ(all->restarts, 2);
}

TEST(SessionWindow, NamesEveryViolation) {
  EXPECT_EQ(ErrorOf({}), "jobs = empty; allowed: at least one window");
  JobWindow jobs[] = {Job("orders", 5, 1, 1, 0.5), Job("orders", 5, 1, 1, 0.5), Job("a/b", 5, 1, 1, 0.5),
                      Job("clicks", 5, 1, 1, 0.5)};
  jobs[2].bin = absl::Minutes(2);
  jobs[3].start = kStart + absl::Seconds(7);
  const std::string error = ErrorOf(jobs);
  EXPECT_THAT(error, HasSubstr("jobs[1].facts.job_name = \"orders\"; allowed: a name without a slash, each once"));
  EXPECT_THAT(error, HasSubstr("jobs[2].facts.job_name = \"a/b\""));
  EXPECT_THAT(error, HasSubstr("jobs[2].bin = 2m; allowed: 1m"));
  EXPECT_THAT(error, HasSubstr("jobs[3].start = 1970-01-01T00:00:07+00:00; allowed: whole bins from"));
}

}  // namespace
}  // namespace tune
