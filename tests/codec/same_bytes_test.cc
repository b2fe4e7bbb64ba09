// Same input, same bytes out: by whichever way a job reaches Recommend().
#include <gtest/gtest.h>

#include <random>

#include "libtune/codec/json.h"
#include "tests/support/any_job.h"
#include "tune/recommend.h"

namespace tune {
namespace {

std::string AnswerText(const JobWindow& window, const TuningPolicy& policy) {
  const auto job = Recommend(window, policy);
  EXPECT_TRUE(job.ok()) << job.status();
  const auto json = ToJson(*job, window, policy, JsonStyle::kPretty);
  EXPECT_TRUE(json.ok()) << json.status();
  return *json;
}

TEST(SameBytes, OfAnyJobAgainAndOfItsWindowAsJson) {
  std::mt19937_64 random(10);
  for (int i = 0; i < 400; ++i) {
    const JobWindow window = AnyJob(random);
    const TuningPolicy policy = AnyPolicy(random);
    const std::string once = AnswerText(window, policy);
    ASSERT_EQ(once, AnswerText(window, policy)) << i;
    const auto json = ToJson(window, JsonStyle::kCompact);
    ASSERT_TRUE(json.ok()) << json.status();
    const auto back = WindowFromJson(*json);
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(once, AnswerText(*back, policy)) << i;
  }
}

}  // namespace
}  // namespace tune
