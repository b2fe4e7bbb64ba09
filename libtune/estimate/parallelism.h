// The smallest parallelism that meets a vertex's demand.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// What one subtask's time is asked for.
struct LoadLimit {
  double shared_rate = 0;  // records/s that the subtasks share out
  double every_rate = 0;   // records/s that each subtask gets
  double per_record = 0;   // s/record at `measured_at` subtasks
  double exponent = 0;     // at p it is (p / measured_at)^exponent times as much
  int measured_at = 1;
  double fixed_busy = 0;  // busy share without a record
  double limit = 1;       // largest busy share allowed of the busiest subtask, in (0, 1]
};

// s/record when there are `subtasks`.
double PerRecordAt(const LoadLimit& load, int subtasks);

// Busy share of the busiest of `subtasks`.
double BusiestFraction(const LoadLimit& load, const ShareOf& share, int subtasks);

// The smallest p in [1, cap] with BusiestFraction(p) <= limit, a relative 1e-9 forgiven; cap + 1: none.
int SmallestParallelism(const LoadLimit& load, const ShareOf& share, int cap);

// Records/s that `subtasks` carry when the busiest has no time left, at `per_record` s/record.
double Capacity(const JobSizing& job, const VertexSizing& v, double per_record, int subtasks);

// Fills steady, catch_up, lag_goal, cap, feasible of one vertex and needed, low, high, demand, service time, share of
// its recommendation. Rules parallelism.steady, parallelism.catch_up, parallelism.lag_goal.
// Source: libtune/DESIGN.md, "Parallelism".
void EstimateParallelism(JobSizing& job, int vertex);

}  // namespace tune
