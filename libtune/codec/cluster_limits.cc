#include "libtune/codec/cluster_limits.h"

#include <algorithm>

namespace tune {
namespace {

template <typename T>
void TakeLeft(T left, std::optional<T>& into) {
  if (!into || left < *into) into = left;
}

}  // namespace

PodLimits LimitsFor(const ClusterLimits& limits, const PodsTaken& taken) {
  PodLimits out;
  out.range = limits.range;
  out.node = limits.node;
  for (const QuotaEntry& entry : limits.quota) {
    const auto left = [&entry](int64_t own) {
      const int64_t of_others = std::max<int64_t>(0, entry.used.value_or(0) - own);
      return std::max<int64_t>(0, entry.hard - of_others);
    };
    switch (entry.resource) {
      case QuotaResource::kCpuRequest:
        TakeLeft(MilliCores(left(taken.cpu_request.value())), out.quota.cpu_request);
        break;
      case QuotaResource::kCpuLimit:
        TakeLeft(MilliCores(left(taken.cpu_limit.value())), out.quota.cpu_limit);
        break;
      case QuotaResource::kMemoryRequest:
        TakeLeft(Bytes(left(taken.memory_request.value())), out.quota.memory_request);
        break;
      case QuotaResource::kMemoryLimit:
        TakeLeft(Bytes(left(taken.memory_limit.value())), out.quota.memory_limit);
        break;
      case QuotaResource::kPods:
        TakeLeft(static_cast<int>(left(taken.pods)), out.quota.pods);
        break;
    }
  }
  return out;
}

}  // namespace tune
