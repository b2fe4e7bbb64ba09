// A spec patch as the object that is sent: only what identifies it, and the fields that change.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libtune/codec/json.h"
#include "tune/plan.h"

namespace tune {

// Every text is in quotes, so that none is read as a number or a truth; a change whose `after` is empty is null, which
// takes the field out (JSON merge patch). Keys are in alphabetical order.
// kInvalidArgument: no api version, kind or name; a path that is empty, given twice or a part of another; `after` of a
// number that is none.
absl::StatusOr<std::string> PatchToYaml(const SpecPatch& patch);
absl::StatusOr<std::string> PatchToJson(const SpecPatch& patch, JsonStyle style);

}  // namespace tune
