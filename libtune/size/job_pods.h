// The pods of a job as its spec has them, or as a recommendation wants them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/pack/cluster_limits.h"
#include "tune/flink_memory.h"
#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

struct RolePods {
  std::optional<int> count;  // >= 1; nullopt: a session cluster's TaskManagers, which come with its jobs
  std::optional<int> slots;  // of each TaskManager; >= 1
  ContainerResources each;
};

struct JobPods {
  RolePods job_manager, task_managers;
  std::vector<std::string> notes;  // what the spec leaves to Flink, and what is not known
};

// A window that knows the spec alone: its facts, and a graph of one vertex with `parallelism`; 0: none.
JobWindow WindowOf(const JobFacts& spec, int parallelism);

// As ReadPresent() finds them; CPU that neither spec nor history tells is Flink's own default.
// kInvalidArgument names the option or the field of the spec, and what is allowed.
absl::StatusOr<JobPods> PresentPods(const JobWindow& window);

// As `recommendation` wants them: what it leaves open stays as it is in `window`.
absl::StatusOr<JobPods> WantedPods(const JobWindow& window, const JobRecommendation& recommendation);

// What `count` >= 0 of these pods take of a quota.
PodsTaken TakenBy(const ContainerResources& each, int count);

// What the present pods take of a quota, as far as it is known: a part that is not counts as nothing.
// kInvalidArgument as PresentPods(), but for memory that is absent.
absl::StatusOr<PodsTaken> TakenBy(const JobWindow& window);

// The limits that these pods do not keep, a text for each role: "TaskManagers: quota: CPU requests, 9 of 8 cores".
std::vector<std::string> BrokenLimits(const JobPods& pods, const PodLimits& limits);

}  // namespace tune
