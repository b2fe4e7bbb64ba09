// What a vertex did after its warm-ups, kept in a few chunks so that a rolling horizon can forget the oldest.
#pragma once

#include <vector>

#include "tune/window.h"

namespace tune {

// Sums over some span of time. Only what ran at the vertex's current parallelism is in `service` and `subtasks`.
struct VertexTotals {
  ServiceMoments service;
  std::vector<SubtaskWindow> subtasks;
  std::vector<ParallelismRun> runs;
};

void AddTo(VertexTotals& into, const VertexTotals& from);
void AddTo(ServiceMoments& service, std::vector<SubtaskWindow>& subtasks, std::vector<ParallelismRun>& runs,
           const VertexTotals& from);

// The run entry of `parallelism`, made when there is none; sorted by parallelism.
ParallelismRun& RunOf(std::vector<ParallelismRun>& runs, int parallelism);

// One block in which a subtask took `rate` records/s and was busy for `busy_fraction` of the time.
inline void AddBlock(ServiceMoments& m, double rate, double busy_fraction) {
  m.blocks += 1;
  m.x += rate;
  m.y += busy_fraction;
  m.xx += rate * rate;
  m.xy += rate * busy_fraction;
  m.yy += busy_fraction * busy_fraction;
}

}  // namespace tune
