// Cores that one TaskManager uses, as a function of the layout.
//
//   cores(x) = fixed + work * min(1, x * imbalance)
//
// `fixed` = what a process takes for itself; `work` = what the jobs take in all, wherever they run; x = the
// TaskManager's share of the slots in use; imbalance = the busiest one's use over the mean. Source: libtune/DESIGN.md,
// "Layout".
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "libtune/pack/limits.h"
#include "tune/units.h"

namespace tune {

// The use of one layout over the time that it held.
struct CpuObservation {
  double total_cores = 0;        // over all TaskManagers, the quantile that requests are made for; >= 0
  int task_managers = 1;         // >= 1
  double busiest_over_mean = 1;  // >= 1
  double weight_s = 1;           // > 0
};

struct CpuModel {
  double fixed = 0;      // cores of each process
  double work = 0;       // cores of all the work
  double imbalance = 1;  // the largest seen
  bool assumed = false;  // one number of TaskManagers was seen: `fixed` is what such processes usually take
};

// Measured: a TaskManager whose job has nothing to do takes some hundredths of a core.
constexpr double kFixedCores = 0.03;

// Weighted least squares of total = fixed * task_managers + work, neither below 0; with one number of TaskManagers
// `fixed` is `usual_fixed`, at most what was used. It is assumed that the load was alike at all layouts.
// kInvalidArgument names the observation.
absl::StatusOr<CpuModel> FitCpu(std::span<const CpuObservation> observations, double usual_fixed = kFixedCores);

// `share` in [0, 1]. Never less for more of it.
double CoresAt(const CpuModel& model, double share);

// How a request follows from cores in use.
struct CpuWish {
  double request_per_core = 1 / 0.65;  // the band's rule (estimate/cpu_request.h): in [1, 100]
  double limit_factor = 1;             // limit over request, >= 1
  MilliCores min_request = MilliCores(25);
  MilliCores start_up_floor = MilliCores(500);  // the limit is at least this, so that the process starts in time
};

struct CpuAsked {
  MilliCores request;
  double limit_factor = 1;  // kubernetes.*.cpu.limit-factor
  bool capped = false;      // LimitRange's ratio keeps the limit below what is wanted
};

// Request = cores * request_per_core, rounded up to millicores, at least min_request and LimitRange's minimum. Where
// LimitRange's ratio lets a small request not start, the request is raised until it does.
CpuAsked AskCpu(double cores, const CpuWish& wish, const LimitRange& range);

}  // namespace tune
