#include "libtune/codec/process_spec_codec.h"

#include <limits>

#include "libtune/codec/door.h"

namespace tune {
namespace {

constexpr double kMostCores = 1e9;  // as ParseDeploymentCpu()
constexpr int64_t kMostAmount = std::numeric_limits<int64_t>::max() / 1024;
constexpr double kMostRatio = 1e6;

// One message of limits: what is there is read and checked.
class LimitReader {
 public:
  LimitReader(const Path& at, Violations& violations) : at_(at), violations_(violations) {}

  template <typename Amount>
  void Read(const char* field, bool has, int64_t value, int64_t least, std::optional<Amount>& out) {
    if (!has) return;
    CheckRange(at_.Field(field), value, least, kMostAmount, violations_);
    out = Amount(value);
  }
  void Ratio(const char* field, bool has, double value, std::optional<double>& out) {
    if (!has) return;
    CheckRange(at_.Field(field), value, 1, kMostRatio, violations_);
    out = value;
  }

 private:
  const Path at_;
  Violations& violations_;
};

}  // namespace

bool IsEmpty(const FlinkProcessSpec& spec) {
  return spec.memory.empty() && !spec.cpu && spec.ephemeral_storage.empty() && spec.replicas == 0;
}

v1::FlinkProcessSpec ToProto(const FlinkProcessSpec& spec) {
  v1::FlinkProcessSpec proto;
  if (!spec.memory.empty()) proto.set_memory(Utf8(spec.memory));
  if (spec.cpu) proto.set_cpu(*spec.cpu);
  if (!spec.ephemeral_storage.empty()) proto.set_ephemeral_storage(Utf8(spec.ephemeral_storage));
  if (spec.replicas > 0) proto.set_replicas(spec.replicas);
  return proto;
}

FlinkProcessSpec ReadProcessSpec(const v1::FlinkProcessSpec& proto, const Path& at, Violations& violations) {
  if (proto.has_memory()) CheckNotEmpty(at.Field("memory"), proto.memory(), violations);
  if (proto.has_cpu() && !(proto.cpu() > 0 && proto.cpu() <= kMostCores)) {
    violations.Add(at.Field("cpu").Render(), proto.cpu(), "(0, 1e9]");
  }
  if (proto.has_ephemeral_storage()) {
    CheckNotEmpty(at.Field("ephemeral_storage"), proto.ephemeral_storage(), violations);
  }
  if (proto.has_replicas()) {
    CheckRange(at.Field("replicas"), int64_t{proto.replicas()}, 1, std::numeric_limits<int32_t>::max(), violations);
  }
  FlinkProcessSpec spec;
  spec.memory = proto.memory();
  if (proto.has_cpu()) spec.cpu = proto.cpu();
  spec.ephemeral_storage = proto.ephemeral_storage();
  spec.replicas = proto.replicas();
  return spec;
}

bool IsEmpty(const PodLimits& limits) { return ToProto(limits).ByteSizeLong() == 0; }

v1::PodLimits ToProto(const PodLimits& limits) {
  v1::PodLimits proto;
  const LimitRange& range = limits.range;
  if (range.min_cpu) proto.mutable_range()->set_min_cpu(range.min_cpu->value());
  if (range.max_cpu) proto.mutable_range()->set_max_cpu(range.max_cpu->value());
  if (range.min_memory) proto.mutable_range()->set_min_memory(range.min_memory->value());
  if (range.max_memory) proto.mutable_range()->set_max_memory(range.max_memory->value());
  if (range.max_cpu_ratio) proto.mutable_range()->set_max_cpu_ratio(*range.max_cpu_ratio);
  if (range.max_memory_ratio) proto.mutable_range()->set_max_memory_ratio(*range.max_memory_ratio);
  const QuotaLeft& quota = limits.quota;
  if (quota.cpu_request) proto.mutable_quota()->set_cpu_request(quota.cpu_request->value());
  if (quota.cpu_limit) proto.mutable_quota()->set_cpu_limit(quota.cpu_limit->value());
  if (quota.memory_request) proto.mutable_quota()->set_memory_request(quota.memory_request->value());
  if (quota.memory_limit) proto.mutable_quota()->set_memory_limit(quota.memory_limit->value());
  if (quota.pods) proto.mutable_quota()->set_pods(*quota.pods);
  if (limits.node.cpu) proto.mutable_node()->set_cpu(limits.node.cpu->value());
  if (limits.node.memory) proto.mutable_node()->set_memory(limits.node.memory->value());
  return proto;
}

PodLimits ReadPodLimits(const v1::PodLimits& proto, const Path& at, Violations& violations) {
  PodLimits limits;
  LimitReader range(at.Field("range"), violations), quota(at.Field("quota"), violations);
  LimitReader node(at.Field("node"), violations);
  const v1::LimitRange& r = proto.range();
  range.Read("min_cpu", r.has_min_cpu(), r.min_cpu(), 0, limits.range.min_cpu);
  range.Read("max_cpu", r.has_max_cpu(), r.max_cpu(), 1, limits.range.max_cpu);
  range.Read("min_memory", r.has_min_memory(), r.min_memory(), 0, limits.range.min_memory);
  range.Read("max_memory", r.has_max_memory(), r.max_memory(), 1, limits.range.max_memory);
  range.Ratio("max_cpu_ratio", r.has_max_cpu_ratio(), r.max_cpu_ratio(), limits.range.max_cpu_ratio);
  range.Ratio("max_memory_ratio", r.has_max_memory_ratio(), r.max_memory_ratio(), limits.range.max_memory_ratio);
  const v1::QuotaLeft& q = proto.quota();
  quota.Read("cpu_request", q.has_cpu_request(), q.cpu_request(), 0, limits.quota.cpu_request);
  quota.Read("cpu_limit", q.has_cpu_limit(), q.cpu_limit(), 0, limits.quota.cpu_limit);
  quota.Read("memory_request", q.has_memory_request(), q.memory_request(), 0, limits.quota.memory_request);
  quota.Read("memory_limit", q.has_memory_limit(), q.memory_limit(), 0, limits.quota.memory_limit);
  quota.Read("pods", q.has_pods(), q.pods(), 0, limits.quota.pods);
  node.Read("cpu", proto.node().has_cpu(), proto.node().cpu(), 1, limits.node.cpu);
  node.Read("memory", proto.node().has_memory(), proto.node().memory(), 1, limits.node.memory);
  return limits;
}

}  // namespace tune
