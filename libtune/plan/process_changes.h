// The part of a plan that sizes processes: resources, slots, memory options, limit factors.
#pragma once

#include "absl/status/status.h"
#include "tune/plan.h"

namespace tune {

// Appends the changes of both roles to `patch`, and notes where a role is left alone. kFailedPrecondition: with the
// changes Flink would refuse the spec, or give less heap than is wanted.
absl::Status PlanProcesses(const FlinkDeploymentSpec& spec, const JobWindow& window,
                           const JobRecommendation& recommendation, SpecPatch& patch);

}  // namespace tune
