#include "libtune/codec/json.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr char kUrlPrefix[] = "type.googleapis.com";

google::protobuf::util::TypeResolver& Resolver() {
  // Never freed: messages may still be written while statics are destroyed.
  static auto& resolver = *google::protobuf::util::NewTypeResolverForDescriptorPool(
      kUrlPrefix, google::protobuf::DescriptorPool::generated_pool());
  return resolver;
}

std::string UrlOf(const google::protobuf::Message& message) {
  return absl::StrCat(kUrlPrefix, "/", message.GetTypeName());
}

// The parser's reports have several lines; ours list one violation a line.
absl::Status JsonError(const google::protobuf::Message& message, const std::string& report) {
  std::string line = report;
  absl::RemoveExtraAsciiWhitespace(&line);
  return absl::InvalidArgumentError(absl::StrCat("JSON of ", message.GetTypeName(), ": ", Quoted(line)));
}

}  // namespace

absl::StatusOr<std::string> MessageToJson(const google::protobuf::Message& message, JsonStyle style) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = style == JsonStyle::kPretty;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // Over bytes, and not by MessageToJsonString(), whose maps come out in any order.
  const auto status = google::protobuf::util::BinaryToJsonString(&Resolver(), UrlOf(message),
                                                                 SerializeDeterministic(message), &json, options);
  if (!status.ok()) return JsonError(message, status.ToString());
  return json;
}

absl::Status MessageFromJson(const std::string& json, google::protobuf::Message& message) {
  if (static_cast<int64_t>(json.size()) > limits::kMessageBytes) {
    return NotAllowed(absl::StrCat("JSON of ", message.GetTypeName()), absl::StrCat(json.size(), " bytes"),
                      absl::StrCat("at most ", limits::kMessageBytes));
  }
  std::string bytes;
  const auto status = google::protobuf::util::JsonToBinaryString(&Resolver(), UrlOf(message), json, &bytes);
  if (!status.ok()) return JsonError(message, status.ToString());
  return ParseWire(bytes, message);
}

absl::StatusOr<std::string> ToJson(const JobRecommendation& recommendation, const JobWindow& window,
                                   const TuningPolicy& policy, JsonStyle style) {
  return MessageToJson(ToProto(recommendation, window, policy), style);
}

absl::StatusOr<std::string> ToJson(const JobWindow& window, JsonStyle style) {
  return MessageToJson(ToProto(window), style);
}

absl::StatusOr<DecodedRecommendation> RecommendationFromJson(const std::string& json) {
  v1::JobRecommendation proto;
  if (absl::Status status = MessageFromJson(json, proto); !status.ok()) return status;
  return FromProto(proto);
}

absl::StatusOr<JobWindow> WindowFromJson(const std::string& json) {
  v1::JobWindow proto;
  if (absl::Status status = MessageFromJson(json, proto); !status.ok()) return status;
  return FromProto(proto);
}

}  // namespace tune
