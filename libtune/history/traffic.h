// How many records and bytes crossed each vertex's border, in all runs that a history saw something of.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "libtune/history/history.h"
#include "tune/sample.h"

namespace tune {

// Records in, records out, bytes in, bytes out, as counted so far in the running attempt.
using TrafficCounters = std::array<std::optional<double>, 4>;

TrafficCounters CountersOf(const TaskSample& sample);

class TrafficMeter {
 public:
  // Counters of one subtask at its next instant (kWholeVertex: sums over all). They count from zero since their run
  // began, and so does what is taken of a run that began before the history: two vertices' sums then differ by what
  // waits in buffers now, but not by what waited when the history began. A counter that fell was restarted.
  void Add(int vertex, int32_t subtask, const TrafficCounters& counters);

  // Per vertex, for the first `vertices` ones. A counter that was never seen is negative.
  std::vector<HistoryOutline::Traffic> Sums(size_t vertices) const;

 private:
  struct Vertex {
    std::map<int32_t, TrafficCounters> subtasks;  // as last seen
    std::array<double, 4> sums = {-1, -1, -1, -1};
  };
  std::map<int, Vertex> vertices_;
};

}  // namespace tune
