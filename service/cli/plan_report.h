// A plan in words, for those commands that show one.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tune/plan.h"
#include "tune/recommendation.h"
#include "tune/v1/service.pb.h"

namespace tune {

struct ReadPlan {
  SpecPatch patch;
  JobRecommendation recommendation;
};

// Errors: BadAnswer()'s.
absl::StatusOr<ReadPlan> ReadPlanOf(const v1::PlanResponse& plan);

// What changes, beside what is; whether the namespace takes it; why tuned would not do it. To standard output.
void PrintPlan(const v1::JobRef& job, const v1::PlanResponse& plan, const ReadPlan& read);

// Whether the namespace takes the pods; empty: nobody can tell.
std::string FitText(const v1::PlanResponse& plan);

}  // namespace tune
