// Who holds back whom: bottlenecks, what they hide, what they hold back.
#include <algorithm>

#include "libtune/exclude/exclusions.h"
#include "libtune/internal/amount.h"

namespace tune {
namespace {

constexpr double kSaturatedPart = 0.5;       // of the time seen without any rest
constexpr double kSaturatedFraction = 0.95;  // busy share of a vertex that is reported as a whole
constexpr double kBackPressured = 0.5;       // share of the time held back that is worth a finding

std::vector<int> SaturatedSubtasks(const VertexWindow& v) {
  std::vector<int> list;
  for (size_t i = 0; i < v.subtasks.size(); ++i) {
    const SubtaskWindow& s = v.subtasks[i];
    if (s.covered_s > 0 && s.saturated_s >= kSaturatedPart * s.covered_s) list.push_back(static_cast<int>(i));
  }
  return list;
}

void FindBottleneck(JobSizing& job, int vertex) {
  const VertexWindow& window = job.window.vertices[static_cast<size_t>(vertex)];
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  std::vector<int> saturated = SaturatedSubtasks(window);
  const ServiceMoments& m = window.service;
  const double busy = IsSome(m.blocks) ? m.y / m.blocks : 0;
  v.saturated = !saturated.empty() || (window.subtasks.empty() && busy >= kSaturatedFraction);
  v.backpressured_fraction = job.sums[static_cast<size_t>(vertex)].BackPressuredFraction();
  if (v.saturated) {
    Finding& finding = job.Add(FindingKind::kBottleneck, vertex);
    finding.subtasks = std::move(saturated);
    finding.share = std::clamp(busy, 0.0, 1.0);
  } else if (v.backpressured_fraction >= kBackPressured) {
    job.Add(FindingKind::kBackPressured, vertex).share = v.backpressured_fraction;
  }
}

// By vertex: is anything upstream of it saturated?
std::vector<bool> BehindBottleneck(const JobSizing& job) {
  std::vector<bool> behind(job.vertices.size(), false);
  for (const int vertex : job.view.order()) {
    for (const int e : job.view.in_edges(vertex)) {
      const auto from = static_cast<size_t>(job.window.graph.edges[static_cast<size_t>(e)].from);
      if (job.vertices[from].saturated || behind[from]) behind[static_cast<size_t>(vertex)] = true;
    }
  }
  return behind;
}

}  // namespace

void FindPressure(JobSizing& job) {
  for (const int vertex : job.view.order()) FindBottleneck(job, vertex);
  const std::vector<bool> behind = BehindBottleneck(job);
  for (const int vertex : job.view.order()) {
    const VertexRecommendation& r = job.out.vertices[static_cast<size_t>(vertex)];
    const bool sized = r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
    if (!sized || r.needed <= r.now || job.vertices[static_cast<size_t>(vertex)].saturated) continue;
    if (behind[static_cast<size_t>(vertex)]) job.Add(FindingKind::kHidden, vertex);
  }
}

}  // namespace tune
