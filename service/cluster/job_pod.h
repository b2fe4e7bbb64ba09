// A pod of a job, as Flink and the operator label them: app is the FlinkDeployment's name, component jobmanager or
// taskmanager.
#pragma once

#include <cstdint>
#include <string>

#include "libtune/pack/cluster_limits.h"
#include "service/cluster/json_field.h"
#include "tune/flink_memory.h"

namespace tune {

constexpr char kJobPodSelector[] = "app,component in (jobmanager,taskmanager)";

enum class PodRole : uint8_t { kJobManager, kTaskManager };
enum class PodPhase : uint8_t { kUnknown, kPending, kRunning, kSucceeded, kFailed };

struct JobPod {
  std::string cluster;  // the FlinkDeployment
  std::string node;     // empty: none yet
  // Why it does not run: "OOMKilled", "ImagePullBackOff", "Unschedulable", "Evicted"; of one that runs, why a container
  // of it was restarted last. At most 64 bytes; empty: nothing is wrong.
  std::string reason;
  ContainerResources resources;  // of its containers together, pod_resources.h
  int64_t restarts = 0;          // of all its containers
  PodRole role = PodRole::kTaskManager;
  PodPhase phase = PodPhase::kUnknown;
  bool ready = false;
  bool deleting = false;
  bool disrupted = false;  // the cluster took it away: preempted, evicted, its node is gone or shuts down

  // A quota counts pods until they have ended, those being deleted too.
  bool counts() const { return phase != PodPhase::kSucceeded && phase != PodPhase::kFailed; }
  // Nothing, where it does not count.
  PodsTaken taken() const;
};

JobPod ReducePod(JsonValue object);

}  // namespace tune
