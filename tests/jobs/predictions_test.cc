#include "service/jobs/predictions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

v1::JobRecommendation OneVertex(int now, int wanted, double seconds, v1::Verdict verdict = v1::VERDICT_ESTIMATED) {
  v1::JobRecommendation job;
  v1::VertexRecommendation& vertex = *job.add_vertices();
  vertex.set_id("map");
  vertex.set_now(now);
  vertex.set_wanted(wanted);
  vertex.set_verdict(verdict);
  if (seconds > 0) vertex.set_service_time(seconds);
  return job;
}

// 2 ms a record were predicted for four subtasks, 2.5 ms it is: a quarter more.
TEST(Predictions, AreCheckedOnceTheChangeWasMade) {
  Predictions predictions;
  predictions.Expect(OneVertex(2, 4, 0.002));
  EXPECT_THAT(predictions.Check(OneVertex(2, 4, 0.0021)), IsEmpty()) << "not made yet";
  EXPECT_THAT(predictions.Check(OneVertex(4, 4, 0, v1::VERDICT_THIN_DATA)), IsEmpty()) << "not known yet";
  const auto checks = predictions.Check(OneVertex(4, 4, 0.0025));
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].vertex, "map");
  EXPECT_NEAR(checks[0].error(), 0.25, 1e-9);
  EXPECT_THAT(predictions.Check(OneVertex(4, 4, 0.0025)), IsEmpty()) << "once";
}

TEST(Predictions, OfANewDecisionTakeTheOldOnesPlace) {
  Predictions predictions;
  predictions.Expect(OneVertex(2, 4, 0.002));
  predictions.Expect(OneVertex(2, 3, 0.001));
  EXPECT_THAT(predictions.Check(OneVertex(4, 4, 0.002)), IsEmpty());
  EXPECT_NEAR(predictions.Check(OneVertex(3, 3, 0.001)).at(0).error(), 0, 1e-9);
}

// The first judgement after a change finds thin data and holds.
TEST(Predictions, OutliveADecisionToHold) {
  Predictions predictions;
  predictions.Expect(OneVertex(2, 4, 0.002));
  predictions.Expect(OneVertex(4, 4, 0, v1::VERDICT_THIN_DATA));
  EXPECT_THAT(predictions.Check(OneVertex(4, 4, 0.002)), SizeIs(1));
}

}  // namespace
}  // namespace tune
