// Labels and annotations of objects that are meant for libtune.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "service/cluster/json_field.h"

namespace tune {

constexpr char kTunePrefix[] = "tune.dev/";
constexpr size_t kMostTuneBytes = 4096;  // names and texts of an object's labels and annotations together

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// Those of metadata.{labels, annotations} that begin with kTunePrefix, in the order of their names; texts alone.
// kInvalidArgument: more than kMostTuneBytes; none are then filled in.
absl::Status ReadTuneMetadata(JsonValue object, NamedTexts& labels, NamedTexts& annotations);

}  // namespace tune
