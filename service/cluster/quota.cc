#include "service/cluster/quota.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/pack/limits.h"
#include "libtune/plan/overrides.h"
#include "libtune/plan/spec_option.h"
#include "service/cluster/job_state.h"

namespace tune {
namespace {

using Jobs = std::vector<std::shared_ptr<const FlinkJob>>;
constexpr int kMostTaskManagers = std::numeric_limits<int>::max();
constexpr int64_t kMostSlots = 1 << 30;  // of a session cluster; its sum stays there

// Pods of both roles with all their containers, and how many.
struct Needs {
  ContainerResources job_manager, task_manager;
  int job_managers = 0, task_managers = 0;
};

// One that has ended stays so until its spec changes.
bool MakesPods(const FlinkJob& job) {
  if (job.deleting_since || job.suspended) return false;
  const JobPhase phase = PhaseOf(job);
  const bool failed = phase == JobPhase::kFailed && job.status.flink_state == FlinkState::kFailed;
  const bool ended = failed || phase == JobPhase::kFinished || phase == JobPhase::kCanceled;
  return !ended || job.change_pending();
}

ContainerResources PodOf(const ContainerResources& flink, const PodContainers& beside,
                         const ContainerDefaults& defaults) {
  PodContainers pod = beside;
  pod.containers.push_back(
      {flink.cpu_request.value(), flink.cpu_limit.value(), flink.memory_request.value(), flink.memory_limit.value()});
  return SumOf(pod, defaults);
}

Needs NeedsOf(const JobPods& pods, const DeploymentSpec& spec, const ContainerDefaults& defaults) {
  const BesideFlink beside = spec.beside == nullptr ? BesideFlink() : *spec.beside;
  return {PodOf(pods.job_manager.each, beside.job_manager, defaults),
          PodOf(pods.task_managers.each, beside.task_manager, defaults), pods.job_manager.count.value_or(1),
          pods.task_managers.count.value_or(0)};
}

PodsTaken TakenBy(const Needs& needs) {
  return Plus(TakenBy(needs.job_manager, needs.job_managers), TakenBy(needs.task_manager, needs.task_managers));
}

// Slots that the jobs take.
absl::StatusOr<int> ParallelismOf(const FlinkJob& job, const FlinkDeploymentSpec& spec, const Jobs& session_jobs) {
  int64_t parallelism = spec.job_parallelism;
  if (!spec.has_job) {
    for (const auto& session_job : session_jobs) {
      const bool of_it = session_job->session_cluster == job.key.name;
      if (of_it && MakesPods(*session_job)) parallelism += session_job->parallelism;
    }
    return static_cast<int>(std::min(parallelism, kMostSlots));
  }
  const absl::StatusOr<Overrides> overrides = ReadOverrides(Option(spec, kOverrides));
  if (!overrides.ok()) return overrides.status();
  for (const auto& [vertex, own] : *overrides) parallelism = std::max<int64_t>(parallelism, own);
  if (parallelism == 0) return NotAllowed("spec.job.parallelism", "absent", "a whole number >= 1");
  if (parallelism > kMaxParallelism) {
    return NotAllowed(absl::StrCat("spec.flinkConfiguration[\"", kOverrides, "\"]"), absl::StrCat(parallelism),
                      absl::StrCat("at most ", kMaxParallelism));
  }
  return static_cast<int>(parallelism);
}

absl::StatusOr<PodsTaken> WantedBy(const FlinkJob& job, const Jobs& session_jobs, const ContainerDefaults& defaults) {
  if (!MakesPods(job)) return PodsTaken();
  const absl::StatusOr<FlinkDeployment> deployment = job.Deployment();
  if (!deployment.ok()) return deployment.status();
  const absl::StatusOr<int> parallelism = ParallelismOf(job, deployment->spec, session_jobs);
  if (!parallelism.ok()) return parallelism.status();
  const absl::StatusOr<JobPods> pods = PresentPods(WindowOf(deployment->facts, *parallelism));
  if (!pods.ok()) return pods.status();
  return TakenBy(NeedsOf(*pods, job.spec, defaults));
}

const JobUse* Find(const NamespaceUse& use, const std::string& cluster) {
  const auto it = std::lower_bound(use.jobs.begin(), use.jobs.end(), cluster,
                                   [](const JobUse& job, const std::string& name) { return job.cluster < name; });
  return it == use.jobs.end() || it->cluster != cluster ? nullptr : &*it;
}

PodsTaken HeldBy(const NamespaceUse& use, const std::string& cluster) {
  const JobUse* job = Find(use, cluster);
  return job == nullptr ? PodsTaken() : job->now;
}

PodsTaken InFlightBeside(const NamespaceUse& use, const std::string& cluster) {
  PodsTaken all;
  for (const JobUse& job : use.jobs) {
    if (job.cluster != cluster) all = Plus(all, job.in_flight);
  }
  return all;
}

std::string CapText(const QuotaEntry& entry, int64_t needed) {
  constexpr double kGib = 1 << 30, kCore = 1000;
  std::string unit = Unit(entry.resource);
  double one = 1;
  if (unit == "cores") one = kCore;
  if (unit == "bytes") {
    one = kGib;
    unit = "GiB";
  }
  return absl::StrFormat("%s of quota %s: %.6g of %.6g %s", Name(entry.resource), entry.quota,
                         static_cast<double>(needed) / one, static_cast<double>(entry.hard) / one, unit);
}

std::string RangeText(const ContainerResources& container, const LimitRange& range, const char* role) {
  PodLimits limits;
  limits.range = range;
  const Fall fall = CheckPods(container, 1, limits);
  if (fall.cap == Cap::kNone) return "";
  const bool bytes = std::string(Unit(fall.cap)) == "bytes";
  const double one = bytes ? 1 << 30 : 1;
  return absl::StrFormat("%s: %s, %.6g of %.6g %s", role, Name(fall.cap), fall.needed / one, fall.allowed / one,
                         bytes ? "GiB" : Unit(fall.cap));
}

bool Same(const ContainerResources& a, const ContainerResources& b) {
  return a.cpu_request == b.cpu_request && a.cpu_limit == b.cpu_limit && a.memory_request == b.memory_request &&
         a.memory_limit == b.memory_limit;
}

// How many of `each` fit into `room`; nullopt: it takes nothing of it.
std::optional<int> CountIn(int64_t room, int64_t each) {
  if (each <= 0) return std::nullopt;
  return static_cast<int>(std::clamp<int64_t>(room / each, 0, kMostTaskManagers));
}

void CheckEntry(const QuotaEntry& entry, const Needs& made, const PodsTaken& given_back, const PodsTaken& in_flight,
                int kept, PlanFit& fit) {
  const auto amount = [&entry](const ContainerResources& pod, int count) {
    return Amount(TakenBy(pod, count), entry.resource);
  };
  PodsTaken before = in_flight;
  before = Plus(before, TakenBy(made.job_manager, made.job_managers));
  const int64_t without = TakenByOthers(entry, given_back, before);
  const auto more = CountIn(std::max<int64_t>(0, entry.hard - without), amount(made.task_manager, 1));
  if (more) {
    const int64_t all = std::min<int64_t>(int64_t{kept} + *more, kMostTaskManagers);
    fit.task_managers = std::min(fit.task_managers.value_or(kMostTaskManagers), static_cast<int>(all));
  }
  // What makes nothing new of a resource is not refused for it, however much is over.
  if (amount(made.job_manager, made.job_managers) == 0 && amount(made.task_manager, made.task_managers) == 0) return;
  const int64_t needed = TakenByOthers(entry, given_back, Plus(before, TakenBy(made.task_manager, made.task_managers)));
  if (needed <= entry.hard || !fit.fits) return;
  fit.fits = false;
  fit.cap = CapText(entry, needed);
}

}  // namespace

void AddLimits(const LimitsObject& object, NamespaceUse& use) {
  if (object.error.ok()) return Add(object.limits, use.limits);
  use.unread.emplace_back(object.error.message());
}

void CountJobs(const Jobs& deployments, const Jobs& session_jobs,
               const std::vector<std::shared_ptr<const JobPod>>& pods, NamespaceUse& use) {
  std::map<std::string, PodsTaken> held;
  for (const auto& pod : pods) {
    PodsTaken& taken = held[pod->cluster];
    taken = Plus(taken, pod->taken());
  }
  for (const auto& deployment : deployments) {
    JobUse job;
    job.cluster = deployment->key.name;
    job.now = held[job.cluster];
    const absl::StatusOr<PodsTaken> wanted = WantedBy(*deployment, session_jobs, use.limits.defaults);
    if (wanted.ok()) {
      job.wanted = *wanted;
      job.in_flight = Beyond(job.wanted, job.now);
    } else {
      job.unknown = std::string(wanted.status().message());
    }
    use.jobs.push_back(std::move(job));
  }
}

PodLimits LeftFor(const NamespaceUse& use, const std::string& cluster) {
  return LimitsFor(use.limits, HeldBy(use, cluster), InFlightBeside(use, cluster));
}

PlanFit FitPlan(const NamespaceUse& use, const FlinkJob& job, const PlannedPods& plan) {
  PlanFit fit;
  for (const auto& [role, pods] :
       {std::pair("JobManager", &plan.wanted.job_manager), std::pair("TaskManagers", &plan.wanted.task_managers)}) {
    fit.cap = RangeText(pods->each, use.limits.range, role);
    if (fit.cap.empty()) continue;
    fit.fits = false;
    fit.task_managers = 0;
    return fit;
  }
  const std::string& cluster = job.cluster();
  Needs made = NeedsOf(plan.wanted, job.spec, use.limits.defaults);
  const bool stays = !plan.restarts_job && Same(plan.wanted.task_managers.each, plan.present.task_managers.each) &&
                     Same(plan.wanted.job_manager.each, plan.present.job_manager.each);
  const int kept = stays ? plan.present.task_managers.count.value_or(0) : 0;
  if (stays) {
    made.task_managers = std::max(0, made.task_managers - kept);
    made.job_managers = std::max(0, made.job_managers - plan.present.job_manager.count.value_or(1));
  }
  const PodsTaken given_back = stays ? PodsTaken() : HeldBy(use, cluster);
  const PodsTaken in_flight = InFlightBeside(use, cluster);
  for (const QuotaEntry& entry : use.limits.quota) CheckEntry(entry, made, given_back, in_flight, kept, fit);
  return fit;
}

}  // namespace tune
