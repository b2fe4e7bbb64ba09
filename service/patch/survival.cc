#include "service/patch/survival.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using nlohmann::json;

// Without the field, and without the objects around it that hold nothing else.
void Erase(const FieldPath& path, size_t at, json& object) {
  if (!object.is_object() || !object.contains(path[at])) return;
  if (at + 1 == path.size()) {
    object.erase(path[at]);
    return;
  }
  json& inner = object[path[at]];
  Erase(path, at + 1, inner);
  if (inner.is_object() && inner.empty()) object.erase(path[at]);
}

json Without(const json& object, const std::vector<FieldPath>& fields) {
  json rest = object;
  rest.erase("status");
  for (const char* name : {"generation", "resourceVersion", "managedFields"}) rest["metadata"].erase(name);
  for (const FieldPath& field : fields) Erase(field, 0, rest);
  return rest;
}

}  // namespace

absl::Status CheckOnlyChanges(const LiveObject& before, const LiveObject& after, const std::vector<FieldPath>& fields) {
  const json was = Without(before.json, fields), is = Without(after.json, fields);
  if (was == is) return absl::OkStatus();
  const json difference = json::diff(was, is);
  return absl::FailedPreconditionError(absl::StrCat(
      "the patch would change ", difference.at(0).at("path").get<std::string>(), ", which is not libtune's to change"));
}

}  // namespace tune
