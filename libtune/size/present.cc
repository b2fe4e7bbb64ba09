#include "libtune/size/present.h"

#include <algorithm>
#include <cmath>

#include "libtune/graph/slots.h"

namespace tune {
namespace {

constexpr FlinkVersion kUsualVersion{1, 20};
constexpr int kLastBins = 5;  // in which every process of a running job is heard of

FlinkVersion VersionOf(const JobFacts& facts) {
  const FlinkVersion told{facts.flink_major, facts.flink_minor};
  const bool known = told.major > 1 || (told.major == 1 && told.minor >= 17);
  return known ? told : kUsualVersion;
}

// Whether the options name any size from which Flink derives the rest.
bool SaysSize(const TaskManagerMemoryOptions& o) {
  return o.process_size || o.flink_size || (o.task_heap && o.managed);
}
bool SaysSize(const JobManagerMemoryOptions& o) { return o.process_size || o.flink_size || o.heap; }

// The largest told by any process.
template <typename T>
std::optional<T> Largest(const RoleWindow& role, std::optional<T> ProcessWindow::* field) {
  std::optional<T> largest;
  for (const ProcessWindow& process : role.processes) largest = std::max(largest, process.*field);
  return largest;
}

// Of what every process has: told as 0 it is not known.
std::optional<Bytes> LargestSize(const RoleWindow& role, std::optional<Bytes> ProcessWindow::* field) {
  const std::optional<Bytes> largest = Largest(role, field);
  return largest > Bytes(0) ? largest : std::nullopt;
}

MilliCores ToMilliCores(double cores) { return MilliCores(std::llround(cores * 1000)); }

// What the processes say of themselves.
ProcessSize ToldBy(const RoleWindow& role) {
  ProcessSize size;
  const int seen = ProcessesAtEnd(role);
  if (seen > 0) size.count = seen;
  const auto request = Largest(role, &ProcessWindow::cpu_request_cores);
  const auto limit = Largest(role, &ProcessWindow::cpu_limit_cores);
  if (request && *request > 0) size.cpu = ToMilliCores(*request);
  if (size.cpu && limit && *limit > *request) size.cpu_limit_factor = *limit / *request;
  size.memory = LargestSize(role, &ProcessWindow::memory_limit);
  size.heap = LargestSize(role, &ProcessWindow::heap_max);
  size.managed = Largest(role, &ProcessWindow::managed_total);
  size.network = Largest(role, &ProcessWindow::network_total);
  size.metaspace = LargestSize(role, &ProcessWindow::metaspace_max);
  return size;
}

// The factors of the role's limits.
absl::StatusOr<LimitFactors> TakeSpec(FlinkProcess process, const FlinkProcessSpec& spec, const JobFacts& facts,
                                      ProcessSize& size) {
  const auto factors = ReadLimitFactors(process, facts.configuration);
  if (!factors.ok()) return factors.status();
  const auto by_option = ReadCpuRequest(process, facts.configuration);
  if (!by_option.ok()) return by_option.status();
  if (const auto cpu = spec.cpu ? std::optional(ToMilliCores(*spec.cpu)) : *by_option) {
    size.cpu = cpu;
    size.cpu_limit_factor = factors->cpu;
  }
  if (spec.replicas > 0) size.count = spec.replicas;
  return *factors;
}

void TakeMemory(const TaskManagerMemory& memory, ProcessSize& size) {
  size.memory = memory.Process();
  size.heap = memory.Heap();
  size.managed = memory.managed;
  size.network = memory.network;
  size.metaspace = memory.metaspace;
  size.overhead = memory.overhead;
}

void TakeMemory(const JobManagerMemory& memory, ProcessSize& size) {
  size.memory = memory.Process();
  size.heap = memory.heap;
  size.metaspace = memory.metaspace;
  size.overhead = memory.overhead;
}

// Where the options say no size, a container's limit may have told one: then the factor is in it.
template <typename Options, typename Memory>
absl::Status TakeOptions(const Options& options, double limit_factor, std::optional<Memory>& told, ProcessSize& size) {
  if (!SaysSize(options)) return absl::OkStatus();
  const auto memory = ComputeMemory(options);
  if (!memory.ok()) return memory.status();
  TakeMemory(*memory, size);
  size.memory_limit_factor = limit_factor;
  told = *memory;
  return absl::OkStatus();
}

// TaskManagers that Flink asks for: as many as hold the slots.
void CountTaskManagers(const JobWindow& window, ProcessSize& size) {
  const int needed = SlotsOf(window.graph);
  if (window.facts.slots_per_task_manager) {
    size.slots = window.facts.slots_per_task_manager;
    if (window.facts.task_manager.replicas == 0) size.count = (needed + *size.slots - 1) / *size.slots;
  } else if (size.count) {
    size.slots = (needed + *size.count - 1) / *size.count;
  }
}

}  // namespace

int ProcessesAtEnd(const RoleWindow& role) {
  int most = 0, covered = 0;
  for (auto bin = role.cpu.rbegin(); bin != role.cpu.rend() && covered < kLastBins; ++bin) {
    if (bin->processes == 0) continue;
    most = std::max(most, bin->processes);
    ++covered;
  }
  return most;
}

absl::StatusOr<PresentProcesses> ReadPresent(const JobWindow& window) {
  const JobFacts& facts = window.facts;
  PresentProcesses present;
  present.task_manager = ToldBy(window.task_managers);
  present.job_manager = ToldBy(window.job_managers);
  const auto task_manager_factors =
      TakeSpec(FlinkProcess::kTaskManager, facts.task_manager, facts, present.task_manager);
  if (!task_manager_factors.ok()) return task_manager_factors.status();
  const auto job_manager_factors = TakeSpec(FlinkProcess::kJobManager, facts.job_manager, facts, present.job_manager);
  if (!job_manager_factors.ok()) return job_manager_factors.status();
  CountTaskManagers(window, present.task_manager);
  const FlinkVersion version = VersionOf(facts);
  auto task_manager = ReadTaskManagerMemory(version, facts.configuration, facts.task_manager.memory);
  if (!task_manager.ok()) return task_manager.status();
  auto job_manager = ReadJobManagerMemory(version, facts.configuration, facts.job_manager.memory);
  if (!job_manager.ok()) return job_manager.status();
  present.task_manager_options = *std::move(task_manager);
  present.job_manager_options = *std::move(job_manager);
  absl::Status told = TakeOptions(present.task_manager_options, task_manager_factors->memory,
                                  present.task_manager_memory, present.task_manager);
  told.Update(TakeOptions(present.job_manager_options, job_manager_factors->memory, present.job_manager_memory,
                          present.job_manager));
  if (!told.ok()) return told;
  return present;
}

}  // namespace tune
