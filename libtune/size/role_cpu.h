// What CPU one role's processes used, and the request that follows for the present layout.
#pragma once

#include <optional>

#include "libtune/estimate/cpu_request.h"
#include "libtune/estimate/sizing.h"
#include "libtune/pack/cpu_model.h"
#include "tune/process_size.h"

namespace tune {

struct RoleCpu {
  CpuRequest request;             // of the busiest process; its rule is kThinData where too little was seen
  bool known = false;             // CPU time was seen later than start-ups
  int processes = 1;              // at the end of the window
  double mean_cores = 0;          // the quantile of one process on average, demand counted in
  double busiest_over_mean = 1;   // the busiest process's use over the mean one's, start-up of its own apart
  double demand_over_seen = 1;    // what a job that falls behind would use, over what it used
  double throttled_fraction = 0;  // of the time in which throttling was measured
  double left_out_s = 0;          // wall seconds in which an excluded operator had no time left: not counted
};

// What a TaskManager or JobManager takes for itself, at most what it was seen to use.
double FixedCores(double cores);

// `slots_on_fullest` and `slots`: of the TaskManager that has most of the slots in use, and in all; 1 and 1 of a
// JobManager, where the busiest replica counts alone.
RoleCpu ReadRoleCpu(const JobSizing& job, const RoleWindow& role, ProcessRole which, const ProcessSize& now,
                    int slots_on_fullest, int slots);

}  // namespace tune
