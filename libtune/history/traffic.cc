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

void TrafficMeter::Add(int vertex_index, int32_t subtask, const TrafficCounters& counters) {
  Vertex& vertex = vertices_[vertex_index];
  TrafficCounters& last = vertex.subtasks[subtask];
  if (Fell(last, counters)) last = {};
  for (size_t i = 0; i < counters.size(); ++i) {
    if (!counters[i]) continue;
    vertex.sums[i] = std::max(vertex.sums[i], 0.0) + (*counters[i] - last[i].value_or(0));
    last[i] = counters[i];
  }
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
