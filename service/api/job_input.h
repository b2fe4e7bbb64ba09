// A request's job, as Recommend() takes it.
#pragma once

#include "absl/status/statusor.h"
#include "tune/policy.h"
#include "tune/v1/service.pb.h"
#include "tune/window.h"

namespace tune {

struct JobInput {
  JobWindow window;
  TuningPolicy policy;
};

// The window as it was sent, or made of the samples: in order of time, of one time facts of the job before those of its
// processes and these before those of its vertices; collections, which logs tell afterwards, last.
// kInvalidArgument lists every violation of the part that is refused first, its fields as they were sent:
// `history.samples.tasks[7].busy_ms = -2; allowed: …`.
absl::StatusOr<JobInput> ReadJob(const v1::RecommendRequest& request);

absl::StatusOr<TuningPolicy> ReadPolicy(const v1::PolicyChoice& choice);

}  // namespace tune
