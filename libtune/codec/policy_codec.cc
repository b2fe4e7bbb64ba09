#include "libtune/codec/policy_codec.h"

#include "libtune/codec/door.h"
#include "libtune/codec/enum_codec.h"
#include "libtune/codec/limits.h"

namespace tune {
namespace {

constexpr EnumPair<ShareModel, v1::ShareModel> kShareModels[] = {
    {ShareModel::kMeasured, v1::SHARE_MODEL_MEASURED},
    {ShareModel::kEven, v1::SHARE_MODEL_EVEN},
};
constexpr EnumPair<Side, v1::Side> kSides[] = {
    {Side::kSafe, v1::SIDE_SAFE},
    {Side::kEstimate, v1::SIDE_ESTIMATE},
};
constexpr EnumPair<Scope, v1::Scope> kScopes[] = {
    {Scope::kVertex, v1::SCOPE_VERTEX},
    {Scope::kJob, v1::SCOPE_JOB},
};

// What is common to all reads of one policy.
struct Reader {
  const Path root{"policy"};
  Violations violations;

  void Duration(const char* name, bool has, const google::protobuf::Duration& proto, absl::Duration& out) {
    if (has) out = ReadDuration(proto, root.Field(name), violations);
  }
  void Amount(bool has, int64_t value, MilliCores& out) {
    if (has) out = MilliCores(value);
  }
  template <typename T>
  void Number(bool has, T value, T& out) {
    if (has) out = value;
  }
};

void ReadDemand(const v1::TuningPolicy& proto, Reader& reader, TuningPolicy& policy) {
  if (proto.has_name()) policy.name = proto.name();
  reader.Number(proto.has_demand_quantile(), proto.demand_quantile(), policy.demand_quantile);
  reader.Duration("horizon", proto.has_horizon(), proto.horizon(), policy.horizon);
  reader.Number(proto.has_target_busy_fraction(), proto.target_busy_fraction(), policy.target_busy_fraction);
  reader.Number(proto.has_catch_up(), proto.catch_up(), policy.catch_up);
  reader.Duration("catch_up_time", proto.has_catch_up_time(), proto.catch_up_time(), policy.catch_up_time);
  reader.Duration("restart_time", proto.has_restart_time(), proto.restart_time(), policy.restart_time);
  reader.Duration("lag_goal", proto.has_lag_goal(), proto.lag_goal(), policy.lag_goal);
  reader.Number(proto.has_throttled_fraction(), proto.throttled_fraction(), policy.throttled_fraction);
}

void ReadEstimates(const v1::TuningPolicy& proto, Reader& reader, TuningPolicy& policy) {
  const Path& root = reader.root;
  if (proto.has_share_model()) {
    policy.share_model = ReadEnum(kShareModels, proto.share_model(), root.Field("share_model"), reader.violations);
  }
  if (proto.has_side()) policy.side = ReadEnum(kSides, proto.side(), root.Field("side"), reader.violations);
  reader.Number(proto.has_confidence(), proto.confidence(), policy.confidence);
  reader.Number(proto.has_skew_ratio(), proto.skew_ratio(), policy.skew_ratio);
  reader.Duration("slow_record", proto.has_slow_record(), proto.slow_record(), policy.slow_record);
  const Path thresholds = root.Field("slow_record_of");
  if (CheckCount(thresholds, static_cast<int64_t>(proto.slow_record_of_size()), limits::kThresholds,
                 reader.violations)) {
    for (const auto& [vertex, threshold] : proto.slow_record_of()) {
      policy.slow_record_of[vertex] = ReadDuration(threshold, thresholds.Key(vertex), reader.violations);
    }
  }
  reader.Number(proto.has_gc_bound_fraction(), proto.gc_bound_fraction(), policy.gc_bound_fraction);
  reader.Duration("min_coverage", proto.has_min_coverage(), proto.min_coverage(), policy.min_coverage);
  reader.Number(proto.has_min_records(), proto.min_records(), policy.min_records);
  reader.Duration("max_staleness", proto.has_max_staleness(), proto.max_staleness(), policy.max_staleness);
}

void ReadGuards(const v1::TuningPolicy& proto, Reader& reader, TuningPolicy& policy) {
  if (proto.has_scope()) {
    policy.scope = ReadEnum(kScopes, proto.scope(), reader.root.Field("scope"), reader.violations);
  }
  reader.Number(proto.has_min_parallelism(), proto.min_parallelism(), policy.min_parallelism);
  reader.Number(proto.has_max_parallelism(), proto.max_parallelism(), policy.max_parallelism);
  reader.Number(proto.has_max_step_up_factor(), proto.max_step_up_factor(), policy.max_step_up_factor);
  reader.Number(proto.has_max_step_down_factor(), proto.max_step_down_factor(), policy.max_step_down_factor);
  reader.Number(proto.has_lower_ratio(), proto.lower_ratio(), policy.lower_ratio);
  reader.Duration("payback_time", proto.has_payback_time(), proto.payback_time(), policy.payback_time);
  reader.Number(proto.has_max_checkpoint_failure_fraction(), proto.max_checkpoint_failure_fraction(),
                policy.max_checkpoint_failure_fraction);
}

void ReadProcesses(const v1::TuningPolicy& proto, Reader& reader, TuningPolicy& policy) {
  reader.Number(proto.has_size_processes(), proto.size_processes(), policy.size_processes);
  reader.Duration("min_process_coverage", proto.has_min_process_coverage(), proto.min_process_coverage(),
                  policy.min_process_coverage);
  reader.Number(proto.has_gc_overhead_goal(), proto.gc_overhead_goal(), policy.gc_overhead_goal);
  reader.Number(proto.has_heap_margin(), proto.heap_margin(), policy.heap_margin);
  reader.Number(proto.has_heap_live_factor(), proto.heap_live_factor(), policy.heap_live_factor);
  reader.Number(proto.has_metaspace_margin(), proto.metaspace_margin(), policy.metaspace_margin);
  reader.Duration("oom_memory", proto.has_oom_memory(), proto.oom_memory(), policy.oom_memory);
  reader.Number(proto.has_cpu_quantile(), proto.cpu_quantile(), policy.cpu_quantile);
  reader.Number(proto.has_cpu_band_low(), proto.cpu_band_low(), policy.cpu_band_low);
  reader.Number(proto.has_cpu_band_high(), proto.cpu_band_high(), policy.cpu_band_high);
  reader.Number(proto.has_cpu_over_price(), proto.cpu_over_price(), policy.cpu_over_price);
  reader.Amount(proto.has_min_cpu_request(), proto.min_cpu_request(), policy.min_cpu_request);
  reader.Amount(proto.has_cpu_start_up(), proto.cpu_start_up(), policy.cpu_start_up);
}

void ReadLayout(const v1::TuningPolicy& proto, Reader& reader, TuningPolicy& policy) {
  reader.Number(proto.has_min_slots(), proto.min_slots(), policy.min_slots);
  reader.Number(proto.has_max_slots(), proto.max_slots(), policy.max_slots);
  reader.Number(proto.has_min_task_managers(), proto.min_task_managers(), policy.min_task_managers);
  reader.Number(proto.has_max_task_managers(), proto.max_task_managers(), policy.max_task_managers);
  reader.Number(proto.has_price_per_core(), proto.price_per_core(), policy.price_per_core);
  reader.Number(proto.has_price_per_gib(), proto.price_per_gib(), policy.price_per_gib);
  reader.Number(proto.has_least_saving(), proto.least_saving(), policy.least_saving);
}

void WriteProcesses(const TuningPolicy& policy, v1::TuningPolicy& proto) {
  proto.set_size_processes(policy.size_processes);
  *proto.mutable_min_process_coverage() = ToProto(policy.min_process_coverage);
  proto.set_gc_overhead_goal(policy.gc_overhead_goal);
  proto.set_heap_margin(policy.heap_margin);
  proto.set_heap_live_factor(policy.heap_live_factor);
  proto.set_metaspace_margin(policy.metaspace_margin);
  *proto.mutable_oom_memory() = ToProto(policy.oom_memory);
  proto.set_cpu_quantile(policy.cpu_quantile);
  proto.set_cpu_band_low(policy.cpu_band_low);
  proto.set_cpu_band_high(policy.cpu_band_high);
  proto.set_cpu_over_price(policy.cpu_over_price);
  proto.set_min_cpu_request(policy.min_cpu_request.value());
  proto.set_cpu_start_up(policy.cpu_start_up.value());
}

void WriteLayout(const TuningPolicy& policy, v1::TuningPolicy& proto) {
  proto.set_min_slots(policy.min_slots);
  proto.set_max_slots(policy.max_slots);
  proto.set_min_task_managers(policy.min_task_managers);
  proto.set_max_task_managers(policy.max_task_managers);
  proto.set_price_per_core(policy.price_per_core);
  proto.set_price_per_gib(policy.price_per_gib);
  proto.set_least_saving(policy.least_saving);
}

}  // namespace

v1::TuningPolicy ToProto(const TuningPolicy& policy) {
  v1::TuningPolicy proto;
  proto.set_name(Utf8(policy.name));
  proto.set_demand_quantile(policy.demand_quantile);
  *proto.mutable_horizon() = ToProto(policy.horizon);
  proto.set_target_busy_fraction(policy.target_busy_fraction);
  proto.set_catch_up(policy.catch_up);
  *proto.mutable_catch_up_time() = ToProto(policy.catch_up_time);
  *proto.mutable_restart_time() = ToProto(policy.restart_time);
  *proto.mutable_lag_goal() = ToProto(policy.lag_goal);
  proto.set_throttled_fraction(policy.throttled_fraction);
  proto.set_share_model(ToWire(kShareModels, policy.share_model));
  proto.set_side(ToWire(kSides, policy.side));
  proto.set_confidence(policy.confidence);
  proto.set_skew_ratio(policy.skew_ratio);
  *proto.mutable_slow_record() = ToProto(policy.slow_record);
  for (const auto& [vertex, threshold] : policy.slow_record_of) {
    (*proto.mutable_slow_record_of())[Utf8(vertex)] = ToProto(threshold);
  }
  proto.set_gc_bound_fraction(policy.gc_bound_fraction);
  *proto.mutable_min_coverage() = ToProto(policy.min_coverage);
  proto.set_min_records(policy.min_records);
  *proto.mutable_max_staleness() = ToProto(policy.max_staleness);
  proto.set_scope(ToWire(kScopes, policy.scope));
  proto.set_min_parallelism(policy.min_parallelism);
  proto.set_max_parallelism(policy.max_parallelism);
  proto.set_max_step_up_factor(policy.max_step_up_factor);
  proto.set_max_step_down_factor(policy.max_step_down_factor);
  proto.set_lower_ratio(policy.lower_ratio);
  *proto.mutable_payback_time() = ToProto(policy.payback_time);
  proto.set_max_checkpoint_failure_fraction(policy.max_checkpoint_failure_fraction);
  WriteProcesses(policy, proto);
  WriteLayout(policy, proto);
  return proto;
}

absl::StatusOr<TuningPolicy> FromProto(const v1::TuningPolicy& proto) {
  Reader reader;
  TuningPolicy policy;
  ReadDemand(proto, reader, policy);
  ReadEstimates(proto, reader, policy);
  ReadGuards(proto, reader, policy);
  ReadProcesses(proto, reader, policy);
  ReadLayout(proto, reader, policy);
  if (absl::Status status = AllViolations(reader.violations, CheckPolicy(policy)); !status.ok()) return status;
  return policy;
}

}  // namespace tune
