// What the engine found, as the service's messages: the same for a job that came with its request and for a kept one.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tune/plan.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/v1/service.pb.h"
#include "tune/window.h"

namespace tune {

// `vertex`: id or name; empty: all. kInvalidArgument: the graph has none of that name.
absl::Status WriteExplanations(const JobRecommendation& recommendation, const JobGraph& graph,
                               const std::string& vertex, v1::ExplainResponse& response);

// The spec that a request gives. kInvalidArgument: none, or its fields.
absl::StatusOr<FlinkDeploymentSpec> ReadSpec(const v1::PlanRequest& request);

// The patch, as data and as YAML, and the limits that it would not keep. Errors: as PlanFlinkDeployment().
absl::Status WritePlan(const FlinkDeploymentSpec& spec, const JobWindow& window, const TuningPolicy& policy,
                       const JobRecommendation& recommendation, v1::PlanResponse& response);

}  // namespace tune
