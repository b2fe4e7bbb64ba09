#include "service/cluster/job_pod.h"

#include <algorithm>

#include "service/cluster/pod_resources.h"

namespace tune {
namespace {

constexpr size_t kLongestName = 253, kLongestReason = 64;
constexpr int64_t kMostRestarts = 1'000'000'000;

PodPhase PhaseOf(std::string_view text) {
  if (text == "Pending") return PodPhase::kPending;
  if (text == "Running") return PodPhase::kRunning;
  if (text == "Succeeded") return PodPhase::kSucceeded;
  return text == "Failed" ? PodPhase::kFailed : PodPhase::kUnknown;
}

// What a condition says of a type: its status, and why.
struct Condition {
  std::string_view status, reason;
};
Condition ConditionOf(JsonValue object, std::string_view type) {
  if (const auto conditions = ListAt(object, "/status/conditions")) {
    for (const JsonValue condition : *conditions) {
      if (TextAt(condition, "/type") == type) return {TextAt(condition, "/status"), TextAt(condition, "/reason")};
    }
  }
  return {};
}

// The first container of the list that says something at `pointer`.
std::string_view FirstOf(JsonValue object, const char* list, const char* pointer) {
  const auto statuses = ListAt(object, list);
  if (!statuses) return {};
  for (const JsonValue status : *statuses) {
    const std::string_view text = TextAt(status, pointer);
    if (!text.empty() && text != "Completed") return text;
  }
  return {};
}

// What has ended says more than what waits for it, and that more than what was mended.
std::string_view ReasonOfPod(JsonValue object) {
  for (const char* pointer : {"/state/terminated/reason", "/state/waiting/reason"}) {
    for (const char* list : {"/status/containerStatuses", "/status/initContainerStatuses"}) {
      const std::string_view reason = FirstOf(object, list, pointer);
      if (!reason.empty()) return reason;
    }
  }
  const std::string_view of_pod = TextAt(object, "/status/reason");
  if (!of_pod.empty()) return of_pod;
  const Condition scheduled = ConditionOf(object, "PodScheduled");
  if (scheduled.status == "False") return scheduled.reason;
  return FirstOf(object, "/status/containerStatuses", "/lastState/terminated/reason");
}

// The kubelet says TerminationByKubelet when its node shuts down, and when it runs short of something, which the pod
// may have used: of the second one the pod's own reason is Evicted.
bool IsDisrupted(JsonValue object) {
  const Condition target = ConditionOf(object, "DisruptionTarget");
  return target.status == "True" &&
         (target.reason != "TerminationByKubelet" || TextAt(object, "/status/reason") != "Evicted");
}

int64_t RestartsOf(JsonValue object) {
  int64_t restarts = 0;
  if (const auto statuses = ListAt(object, "/status/containerStatuses")) {
    for (const JsonValue status : *statuses) {
      restarts += std::clamp<int64_t>(WholeAt(status, "/restartCount").value_or(0), 0, kMostRestarts);
    }
  }
  return restarts;
}

}  // namespace

PodsTaken JobPod::taken() const {
  if (!counts()) return {};
  return {resources.cpu_request, resources.cpu_limit, resources.memory_request, resources.memory_limit, 1};
}

JobPod ReducePod(JsonValue object) {
  JobPod pod;
  pod.cluster = Cut(TextAt(object, "/metadata/labels/app"), kLongestName);
  pod.role =
      TextAt(object, "/metadata/labels/component") == "jobmanager" ? PodRole::kJobManager : PodRole::kTaskManager;
  pod.phase = PhaseOf(TextAt(object, "/status/phase"));
  pod.node = Cut(TextAt(object, "/spec/nodeName"), kLongestName);
  pod.ready = ConditionOf(object, "Ready").status == "True";
  pod.deleting = !TextAt(object, "/metadata/deletionTimestamp").empty();
  pod.disrupted = IsDisrupted(object);
  pod.reason = OneLine(ReasonOfPod(object), kLongestReason);
  pod.restarts = RestartsOf(object);
  if (const auto spec = At(object, "/spec")) pod.resources = SumOf(ContainersOf(*spec), ContainerDefaults());
  return pod;
}

}  // namespace tune
