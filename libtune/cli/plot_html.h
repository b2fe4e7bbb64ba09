// A recommendation drawn over the window it was made from: one HTML page that needs nothing beside it, no network.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

struct PlotInput {
  const JobWindow& window;
  const JobRecommendation& recommendation;  // made from `window`
  std::string policy_name;
  double skew_ratio = TuningPolicy().skew_ratio;  // the policy's; the limit drawn over the subtasks' shares. >= 1
};

// The page, in UTF-8. Texts from outside (names of jobs, operators, policies) are data to it, never markup or script;
// what is not UTF-8 in them is shown as U+FFFD. Equal input gives an equal page.
// Errors: kInvalidArgument, every field of the window that is out of range (CheckWindow), a start or length that a
// calendar does not show, a recommendation that does not fit the window's graph, a skew ratio out of range.
absl::StatusOr<std::string> PlotHtml(const PlotInput& input);

}  // namespace tune
