#include "service/patch/live_object.h"

#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using nlohmann::json;

const json* Member(const json& object, const std::string& name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

absl::StatusOr<LiveObject> ReadLiveObject(const std::string& body) {
  LiveObject object;
  object.json = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const json* metadata = Member(object.json, "metadata");
  if (metadata == nullptr) return NotAllowed("object", "no JSON object with metadata", "a Kubernetes object");
  object.uid = TextField(*metadata, {"uid"});
  object.resource_version = TextField(*metadata, {"resourceVersion"});
  const json* generation = Member(*metadata, "generation");
  if (object.uid.empty() || object.resource_version.empty() || generation == nullptr ||
      !generation->is_number_integer()) {
    return NotAllowed("metadata", "without uid, resourceVersion or generation", "all three");
  }
  object.generation = generation->get<int64_t>();
  return object;
}

const nlohmann::json* FindField(const nlohmann::json& object, const FieldPath& path) {
  const json* at = &object;
  for (const std::string& part : path) {
    at = Member(*at, part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string TextField(const nlohmann::json& object, const FieldPath& path) {
  const json* text = FindField(object, path);
  return text != nullptr && text->is_string() ? text->get<std::string>() : "";
}

}  // namespace tune
