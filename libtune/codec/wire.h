// Bytes <-> messages.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace tune {

// The same bytes for equal messages within one build: maps in the order of their keys.
std::string SerializeDeterministic(const google::protobuf::Message& message);

// A message's bytes as a field of another message.
std::string AsField(int number, const std::string& message);

// Fills `message` from `bytes`. kInvalidArgument: not that message, or larger than limits.h allows; found out before
// anything is allocated, as two bytes on the wire can ask for a hundred in memory.
absl::Status ParseWire(const std::string& bytes, google::protobuf::Message& message);

}  // namespace tune
