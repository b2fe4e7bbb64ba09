#include "service/rollout/field_look.h"

#include <optional>
#include <set>
#include <vector>

#include "service/patch/field_owners.h"
#include "service/patch/live_object.h"
#include "service/rollout/change.h"

namespace tune {
namespace {

using Value = std::optional<nlohmann::json>;

Value ValueAt(const LiveObject& live, const FieldPath& path) {
  const nlohmann::json* value = FindField(live.json, path);
  return value == nullptr ? Value() : Value(*value);
}

}  // namespace

const KubeResource kFlinkDeployments = {"flink.apache.org", "v1beta1", "flinkdeployments"};

absl::StatusOr<FieldLook> LookAtFields(KubeClient& client, const v1::Change& change, absl::Duration timeout) {
  const auto after = FieldsAfter(change), before = FieldsBefore(change);
  if (!after.ok()) return after.status();
  if (!before.ok()) return before.status();
  const absl::StatusOr<std::string> path = PathOf(kFlinkDeployments, change.job().namespace_(), change.job().name());
  if (!path.ok()) return path.status();
  const absl::StatusOr<std::string> text = client.Get(*path, timeout);
  if (!text.ok()) return text.status();
  const absl::StatusOr<LiveObject> live = ReadLiveObject(*text);
  if (!live.ok()) return live.status();

  FieldLook look;
  look.same_object = change.uid().empty() || live->uid == change.uid();
  look.generation = live->generation;
  const std::set<FieldPath> applied = AppliedBy(*live, kFieldManager);
  bool all_after = true, all_before = true;
  look.by_libtune = true;
  for (size_t i = 0; i < after->size(); ++i) {
    const FieldPath& field = (*after)[i].path;
    const Value now = ValueAt(*live, field);
    look.by_libtune = look.by_libtune && (!(*after)[i].value || applied.contains(field));
    if (now != (*before)[i].value) all_before = false;
    if (now == (*after)[i].value) continue;
    all_after = false;
    look.put_back = look.put_back || now == (*before)[i].value;
    const std::vector<FieldOwner> owners = OwnersOf(*live, field, kFieldManager);
    if (look.by.empty() && !owners.empty()) look.by = owners.back().manager;
  }
  look.are = all_after ? FieldsAre::kAfter : all_before ? FieldsAre::kBefore : FieldsAre::kOther;
  return look;
}

}  // namespace tune
