#include "service/jobs/directory.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "libtune/codec/door.h"
#include "libtune/codec/enum_codec.h"
#include "libtune/internal/path.h"
#include "service/cluster/job_state.h"
#include "service/jobs/job_ref.h"
#include "service/jobs/write_job.h"

namespace tune {
namespace {

constexpr EnumPair<JobPhase, v1::JobPhase> kPhases[] = {
    {JobPhase::kCreated, v1::JOB_PHASE_CREATED},
    {JobPhase::kStarting, v1::JOB_PHASE_STARTING},
    {JobPhase::kRunning, v1::JOB_PHASE_RUNNING},
    {JobPhase::kUpgrading, v1::JOB_PHASE_UPGRADING},
    {JobPhase::kRollingBack, v1::JOB_PHASE_ROLLING_BACK},
    {JobPhase::kRestarting, v1::JOB_PHASE_RESTARTING},
    {JobPhase::kJobManagerMissing, v1::JOB_PHASE_JOB_MANAGER_MISSING},
    {JobPhase::kSuspended, v1::JOB_PHASE_SUSPENDED},
    {JobPhase::kFailed, v1::JOB_PHASE_FAILED},
    {JobPhase::kCanceled, v1::JOB_PHASE_CANCELED},
    {JobPhase::kFinished, v1::JOB_PHASE_FINISHED},
    {JobPhase::kDeleting, v1::JOB_PHASE_DELETING},
};

constexpr EnumPair<HighAvailability, v1::HighAvailability> kHighAvailability[] = {
    {HighAvailability::kNone, v1::HIGH_AVAILABILITY_NONE},
    {HighAvailability::kKubernetes, v1::HIGH_AVAILABILITY_KUBERNETES},
    {HighAvailability::kZooKeeper, v1::HIGH_AVAILABILITY_ZOOKEEPER},
    {HighAvailability::kOther, v1::HIGH_AVAILABILITY_OTHER},
};

const char* NameOf(UpgradeMode mode) {
  switch (mode) {
    case UpgradeMode::kStateless:
      return "stateless";
    case UpgradeMode::kSavepoint:
      return "savepoint";
    case UpgradeMode::kLastState:
      return "last-state";
    case UpgradeMode::kNotTold:
      return "";
  }
  return "";
}

// The part of the answer that comes from the spec of the processes.
void Write(const DeploymentSpec& spec, v1::JobStatus& out) {
  out.set_web_ui(Utf8(spec.ingress_url.empty() ? spec.rest_url : spec.ingress_url));
  out.set_flink_version(Utf8(spec.flink_version));
  out.set_high_availability(ToWire(kHighAvailability, spec.high_availability));
  out.set_rescales_in_place(spec.rescales_in_place);
  out.set_is_reactive(spec.reactive);
  out.set_is_autoscaled(spec.autoscaled);
}

}  // namespace

void Write(const FlinkJob& job, absl::Time now, v1::JobStatus& out) {
  const LiveState state = StateOf(job, now);
  out.set_phase(ToWire(kPhases, state.phase));
  out.set_text(Utf8(state.text));
  if (state.since) *out.mutable_since() = ToProto(*state.since);
  out.set_is_rolled_back(state.rolled_back);
  out.set_is_stuck(state.stuck);
  out.set_failure(Utf8(job.status.failure));
  out.set_upgrade_mode(NameOf(job.upgrade_mode));
  if (job.parallelism > 0) out.set_parallelism(job.parallelism);
  out.set_high_availability(v1::HIGH_AVAILABILITY_NONE);
  Write(job.spec, out);
  out.set_session_cluster(Utf8(job.session_cluster));
  out.set_is_session_cluster(job.is_session_cluster());
  out.set_spec_error(Utf8(std::string(job.error.message())));
  out.set_generation(job.generation);
}

bool Directory::Summarise(const JobKey& job, absl::Time now, v1::JobSummary& out) const {
  bool known = false;
  if (cluster_ != nullptr) {
    if (const std::shared_ptr<const FlinkJob> found = cluster_->FindJob(job)) {
      known = true;
      Write(*found, now, *out.mutable_status());
    }
  }
  if (const std::optional<SamplesState> samples = jobs_.Samples(job)) {
    known = true;
    Write(*samples, *out.mutable_samples());
  }
  if (!known) return false;
  Write(job, *out.mutable_job());
  if (std::optional<v1::Decision> decision = judge_.Last(job)) *out.mutable_decision() = *std::move(decision);
  return true;
}

std::vector<JobKey> Directory::List(const std::optional<JobKey>& after, size_t most, const std::string& ns) const {
  std::vector<JobKey> keys = jobs_.List(after, most, ns);
  if (cluster_ == nullptr) return keys;
  for (const std::shared_ptr<const FlinkJob>& job : cluster_->ListJobs(after, most, ns)) keys.push_back(job->key);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (keys.size() > most) keys.resize(most);
  return keys;
}

bool Directory::AgeOf(v1::ClusterAge& out) const {
  if (cluster_ == nullptr) return false;
  for (const KindState& kind : cluster_->States()) {
    if (kind.kind != "flinkdeployments") continue;
    if (kind.age < absl::InfiniteDuration()) *out.mutable_age() = ToProto(kind.age);
    out.set_error(Utf8(std::string(kind.error.message())));
  }
  return true;
}

bool Meets(const v1::JobSummary& job, const v1::JobFilter& filter) {
  if (!filter.namespace_().empty() && job.job().namespace_() != filter.namespace_()) return false;
  if (!absl::StrContains(job.job().name(), filter.name_contains())) return false;
  const auto any = [](const auto& list, auto value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!filter.phases().empty() && !(job.has_status() && any(filter.phases(), job.status().phase()))) return false;
  return filter.actions().empty() || (job.has_decision() && any(filter.actions(), job.decision().action()));
}

}  // namespace tune
