// Messages <-> JSON by Protobuf's own mapping, field names as in the .proto files.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libtune/codec/recommendation_codec.h"
#include "tune/window.h"

namespace tune {

enum class JsonStyle {
  kCompact,  // one line
  kPretty,   // indented by a space
};

// Equal messages give equal text: first the fields that are always there, then those that may be absent and single
// messages, each in the order of their numbers; map entries in the order of their keys. Fields that are zero or false
// are written, absent ones are not. 64-bit integers become strings, as the mapping says; enums are their names; times
// are RFC 3339, durations "60s". kInvalidArgument: a time or duration that JSON cannot express.
absl::StatusOr<std::string> MessageToJson(const google::protobuf::Message& message, JsonStyle style);

// Names as above or in lowerCamelCase. kInvalidArgument: not JSON, unknown fields, larger than limits.h allows.
absl::Status MessageFromJson(const std::string& json, google::protobuf::Message& message);

absl::StatusOr<std::string> ToJson(const JobRecommendation& recommendation, const JobWindow& window,
                                   const TuningPolicy& policy, JsonStyle style);
absl::StatusOr<std::string> ToJson(const JobWindow& window, JsonStyle style);

absl::StatusOr<DecodedRecommendation> RecommendationFromJson(const std::string& json);
absl::StatusOr<JobWindow> WindowFromJson(const std::string& json);

}  // namespace tune
