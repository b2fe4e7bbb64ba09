// Lines KEY=VALUE that claim to be a Flink configuration: refused by name, or read; and what Flink would make of it is
// refused by name, or adds up and can be planned again.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tune/flink_memory.h"
#include "tune/sizes.h"

namespace {

void Check(const absl::Status& status) {
  if (!status.ok() && status.message().empty()) std::abort();
}

template <typename Options, typename Wish>
void CheckAll(const absl::StatusOr<Options>& options, const Wish& wish) {
  Check(options.status());
  if (!options.ok()) return;
  const auto memory = tune::ComputeMemory(*options);
  Check(memory.status());
  if (memory.ok() && memory->Process().value() < memory->Flink().value()) std::abort();
  const auto plan = tune::PlanMemory(*options, wish);
  Check(plan.status());
  if (plan.ok() && plan->memory.Process() != plan->process_size) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::map<std::string, std::string> configuration;
  std::string resource;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (parts.size() == 2) {
      configuration[parts[0]] = parts[1];
    } else {
      resource = line;
    }
  }
  Check(tune::ParseFlinkSize("k", resource).status());
  Check(tune::ParseKubernetesBytes("k", resource).status());
  Check(tune::ParseKubernetesCpu("k", resource).status());
  Check(tune::ParseDeploymentCpu("k", resource).status());
  Check(tune::ParseFlinkVersion("k", resource).status());
  Check(tune::ReadLimitFactors(tune::FlinkProcess::kTaskManager, configuration).status());
  tune::TaskManagerMemoryWish task_manager;
  tune::JobManagerMemoryWish job_manager;
  task_manager.heap = job_manager.heap = tune::Bytes(int64_t{3} << 30);
  task_manager.overhead = job_manager.overhead = tune::Bytes(int64_t{1} << 30);
  for (const int major : {1, 2}) {
    const tune::FlinkVersion version{major, 1 == major ? 20 : 3};
    CheckAll(tune::ReadTaskManagerMemory(version, configuration, resource), task_manager);
    CheckAll(tune::ReadJobManagerMemory(version, configuration, resource), job_manager);
  }
  return 0;
}
