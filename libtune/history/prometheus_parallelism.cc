#include "libtune/history/prometheus_parallelism.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

namespace tune {
namespace {

// A subtask's series begins, or has ended.
struct SubtaskChange {
  int64_t time_ms;
  int32_t subtask;
  int change;  // +1 or -1
};

std::vector<ParallelismSample> OfVertex(std::vector<SubtaskChange> steps, int32_t vertex, int64_t step_ms) {
  std::sort(steps.begin(), steps.end(), [](const SubtaskChange& a, const SubtaskChange& b) {
    return std::tuple(a.time_ms, -a.change) < std::tuple(b.time_ms, -b.change);
  });
  std::vector<ParallelismSample> changes;
  std::map<int32_t, int> alive;  // series by subtask
  int64_t last_change_ms = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    int& series = alive[steps[i].subtask];
    series += steps[i].change;
    if (series == 0) alive.erase(steps[i].subtask);
    const bool same_instant = i + 1 < steps.size() && steps[i + 1].time_ms == steps[i].time_ms;
    if (same_instant || alive.empty()) continue;
    const int32_t parallelism = alive.rbegin()->first + 1;
    const int64_t now_ms = steps[i].time_ms;
    if (!changes.empty() && changes.back().parallelism == parallelism) continue;
    if (!changes.empty() && now_ms - last_change_ms <= 2 * step_ms) {
      changes.back().parallelism = parallelism;
      const size_t size = changes.size();
      if (size > 1 && changes[size - 2].parallelism == parallelism) changes.pop_back();
    } else {
      changes.push_back({now_ms, vertex, parallelism});
    }
    last_change_ms = now_ms;
  }
  return changes;
}

}  // namespace

std::vector<ParallelismSample> ParallelismOverTime(const PrometheusIndex& index) {
  int64_t end_ms = std::numeric_limits<int64_t>::min();
  for (const PrometheusSeries& series : index.series) end_ms = std::max(end_ms, series.last_ms);
  std::unordered_map<std::string, size_t> place;
  for (size_t i = 0; i < index.vertices.size(); ++i) place.emplace(index.vertices[i], i);

  std::vector<std::vector<SubtaskChange>> steps(index.vertices.size());
  for (const PrometheusSeries& series : index.series) {
    const PrometheusSubject& subject = index.subjects[series.subject];
    if (subject.kind != SubjectKind::kTask || subject.subtask == TaskSample::kWholeVertex) continue;
    std::vector<SubtaskChange>& own = steps[place.at(subject.id)];
    own.push_back({series.first_ms, subject.subtask, +1});
    // What lasts to the end of the history is not over.
    if (series.last_ms + 2 * index.step_ms < end_ms) {
      own.push_back({series.last_ms + index.step_ms, subject.subtask, -1});
    }
  }
  std::vector<ParallelismSample> all;
  for (size_t i = 0; i < steps.size(); ++i) {
    for (const ParallelismSample& change : OfVertex(std::move(steps[i]), static_cast<int32_t>(i), index.step_ms)) {
      all.push_back(change);
    }
  }
  std::sort(all.begin(), all.end(), [](const ParallelismSample& a, const ParallelismSample& b) {
    return std::tuple(a.time_ms, a.vertex) < std::tuple(b.time_ms, b.vertex);
  });
  return all;
}

}  // namespace tune
