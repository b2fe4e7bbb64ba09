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
  const TuningPolicy& policy;               // made by it
};

// The page, in UTF-8. Texts from outside (names of jobs, operators, policies) are data to it, never markup or script;
// what is not UTF-8 in them is shown as U+FFFD. Equal input gives an equal page.
// Errors: kInvalidArgument, every field of the window that is out of range (CheckWindow), a start or length that a
// calendar does not show, a recommendation that does not fit the window's graph, a policy out of range (CheckPolicy).
absl::StatusOr<std::string> PlotHtml(const PlotInput& input);

}  // namespace tune
