// How many records and bytes crossed each vertex's border: growth of counters that restart from zero.
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
  // Counters of one subtask at its next instant (kWholeVertex: sums over all). What was counted before the first
  // one is not growth. A counter that fell was restarted: all of its new value is growth. So are the counters of a
  // subtask that is first seen after its vertex was restarted: it was made then.
  void Add(int vertex, int32_t subtask, const TrafficCounters& counters);

  // Per vertex, for the first `vertices` ones. A counter that was never seen is negative.
  std::vector<HistoryOutline::Traffic> Sums(size_t vertices) const;

 private:
  struct Subtask {
    TrafficCounters last;
    int64_t run = 0;  // its vertex's restarts when it was last seen
  };
  struct Vertex {
    std::map<int32_t, Subtask> subtasks;
    int64_t runs = 0;  // restarts seen
    std::array<double, 4> sums = {-1, -1, -1, -1};
  };
  std::map<int, Vertex> vertices_;
};

}  // namespace tune
