// What the user wants: goals, limits and how careful to be. Shipped policies are text protos in models/.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tune/units.h"

namespace tune {

enum class ShareModel {
  kMeasured,  // shares as measured, hot keys and key groups counted
  kEven,      // every subtask gets 1/p (the classic rule)
};

// Which end of an estimate's interval decides.
enum class Side {
  kSafe,      // the end that asks for more
  kEstimate,  // the estimate itself
};

enum class Scope {
  kVertex,  // one parallelism for each vertex
  kJob,     // one for the whole job: the largest that a non-excluded vertex needs
};

struct TuningPolicy {
  std::string name = "balanced";

  // Demand.
  double demand_quantile = 0.9;                      // in (0, 1]; of the 60 s bins, weighted by time
  absl::Duration horizon = absl::Hours(24 * 7);      // > 0; older bins are left out
  double target_busy_fraction = 0.8;                 // u*, in (0, 1]
  bool catch_up = true;                              // hold the second constraint, catching up after a restart
  absl::Duration catch_up_time = absl::Minutes(30);  // T, > 0
  absl::Duration restart_time = absl::Seconds(60);   // R, >= 0; how long a change stops the job
  absl::Duration lag_goal = absl::Minutes(5);        // > 0; InfiniteDuration: no fluid-queue check
  double throttled_fraction = 0.1;                   // in (0, 1]; a source back-pressured more was held back

  // Shares and service time.
  ShareModel share_model = ShareModel::kMeasured;
  Side side = Side::kSafe;
  double confidence = 0.9;  // in (0, 1); of the two-sided intervals

  // Exclusions.
  double skew_ratio = 1.2;                               // >= 1; busiest subtask's traffic over the mean one's
  absl::Duration slow_record = absl::Milliseconds(10);   // > 0; a slower operator is excluded as slow
  std::map<std::string, absl::Duration> slow_record_of;  // vertex name or id -> its own threshold
  double gc_bound_fraction = 0.1;                        // in (0, 1]; share of time in collections

  // Evidence needed before anything changes.
  absl::Duration min_coverage = absl::Seconds(60);  // >= 0; seconds of data on a vertex
  double min_records = 100;                         // >= 0; records through a vertex
  absl::Duration max_staleness = absl::Minutes(5);  // > 0; metrics that stood still longer are dead

  // Guards.
  Scope scope = Scope::kVertex;
  int min_parallelism = 1;                        // in [1, max_parallelism]
  int max_parallelism = 1 << 15;                  // <= kMaxParallelism
  double max_step_up_factor = 0;                  // > 1; 0: no limit
  double max_step_down_factor = 0;                // in (0, 1); 0: no limit
  double lower_ratio = 1.5;                       // >= 1; an on-time vertex is lowered only when now/needed >= this
  absl::Duration payback_time = absl::Hours(24);  // > 0; what is saved over it must exceed the restart's cost
  double max_checkpoint_failure_fraction = 0.5;   // in (0, 1]; more failing: no change that needs a savepoint

  // Memory and CPU of TaskManagers and JobManagers.
  bool size_processes = true;                               // false: parallelism alone
  absl::Duration min_process_coverage = absl::Minutes(10);  // >= 0; of a role, before its resources are lowered
  double gc_overhead_goal = 0.05;                           // in (0, 1); share of the time that collections may take
  double heap_margin = 1.2;                                 // in [1, 10]; on the heap that meets the goal by the model
  double heap_live_factor = 0;                      // 0, or in [1, 100]: -Xmx is so many live sets (the classic rule)
  double metaspace_margin = 1.5;                    // in (1.2, 10]; on its largest use
  absl::Duration oom_memory = absl::Hours(24 * 7);  // > 0; how long an OOM kill keeps the memory above its limit
  double cpu_quantile = 0.9;                        // in (0, 1); of the bins' use
  double cpu_band_low = 0.5, cpu_band_high = 0.8;   // 0 < low < high <= 1; shares of the request
  double cpu_over_price = 4;                        // in [0, 1e6]; a minute over the request, in idle requests; 0: none
  MilliCores min_cpu_request = MilliCores(25);      // >= 1
  MilliCores cpu_start_up = MilliCores(500);        // >= 0; the limit is at least this

  // The layout.
  int min_slots = 1, max_slots = 1 << 15;                  // of each TaskManager; 1 <= min <= max <= kMaxParallelism
  int min_task_managers = 1, max_task_managers = 1 << 15;  // 1 <= min <= max <= kMaxParallelism
  double price_per_core = 0, price_per_gib = 0;  // >= 0, per whatever time; both 0: CU, 1/4 core and 2 GiB each
  double least_saving = 0.1;                     // in [0, 1); what another layout must save
};

// kInvalidArgument lists every field out of range, `policy.target_busy_fraction = 1.5; allowed: (0, 1]`.
absl::Status CheckPolicy(const TuningPolicy& policy);

}  // namespace tune
