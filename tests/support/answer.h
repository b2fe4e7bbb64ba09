// Looks into what Recommend() answers: a rule's step, one of its numbers, a finding.
#pragma once

#include <string>

#include "tests/support/job_window.h"
#include "tune/recommend.h"

namespace tune {

// Fails the test when the arguments are refused.
JobRecommendation MustRecommend(const JobWindow& window, const TuningPolicy& policy);

// The last step of `rule` for a vertex; rule "" when there is none.
Evidence StepOf(const JobRecommendation& job, const std::string& rule, int vertex);
bool HasStep(const JobRecommendation& job, const std::string& rule, int vertex);

// The input `name` of that step, or its result where `name` is "result"; NaN when there is none.
double TermOf(const JobRecommendation& job, const std::string& rule, int vertex, const std::string& name);

// The first finding of the kind; nullptr: none.
const Finding* FindingOf(const JobRecommendation& job, FindingKind kind);

// source -> map: `map` gets `rate` records/s, seconds_per_record each, on so many subtasks. Vertices 0 and 1.
VertexOptions MapOptions(double rate, double seconds_per_record, int parallelism);
JobWindow SourceAndMap(double rate, const VertexOptions& map, ShipStrategy ship = ShipStrategy::kRebalance);

}  // namespace tune
