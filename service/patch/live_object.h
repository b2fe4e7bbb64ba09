// A whole object as the API server has it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

// {"spec", "flinkConfiguration", "pipeline.jobvertex-parallelism-overrides"}
using FieldPath = std::vector<std::string>;

struct LiveObject {
  nlohmann::json json;
  std::string uid, resource_version;
  int64_t generation = 0;
};

// kInvalidArgument: no object with these in its metadata.
absl::StatusOr<LiveObject> ReadLiveObject(const std::string& body);

// nullptr: there is no such field.
const nlohmann::json* FindField(const nlohmann::json& object, const FieldPath& path);
// Empty: there is no such field, or it is no text.
std::string TextField(const nlohmann::json& object, const FieldPath& path);

}  // namespace tune
