// Changes of jobs' specs from plan to end: the daemon beside a real API server and an operator that is made up.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libtune/codec/times.h"
#include "service/patch/live_object.h"
#include "service/rollout/change.h"
#include "tests/service/rollout_daemon.h"

namespace tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class RolloutApi : public RolloutDaemon {};

// All but what the plan changes: status, and what the API server writes of itself, aside.
json Others(json object, const v1::Change& change) {
  object.erase("status");
  for (const char* own : {"generation", "resourceVersion", "managedFields"}) object["metadata"].erase(own);
  object["metadata"]["annotations"].erase(kRecommendationAnnotation);
  for (const v1::FieldChange& field : change.fields()) {
    json* at = &object;
    for (int i = 0; i + 1 < field.path_size(); ++i) at = &(*at)[field.path(i)];
    at->erase(field.path(field.path_size() - 1));
  }
  return object;
}

TEST_F(RolloutApi, AnAppliedPlanIsBroughtInWatchedAndStable) {
  daemon_.Start();
  Create("orders");
  const json before = Get("orders");
  const v1::Change change = MustApply(Wish("orders"));
  EXPECT_EQ(change.state(), v1::CHANGE_STATE_WATCHED);
  EXPECT_EQ(change.author(), "ipv4:127.0.0.1");
  EXPECT_EQ(change.generation_before(), before["metadata"]["generation"]);
  EXPECT_EQ(change.generation_after(), change.generation_before() + 1) << "CPU, memory and parallelism in one patch";
  ASSERT_GT(change.fields_size(), 0);
  EXPECT_GT(change.measures_size(), 0);
  EXPECT_FALSE(change.decision().reason().empty());

  const v1::Change end = EndOf("orders");
  EXPECT_EQ(end.state(), v1::CHANGE_STATE_STABLE) << end.DebugString();
  EXPECT_TRUE(end.has_running());
  const json after = Get("orders");
  EXPECT_EQ(after["metadata"]["generation"], change.generation_after());
  EXPECT_EQ(Others(after, change), Others(before, change)) << "nothing else changed";
  for (const v1::FieldChange& field : change.fields()) {
    const json* value = FindField(after, {field.path().begin(), field.path().end()});
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->dump(), field.after());
  }
}

TEST_F(RolloutApi, ADryRunAsksTheApiServerAndStoresNothing) {
  daemon_.Start();
  Create("orders");
  const json before = Get("orders");
  v1::ApplyRequest wish = Wish("orders");
  wish.set_dry_run(true);
  const v1::Change change = MustApply(wish);
  EXPECT_EQ(change.id(), 0);
  EXPECT_GT(change.fields_size(), 0);
  EXPECT_EQ(Get("orders")["metadata"]["generation"], before["metadata"]["generation"]);
  EXPECT_TRUE(Audit("orders").empty());
}

TEST_F(RolloutApi, FieldsOfOthersAreTakenOnlyWhenAsked) {
  daemon_.Start();
  Create("orders");
  v1::ApplyRequest wish = Wish("orders");
  wish.set_force(false);
  MustApply([&] {
    v1::ApplyRequest dry = Wish("orders");
    dry.set_dry_run(true);
    return dry;
  }());  // so that the daemon writes
  v1::ApplyResponse response;
  const grpc::Status status = daemon_.Call(&Stub::Apply, wish, response);
  EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("others own what would change"));
}

TEST_F(RolloutApi, OfAnOlderPlanAndOfTheSameRequestNothingIsDone) {
  daemon_.Start();
  Create("orders");
  v1::ApplyRequest stale = Wish("orders");
  stale.set_generation(99);
  v1::ApplyResponse response;
  EXPECT_EQ(daemon_.Call(&Stub::Apply, stale, response).error_code(), grpc::ABORTED);

  v1::ApplyRequest wish = Wish("orders");
  wish.set_idempotency_key("once");
  const v1::Change change = MustApply(wish);
  ASSERT_TRUE(daemon_.Call(&Stub::Apply, wish, response).ok());
  EXPECT_TRUE(response.repeated());
  EXPECT_EQ(response.change().id(), change.id());
  v1::ApplyRequest other = wish;
  other.set_idempotency_key("another");
  EXPECT_THAT(daemon_.Call(&Stub::Apply, other, response).error_message(), HasSubstr("is not over"));
  EXPECT_EQ(Audit("orders").size(), 1u);
}

TEST_F(RolloutApi, WhatIsAppliedIsThePlanThatWasSeen) {
  daemon_.Start();
  Create("orders");
  v1::PlanRequest ask;
  *ask.mutable_kept()->mutable_job() = Job("orders");
  ask.mutable_kept()->mutable_policy()->add_sets("target_busy_fraction=0.4");  // 1.8 / 0.4: 5
  v1::PlanResponse seen;
  ASSERT_TRUE(daemon_.Call(&Stub::Plan, ask, seen).ok());
  ASSERT_FALSE(seen.plan_digest().empty());
  v1::ApplyRequest wish = Wish("orders");
  *wish.mutable_policy() = ask.kept().policy();
  wish.set_plan_digest(seen.plan_digest());
  wish.set_dry_run(true);
  const v1::Change change = MustApply(wish);
  wish.clear_policy();
  v1::ApplyResponse response;
  const grpc::Status status = daemon_.Call(&Stub::Apply, wish, response);
  EXPECT_EQ(status.error_code(), grpc::ABORTED);
  EXPECT_THAT(status.error_message(), HasSubstr("needs something else by now than the plan that was seen: spec."));
  wish.clear_plan_digest();
  EXPECT_NE(FieldsText(MustApply(wish)), FieldsText(change));
}

TEST_F(RolloutApi, RollbackByAPersonWritesTheValuesBefore) {
  daemon_.Start();
  Create("orders");
  const json before = Get("orders");
  const v1::Change change = MustApply(Wish("orders"));
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  v1::RollbackRequest request;
  *request.mutable_job() = Job("orders");
  v1::RollbackResponse response;
  const grpc::Status status = daemon_.Call(&Stub::Rollback, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.change().takes_back(), change.id());
  EXPECT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  EXPECT_EQ(Get("orders")["spec"], before["spec"]);

  // One that is under way goes back itself.
  const v1::Change again = MustApply(Wish("orders"));
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, request, response).ok());
  EXPECT_EQ(response.change().id(), again.id());
  const v1::Change end = EndOf("orders");
  EXPECT_EQ(end.state(), v1::CHANGE_STATE_ROLLED_BACK);
  EXPECT_THAT(end.outcome(), HasSubstr("ipv4:127.0.0.1 asked for it"));
  EXPECT_EQ(Get("orders")["spec"], before["spec"]);
}

TEST_F(RolloutApi, ARollbackIsNotRolledBackUnlessItIsNamed) {
  daemon_.Start();
  Create("orders");
  const json before = Get("orders");
  const v1::Change change = MustApply(Wish("orders"));
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  const json after = Get("orders");
  v1::RollbackRequest request;
  *request.mutable_job() = Job("orders");
  v1::RollbackResponse response;
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, request, response).ok());
  const int64_t back = response.change().id();
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, request, response).ok());
  EXPECT_EQ(response.change().id(), back);
  EXPECT_TRUE(response.repeated()) << "it is going back";
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  const grpc::Status none = daemon_.Call(&Stub::Rollback, request, response);
  EXPECT_EQ(none.error_code(), grpc::NOT_FOUND) << none.error_message();

  request.set_change(back);
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, request, response).ok());
  EXPECT_EQ(response.change().takes_back(), back);
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  EXPECT_EQ(Get("orders")["spec"], after["spec"]);
  request.clear_change();
  ASSERT_TRUE(daemon_.Call(&Stub::Rollback, request, response).ok());
  EXPECT_EQ(response.change().takes_back(), change.id()) << "in force again";
  ASSERT_EQ(EndOf("orders").state(), v1::CHANGE_STATE_STABLE);
  EXPECT_EQ(Get("orders")["spec"], before["spec"]);
}

TEST_F(RolloutApi, APauseStopsAllWritingUntilItIsOver) {
  daemon_.Start();
  Create("orders", Fate::kRuns, "auto");
  Push("orders");
  ASSERT_TRUE(Eventually([&] { return !Audit("orders").empty(); })) << Refusals("orders");
  ASSERT_EQ(EndOf("orders").author(), "tuned");

  v1::PauseRequest pause;
  pause.mutable_scope()->set_everyone(true);
  pause.set_reason("change freeze");
  v1::PauseResponse paused;
  ASSERT_TRUE(daemon_.Call(&Stub::Pause, pause, paused).ok());
  Create("bills", Fate::kRuns, "auto");
  const int64_t generation = Get("bills")["metadata"]["generation"];
  v1::ApplyResponse response;
  EXPECT_THAT(daemon_.Call(&Stub::Apply, Wish("bills"), response).error_message(), HasSubstr("change freeze"));
  daemon_.Stop();
  daemon_.Start();
  std::string refused;
  EXPECT_TRUE(Eventually([&] {
    refused = daemon_.Call(&Stub::Apply, Wish("bills"), response).error_message();
    return refused.find("change freeze") != std::string::npos;
  })) << "held over a restart: "
      << refused;
  absl::SleepFor(absl::Seconds(3));  // several judgements
  EXPECT_EQ(Get("bills")["metadata"]["generation"], generation);

  v1::ResumeRequest resume;
  resume.mutable_scope()->set_everyone(true);
  v1::ResumeResponse resumed;
  ASSERT_TRUE(daemon_.Call(&Stub::Resume, resume, resumed).ok());
  EXPECT_TRUE(resumed.pauses().empty());
  Push("bills");
  EXPECT_TRUE(Eventually([&] { return Get("bills")["metadata"]["generation"] > generation; }));
}

TEST_F(RolloutApi, AChangeIsThreeRequestsToTheApiServer) {
  constexpr int kJobs = 60, kCallers = 4;
  daemon_.Start();
  for (int i = 0; i < kJobs; ++i) Create(absl::StrCat("job-", i), Fate::kRuns, "off");  // not annotated
  v1::ApplyRequest warm = Wish("job-0");
  warm.set_dry_run(true);
  MustApply(warm);    // the Lease is taken
  operator_.reset();  // its requests would count
  // Of FlinkDeployments, but for watches.
  const auto requests = [&] {
    const std::string text = server_->Kubectl({"get", "--raw", "/metrics"});
    double sum = 0;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const bool counts = absl::StartsWith(line, "apiserver_request_total{") &&
                          absl::StrContains(line, "\"flinkdeployments\"") && !absl::StrContains(line, "WATCH");
      if (counts) sum += std::stod(std::string(line.substr(line.rfind(' '))));
    }
    return sum;
  };
  const double before = requests();
  const absl::Time begun = absl::Now();
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = caller; i < kJobs; i += kCallers) EXPECT_GT(MustApply(Wish(absl::StrCat("job-", i))).id(), 0);
    });
  }
  callers.clear();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
  std::printf("%d changes from plan to apply in %.2f s: %.0f a second\n", kJobs, seconds, kJobs / seconds);
  EXPECT_EQ(requests() - before, 3 * kJobs) << "the object, a dry run, the apply";
}

// What the map does once the change is in.
enum class Load {
  kNone,     // no samples come any more
  kCatchUp,  // noisy, and first what waited during the restart is worked off
  kSlow,     // each record takes so long that what waits grows
};

struct Case {
  Fate fate = Fate::kRuns;
  Load load = Load::kNone;
  bool good() const { return fate == Fate::kRuns && load != Load::kSlow; }
};

class ManyChanges : public RolloutDaemon {
 protected:
  void Add(int count, const Case& one) {
    for (int i = 0; i < count; ++i) {
      const std::string name = absl::StrCat("job-", 100 + cases_.size());
      Create(name, one.fate);
      cases_[name] = one;
      specs_[name] = Get(name)["spec"];
    }
  }

  // Ten minutes from when it ran on, as the job would tell them in time.
  v1::PushSamplesRequest After(const std::string& name, const Case& one, absl::Time running) const {
    const uint64_t seed = std::hash<std::string>()(name);
    SteadyJob job(one.load == Load::kSlow ? 0.005 + 0.001 * static_cast<double>(seed % 4) : 0.002, 0.25, seed);
    // Of 900 records/s at 5 ms three subtasks read 600 or less: a third waits. At 2 ms they can read 1,500.
    SampleBatch batch = job.Run(running, absl::Minutes(1), one.load == Load::kCatchUp ? 4000 : 900, 3);
    const SampleBatch later = job.Run(running + absl::Minutes(1) + absl::Seconds(10), absl::Minutes(9), 900, 3);
    batch.tasks.insert(batch.tasks.end(), later.tasks.begin(), later.tasks.end());
    batch.jobs.insert(batch.jobs.end(), later.jobs.begin(), later.jobs.end());
    return job.Push(Job(name), batch);
  }

  void RunToTheEnd() {
    std::set<std::string> pushed;
    ASSERT_TRUE(Eventually(
        [&] {
          const std::vector<v1::Change> open = Audit("", /*only_open=*/true);
          for (const v1::Change& change : open) {
            const std::string& name = change.job().name();
            const Case& one = cases_[name];
            if (!change.has_running() || one.load == Load::kNone || !pushed.insert(name).second) continue;
            PushRequest(After(name, one, TimeOf(change.running())));
          }
          return open.empty();
        },
        absl::Minutes(8)));
  }

  std::map<std::string, Case> cases_;
  std::map<std::string, json> specs_;
};

// 60 healthy and 80 bad ones, all at once.
TEST_F(ManyChanges, BadOnesGoBackAndGoodOnesStay) {
  // Long enough for all the pushes.
  daemon_.options.writing.rollout.watch.settle = absl::Seconds(60);
  daemon_.options.writing.rollout.watch.restart = absl::Seconds(60);
  daemon_.Start();
  Add(10, {Fate::kRuns, Load::kSlow});
  Add(20, {Fate::kRuns, Load::kNone});
  Add(40, {Fate::kRuns, Load::kCatchUp});
  for (const Fate fate : {Fate::kIgnored, Fate::kRefused, Fate::kUpgradeFails, Fate::kRolledBack, Fate::kOomKilled,
                          Fate::kCrashLoop, Fate::kStops}) {
    Add(10, {fate, Load::kNone});
  }
  for (const auto& [name, one] : cases_) ASSERT_GT(MustApply(Wish(name)).id(), 0);
  RunToTheEnd();
  int stable = 0, back = 0;
  for (const auto& [name, one] : cases_) {
    const v1::Change end = Audit(name).front();
    ++(one.good() ? stable : back);
    const int64_t generation = Get(name)["metadata"]["generation"];
    if (one.good()) {
      EXPECT_EQ(end.state(), v1::CHANGE_STATE_STABLE) << end.DebugString();
      EXPECT_EQ(generation, end.generation_after());
    } else {
      EXPECT_EQ(end.state(), v1::CHANGE_STATE_ROLLED_BACK) << end.DebugString();
      EXPECT_EQ(Get(name)["spec"], specs_[name]) << name;
      EXPECT_EQ(generation, end.generation_after() + 1) << "written back once";
    }
  }
  EXPECT_EQ(stable, 60);
  EXPECT_EQ(back, 80);
}

}  // namespace
}  // namespace tune
