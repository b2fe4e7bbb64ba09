#include "libtune/pack/cluster_limits.h"

#include <algorithm>
#include <limits>

#include "libtune/pack/limits.h"

namespace tune {
namespace {

template <typename T>
void TakeSmaller(const std::optional<T>& value, std::optional<T>& into) {
  if (value && (!into || *value < *into)) into = value;
}
template <typename T>
void TakeLarger(const std::optional<T>& value, std::optional<T>& into) {
  if (value && (!into || *value > *into)) into = value;
}

// How large a pod of a CU's shape it takes, in CU.
double Room(const LargestPod& node) {
  return std::min(PodCost(node.cpu.value_or(MilliCores()), Bytes(), std::nullopt),
                  PodCost(MilliCores(), node.memory.value_or(Bytes()), std::nullopt));
}

bool IsLarger(const LargestPod& a, const LargestPod& b) {
  if (Room(a) != Room(b)) return Room(a) > Room(b);
  return a.memory != b.memory ? a.memory > b.memory : a.cpu > b.cpu;
}

template <typename T>
T Sum(T a, T b) {
  return a > std::numeric_limits<T>::max() - b ? std::numeric_limits<T>::max() : a + b;
}

template <typename Combine>
PodsTaken Combined(const PodsTaken& a, const PodsTaken& b, Combine combine) {
  return {MilliCores(combine(a.cpu_request.value(), b.cpu_request.value())),
          MilliCores(combine(a.cpu_limit.value(), b.cpu_limit.value())),
          Bytes(combine(a.memory_request.value(), b.memory_request.value())),
          Bytes(combine(a.memory_limit.value(), b.memory_limit.value())), combine(a.pods, b.pods)};
}

}  // namespace

const char* Name(QuotaResource resource) {
  constexpr const char* kNames[] = {"requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "pods"};
  return kNames[static_cast<size_t>(resource)];
}

const char* Unit(QuotaResource resource) {
  constexpr const char* kUnits[] = {"cores", "cores", "bytes", "bytes", "pods"};
  return kUnits[static_cast<size_t>(resource)];
}

void Add(const ClusterLimits& more, ClusterLimits& limits) {
  TakeLarger(more.range.min_cpu, limits.range.min_cpu);
  TakeLarger(more.range.min_memory, limits.range.min_memory);
  TakeSmaller(more.range.max_cpu, limits.range.max_cpu);
  TakeSmaller(more.range.max_memory, limits.range.max_memory);
  TakeSmaller(more.range.max_cpu_ratio, limits.range.max_cpu_ratio);
  TakeSmaller(more.range.max_memory_ratio, limits.range.max_memory_ratio);
  TakeLarger(more.defaults.cpu_request, limits.defaults.cpu_request);
  TakeLarger(more.defaults.cpu_limit, limits.defaults.cpu_limit);
  TakeLarger(more.defaults.memory_request, limits.defaults.memory_request);
  TakeLarger(more.defaults.memory_limit, limits.defaults.memory_limit);
  limits.quota.insert(limits.quota.end(), more.quota.begin(), more.quota.end());
  if (more.node.cpu && more.node.memory && IsLarger(more.node, limits.node)) limits.node = more.node;
}

int64_t Amount(const PodsTaken& taken, QuotaResource resource) {
  switch (resource) {
    case QuotaResource::kCpuRequest:
      return taken.cpu_request.value();
    case QuotaResource::kCpuLimit:
      return taken.cpu_limit.value();
    case QuotaResource::kMemoryRequest:
      return taken.memory_request.value();
    case QuotaResource::kMemoryLimit:
      return taken.memory_limit.value();
    case QuotaResource::kPods:
      return taken.pods;
  }
  return 0;
}

PodsTaken Plus(const PodsTaken& a, const PodsTaken& b) {
  return Combined(a, b, [](auto x, auto y) { return Sum(x, y); });
}

PodsTaken Beyond(const PodsTaken& a, const PodsTaken& b) {
  return Combined(a, b, [](auto x, auto y) { return x > y ? x - y : 0; });
}

int64_t TakenByOthers(const QuotaEntry& entry, const PodsTaken& taken, const PodsTaken& in_flight) {
  const int64_t of_others = std::max<int64_t>(0, entry.used.value_or(0) - Amount(taken, entry.resource));
  return Sum(of_others, Amount(in_flight, entry.resource));
}

PodLimits LimitsFor(const ClusterLimits& limits, const PodsTaken& taken, const PodsTaken& in_flight) {
  PodLimits out;
  out.range = limits.range;
  out.node = limits.node;
  for (const QuotaEntry& entry : limits.quota) {
    const int64_t left = std::max<int64_t>(0, entry.hard - TakenByOthers(entry, taken, in_flight));
    switch (entry.resource) {
      case QuotaResource::kCpuRequest:
        TakeSmaller(std::optional(MilliCores(left)), out.quota.cpu_request);
        break;
      case QuotaResource::kCpuLimit:
        TakeSmaller(std::optional(MilliCores(left)), out.quota.cpu_limit);
        break;
      case QuotaResource::kMemoryRequest:
        TakeSmaller(std::optional(Bytes(left)), out.quota.memory_request);
        break;
      case QuotaResource::kMemoryLimit:
        TakeSmaller(std::optional(Bytes(left)), out.quota.memory_limit);
        break;
      case QuotaResource::kPods:
        TakeSmaller(std::optional(static_cast<int>(std::min<int64_t>(left, std::numeric_limits<int>::max()))),
                    out.quota.pods);
        break;
    }
  }
  return out;
}

}  // namespace tune
