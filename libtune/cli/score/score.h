// One recommendation against the truth.
#pragma once

#include <string>
#include <vector>

#include "libtune/cli/score/truth.h"
#include "tune/recommend.h"

namespace tune {

// What was asked of one operator, and what came.
struct ScoreLine {
  std::string vertex;
  std::string check;      // "experiment", "formula", "finding"
  std::string want, got;  // as shown
  bool right = false;
};

// The smallest p whose busiest subtask stays at or below `target`, from the truth alone: demand * seconds_per_record *
// share(p) <= target. 0: none up to 120 does, for the hot key alone takes more.
int FormulaParallelism(const VertexTruth& truth, double demand, double target);

// experiment: with all of a subtask's time allowed, the answer is the smallest parallelism that kept up, or one more;
// where none does, it asks for a person. formula: with the policy, it is the formula's, or one more. No answer is
// wrong.
std::vector<ScoreLine> ScoreExperiment(const Truth& truth, const JobWindow& window,
                                       const JobRecommendation& at_full_time);
std::vector<ScoreLine> ScoreFormula(const Truth& truth, const JobWindow& window, const JobRecommendation& with_policy,
                                    double target);
std::vector<ScoreLine> ScoreFindings(const Truth& truth, const JobWindow& window, const JobRecommendation& job);

}  // namespace tune
