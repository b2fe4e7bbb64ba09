// A text that claims to be a cluster's objects: refused with a reason, or read; and whatever the job takes itself, what
// is left of a quota is within it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "libtune/codec/limits_yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tune::ClusterLimits limits;
  const absl::Status read =
      tune::ReadClusterLimits(std::string(reinterpret_cast<const char*>(data), size), "fuzz", limits);
  if (!read.ok()) {
    if (read.message().empty()) std::abort();
    return 0;
  }
  tune::PodsTaken taken;
  const tune::PodLimits alone = tune::LimitsFor(limits, taken);
  taken.pods = 7;
  taken.cpu_request = taken.cpu_limit = tune::MilliCores(INT64_MAX);
  taken.memory_request = taken.memory_limit = tune::Bytes(int64_t{1} << 40);
  const tune::PodLimits left = tune::LimitsFor(limits, taken);
  if (left.quota.pods < alone.quota.pods || left.quota.cpu_request < alone.quota.cpu_request) std::abort();
  if (left.quota.memory_limit < alone.quota.memory_limit || left.quota.memory_request < alone.quota.memory_request) {
    std::abort();
  }
  for (const tune::QuotaEntry& entry : limits.quota) {
    if (entry.resource == tune::QuotaResource::kPods && left.quota.pods > entry.hard) std::abort();
    if (entry.resource == tune::QuotaResource::kCpuLimit && left.quota.cpu_limit->value() > entry.hard) std::abort();
  }
  return 0;
}
