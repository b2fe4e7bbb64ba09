#include "service/jobs/predictions.h"

#include <utility>

namespace tune {
namespace {

bool IsKnown(const v1::VertexRecommendation& vertex) {
  return vertex.verdict() == v1::VERDICT_ESTIMATED && vertex.service_time() > 0;
}

}  // namespace

// A decision to hold may only mean that a change was made: what is expected of that stays.
void Predictions::Expect(const v1::JobRecommendation& decided) {
  for (const v1::VertexRecommendation& vertex : decided.vertices()) {
    if (vertex.wanted() == vertex.now() || !IsKnown(vertex)) continue;
    expected_[vertex.id()] = {vertex.wanted(), vertex.service_time()};
  }
}

std::vector<PredictionCheck> Predictions::Check(const v1::JobRecommendation& now) {
  std::vector<PredictionCheck> checks;
  for (const v1::VertexRecommendation& vertex : now.vertices()) {
    const auto it = expected_.find(vertex.id());
    if (it == expected_.end() || vertex.now() != it->second.parallelism || !IsKnown(vertex)) continue;
    checks.push_back({vertex.id(), it->second.seconds, vertex.service_time()});
    expected_.erase(it);
  }
  return checks;
}

}  // namespace tune
