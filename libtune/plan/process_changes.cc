#include "libtune/plan/process_changes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/explain/text.h"
#include "libtune/plan/spec_option.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr int64_t kMebibyte = 1 << 20;
constexpr char kSlots[] = "taskmanager.numberOfTaskSlots";

// What one role's fields are called.
struct RoleFields {
  ProcessRole role;
  const char* spec;     // field of the spec
  const char* options;  // prefix of Flink's options
  const char *cpu_factor, *memory_factor;
};
constexpr RoleFields kTaskManager = {ProcessRole::kTaskManager, "taskManager", "taskmanager.",
                                     "kubernetes.taskmanager.cpu.limit-factor",
                                     "kubernetes.taskmanager.memory.limit-factor"};
constexpr RoleFields kJobManager = {ProcessRole::kJobManager, "jobManager", "jobmanager.",
                                    "kubernetes.jobmanager.cpu.limit-factor",
                                    "kubernetes.jobmanager.memory.limit-factor"};

std::string CoresText(double cores) { return absl::StrFormat("%.9g", cores); }

// Flink's "2048m" is 2048 MiB, in resource.memory too.
std::string MemoryText(Bytes memory) { return absl::StrCat(memory.value() / kMebibyte, "m"); }

std::string MibText(const std::optional<Bytes>& bytes) {
  return bytes ? absl::StrCat(bytes->value() / kMebibyte, " MiB") : "unknown";
}

// The sizes were found for the options of another spec than this one.
bool IsOfAnotherSpec(const RoleFields& fields, const FlinkDeploymentSpec& spec, const JobFacts& facts) {
  const bool task_manager = fields.role == ProcessRole::kTaskManager;
  const FlinkProcessSpec& is = task_manager ? spec.task_manager : spec.job_manager;
  const FlinkProcessSpec& was = task_manager ? facts.task_manager : facts.job_manager;
  if (is.memory != was.memory || is.cpu != was.cpu) return true;
  const auto differs = [&](const auto& one, const auto& other) {
    for (const auto& [key, text] : one) {
      const bool matters = absl::StartsWith(key, fields.options) || absl::StartsWith(key, "kubernetes.");
      const auto it = other.find(key);
      if (matters && (it == other.end() || it->second != text)) return true;
    }
    return false;
  };
  return differs(spec.flink_configuration, facts.configuration);
}

// One role's changes.
class RolePlan {
 public:
  RolePlan(const RoleFields& fields, const FlinkDeploymentSpec& spec, const ProcessRecommendation& answer)
      : fields_(fields), spec_(spec), answer_(answer) {}

  std::vector<SpecChange> Changes() {
    const ProcessSize &now = answer_.now, &wanted = answer_.wanted;
    const FlinkProcessSpec& is = fields_.role == ProcessRole::kTaskManager ? spec_.task_manager : spec_.job_manager;
    if (wanted.memory && wanted.memory != now.memory) {
      Add({"spec", fields_.spec, "resource", "memory"}, is.memory, MemoryText(*wanted.memory), false, MemoryReason());
    }
    if (wanted.cpu && wanted.cpu != now.cpu) {
      Add({"spec", fields_.spec, "resource", "cpu"}, is.cpu ? CoresText(*is.cpu) : "",
          CoresText(static_cast<double>(wanted.cpu->value()) / 1000), true, CpuReason());
    }
    if (is.replicas > 0 && wanted.count && *wanted.count != is.replicas) {
      Add({"spec", fields_.spec, "replicas"}, absl::StrCat(is.replicas), absl::StrCat(*wanted.count), true,
          "as many as hold the slots");
    }
    if (wanted.slots && wanted.slots != now.slots) {
      AddOption(kSlots, absl::StrCat(*wanted.slots), "the cheapest layout that holds everything");
    }
    AddFactor(fields_.cpu_factor, now.cpu_limit_factor, wanted.cpu_limit_factor, "starts in time, passes peaks");
    AddFactor(fields_.memory_factor, now.memory_limit_factor, wanted.memory_limit_factor,
              "room for page cache beyond Flink's memory");
    for (const auto& [key, text] : answer_.options) AddOption(key, text, MemoryReason());
    return std::move(changes_);
  }

 private:
  std::string MemoryReason() const {
    return absl::StrCat("heap ", MibText(answer_.now.heap), " -> ", MibText(answer_.wanted.heap),
                        answer_.live ? absl::StrCat(", ", MibText(answer_.live->bytes), " alive") : "");
  }
  std::string CpuReason() const {
    return answer_.cores_quantile ? absl::StrFormat("%.3g cores in use", *answer_.cores_quantile) : "";
  }

  void Add(std::vector<std::string> path, std::string before, std::string after, bool is_number, std::string reason) {
    if (before == after) return;
    changes_.push_back({std::move(path), std::move(before), std::move(after), is_number, std::move(reason)});
  }
  void AddOption(const std::string& key, const std::string& text, const std::string& reason) {
    Add({"spec", "flinkConfiguration", key}, Option(spec_, key), text, false, reason);
  }
  void AddFactor(const char* key, double now, double wanted, const char* reason) {
    if (wanted != now) AddOption(key, absl::StrFormat("%.6g", wanted), reason);
  }

  const RoleFields& fields_;
  const FlinkDeploymentSpec& spec_;
  const ProcessRecommendation& answer_;
  std::vector<SpecChange> changes_;
};

template <typename Memory>
absl::Status CheckMemory(const absl::StatusOr<Memory>& memory, Bytes heap, const ProcessSize& wanted) {
  if (!memory.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("with the changes Flink would refuse the spec: ", std::string(memory.status().message())));
  }
  if (wanted.heap && heap < *wanted.heap) {
    return absl::FailedPreconditionError(absl::StrCat("with the changes Flink would give ", heap.value(),
                                                      " bytes of heap; wanted: ", wanted.heap->value()));
  }
  return absl::OkStatus();
}

bool SetsMemory(const std::vector<SpecChange>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const SpecChange& change) { return absl::StrContains(change.path.back(), "memory"); });
}

// What Flink makes of the spec with the changes, where they are about memory.
absl::Status CheckAccepted(const RoleFields& fields, const FlinkDeploymentSpec& spec,
                           const std::vector<SpecChange>& changes, const ProcessSize& wanted) {
  if (!SetsMemory(changes)) return absl::OkStatus();
  std::map<std::string, std::string> configuration = spec.flink_configuration;
  const bool task_manager = fields.role == ProcessRole::kTaskManager;
  std::string memory = task_manager ? spec.task_manager.memory : spec.job_manager.memory;
  for (const SpecChange& change : changes) {
    if (change.path[1] == "flinkConfiguration") configuration[change.path[2]] = change.after;
    if (change.path.back() == "memory") memory = change.after;
  }
  const absl::StatusOr<FlinkVersion> version = ParseFlinkVersion("spec.flinkVersion", spec.flink_version);
  if (!version.ok()) return version.status();
  if (task_manager) {
    const auto options = ReadTaskManagerMemory(*version, configuration, memory);
    const auto made = options.ok() ? ComputeMemory(*options) : absl::StatusOr<TaskManagerMemory>(options.status());
    return CheckMemory(made, made.ok() ? made->Heap() : Bytes(0), wanted);
  }
  const auto options = ReadJobManagerMemory(*version, configuration, memory);
  const auto made = options.ok() ? ComputeMemory(*options) : absl::StatusOr<JobManagerMemory>(options.status());
  return CheckMemory(made, made.ok() ? made->heap : Bytes(0), wanted);
}

absl::Status PlanRole(const RoleFields& fields, const FlinkDeploymentSpec& spec, const JobWindow& window,
                      const ProcessRecommendation& answer, SpecPatch& patch) {
  std::vector<SpecChange> changes = RolePlan(fields, spec, answer).Changes();
  if (changes.empty()) return absl::OkStatus();
  if (IsOfAnotherSpec(fields, spec, window.facts)) {
    patch.notes.push_back(absl::StrCat(Name(fields.role),
                                       ": left alone, as the sizes were found for another spec; give this one with the "
                                       "history"));
    return absl::OkStatus();
  }
  if (!ParseFlinkVersion("spec.flinkVersion", spec.flink_version).ok()) {
    patch.notes.push_back(
        absl::StrCat(Name(fields.role), ": left alone, as the memory of Flink before 1.17 is not known"));
    return absl::OkStatus();
  }
  if (auto status = CheckAccepted(fields, spec, changes, answer.wanted); !status.ok()) return status;
  for (SpecChange& change : changes) patch.changes.push_back(std::move(change));
  return absl::OkStatus();
}

}  // namespace

absl::Status PlanProcesses(const FlinkDeploymentSpec& spec, const JobWindow& window,
                           const JobRecommendation& recommendation, SpecPatch& patch) {
  if (auto status = PlanRole(kTaskManager, spec, window, recommendation.task_managers, patch); !status.ok()) {
    return status;
  }
  return PlanRole(kJobManager, spec, window, recommendation.job_manager, patch);
}

}  // namespace tune
