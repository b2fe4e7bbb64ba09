// Same input, same bytes out: by whichever way a job reaches Recommend().
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "libtune/codec/evidence_wire.h"
#include "libtune/codec/json.h"
#include "libtune/codec/wire.h"
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

// What is written without messages is what messages would be: read back and written again it is the same.
TEST(SameBytes, OfAnAnswerWrittenWithoutMessages) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 400; ++i) {
    const JobWindow window = AnyJob(random);
    const TuningPolicy policy = AnyPolicy(random);
    const auto job = Recommend(window, policy);
    ASSERT_TRUE(job.ok()) << job.status();
    for (const EvidenceIn evidence : {EvidenceIn::kMessage, EvidenceIn::kNothing}) {
      v1::JobRecommendation message, read;
      Write(*job, window, policy, evidence, message);
      std::string bytes;
      AppendBytes(*job, window, policy, evidence, bytes);
      ASSERT_EQ(bytes, SerializeDeterministic(message)) << i;
      ASSERT_TRUE(read.ParseFromString(bytes)) << i;
      ASSERT_EQ(SerializeDeterministic(read), bytes) << i;
    }
  }
}

// Each text and number of a step is where the message has it.
TEST(SameBytes, OfEvidenceStepByStep) {
  std::mt19937_64 random(12);
  const JobWindow window = AnyJob(random);
  const auto job = Recommend(window, AnyPolicy(random));
  ASSERT_TRUE(job.ok()) << job.status();
  v1::JobRecommendation message;
  ASSERT_TRUE(message.ParseFromString(EvidenceBytes(job->evidence, window.graph)));
  ASSERT_EQ(message.evidence_size(), static_cast<int>(job->evidence.size()));
  const auto same = [](const v1::Term& a, const Term& b) {
    return a.name() == b.name && a.unit() == b.unit && a.source() == b.source && a.value() == b.value;
  };
  for (int i = 0; i < message.evidence_size(); ++i) {
    const v1::Evidence& step = message.evidence(i);
    const Evidence expected = job->evidence[static_cast<size_t>(i)];
    EXPECT_EQ(step.rule(), expected.rule);
    EXPECT_EQ(step.has_vertex() ? step.vertex() : -1, expected.vertex);
    EXPECT_TRUE(same(step.result(), expected.result));
    EXPECT_TRUE(
        std::equal(step.inputs().begin(), step.inputs().end(), expected.inputs.begin(), expected.inputs.end(), same));
    EXPECT_TRUE(std::equal(step.caps().begin(), step.caps().end(), expected.caps.begin(), expected.caps.end(), same));
  }
}

}  // namespace
}  // namespace tune
