// A policy as people write it: lines that begin with "--set " are assignments, the others a text proto or a shipped
// policy's name. Refused with a reason, or a policy that comes back from its own message as it was.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "libtune/codec/policy_codec.h"
#include "libtune/codec/policy_text.h"
#include "libtune/codec/wire.h"

namespace {

void Expect(bool promised) {
  if (!promised) std::abort();
}

// A refused assignment changes nothing.
void TryAssignment(const std::string& assignment) {
  tune::v1::TuningPolicy message;
  const absl::Status status = tune::ApplySet(message, assignment);
  if (!status.ok()) Expect(!status.message().empty() && message.ByteSizeLong() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it reports every text that is not UTF-8
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  std::string text, line;
  std::vector<std::string> assignments;
  while (std::getline(in, line)) {
    if (line.starts_with("--set ")) {
      assignments.push_back(line.substr(6));
      TryAssignment(assignments.back());
    } else {
      text += (text.empty() ? "" : "\n") + line;
    }
  }
  const auto policy = tune::LoadPolicy(text, assignments, "fuzz");
  if (!policy.ok()) {
    Expect(!policy.status().message().empty());
    return 0;
  }
  const auto again = tune::FromProto(tune::ToProto(*policy));
  Expect(again.ok());
  Expect(tune::SerializeDeterministic(tune::ToProto(*again)) == tune::SerializeDeterministic(tune::ToProto(*policy)));
  return 0;
}
