#include "libtune/size/job_pods.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/graph/slots.h"
#include "libtune/internal/path.h"
#include "libtune/pack/limits.h"
#include "libtune/plan/overrides.h"
#include "libtune/size/present.h"
#include "tune/sizes.h"

namespace tune {
namespace {

struct Sizes {
  ProcessSize job_manager, task_managers;
  std::vector<std::string> notes;
};

// What Flink takes where nothing tells the CPU: one core for each slot, one for a JobManager.
absl::Status TakeDefaultCpu(const JobFacts& facts, FlinkProcess process, const std::string& field, ProcessSize& size,
                            std::vector<std::string>& notes) {
  if (size.cpu) return absl::OkStatus();
  const absl::StatusOr<LimitFactors> factors = ReadLimitFactors(process, facts.configuration);
  if (!factors.ok()) return factors.status();
  size.cpu = MilliCores(1000 * size.slots.value_or(1));
  size.cpu_limit_factor = factors->cpu;
  notes.push_back(absl::StrCat(field, " is absent: ", FormatKubernetesCpu(*size.cpu), ", Flink's default"));
  return absl::OkStatus();
}

absl::Status CountJobManagers(const JobFacts& facts, ProcessSize& size) {
  constexpr char kReplicas[] = "kubernetes.jobmanager.replicas";
  if (size.count) return absl::OkStatus();
  size.count = 1;
  const auto it = facts.configuration.find(kReplicas);
  if (it == facts.configuration.end()) return absl::OkStatus();
  int count = 0;
  if (!absl::SimpleAtoi(it->second, &count) || count < 1) {
    return NotAllowed(kReplicas, Quoted(it->second), "a whole number >= 1");
  }
  size.count = count;
  return absl::OkStatus();
}

absl::StatusOr<Sizes> PresentSizes(const JobWindow& window) {
  absl::StatusOr<PresentProcesses> present = ReadPresent(window);
  if (!present.ok()) return present.status();
  Sizes sizes{present->job_manager, present->task_manager, {}};
  ProcessSize& task_managers = sizes.task_managers;
  if (!task_managers.slots) {  // no option, and nothing seen
    task_managers.slots = 1;
    if (window.facts.task_manager.replicas == 0) task_managers.count = SlotsOf(window.graph);
    sizes.notes.emplace_back("taskmanager.numberOfTaskSlots is absent: 1, Flink's default");
  }
  if (task_managers.count == 0) task_managers.count.reset();
  if (auto status = CountJobManagers(window.facts, sizes.job_manager); !status.ok()) return status;
  for (const absl::Status& status : {TakeDefaultCpu(window.facts, FlinkProcess::kJobManager,
                                                    "spec.jobManager.resource.cpu", sizes.job_manager, sizes.notes),
                                     TakeDefaultCpu(window.facts, FlinkProcess::kTaskManager,
                                                    "spec.taskManager.resource.cpu", task_managers, sizes.notes)}) {
    if (!status.ok()) return status;
  }
  return sizes;
}

absl::StatusOr<RolePods> PodsOf(const ProcessSize& size, const std::string& role, const std::string& prefix) {
  if (!size.memory) {
    return NotAllowed(absl::StrCat("spec.", role, ".resource.memory"), "absent",
                      absl::StrCat("a size, as 4g, or ", prefix, ".memory.process.size in spec.flinkConfiguration"));
  }
  absl::StatusOr<ContainerResources> each =
      ContainerOf(*size.memory, *size.cpu, size.memory_limit_factor, size.cpu_limit_factor);
  if (!each.ok()) return each.status();
  return RolePods{size.count, size.slots, *each};
}

absl::StatusOr<JobPods> PodsOf(const Sizes& sizes) {
  const absl::StatusOr<RolePods> job_manager = PodsOf(sizes.job_manager, "jobManager", "jobmanager"),
                                 task_managers = PodsOf(sizes.task_managers, "taskManager", "taskmanager");
  if (!job_manager.ok()) return job_manager.status();
  if (!task_managers.ok()) return task_managers.status();
  return JobPods{*job_manager, *task_managers, sizes.notes};
}

void Take(const ProcessSize& wanted, ProcessSize& size) {
  if (wanted.count) size.count = wanted.count;
  if (wanted.slots) size.slots = wanted.slots;
  if (wanted.cpu) {
    size.cpu = wanted.cpu;
    size.cpu_limit_factor = wanted.cpu_limit_factor;
  }
  if (wanted.memory) {
    size.memory = wanted.memory;
    size.memory_limit_factor = wanted.memory_limit_factor;
  }
}

void AddBroken(const std::string& role, const RolePods& pods, const PodLimits& limits, std::vector<std::string>& out) {
  const Fall fall = CheckPods(pods.each, pods.count.value_or(1), limits);
  if (fall.cap == Cap::kNone) return;
  const bool bytes = std::string(Unit(fall.cap)) == "bytes";
  const double unit = bytes ? 1 << 30 : 1;
  out.push_back(absl::StrFormat("%s: %s, %.6g of %.6g %s", role, Name(fall.cap), fall.needed / unit,
                                fall.allowed / unit, bytes ? "GiB" : Unit(fall.cap)));
}

}  // namespace

JobWindow WindowOf(const JobFacts& spec, int parallelism) {
  JobWindow window;
  window.facts = spec;
  if (parallelism == 0) return window;
  window.graph.vertices.emplace_back();
  window.graph.vertices.back().parallelism = parallelism;
  return window;
}

absl::StatusOr<JobPods> PresentPods(const JobWindow& window) {
  const absl::StatusOr<Sizes> sizes = PresentSizes(window);
  if (!sizes.ok()) return sizes.status();
  absl::StatusOr<JobPods> pods = PodsOf(*sizes);
  if (!pods.ok()) return pods;
  if (!pods->task_managers.count) {
    pods->notes.emplace_back(
        "a session cluster's TaskManagers come with its jobs: their number is known only with "
        "spec.taskManager.replicas "
        "or a history");
  }
  if (window.vertices.empty() && window.facts.configuration.contains(kOverrides)) {
    pods->notes.push_back(
        absl::StrCat("slots by job.parallelism: what ", kOverrides, " adds takes a history to count"));
  }
  return pods;
}

absl::StatusOr<JobPods> WantedPods(const JobWindow& window, const JobRecommendation& recommendation) {
  absl::StatusOr<Sizes> sizes = PresentSizes(window);
  if (!sizes.ok()) return sizes.status();
  Take(recommendation.job_manager.wanted, sizes->job_manager);
  ProcessSize& task_managers = sizes->task_managers;
  Take(recommendation.task_managers.wanted, task_managers);
  if (!recommendation.task_managers.wanted.count && window.facts.task_manager.replicas == 0) {
    task_managers.count = (recommendation.slots_wanted + *task_managers.slots - 1) / *task_managers.slots;
  }
  return PodsOf(*sizes);
}

PodsTaken TakenBy(const ContainerResources& each, int count) {
  const ContainerResources all = Together(each, count);
  return {all.cpu_request, all.cpu_limit, all.memory_request, all.memory_limit, count};
}

absl::StatusOr<PodsTaken> TakenBy(const JobWindow& window) {
  const absl::StatusOr<Sizes> sizes = PresentSizes(window);
  if (!sizes.ok()) return sizes.status();
  PodsTaken all;
  for (const ProcessSize* size : {&sizes->job_manager, &sizes->task_managers}) {
    if (!size->count) continue;
    const absl::StatusOr<ContainerResources> each =
        ContainerOf(size->memory.value_or(Bytes()), *size->cpu, size->memory_limit_factor, size->cpu_limit_factor);
    if (!each.ok()) return each.status();
    all = Plus(all, TakenBy(*each, *size->count));
  }
  return all;
}

std::vector<std::string> BrokenLimits(const JobPods& pods, const PodLimits& limits) {
  std::vector<std::string> out;
  AddBroken("JobManager", pods.job_manager, limits, out);
  PodLimits left = limits;
  left.quota = LeftBeside(limits.quota, pods.job_manager.each, pods.job_manager.count.value_or(1));
  AddBroken("TaskManagers", pods.task_managers, left, out);
  return out;
}

}  // namespace tune
