#include "service/patch/field_owners.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using nlohmann::json;

// Entries of managedFields that are whole, and not of a subresource.
std::vector<const json*> EntriesOf(const LiveObject& object) {
  std::vector<const json*> entries;
  const json* list = FindField(object.json, {"metadata", "managedFields"});
  if (list == nullptr || !list->is_array()) return entries;
  for (const json& entry : *list) {
    const json* fields = entry.is_object() ? FindField(entry, {"fieldsV1"}) : nullptr;
    if (fields != nullptr && fields->is_object() && TextField(entry, {"subresource"}).empty())
      entries.push_back(&entry);
  }
  return entries;
}

// "f:NAME" are an object's fields, "." is the object itself, others are items of lists.
bool IsField(const std::string& key) { return absl::StartsWith(key, "f:"); }

void AddLeaves(const json& fields, FieldPath& path, std::set<FieldPath>& leaves) {
  for (const auto& [key, inner] : fields.items()) {
    if (!IsField(key)) continue;
    path.push_back(key.substr(2));
    if (inner.is_object() && !inner.empty()) {
      AddLeaves(inner, path, leaves);
    } else {
      leaves.insert(path);
    }
    path.pop_back();
  }
}

bool Owns(const json& fields, const FieldPath& path) {
  const json* at = &fields;
  for (const std::string& part : path) {
    const json* inner = FindField(*at, {absl::StrCat("f:", part)});
    if (inner == nullptr) return false;
    if (!inner->is_object() || inner->empty()) return true;
    at = inner;
  }
  return true;
}

}  // namespace

std::set<FieldPath> AppliedBy(const LiveObject& object, const std::string& manager) {
  std::set<FieldPath> leaves;
  for (const json* entry : EntriesOf(object)) {
    if (TextField(*entry, {"manager"}) != manager || TextField(*entry, {"operation"}) != "Apply") continue;
    FieldPath path;
    AddLeaves(*FindField(*entry, {"fieldsV1"}), path, leaves);
  }
  return leaves;
}

std::vector<FieldOwner> OwnersOf(const LiveObject& object, const FieldPath& path, const std::string& manager) {
  std::vector<FieldOwner> owners;
  for (const json* entry : EntriesOf(object)) {
    const std::string name = TextField(*entry, {"manager"});
    if (name == manager || !Owns(*FindField(*entry, {"fieldsV1"}), path)) continue;
    owners.push_back({name, TextField(*entry, {"operation"}) == "Apply", TextField(*entry, {"time"})});
  }
  return owners;
}

}  // namespace tune
