// The evidence of a recommendation as trees: the answer on top, what it stands on below.
#pragma once

#include <string>
#include <vector>

#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

struct ExplanationStep {
  int depth = 0;     // 0: carries the answer; 1: what that stands on, and so on; at most 3
  std::string text;  // EvidenceText()
};

// Of the job, of a role's processes, or of one vertex.
struct Explanation {
  std::string subject;                 // "job", "TaskManagers", "JobManager", or the vertex's name
  std::string summary;                 // one sentence
  std::vector<std::string> findings;   // what a person should know before acting
  std::vector<ExplanationStep> steps;  // a step's own follow it
};

// Of `vertex` alone; -1: of the job, of the roles of which anything was measured, and of all vertices in their order.
std::vector<Explanation> Explain(const JobRecommendation& job, const JobGraph& graph, int vertex = -1);

// Its vertices' names for a message, each in quotes: "source", "map".
std::string VertexNames(const JobGraph& graph);

}  // namespace tune
