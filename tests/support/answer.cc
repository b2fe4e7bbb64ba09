#include "tests/support/answer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tune {

JobRecommendation MustRecommend(const JobWindow& window, const TuningPolicy& policy) {
  absl::StatusOr<JobRecommendation> job = Recommend(window, policy);
  EXPECT_TRUE(job.ok()) << job.status();
  return job.ok() ? *std::move(job) : JobRecommendation{};
}

Evidence StepOf(const JobRecommendation& job, const std::string& rule, int vertex) {
  for (size_t i = job.evidence.size(); i-- > 0;) {
    if (job.evidence[i].rule == rule && job.evidence[i].vertex == vertex) return job.evidence[i];
  }
  return {};
}

bool HasStep(const JobRecommendation& job, const std::string& rule, int vertex) {
  return StepOf(job, rule, vertex).rule == rule;
}

double TermOf(const JobRecommendation& job, const std::string& rule, int vertex, const std::string& name) {
  const Evidence step = StepOf(job, rule, vertex);
  if (step.rule != rule) return std::nan("");
  if (name == "result") return step.result.value;
  for (const auto terms : {step.inputs, step.caps}) {
    for (const Term& term : terms) {
      if (term.name == name) return term.value;
    }
  }
  return std::nan("");
}

const Finding* FindingOf(const JobRecommendation& job, FindingKind kind) {
  for (const Finding& finding : job.findings) {
    if (finding.kind == kind) return &finding;
  }
  return nullptr;
}

VertexOptions MapOptions(double rate, double seconds_per_record, int parallelism) {
  VertexOptions map;
  map.rate_in = rate;
  map.seconds_per_record = seconds_per_record;
  map.parallelism = parallelism;
  return map;
}

JobWindow SourceAndMap(double rate, const VertexOptions& map, ShipStrategy ship) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", rate);
  maker.Connect(source, maker.Add("map", map), ship);
  return maker.Build();
}

}  // namespace tune
