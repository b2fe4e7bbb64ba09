// A FlinkDeployment or FlinkSessionJob of the cluster, reduced to what libtune uses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libtune/codec/spec_yaml.h"
#include "service/cluster/flink_options.h"
#include "service/cluster/job_status.h"
#include "service/cluster/pod_resources.h"
#include "service/job_key.h"

namespace tune {

enum class HighAvailability : uint8_t { kNone, kKubernetes, kZooKeeper, kOther };  // kOther: a class of the user's
enum class UpgradeMode : uint8_t { kNotTold, kStateless, kSavepoint, kLastState };

// What pod templates put beside Flink's containers.
struct BesideFlink {
  PodContainers task_manager, job_manager;
};

// What of a FlinkDeployment's spec is kept beside its status: ReadFlinkDeployment()'s answer but for options that
// FlinkOptions does not keep.
struct DeploymentSpec {
  std::string flink_version;  // "v1_20"; empty: absent
  int flink_major = 0, flink_minor = 0;
  std::string job_name;  // `pipeline.name`; empty: the object's name
  FlinkProcessSpec task_manager, job_manager;
  FlinkOptions options;
  std::optional<bool> adaptive_scheduler;
  std::optional<int> slots_per_task_manager;
  HighAvailability high_availability = HighAvailability::kNone;
  bool has_job = false;  // false: a session cluster
  bool standalone = false;
  bool rescales_in_place = false;  // adaptive scheduler, Flink 1.18 or later
  bool reactive = false;
  bool autoscaled = false;                    // by the operator's autoscaler
  std::string ingress_url;                    // web_ui.h; empty: none
  std::string rest_url;                       // web_ui.h; empty: none
  std::shared_ptr<const BesideFlink> beside;  // nullptr: nothing
};

struct FlinkJob {
  JobKey key;
  std::string uid;
  int64_t generation = 0;
  std::optional<absl::Time> deleting_since;
  // Those named tune.dev/…, in the order of their names.
  std::vector<std::pair<std::string, std::string>> labels, annotations;
  // What of the object libtune cannot use, each field named; at most kMostErrorBytes. `spec` is then not filled.
  absl::Status error;
  int parallelism = 0;  // spec.job.parallelism; 0: absent
  UpgradeMode upgrade_mode = UpgradeMode::kNotTold;
  bool suspended = false;       // spec.job.state
  std::string session_cluster;  // spec.deploymentName of a FlinkSessionJob
  DeploymentSpec spec;          // of a FlinkDeployment
  JobStatus status;

  // The name of the FlinkDeployment whose processes run the job: its own, or the session cluster's.
  const std::string& cluster() const { return key.kind == JobKind::kSessionJob ? session_cluster : key.name; }
  bool is_session_cluster() const { return key.kind == JobKind::kDeployment && error.ok() && !spec.has_job; }
  // The spec has changed since the operator last took it up. False where the operator does not tell.
  bool change_pending() const { return status.reconciled_generation && *status.reconciled_generation < generation; }
  // Facts and spec, as the reader of YAML gives them, with the options that are kept. `error`, if there is one;
  // kInvalidArgument: a FlinkSessionJob, which has none of its own.
  absl::StatusOr<FlinkDeployment> Deployment() const;
};

constexpr size_t kMostErrorBytes = 1000;

// From objects of the API server, or any other JSON: an object that is none has an error.
FlinkJob ReduceDeployment(JsonValue object);
FlinkJob ReduceSessionJob(JsonValue object);

}  // namespace tune
