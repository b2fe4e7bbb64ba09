// What is sent as a server-side apply: the fields that libtune wants, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/patch/live_object.h"

namespace tune {

constexpr char kFieldManager[] = "libtune";

// nullopt: the field is not to be there. That is so only where nobody else owns it.
struct WantedField {
  FieldPath path;
  std::optional<nlohmann::json> value;
};

// An apply takes away what its manager applied before and leaves out now: so whatever libtune owns in `live` and
// `wanted` does not name is sent as it is there. With the object's uid and resourceVersion, so that it is refused where
// the object is another by now.
// kInvalidArgument: a path that is empty, given twice, or a part of another.
absl::StatusOr<std::string> ApplyBody(const LiveObject& live, const std::vector<WantedField>& wanted);

}  // namespace tune
