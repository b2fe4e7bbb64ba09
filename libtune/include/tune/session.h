// A session cluster's jobs share its TaskManagers: they are sized over the sum of the jobs.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "tune/window.h"

namespace tune {

// The windows of all jobs of a session cluster as one, for Recommend(): the answer has every job's vertices, and one
// size of the TaskManagers that hold them all. Ids, names and slot-sharing groups begin with the job's name,
// "orders/cbc357cc"; bins are laid over one another by time; the processes are those of the cluster, which every window
// saw. Facts are the first window's; facts.session_jobs has the names. A policy with Scope::kJob means one parallelism
// for all of them.
// kInvalidArgument: no windows; a job's name that is empty, doubled or holds a slash; bins of different lengths, or
// that begin at different seconds of a minute.
absl::StatusOr<JobWindow> SessionWindow(std::span<const JobWindow> jobs);

}  // namespace tune
