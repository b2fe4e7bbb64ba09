#include "libtune/history/traffic.h"

#include <algorithm>

namespace tune {
namespace {

bool Fell(const TrafficCounters& from, const TrafficCounters& to) {
  for (size_t i = 0; i < to.size(); ++i) {
    if (from[i] && to[i] && *to[i] < *from[i]) return true;
  }
  return false;
}

}  // namespace

TrafficCounters CountersOf(const TaskSample& sample) {
  return {sample.Get(TaskMetric::kRecordsIn), sample.Get(TaskMetric::kRecordsOut), sample.Get(TaskMetric::kBytesIn),
          sample.Get(TaskMetric::kBytesOut)};
}

void TrafficMeter::Add(int vertex_index, int32_t subtask_index, const TrafficCounters& counters) {
  Vertex& vertex = vertices_[vertex_index];
  const auto [entry, is_new] = vertex.subtasks.try_emplace(subtask_index);
  Subtask& subtask = entry->second;
  const bool restarted = Fell(subtask.last, counters);
  // One fall per run of the vertex: its other subtasks, restarted by the same event, fall in the same run.
  if (restarted && subtask.run == vertex.runs) ++vertex.runs;
  const bool from_zero = restarted || (is_new && vertex.runs > 0);
  for (size_t i = 0; i < counters.size(); ++i) {
    if (!counters[i]) continue;
    const double before = from_zero ? 0 : subtask.last[i].value_or(*counters[i]);
    vertex.sums[i] = std::max(vertex.sums[i], 0.0) + (*counters[i] - before);
    subtask.last[i] = counters[i];
  }
  if (restarted) {
    for (size_t i = 0; i < counters.size(); ++i) {
      if (!counters[i]) subtask.last[i].reset();
    }
  }
  subtask.run = vertex.runs;
}

std::vector<HistoryOutline::Traffic> TrafficMeter::Sums(size_t vertices) const {
  std::vector<HistoryOutline::Traffic> sums(vertices);
  for (const auto& [index, vertex] : vertices_) {
    if (static_cast<size_t>(index) >= vertices) continue;
    sums[static_cast<size_t>(index)] = {vertex.sums[0], vertex.sums[1], vertex.sums[2], vertex.sums[3]};
  }
  return sums;
}

}  // namespace tune
