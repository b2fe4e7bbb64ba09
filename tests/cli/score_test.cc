// The scorer's own arithmetic.
#include "libtune/cli/score/score.h"

#include <gtest/gtest.h>

#include "tests/support/job_window.h"

namespace tune {
namespace {

VertexTruth Truth(double seconds_per_record, std::vector<double> shares = {}) {
  VertexTruth truth;
  truth.seconds_per_record = seconds_per_record;
  truth.shares = std::move(shares);
  return truth;
}

TEST(Formula, EvenSharesDivideInKeyGroups) {
  EXPECT_EQ(FormulaParallelism(Truth(0.0025), 900, 1), 3);    // 2.25
  EXPECT_EQ(FormulaParallelism(Truth(0.0025), 900, 0.8), 3);  // 2.25 / 3 = 0.75
  EXPECT_EQ(FormulaParallelism(Truth(0.0027), 900, 0.8), 4);  // 2.43 / 3 = 0.81
}

TEST(Formula, HotKeyStaysWhole) {
  // h = 0.35: 1.6 * (0.35 + 0.65 / 3) = 0.907, at 2 it is counted: 1.6 * 0.675 = 1.08
  EXPECT_EQ(FormulaParallelism(Truth(0.002, {0.325, 0.675}), 800, 1), 3);
  // h = 0.6: 1.8 * 0.6 = 1.08 at any parallelism
  EXPECT_EQ(FormulaParallelism(Truth(0.002, {0.1, 0.1, 0.1, 0.7}), 900, 1), 0);
}

// One operator `map` of which 3 are needed.
JobRecommendation Answer(int needed, Verdict verdict, Action action) {
  JobRecommendation job;
  job.vertices.resize(2);
  job.vertices[1].vertex = 1;
  job.vertices[1].needed = job.vertices[1].wanted = needed;
  job.vertices[1].verdict = verdict;
  job.vertices[1].action = action;
  return job;
}

bool Right(int smallest, const JobRecommendation& job) {
  JobWindowMaker maker;
  maker.AddSource("source", 1);
  maker.Connect(0, maker.Add("map", {}));
  tune::Truth truth;
  truth.vertices["map"].smallest_parallelism = smallest;
  return ScoreExperiment(truth, maker.Build(), job).at(0).right;
}

TEST(Experiment, ExactOrOneMoreIsRightAndNothingElse) {
  EXPECT_TRUE(Right(3, Answer(3, Verdict::kEstimated, Action::kRaise)));
  EXPECT_TRUE(Right(3, Answer(4, Verdict::kEstimated, Action::kRaise)));
  EXPECT_FALSE(Right(3, Answer(2, Verdict::kEstimated, Action::kRaise)));
  EXPECT_FALSE(Right(3, Answer(5, Verdict::kEstimated, Action::kRaise)));
  EXPECT_FALSE(Right(3, Answer(3, Verdict::kThinData, Action::kHold)));
  EXPECT_FALSE(Right(3, Answer(3, Verdict::kExcluded, Action::kPerson)));
}

TEST(Experiment, WhereNoneKeepsUpAPersonIsRight) {
  EXPECT_TRUE(Right(0, Answer(9, Verdict::kExcluded, Action::kPerson)));
  EXPECT_FALSE(Right(0, Answer(9, Verdict::kEstimated, Action::kRaise)));
}

}  // namespace
}  // namespace tune
