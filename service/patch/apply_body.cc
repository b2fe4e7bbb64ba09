#include "service/patch/apply_body.h"

#include <algorithm>
#include <set>

#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "libtune/plan/field_text.h"
#include "service/patch/field_owners.h"

namespace tune {
namespace {

using nlohmann::json;

bool IsPartOf(const FieldPath& part, const FieldPath& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

absl::Status CheckPaths(const std::vector<WantedField>& wanted) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].path.empty()) return NotAllowed("field", "an empty path", "at least one part");
    for (size_t j = 0; j < wanted.size(); ++j) {
      if (i != j && IsPartOf(wanted[i].path, wanted[j].path)) {
        return NotAllowed("field", Quoted(FieldText(wanted[j].path)), "each field once");
      }
    }
  }
  return absl::OkStatus();
}

void Set(const FieldPath& path, const json& value, json& object) {
  json* at = &object;
  for (const std::string& part : path) at = &(*at)[part];
  *at = value;
}

// Of another field than those that are wanted, a part or the whole of them.
bool IsNamed(const FieldPath& path, const std::vector<WantedField>& wanted) {
  for (const WantedField& field : wanted) {
    if (IsPartOf(field.path, path) || IsPartOf(path, field.path)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> ApplyBody(const LiveObject& live, const std::vector<WantedField>& wanted) {
  if (auto status = CheckPaths(wanted); !status.ok()) return status;
  json body;
  for (const char* name : {"apiVersion", "kind"}) {
    if (const json* text = FindField(live.json, {name})) body[name] = *text;
  }
  for (const char* name : {"name", "namespace", "uid", "resourceVersion"}) {
    if (const json* text = FindField(live.json, {"metadata", name})) body["metadata"][name] = *text;
  }
  for (const FieldPath& path : AppliedBy(live, kFieldManager)) {
    const json* value = FindField(live.json, path);
    if (value != nullptr && !IsNamed(path, wanted)) Set(path, *value, body);
  }
  for (const WantedField& field : wanted) {
    if (field.value) Set(field.path, *field.value, body);
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tune
