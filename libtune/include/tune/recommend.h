// The one entrance to the engine.
#pragma once

#include "absl/status/statusor.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

// Sizes one job from one window: every vertex, in the window's order. A vertex that was excluded or lacks data
// keeps its size; its findings and evidence say why. Reads no clock and keeps no state, so equal arguments give
// equal answers, from any thread.
// Errors: kInvalidArgument lists every field of window and policy that is out of range, with what is allowed, or names
// the memory options of the facts' configuration that cannot be read or contradict one another.
absl::StatusOr<JobRecommendation> Recommend(const JobWindow& window, const TuningPolicy& policy);

// The same without checking the arguments, for callers that made the window by a WindowBuilder and checked the
// policy once: a fleet's inner loop.
JobRecommendation RecommendChecked(const JobWindow& window, const TuningPolicy& policy);

}  // namespace tune
