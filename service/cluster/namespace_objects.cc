#include "service/cluster/namespace_objects.h"

#include <string_view>
#include <vector>

#include "libtune/codec/limits_yaml.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/json_tree.h"

namespace tune {
namespace {

LimitsObject Reduce(JsonValue object, LimitsKind kind, const std::vector<TreeField>& wanted) {
  LimitsObject out;
  const absl::StatusOr<YamlTree> tree = TreeOf(object, wanted);
  absl::Status status = tree.ok() ? ReadClusterObject(kind, *tree, "", out.limits) : tree.status();
  if (status.ok()) return out;
  out.limits = ClusterLimits();
  out.error = absl::Status(status.code(),
                           Cut(std::string_view(status.message().data(), status.message().size()), kMostErrorBytes));
  return out;
}

}  // namespace

NamespaceFacts ReduceNamespace(JsonValue object) {
  NamespaceFacts facts;
  facts.terminating = TextAt(object, "/status/phase") == "Terminating";
  facts.error = ReadTuneMetadata(object, facts.labels, facts.annotations);
  return facts;
}

LimitsObject ReduceResourceQuota(JsonValue object) {
  static const auto& wanted =
      *new std::vector<TreeField>{{"metadata", {{"name", {}}, {"namespace", {}}}},
                                  {"spec", {{"hard", {}}, {"scopes", {}}, {"scopeSelector", {}}}},
                                  {"status", {{"hard", {}}, {"used", {}}}}};
  return Reduce(object, LimitsKind::kResourceQuota, wanted);
}

LimitsObject ReduceLimitRange(JsonValue object) {
  static const auto& wanted =
      *new std::vector<TreeField>{{"metadata", {{"name", {}}, {"namespace", {}}}}, {"spec", {{"limits", {}}}}};
  return Reduce(object, LimitsKind::kLimitRange, wanted);
}

}  // namespace tune
