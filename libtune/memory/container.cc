// What Flink on Kubernetes asks for its containers, and the JVM's arguments.
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "libtune/memory/derive.h"
#include "libtune/memory/java_text.h"
#include "tune/sizes.h"

namespace tune {
namespace {

constexpr char kAtLeastOne[] = ">= 1";

absl::StatusOr<double> ReadFactor(const std::map<std::string, std::string>& configuration, const std::string& key) {
  const auto it = configuration.find(key);
  if (it == configuration.end()) return 1.0;
  const std::optional<double> factor = ParseJavaDouble(it->second);
  if (!factor || !(*factor >= 1) || !std::isfinite(*factor)) return NotAllowed(key, Quoted(it->second), kAtLeastOne);
  return *factor;
}

std::string Prefix(FlinkProcess process) {
  return process == FlinkProcess::kTaskManager ? "kubernetes.taskmanager." : "kubernetes.jobmanager.";
}

std::string Arguments(Bytes heap, const std::string& direct, Bytes metaspace) {
  return absl::StrCat("-Xmx", heap.value(), " -Xms", heap.value(), direct, " -XX:MaxMetaspaceSize=", metaspace.value());
}

std::string DirectLimit(Bytes size) { return absl::StrCat(" -XX:MaxDirectMemorySize=", size.value()); }

}  // namespace

std::string JvmArguments(const TaskManagerMemory& memory) {
  return Arguments(memory.Heap(), DirectLimit(memory.Direct()), memory.metaspace);
}

std::string JvmArguments(const JobManagerMemory& memory) {
  return Arguments(memory.heap, memory.limits_direct_memory ? DirectLimit(memory.off_heap) : "", memory.metaspace);
}

absl::StatusOr<ContainerResources> ContainerOf(Bytes process_size, MilliCores cpu, double memory_factor,
                                               double cpu_factor) {
  if (!(memory_factor >= 1)) return NotAllowed("memory.limit-factor", absl::StrCat(memory_factor), kAtLeastOne);
  if (!(cpu_factor >= 1)) return NotAllowed("cpu.limit-factor", absl::StrCat(cpu_factor), kAtLeastOne);
  const int64_t request = process_size.value() / kMebibyte;
  const double limit = static_cast<double>(request) * memory_factor;
  if (!(limit <= std::numeric_limits<int32_t>::max())) {
    return NotAllowed("memory.limit-factor", absl::StrCat(memory_factor),
                      absl::StrCat("a limit of at most 2147483647 MiB; the process has ", request, " MiB"));
  }
  std::string cores(
      32, '\0');  // the text that Flink makes of the product of two doubles: 0.1 cores times 3 are 301 millicores
  const double product = static_cast<double>(cpu.value()) / 1000 * cpu_factor;
  const char* end = std::to_chars(cores.data(), cores.data() + cores.size(), product).ptr;
  cores.resize(static_cast<size_t>(end - cores.data()));
  const absl::StatusOr<MilliCores> cpu_limit = ParseKubernetesCpu("cpu limit", cores);
  if (!cpu_limit.ok()) return cpu_limit.status();
  ContainerResources out;
  out.memory_request = Bytes(request * kMebibyte);
  out.memory_limit = Bytes(static_cast<int64_t>(limit) * kMebibyte);
  out.cpu_request = cpu;
  out.cpu_limit = *cpu_limit;
  return out;
}

absl::StatusOr<LimitFactors> ReadLimitFactors(FlinkProcess process,
                                              const std::map<std::string, std::string>& configuration) {
  const std::string prefix = Prefix(process);
  const absl::StatusOr<double> memory = ReadFactor(configuration, prefix + "memory.limit-factor"),
                               cpu = ReadFactor(configuration, prefix + "cpu.limit-factor");
  if (!memory.ok()) return memory.status();
  if (!cpu.ok()) return cpu.status();
  return LimitFactors{*memory, *cpu};
}

absl::StatusOr<std::optional<MilliCores>> ReadCpuRequest(FlinkProcess process,
                                                         const std::map<std::string, std::string>& configuration) {
  const std::string prefix = Prefix(process);
  std::vector<std::string> keys = {prefix + "cpu.amount", prefix + "cpu"};
  if (process == FlinkProcess::kTaskManager) keys.insert(keys.begin(), "taskmanager.cpu.cores");
  for (const std::string& key : keys) {
    const auto it = configuration.find(key);
    if (it == configuration.end()) continue;
    const std::optional<double> cores = ParseJavaDouble(it->second);
    if (cores && *cores <= 0) return std::nullopt;
    const absl::StatusOr<MilliCores> cpu = ParseDeploymentCpu(key, it->second);
    if (!cpu.ok()) return cpu.status();
    return *cpu;
  }
  return std::nullopt;
}

}  // namespace tune
