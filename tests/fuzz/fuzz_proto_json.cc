// A text that claims to be the JSON of a window, a recommendation or a policy: refused with a reason, or read; and what
// was read comes back from its own JSON as it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "google/protobuf/stubs/logging.h"
#include "libtune/codec/json.h"
#include "libtune/codec/policy_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"

namespace {

void Expect(bool promised) {
  if (!promised) std::abort();
}

// `message` through its JSON. False: a duration that JSON cannot express.
template <typename Message>
bool ThroughJson(const Message& message, Message& again) {
  const auto json = tune::MessageToJson(message, tune::JsonStyle::kCompact);
  if (!json.ok()) return false;
  Expect(tune::MessageFromJson(*json, again).ok());
  return true;
}

void TryWindow(const std::string& json) {
  const auto window = tune::WindowFromJson(json);
  Expect(window.ok() || !window.status().message().empty());
  tune::v1::JobWindow again;
  if (!window.ok() || !ThroughJson(tune::ToProto(*window), again)) return;
  const auto read = tune::FromProto(again);
  Expect(read.ok());
  Expect(tune::SerializeDeterministic(tune::ToProto(*read)) == tune::SerializeDeterministic(tune::ToProto(*window)));
}

void TryRecommendation(const std::string& json) {
  const auto read = tune::RecommendationFromJson(json);
  Expect(read.ok() || !read.status().message().empty());
}

void TryPolicy(const std::string& json) {
  tune::v1::TuningPolicy message;
  if (!tune::MessageFromJson(json, message).ok()) return;
  const auto policy = tune::FromProto(message);
  Expect(policy.ok() || !policy.status().message().empty());
  tune::v1::TuningPolicy again;
  if (!policy.ok() || !ThroughJson(tune::ToProto(*policy), again)) return;
  Expect(tune::SerializeDeterministic(again) == tune::SerializeDeterministic(tune::ToProto(*policy)));
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it reports every text that is not UTF-8
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string json(reinterpret_cast<const char*>(data), size);
  TryWindow(json);
  TryRecommendation(json);
  TryPolicy(json);
  return 0;
}
