#include "libtune/pack/limits.h"

#include <algorithm>
#include <limits>

namespace tune {
namespace {

constexpr double kGib = 1 << 30;
constexpr double kCuCores = 0.25, kCuBytes = 2 * kGib;

double Cores(MilliCores cpu) { return static_cast<double>(cpu.value()) / 1000; }
double Number(Bytes bytes) { return static_cast<double>(bytes.value()); }

class Checker {
 public:
  void Cpu(MilliCores needed, int count, const std::optional<MilliCores>& allowed, Cap cap) {
    if (allowed) AtMost(Cores(needed) * count, Cores(*allowed), cap);
  }
  void Memory(Bytes needed, int count, const std::optional<Bytes>& allowed, Cap cap) {
    if (allowed) AtMost(Number(needed) * count, Number(*allowed), cap);
  }
  void AtMost(double needed, double allowed, Cap cap) {
    if (fall.cap == Cap::kNone && needed > allowed * (1 + 1e-12)) fall = {cap, needed, allowed, absl::OkStatus()};
  }

  Fall fall;
};

int64_t Times(int64_t each, int count) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  return count > 0 && each > kMost / count ? kMost : each * count;
}

template <typename T>
void Take(T taken, std::optional<T>& left) {
  if (left) left = std::max(T{}, *left - taken);
}

// By Cap.
constexpr struct {
  const char *name, *unit;
} kCaps[] = {{"none", "1"},
             {"quota: CPU requests", "cores"},
             {"quota: CPU limits", "cores"},
             {"quota: memory requests", "bytes"},
             {"quota: memory limits", "bytes"},
             {"quota: pods", "pods"},
             {"node: CPU", "cores"},
             {"node: memory", "bytes"},
             {"LimitRange: CPU", "cores"},
             {"LimitRange: memory", "bytes"},
             {"LimitRange: memory limit over request", "1"},
             {"policy: TaskManagers", "TaskManagers"},
             {"spec: memory options", "1"},
             {"cost", "1"}};

}  // namespace

const char* Name(Cap cap) { return kCaps[static_cast<size_t>(cap)].name; }
const char* Unit(Cap cap) { return kCaps[static_cast<size_t>(cap)].unit; }

double Overshoot(const Fall& fall) {
  if (fall.cap == Cap::kNone) return 1;
  return fall.allowed > 0 ? fall.needed / fall.allowed : std::numeric_limits<double>::infinity();
}

Fall CheckPods(const ContainerResources& pod, int count, const PodLimits& limits) {
  Checker check;
  check.Cpu(pod.cpu_request, 1, limits.node.cpu, Cap::kNodeCpu);
  check.Memory(pod.memory_request, 1, limits.node.memory, Cap::kNodeMemory);
  check.Cpu(pod.cpu_limit, 1, limits.range.max_cpu, Cap::kRangeCpu);
  check.Memory(pod.memory_limit, 1, limits.range.max_memory, Cap::kRangeMemory);
  if (limits.range.max_memory_ratio) {
    check.AtMost(Number(pod.memory_limit) / Number(pod.memory_request), *limits.range.max_memory_ratio,
                 Cap::kMemoryRatio);
  }
  if (limits.quota.pods) check.AtMost(count, *limits.quota.pods, Cap::kQuotaPods);
  check.Cpu(pod.cpu_request, count, limits.quota.cpu_request, Cap::kQuotaCpu);
  check.Cpu(pod.cpu_limit, count, limits.quota.cpu_limit, Cap::kQuotaCpuLimit);
  check.Memory(pod.memory_request, count, limits.quota.memory_request, Cap::kQuotaMemory);
  check.Memory(pod.memory_limit, count, limits.quota.memory_limit, Cap::kQuotaMemoryLimit);
  return check.fall;
}

ContainerResources Together(const ContainerResources& pod, int count) {
  return {Bytes(Times(pod.memory_request.value(), count)), Bytes(Times(pod.memory_limit.value(), count)),
          MilliCores(Times(pod.cpu_request.value(), count)), MilliCores(Times(pod.cpu_limit.value(), count))};
}

QuotaLeft LeftBeside(const QuotaLeft& quota, const ContainerResources& pod, int count) {
  const ContainerResources taken = Together(pod, count);
  QuotaLeft left = quota;
  Take(taken.cpu_request, left.cpu_request);
  Take(taken.cpu_limit, left.cpu_limit);
  Take(taken.memory_request, left.memory_request);
  Take(taken.memory_limit, left.memory_limit);
  Take(count, left.pods);
  return left;
}

double PodCost(MilliCores cpu, Bytes memory, const std::optional<ResourcePrice>& price) {
  if (!price) return std::max(Cores(cpu) / kCuCores, Number(memory) / kCuBytes);
  return Cores(cpu) * price->per_core + Number(memory) / kGib * price->per_gib;
}

}  // namespace tune
