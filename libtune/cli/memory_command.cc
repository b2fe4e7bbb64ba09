#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/memory_report.h"
#include "libtune/internal/path.h"
#include "tune/sizes.h"

namespace tune {
namespace {

struct MemoryInput {
  FlinkVersion version;
  std::map<std::string, std::string> configuration;
  std::string resource_memory;  // of the process asked for; empty: none
};

absl::Status ReadSpec(const Arguments& a, MemoryInput& input) {
  absl::StatusOr<FlinkDeployment> read = LoadSpec(a.spec);
  if (!read.ok()) return read.status();
  input.configuration = read->spec.flink_configuration;
  input.resource_memory = (a.job_manager ? read->spec.job_manager : read->spec.task_manager).memory;
  if (!a.flink_version.empty() || read->spec.flink_version.empty()) return absl::OkStatus();
  absl::StatusOr<FlinkVersion> version = ParseFlinkVersion("spec.flinkVersion", read->spec.flink_version);
  if (!version.ok()) return version.status();
  input.version = *version;
  return absl::OkStatus();
}

absl::StatusOr<MemoryInput> LoadInput(const Arguments& a) {
  MemoryInput input;
  if (!a.flink_version.empty()) {
    absl::StatusOr<FlinkVersion> version = ParseFlinkVersion("--flink-version", a.flink_version);
    if (!version.ok()) return version.status();
    input.version = *version;
  }
  if (!a.spec.empty()) {
    if (auto status = ReadSpec(a, input); !status.ok()) return status;
  }
  const std::string process_size = a.job_manager ? "jobmanager.memory.process.size" : "taskmanager.memory.process.size";
  for (const std::string& set : a.sets) {
    const std::vector<std::string> parts = absl::StrSplit(set, absl::MaxSplits('=', 1));
    if (parts.size() != 2 || parts[0].empty()) return NotAllowed("--set", Quoted(set), "KEY=VALUE");
    input.configuration[parts[0]] = parts[1];
    if (parts[0] == process_size) input.resource_memory.clear();
  }
  return input;
}

// Sizes of --want-…, by name. A wish that the process does not know is refused.
absl::StatusOr<std::map<std::string, Bytes>> WantedSizes(const Arguments& a) {
  std::map<std::string, Bytes> sizes;
  for (const auto& [name, text] : a.wants) {
    const std::string option = absl::StrCat("--want-", name);
    if (a.job_manager && (name == "task-heap" || name == "managed" || name == "network")) {
      return NotAllowed(option, Quoted(text), "only for a TaskManager");
    }
    absl::StatusOr<Bytes> size = ParseFlinkSize(option, text);
    if (!size.ok()) return size.status();
    sizes[name] = *size;
  }
  return sizes;
}

std::optional<Bytes> Want(const std::map<std::string, Bytes>& sizes, const char* name) {
  const auto it = sizes.find(name);
  return it == sizes.end() ? std::nullopt : std::optional<Bytes>(it->second);
}

TaskManagerMemoryWish TaskManagerWish(const std::map<std::string, Bytes>& sizes) {
  TaskManagerMemoryWish wish;
  wish.heap = Want(sizes, "heap");
  wish.task_heap = Want(sizes, "task-heap");
  wish.managed = Want(sizes, "managed");
  wish.network = Want(sizes, "network");
  wish.task_off_heap = Want(sizes, "off-heap");
  wish.metaspace = Want(sizes, "metaspace");
  wish.overhead = Want(sizes, "overhead");
  return wish;
}

JobManagerMemoryWish JobManagerWish(const std::map<std::string, Bytes>& sizes) {
  JobManagerMemoryWish wish;
  wish.heap = Want(sizes, "heap");
  wish.off_heap = Want(sizes, "off-heap");
  wish.metaspace = Want(sizes, "metaspace");
  wish.overhead = Want(sizes, "overhead");
  return wish;
}

// What the options give, or what they become so that they give what is wanted.
template <typename Options, typename Wish>
absl::StatusOr<MemoryReport> MakeReport(const FlinkVersion& version, const absl::StatusOr<Options>& options,
                                        const Wish* wish) {
  if (!options.ok()) return options.status();
  if (wish == nullptr) {
    const auto memory = ComputeMemory(*options);
    if (!memory.ok()) return memory.status();
    return ReportOf(version, *memory);
  }
  auto plan = PlanMemory(*options, *wish);
  if (!plan.ok()) return plan.status();
  MemoryReport report = ReportOf(version, plan->memory);
  report.planned = true;
  report.set = std::move(plan->set);
  return report;
}

absl::StatusOr<MemoryReport> Report(const Arguments& a) {
  const absl::StatusOr<MemoryInput> input = LoadInput(a);
  if (!input.ok()) return input.status();
  const absl::StatusOr<std::map<std::string, Bytes>> sizes = WantedSizes(a);
  if (!sizes.ok()) return sizes.status();
  const TaskManagerMemoryWish task_manager = TaskManagerWish(*sizes);
  const JobManagerMemoryWish job_manager = JobManagerWish(*sizes);
  const FlinkProcess process = a.job_manager ? FlinkProcess::kJobManager : FlinkProcess::kTaskManager;
  absl::StatusOr<MemoryReport> report =
      a.job_manager ? MakeReport(input->version,
                                 ReadJobManagerMemory(input->version, input->configuration, input->resource_memory),
                                 sizes->empty() ? nullptr : &job_manager)
                    : MakeReport(input->version,
                                 ReadTaskManagerMemory(input->version, input->configuration, input->resource_memory),
                                 sizes->empty() ? nullptr : &task_manager);
  if (!report.ok()) return report;
  const absl::StatusOr<LimitFactors> factors = ReadLimitFactors(process, input->configuration);
  if (!factors.ok()) return factors.status();
  const absl::StatusOr<ContainerResources> container =
      ContainerOf(report->process_size, MilliCores(0), factors->memory, factors->cpu);
  if (!container.ok()) return container.status();
  report->memory_request = container->memory_request;
  report->memory_limit = container->memory_limit;
  return report;
}

}  // namespace

int RunMemory(const Arguments& a) {
  const absl::StatusOr<MemoryReport> report = Report(a);
  if (!report.ok()) return Fail(report.status());
  std::fputs((a.format == OutputFormat::kTable ? MemoryTable(*report) : MemoryJson(*report)).c_str(), stdout);
  return kExitOk;
}

}  // namespace tune
