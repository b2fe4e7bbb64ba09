// What `tune recommend` prints of an answer, wherever the answer comes from.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tune/recommendation.h"

namespace tune {

// The words around an answer's numbers. None of them holds control characters.
struct RecommendationTexts {
  std::string job;                    // its name
  std::string flink;                  // "1.20"; empty: not known
  absl::Time first;                   // of the history
  absl::Duration seen;                // length of the history
  std::string policy;                 // its name
  std::vector<std::string> vertices;  // names, as recommendation.vertices
  std::vector<std::string> findings;  // one line each, as recommendation.findings
};

// Header, operators, processes and findings, to standard output.
void PrintRecommendation(const JobRecommendation& recommendation, const RecommendationTexts& texts);

// `text` in the colour that an action has.
std::string PaintAction(Action action, const std::string& text);

}  // namespace tune
