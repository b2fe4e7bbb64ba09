#include "service/jobs/judge.h"

#include <gmock/gmock.h>

#include "absl/time/clock.h"
#include "service/jobs/evaluator.h"
#include "tests/jobs/kept_jobs.h"
#include "tune/recommend.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class JudgeTest : public KeptJobs {
 protected:
  // kafka900-p2 drowns: two subtasks have too little time for 900 records/s.
  void PushOrders() { PushAll(RecordedJob().Pushes("team-a", "orders", 3)); }
  // Decisions are told when they are on disk.
  void Settle() {
    judge_.reset();
    judge_ = std::make_unique<Judge>(*jobs_, *policies_, *store_, facts_, Judge::Listener{});
  }
};

// One engine: a kept job, the same job sent whole, and the library say the same, byte for byte.
TEST_F(JudgeTest, SaysWhatTheEngineSaysOfTheWholeRecording) {
  PushOrders();
  RecordedJob recorded;
  const JobWindow& window = recorded.builder->Window();
  const auto expected = Recommend(window, TuningPolicy{});
  ASSERT_TRUE(expected.ok());
  const auto answer = Ask(orders_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(SerializeDeterministic(*answer), SerializeDeterministic(ToProto(*expected, window, TuningPolicy{})));
}

TEST_F(JudgeTest, ADecisionIsRecordedOnceAndOutlivesARestart) {
  PushOrders();
  ASSERT_TRUE(Ask(orders_).ok());
  ASSERT_TRUE(Ask(orders_).ok());
  Settle();
  ASSERT_THAT(decided_, SizeIs(1));
  EXPECT_EQ(decided_[0].id(), 1);
  EXPECT_EQ(judge_->Last(orders_)->id(), 1);
  Reopen();
  EXPECT_EQ(judge_->Last(orders_)->reason(), decided_[0].reason());
  ASSERT_TRUE(Ask(orders_).ok());
  Settle();
  EXPECT_THAT(decided_, SizeIs(1)) << "it is still the same";
  EXPECT_THAT(*store_->ListDecisions(&orders_, 0, 10), SizeIs(1));
}

TEST_F(JudgeTest, AnotherPolicyMakesAnotherDecisionAndAWhatIfMakesNone) {
  PushOrders();
  const int wanted = Ask(orders_)->parallelism_wanted();
  TuningPolicy idle;
  idle.name = "idle";
  idle.target_busy_fraction = 0.2;
  const auto what_if = Ask(orders_, &idle);
  ASSERT_TRUE(what_if.ok());
  EXPECT_GT(what_if->parallelism_wanted(), wanted) << "a fifth of the time busy, not four fifths";
  EXPECT_EQ(what_if->computed_from().policy_name(), "idle");
  Settle();
  EXPECT_THAT(decided_, SizeIs(1));
  ASSERT_TRUE(Put({PolicyScope::Level::kNamespace, {"team-a", "", JobKind::kDeployment}}, idle).ok());
  EXPECT_EQ(Ask(orders_)->parallelism_wanted(), what_if->parallelism_wanted());
  Settle();
  EXPECT_EQ(judge_->Last(orders_)->policy_name(), "idle");
}

// A spec that contradicts itself: its memory options cannot all hold.
TEST_F(JudgeTest, AnOwnersPolicyBeatsWhatWasPutForMoreAndYieldsToTheJobsOwn) {
  judge_ = std::make_unique<Judge>(*jobs_, *policies_, *store_, facts_, Judge::Listener{},
                                   [](const JobKey& job) { return job.name == "orders" ? "careful" : ""; });
  TuningPolicy thrifty;
  thrifty.name = "thrifty";
  const auto name_of = [&](const JobKey& job) { return judge_->PolicyFor(job).policy.name; };
  const JobKey bills{"team-a", "bills", JobKind::kDeployment};
  ASSERT_TRUE(Put({PolicyScope::Level::kNamespace, {"team-a", "", JobKind::kDeployment}}, thrifty).ok());
  EXPECT_EQ(name_of(orders_), "careful");
  EXPECT_TRUE(judge_->PolicyFor(orders_).is_owners);
  EXPECT_EQ(name_of(bills), "thrifty");
  ASSERT_TRUE(Put({PolicyScope::Level::kJob, orders_}, thrifty).ok());
  EXPECT_EQ(name_of(orders_), "thrifty");
  EXPECT_FALSE(judge_->PolicyFor(orders_).is_owners);
}

TEST_F(JudgeTest, AContradictorySpecIsAPersonsMatter) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 1);
  auto& options = *pushes[0].mutable_facts()->mutable_configuration();
  options["taskmanager.memory.process.size"] = "many";
  options["taskmanager.memory.flink.size"] = "few";  // two lines of an error
  ASSERT_TRUE(Push(pushes[0]).ok());
  for (int i = 0; i < 2; ++i) {
    const auto answer = Ask(orders_);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(answer.status().message(), HasSubstr("taskmanager.memory.process.size"));
  }
  Settle();
  ASSERT_THAT(decided_, SizeIs(1)) << "once";
  EXPECT_EQ(decided_[0].action(), v1::ACTION_PERSON);
  EXPECT_THAT(decided_[0].reason(), HasSubstr("taskmanager.memory.process.size"));
  EXPECT_EQ(decided_[0].reason().find('\n'), std::string::npos) << "one line";
  Reopen();
  EXPECT_EQ(Ask(orders_).status().code(), absl::StatusCode::kFailedPrecondition);
  Settle();
  EXPECT_THAT(decided_, SizeIs(1)) << "nor again after a restart";
}

// A session job's processes are its cluster's.
TEST_F(JudgeTest, OfASessionJobTheParallelismAloneIsJudged) {
  auto pushes = RecordedJob().Pushes("team-a", "orders", 1);
  pushes[0].mutable_job()->set_kind(v1::JOB_KIND_SESSION_JOB);
  ASSERT_TRUE(Push(pushes[0]).ok());
  const auto answer = Ask({"team-a", "orders", JobKind::kSessionJob});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->task_managers().wanted().has_memory());
  EXPECT_EQ(Ask(orders_).status().code(), absl::StatusCode::kNotFound) << "another kind is another job";
}

TEST_F(JudgeTest, JobsAreJudgedByThemselvesWhenSamplesOrAPolicyCome) {
  PushOrders();
  Evaluator evaluator(*jobs_, *policies_, *judge_, absl::Milliseconds(20), [this] { return now_; });
  const auto until = [&](const auto& done) {
    for (int i = 0; i < 500 && !done(); ++i) absl::SleepFor(absl::Milliseconds(10));
    return done();
  };
  EXPECT_TRUE(until([&] { return judge_->Last(orders_).has_value(); }));
  const int64_t judged = evaluator.stats().judged;
  EXPECT_EQ(judged, 1);
  const int64_t rounds = evaluator.stats().rounds;
  EXPECT_TRUE(until([&] { return evaluator.stats().rounds > rounds + 2; }));
  EXPECT_EQ(evaluator.stats().judged, judged) << "nothing came";
  TuningPolicy idle;
  idle.name = "idle";
  idle.target_busy_fraction = 0.2;
  ASSERT_TRUE(Put({PolicyScope::Level::kDefault, {}}, idle).ok());
  EXPECT_TRUE(until([&] { return judge_->Last(orders_)->policy_name() == "idle"; }));
}

}  // namespace
}  // namespace tune
