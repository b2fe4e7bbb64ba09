// Recommendation -> the change of a job's spec, as data. Knows Flink's field names, talks to no cluster.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tune/process_spec.h"
#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

// A field of the spec that libtune owns.
struct SpecChange {
  std::vector<std::string> path;  // {"spec", "flinkConfiguration", "pipeline.jobvertex-parallelism-overrides"}
  std::string before;             // empty: absent
  std::string after;
  bool is_number = false;  // written bare; else as a string
  std::string reason;      // one line
};

struct SpecPatch {
  std::string api_version, kind, name, ns;  // of the object that it changes
  std::vector<SpecChange> changes;          // empty: nothing to change
  bool restarts_job = false;                // false: the scheduler rescales in place
  std::vector<std::string> notes;           // what the patch leaves alone, and why
};

// What the plan reads of a FlinkDeployment.
struct FlinkDeploymentSpec {
  std::string api_version = "flink.apache.org/v1beta1";
  std::string name, ns;
  std::string flink_version;  // "v1_20"; empty: absent
  int job_parallelism = 0;    // 0: absent
  bool has_job = true;        // false: a session cluster, which has no job to patch
  std::string upgrade_mode;   // "stateless", "savepoint", "last-state"; empty: absent
  std::map<std::string, std::string> flink_configuration;
  FlinkProcessSpec task_manager, job_manager;
};

// The change that brings the job from its spec to `recommendation`: `pipeline.jobvertex-parallelism-overrides` where
// Flink knows it (>= 1.17), `job.parallelism` where the change restarts the job anyway; of both roles resource.memory
// (Flink's units: "2048m" is MiB), resource.cpu (cores), taskmanager.numberOfTaskSlots, the options of *.memory.* that
// PlanMemory() names, and kubernetes.*.{cpu,memory}.limit-factor. Applied twice it changes nothing. Overrides of
// vertices that the graph does not know stay as they are.
// Errors: kInvalidArgument for overrides in the spec that cannot be read; kFailedPrecondition when the spec has no job
// and the window is of one (of a session cluster's jobs the processes are planned, and notes say what their own specs
// need), runs Flink's reactive mode, or another autoscaler is active, or Flink would refuse the changed spec.
absl::StatusOr<SpecPatch> PlanFlinkDeployment(const FlinkDeploymentSpec& spec, const JobWindow& window,
                                              const JobRecommendation& recommendation);

}  // namespace tune
