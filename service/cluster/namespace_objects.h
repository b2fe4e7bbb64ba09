// What a namespace is, and what it may hold.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libtune/pack/cluster_limits.h"
#include "service/cluster/json_field.h"
#include "service/cluster/tune_metadata.h"

namespace tune {

struct NamespaceFacts {
  bool terminating = false;  // status.phase
  NamedTexts labels, annotations;
  absl::Status error;  // of labels and annotations
};
NamespaceFacts ReduceNamespace(JsonValue object);

// One ResourceQuota or LimitRange, by the rules of limits_yaml.h.
struct LimitsObject {
  ClusterLimits limits;
  absl::Status error;  // each field that is wrong; `limits` is then empty
};
LimitsObject ReduceResourceQuota(JsonValue object);
LimitsObject ReduceLimitRange(JsonValue object);

}  // namespace tune
