// What a namespace's quotas leave for a job. A ResourceQuota never looks inside a FlinkDeployment: an oversized spec is
// taken, and its pods are refused later. So what specs ask for, and no pod holds yet, is counted here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libtune/pack/cluster_limits.h"
#include "libtune/size/job_pods.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/job_pod.h"
#include "service/cluster/namespace_objects.h"

namespace tune {

// Of a FlinkDeployment: a job, or a session cluster with its jobs.
struct JobUse {
  std::string cluster;
  PodsTaken now;        // its pods
  PodsTaken wanted;     // those that its spec makes
  PodsTaken in_flight;  // what the latter take more than the former; nothing where `wanted` is not known
  std::string unknown;  // why `wanted` is not known; empty: it is
};

struct NamespaceUse {
  ClusterLimits limits;             // of all its ResourceQuotas and LimitRanges
  std::vector<JobUse> jobs;         // by name
  std::vector<std::string> unread;  // ResourceQuotas and LimitRanges that are not in `limits`, and why
};

void AddLimits(const LimitsObject& object, NamespaceUse& use);

// Fills in `jobs`; all of one namespace. Nothing more is wanted of jobs that are suspended, being deleted, or have
// ended. TaskManagers are as many as hold the slots: of a job its parallelism, or the largest of its overrides where
// that is more; of a session cluster its jobs' parallelisms together. Beside Flink's containers those of the pod
// templates count, with the LimitRange's defaults.
void CountJobs(const std::vector<std::shared_ptr<const FlinkJob>>& deployments,
               const std::vector<std::shared_ptr<const FlinkJob>>& session_jobs,
               const std::vector<std::shared_ptr<const JobPod>>& pods, NamespaceUse& use);

// What is left for a job: of each quota hard - (used + in flight of the other jobs - what the job's pods hold). A job
// that is not in `use` holds nothing.
PodLimits LeftFor(const NamespaceUse& use, const std::string& cluster);

struct PlannedPods {
  JobPods present, wanted;   // Flink's containers: PresentPods(), WantedPods()
  bool restarts_job = true;  // false: pods of the same size stay, and only those that are more are new
};

struct PlanFit {
  bool fits = true;
  // The first limit that does not hold: "requests.cpu of quota team-a: 12 of 10 cores"; empty: it fits
  std::string cap;
  // The most TaskManagers of the wanted size, beside the wanted JobManagers, that the quotas take, wanted or more; 0
  // where a LimitRange refuses them. nullopt: nothing limits their number.
  std::optional<int> task_managers;
};

// Whether the API server will take the plan's pods. `job` is a FlinkDeployment; of a session job its cluster. Counted
// with all that is in flight; quotas that are not read (NamespaceUse::unread) may still refuse.
PlanFit FitPlan(const NamespaceUse& use, const FlinkJob& job, const PlannedPods& plan);

}  // namespace tune
