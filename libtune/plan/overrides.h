// pipeline.jobvertex-parallelism-overrides: the parallelism of single vertices.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace tune {

inline constexpr char kOverrides[] = "pipeline.jobvertex-parallelism-overrides";

using Overrides = std::map<std::string, int>;  // vertex id -> parallelism >= 1

// "ID:2,ID:4". kInvalidArgument names the entry that is none, or that is there twice.
absl::StatusOr<Overrides> ReadOverrides(const std::string& text);

}  // namespace tune
