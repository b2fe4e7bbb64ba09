#include "service/jobs/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/answer.h"
#include "tune/recommend.h"

namespace tune {
namespace {

using testing::HasSubstr;

v1::JobRecommendation Wanting(v1::Action action, int parallelism, int64_t cpu, int64_t memory) {
  v1::JobRecommendation job;
  job.set_action(action);
  v1::VertexRecommendation& vertex = *job.add_vertices();
  vertex.set_id("map");
  vertex.set_wanted(parallelism);
  job.mutable_task_managers()->mutable_wanted()->set_cpu(cpu);
  job.mutable_task_managers()->mutable_wanted()->set_memory(memory);
  return job;
}

TEST(Decision, IsAnotherOneWhereSomebodyWouldActOtherwise) {
  const v1::JobRecommendation raise = Wanting(v1::ACTION_RAISE, 4, 1000, 1000 << 20);
  EXPECT_FALSE(IsOther(raise, raise));
  EXPECT_TRUE(IsOther(raise, Wanting(v1::ACTION_HOLD, 4, 1000, 1000 << 20)));
  EXPECT_TRUE(IsOther(raise, Wanting(v1::ACTION_RAISE, 5, 1000, 1000 << 20)));
  // A twentieth of the larger one: 1000 against 1052 is 0.0494 of it, against 1053 0.0503.
  EXPECT_FALSE(IsOther(raise, Wanting(v1::ACTION_RAISE, 4, 1052, 1000 << 20)));
  EXPECT_TRUE(IsOther(raise, Wanting(v1::ACTION_RAISE, 4, 1053, 1000 << 20)));
  EXPECT_TRUE(IsOther(raise, Wanting(v1::ACTION_RAISE, 4, 1000, 1053 << 20)));
  v1::JobRecommendation without = raise;
  without.mutable_task_managers()->mutable_wanted()->clear_memory();
  EXPECT_TRUE(IsOther(raise, without)) << "not known is not the same";
  v1::JobRecommendation renamed = raise;
  renamed.mutable_vertices(0)->set_id("filter");
  EXPECT_TRUE(IsOther(raise, renamed));
}

TEST(Decision, SaysWhyInOneSentence) {
  const JobWindow window = SourceAndMap(900, MapOptions(900, 0.002, 1));
  const auto answer = Recommend(window, TuningPolicy{});
  ASSERT_TRUE(answer.ok()) << answer.status();
  const v1::Decision decision = DecisionOf(*answer, window.graph, "balanced");
  EXPECT_EQ(decision.action(), v1::ACTION_RAISE);
  EXPECT_EQ(decision.parallelism_now(), 1);
  EXPECT_GE(decision.parallelism_wanted(), 3) << "1.8 subtasks' time, at most 80 % busy";
  EXPECT_THAT(decision.reason(), HasSubstr("map"));
  EXPECT_EQ(decision.policy_name(), "balanced");
}

TEST(Decision, IsExplainedByAnOperatorThatChangesAsTheJobDoes) {
  const JobWindow window = SourceAndMap(900, MapOptions(900, 0.002, 1));
  auto answer = Recommend(window, TuningPolicy{});
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->action, Action::kRaise);
  VertexRecommendation& source = answer->vertices.front();
  source.now = 100;  // by a larger factor than map's
  source.wanted = 1;
  source.action = Action::kLower;
  EXPECT_THAT(ReasonOf(*answer, window.graph), HasSubstr("map: raise from 1 to "));
  answer->action = Action::kPerson;  // as neither does
  EXPECT_THAT(ReasonOf(*answer, window.graph), HasSubstr("lower from 100 to 1"));
}

}  // namespace
}  // namespace tune
