#include "service/jobs/job_book.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/jobs/kept_jobs.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using JobBookTest = KeptJobs;

// The facts that a builder was made with stand in its window, so the bytes are those of the whole recording.
TEST_F(JobBookTest, PushesMakeTheWindowThatTheirSamplesMakeTogether) {
  RecordedJob recorded;
  PushAll(recorded.Pushes("team-a", "orders", 7));
  EXPECT_EQ(WindowOf(orders_), SerializeDeterministic(ToProto(recorded.builder->Window())));
  EXPECT_EQ(jobs_->Samples(orders_)->pushes, 7);
}

TEST_F(JobBookTest, ARestartChangesNothing) {
  const auto pushes = RecordedJob().Pushes("team-a", "orders", 20);
  for (size_t i = 0; i < pushes.size(); ++i) {
    ASSERT_TRUE(Push(pushes[i]).ok());
    const std::string before = WindowOf(orders_);
    const SamplesState samples = *jobs_->Samples(orders_);
    if (i % 4 != 3) continue;
    Reopen();
    EXPECT_EQ(WindowOf(orders_), before) << i;
    EXPECT_EQ(jobs_->Samples(orders_)->pushes, samples.pushes);
    EXPECT_EQ(jobs_->Samples(orders_)->last_sample, samples.last_sample);
    EXPECT_EQ(jobs_->Samples(orders_)->last_push, samples.last_push);
  }
  EXPECT_THAT(damage_, IsEmpty());
}

// A checkpoint is worth it beyond 256 KiB of pushes; what follows it is read on top of it.
TEST_F(JobBookTest, ARestartFromACheckpointChangesNothing) {
  RecordedJob recorded;
  PushAll(recorded.Pushes("team-a", "orders", 50));
  int64_t shift_ms = 0;
  const int64_t span_ms = recorded.batch.tasks.back().time_ms - recorded.batch.tasks.front().time_ms + 5000;
  for (int round = 1; store_->SizesOf(orders_).checkpoint_bytes == 0; ++round) {
    ASSERT_LT(round, 100);
    shift_ms += span_ms;  // the same once more, later: its counters begin anew
    RecordedJob later;
    for (TaskSample& sample : later.batch.tasks) sample.time_ms += shift_ms;
    later.batch.processes.clear();
    later.batch.sources.clear();
    later.batch.jobs.clear();
    later.batch.parallelisms.clear();
    auto pushes = later.Pushes("team-a", "orders", 5);
    pushes.front().clear_graph();
    for (auto& push : pushes) push.clear_idempotency_key();
    PushAll(pushes);
  }
  v1::PushSamplesRequest last = RecordedJob().Pushes("team-a", "orders", 1).front();
  last.clear_samples();
  last.clear_idempotency_key();
  ASSERT_TRUE(Push(last).ok());
  const std::string before = WindowOf(orders_);
  EXPECT_GT(store_->SizesOf(orders_).checkpoint_bytes, 0);
  EXPECT_GT(store_->SizesOf(orders_).tail_pushes, 0) << "one came after it";
  Reopen();
  EXPECT_THAT(damage_, IsEmpty());
  EXPECT_EQ(WindowOf(orders_), before);
}

TEST_F(JobBookTest, AKeyThatCameBeforeAddsNothing) {
  const auto pushes = RecordedJob().Pushes("team-a", "orders", 3);
  PushAll(pushes);
  const std::string before = WindowOf(orders_);
  const auto again = Push(pushes[1]);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated());
  EXPECT_EQ(again->taken(), 0);
  EXPECT_EQ(again->samples().pushes(), 3);
  EXPECT_EQ(WindowOf(orders_), before);
  v1::PushSamplesRequest other = pushes[2];
  other.set_idempotency_key(pushes[1].idempotency_key());
  EXPECT_EQ(Push(other).status().code(), absl::StatusCode::kAlreadyExists);
  Reopen();
  EXPECT_TRUE(Push(pushes[1])->repeated()) << "the key outlives a restart";
}

TEST_F(JobBookTest, TheFirstPushBringsTheGraph) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 2);
  EXPECT_EQ(Push(pushes[1]).status().message(), "graph = absent; allowed: the job's graph, with its first push");
  const auto first = Push(pushes[0]);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->new_window());
  EXPECT_GT(first->taken(), 0);
  EXPECT_FALSE(Push(pushes[1])->new_window());
}

TEST_F(JobBookTest, AnotherGraphBeginsANewWindowAndTheSameOneDoesNot) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 4);
  ASSERT_TRUE(Push(pushes[0]).ok());
  *pushes[1].mutable_graph() = pushes[0].graph();
  pushes[1].mutable_graph()->mutable_vertices(0)->set_name("renamed");
  EXPECT_FALSE(Push(pushes[1])->new_window());
  *pushes[2].mutable_graph() = pushes[0].graph();
  pushes[2].mutable_graph()->mutable_vertices(0)->set_id("another");
  EXPECT_TRUE(Push(pushes[2])->new_window());
}

// A scheduler that sends the graph as it is with every push need not send ParallelismSamples.
TEST_F(JobBookTest, AGraphWithAnotherParallelismTellsARescale) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 4);
  ASSERT_TRUE(Push(pushes[0]).ok());
  ASSERT_TRUE(Push(pushes[1]).ok());
  *pushes[2].mutable_graph() = pushes[0].graph();
  const int parallelism = pushes[0].graph().vertices(0).parallelism() + 1;
  for (auto& vertex : *pushes[2].mutable_graph()->mutable_vertices()) vertex.set_parallelism(parallelism);
  const auto pushed = Push(pushes[2]);
  ASSERT_TRUE(pushed.ok()) << pushed.status();
  EXPECT_FALSE(pushed->new_window());
  int now = 0;
  ASSERT_TRUE(jobs_
                  ->Read(
                      orders_, [](const JobFacts& f) { return f; },
                      [&now](const JobWindow& window) {
                        now = window.graph.vertices.front().parallelism;
                        return absl::OkStatus();
                      })
                  .ok());
  EXPECT_EQ(now, parallelism);
}

// Nothing of a push with one false sample is kept, neither in memory nor in the store.
TEST_F(JobBookTest, AFalseSampleIsNamedAndNothingIsTaken) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 2);
  ASSERT_TRUE(Push(pushes[0]).ok());
  const std::string before = WindowOf(orders_);
  const int64_t bytes = store_->SizesOf(orders_).tail_bytes;
  const auto refusal = [&](const auto& change) {
    v1::PushSamplesRequest request = pushes[1];
    change(request);
    return std::string(Push(request).status().message());
  };
  EXPECT_THAT(refusal([](auto& r) { r.mutable_samples()->mutable_tasks(3)->set_busy_ms(-2); }),
              AllOf(HasSubstr("samples.tasks[3].operators["), HasSubstr("].busy_ms = -2")));
  EXPECT_THAT(refusal([](auto& r) { r.mutable_samples()->mutable_tasks(3)->set_busy_ms(std::nan("")); }),
              HasSubstr("samples.tasks[3].busy_ms = nan"));
  EXPECT_THAT(refusal([](auto& r) { r.mutable_samples()->mutable_tasks(3)->set_vertex(99); }),
              HasSubstr("samples.tasks[3].vertex = 99"));
  EXPECT_THAT(refusal([](auto& r) { r.mutable_samples()->mutable_tasks(3)->clear_time(); }),
              HasSubstr("samples.tasks[3].time = absent"));
  EXPECT_THAT(
      refusal([](auto& r) { r.mutable_samples()->mutable_tasks(3)->mutable_time()->set_seconds(1'800'086'401); }),
      HasSubstr("samples.tasks[3].time = 2027-01-16T08:00:01+00:00; allowed: at most a day after the server's "
                "clock, 2027-01-15T08:00:00+00:00"));
  EXPECT_THAT(refusal([](auto& r) { (*r.mutable_source_rates())["nobody"] = 1; }),
              HasSubstr("source_rates[\"nobody\"]"));
  EXPECT_THAT(refusal([](auto& r) { r.set_idempotency_key(std::string(129, 'x')); }),
              HasSubstr("idempotency_key = 129 bytes; allowed: at most 128 bytes"));
  EXPECT_THAT(refusal([](auto& r) { r.mutable_job()->set_name("../etc"); }), HasSubstr("job.name = \"../etc\""));
  EXPECT_EQ(WindowOf(orders_), before);
  EXPECT_EQ(store_->SizesOf(orders_).tail_bytes, bytes);
}

// A vertex is told of as a whole or by its subtasks; which of both, only the samples before can tell.
TEST_F(JobBookTest, SamplesThatDoNotGoWithThoseBeforeAreLeftOutAndSaid) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 2);
  ASSERT_TRUE(Push(pushes[0]).ok());
  const bool was_whole = !pushes[0].samples().tasks(0).has_subtask();
  for (auto& sample : *pushes[1].mutable_samples()->mutable_tasks()) {
    if (was_whole)
      sample.set_subtask(0);
    else
      sample.clear_subtask();
  }
  const auto pushed = Push(pushes[1]);
  ASSERT_TRUE(pushed.ok()) << pushed.status();
  EXPECT_EQ(pushed->left_out_count(), pushes[1].samples().tasks_size());
  ASSERT_EQ(pushed->left_out_size(), std::min(20, pushes[1].samples().tasks_size()));
  EXPECT_THAT(pushed->left_out(0).field(), HasSubstr("samples.tasks["));
  const std::string before = WindowOf(orders_);
  Reopen();
  EXPECT_EQ(WindowOf(orders_), before);
}

// What somebody who may push could make the service hold.
TEST_F(JobBookTest, WindowsHaveASize) {
  auto push = RecordedJob().Pushes("team-a", "orders", 1).front();
  push.mutable_options()->mutable_horizon()->set_seconds(25 * 3600);
  EXPECT_THAT(Push(push).status().message(), HasSubstr("options.horizon = 25h; allowed: at most the server's 24h"));
  push.mutable_options()->mutable_horizon()->set_seconds(24 * 3600);
  push.mutable_options()->mutable_bin()->set_seconds(4);  // 21,600 of them
  EXPECT_THAT(Push(push).status().message(), HasSubstr("options.bin = 4s; allowed: at most 20160 bins in the horizon"));
  push.clear_options();
  push.clear_samples();
  push.mutable_graph()->clear_edges();
  push.mutable_graph()->clear_vertices();
  for (int i = 0; i < 3000; ++i) {  // of 1440 bins each: more than 2^22
    auto& vertex = *push.mutable_graph()->add_vertices();
    vertex.set_id(std::to_string(i));
    vertex.set_parallelism(1);
  }
  EXPECT_THAT(Push(push).status().message(), HasSubstr("graph.vertices = 3000 entries; allowed: at most 2912 with"));
}

TEST_F(JobBookTest, NoMoreJobsThanAllowed) {
  options_.most_jobs = 2;
  Reopen();
  const auto push = [&](const std::string& name) {
    return Push(RecordedJob().Pushes("team-a", name, 1).front()).status();
  };
  EXPECT_TRUE(push("a").ok());
  EXPECT_TRUE(push("b").ok());
  EXPECT_EQ(push("c").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(push("a").ok()) << "one that is kept goes on";
}

TEST_F(JobBookTest, AreListedInTheirOrder) {
  for (const auto& [ns, name] : {std::pair("b", "x"), {"a", "z"}, {"a", "y"}, {"a-b", "x"}}) {
    ASSERT_TRUE(Push(RecordedJob().Pushes(ns, name, 1).front()).ok());
  }
  const auto names = [](const std::vector<JobKey>& jobs) {
    std::vector<std::string> texts;
    for (const JobKey& job : jobs) texts.push_back(ToText(job));
    return texts;
  };
  EXPECT_THAT(names(jobs_->List(std::nullopt, 10)), ElementsAre("a/y", "a/z", "a-b/x", "b/x"));
  EXPECT_THAT(names(jobs_->List(JobKey{"a", "y", JobKind::kDeployment}, 2)), ElementsAre("a/z", "a-b/x"));
  EXPECT_THAT(names(jobs_->List(std::nullopt, 10, "a")), ElementsAre("a/y", "a/z"));
  EXPECT_THAT(names(jobs_->List(JobKey{"a", "y", JobKind::kDeployment}, 10, "a")), ElementsAre("a/z"));
  EXPECT_THAT(names(jobs_->List(std::nullopt, 10, "c")), IsEmpty());
  EXPECT_THAT(names(jobs_->TakePushed()), UnorderedElementsAre("a/y", "a/z", "a-b/x", "b/x"));
  EXPECT_THAT(jobs_->TakePushed(), IsEmpty());
}

TEST_F(JobBookTest, WhatIsForgottenBeginsAnew) {
  std::vector<std::string> changed;
  options_.changed = [&changed](const JobKey& job) { changed.push_back(ToText(job)); };
  Reopen();
  const auto push = RecordedJob().Pushes("team-a", "orders", 1).front();
  ASSERT_TRUE(Push(push).ok());
  jobs_->Forget(orders_);
  EXPECT_FALSE(jobs_->Samples(orders_).has_value());
  EXPECT_THAT(changed, ElementsAre("team-a/orders", "team-a/orders"));
  Reopen();
  EXPECT_EQ(jobs_->size(), 0u);
  EXPECT_FALSE(Push(push)->repeated()) << "its keys went too";
}

TEST_F(JobBookTest, ManyPushAtOnceAndNothingIsLost) {
  const auto pushes = RecordedJob().Pushes("team-a", "orders", 10);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (v1::PushSamplesRequest push : pushes) {
        push.mutable_job()->set_name("job-" + std::to_string(t));
        const auto pushed = Push(push);
        EXPECT_TRUE(pushed.ok()) << pushed.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  RecordedJob recorded;
  const std::string whole = SerializeDeterministic(ToProto(recorded.builder->Window()));
  for (int t = 0; t < 8; ++t) EXPECT_EQ(WindowOf({"team-a", "job-" + std::to_string(t), JobKind::kDeployment}), whole);
}

TEST_F(JobBookTest, SaysThatAJobIsNotKept) {
  const auto read =
      jobs_->Read(orders_, [](const JobFacts& f) { return f; }, [](const JobWindow&) { return absl::OkStatus(); });
  EXPECT_EQ(read.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(read.message(), "no samples of team-a/orders were pushed");
}

}  // namespace
}  // namespace tune
