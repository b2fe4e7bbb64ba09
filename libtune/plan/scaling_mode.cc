#include "libtune/plan/scaling_mode.h"

#include "absl/strings/match.h"
#include "libtune/plan/spec_option.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

bool IsOn(const FlinkDeploymentSpec& spec, const char* key) {
  return absl::EqualsIgnoreCase(Option(spec, key), "true");
}

}  // namespace

bool IsAutoscaled(const FlinkDeploymentSpec& spec) {
  return IsOn(spec, "job.autoscaler.enabled") || IsOn(spec, "kubernetes.operator.job.autoscaler.enabled");
}

bool IsReactive(const FlinkDeploymentSpec& spec) {
  return absl::EqualsIgnoreCase(Option(spec, "scheduler-mode"), "reactive");
}

bool RescalesInPlace(const FlinkDeploymentSpec& spec, const JobFacts& facts) {
  // Versions before 1.17 are none of these.
  const absl::StatusOr<FlinkVersion> version = ParseFlinkVersion("spec.flinkVersion", spec.flink_version);
  if (!version.ok() || (version->major == 1 && version->minor < 18) || IsReactive(spec)) return false;
  const std::string scheduler = Option(spec, "jobmanager.scheduler");
  if (scheduler.empty()) return version->major >= 2 && facts.adaptive_scheduler.value_or(false);
  return absl::EqualsIgnoreCase(scheduler, "adaptive");
}

}  // namespace tune
