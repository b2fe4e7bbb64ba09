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
  return proto;
}

absl::StatusOr<TuningPolicy> FromProto(const v1::TuningPolicy& proto) {
  Reader reader;
  TuningPolicy policy;
  ReadDemand(proto, reader, policy);
  ReadEstimates(proto, reader, policy);
  ReadGuards(proto, reader, policy);
  if (absl::Status status = AllViolations(reader.violations, CheckPolicy(policy)); !status.ok()) return status;
  return policy;
}

}  // namespace tune
