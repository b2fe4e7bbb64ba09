// A recommendation as a decision: what is told of it, and whether it is another one than the last.
#pragma once

#include <cstddef>
#include <string>

#include "tune/recommendation.h"
#include "tune/v1/jobs.pb.h"
#include "tune/window.h"

namespace tune {

constexpr size_t kMostDecisionReason = 1000;  // bytes of v1.Decision.reason, which is one line

// Why, in one sentence: of the largest change, or, where nothing changes, of the first finding.
std::string ReasonOf(const JobRecommendation& recommendation, const JobGraph& graph);

// Id and time are the caller's to fill.
v1::Decision DecisionOf(const JobRecommendation& recommendation, const JobGraph& graph, const std::string& policy_name);

// True where somebody who acts on `b` does something else than on `a`: another action, another parallelism of a vertex,
// another number of processes or slots, or CPU or memory that differ by more than a twentieth.
bool IsOther(const v1::JobRecommendation& a, const v1::JobRecommendation& b);

}  // namespace tune
