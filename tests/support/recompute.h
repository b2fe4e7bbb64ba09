// Redoes every step of an answer's evidence from the evidence alone, by formulas written down a second time.
#pragma once

#include <string>
#include <vector>

#include "tune/recommendation.h"

namespace tune {

// What does not come out again, one line each: rule, inputs, result, and what it should have been. A rule without a
// formula here is listed too.
std::vector<std::string> RecomputeEvidence(const JobRecommendation& job);

}  // namespace tune
