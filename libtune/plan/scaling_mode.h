// Who sets a job's parallelism, and how: as its spec tells.
#pragma once

#include "tune/plan.h"
#include "tune/window.h"

namespace tune {

// Another autoscaler, the operator's own, sets it.
bool IsAutoscaled(const FlinkDeploymentSpec& spec);

// Flink's reactive mode: the job takes whatever slots there are.
bool IsReactive(const FlinkDeploymentSpec& spec);

// The adaptive scheduler of Flink 1.18 and later takes new overrides without a restart. Of Flink 2, whose scheduler may
// be adaptive without an option, `facts` tell.
bool RescalesInPlace(const FlinkDeploymentSpec& spec, const JobFacts& facts);

}  // namespace tune
