#include "service/cluster/flink_job.h"

namespace tune {
namespace {

const char* TextOf(UpgradeMode mode) {
  constexpr const char* kModes[] = {"", "stateless", "savepoint", "last-state"};
  return kModes[static_cast<size_t>(mode)];
}

}  // namespace

absl::StatusOr<FlinkDeployment> FlinkJob::Deployment() const {
  if (!error.ok()) return error;
  if (key.kind != JobKind::kDeployment) {
    return absl::InvalidArgumentError("a FlinkSessionJob has no processes of its own: ask for its session cluster");
  }
  FlinkDeployment out;
  out.spec.name = key.name;
  out.spec.ns = key.ns;
  out.spec.flink_version = spec.flink_version;
  out.spec.job_parallelism = parallelism;
  out.spec.has_job = spec.has_job;
  out.spec.upgrade_mode = TextOf(upgrade_mode);
  out.spec.flink_configuration = spec.options.ToMap();
  out.spec.task_manager = spec.task_manager;
  out.spec.job_manager = spec.job_manager;
  out.facts.job_name = spec.job_name.empty() ? key.name : spec.job_name;
  out.facts.flink_major = spec.flink_major;
  out.facts.flink_minor = spec.flink_minor;
  out.facts.adaptive_scheduler = spec.adaptive_scheduler;
  out.facts.slots_per_task_manager = spec.slots_per_task_manager;
  out.facts.configuration = out.spec.flink_configuration;
  out.facts.task_manager = spec.task_manager;
  out.facts.job_manager = spec.job_manager;
  return out;
}

}  // namespace tune
