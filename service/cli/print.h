// Answers to standard output.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "libtune/codec/json.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// Lines are cut where the terminal ends.
void PrintLines(const std::string& text);

// kInternal: what the server sent is no recommendation, no patch.
absl::Status BadAnswer(const char* what, const absl::Status& status);

// One document on lines of its own. The exit code.
int PrintJson(const google::protobuf::Message& message, JsonStyle style = JsonStyle::kPretty);

// The line beneath an answer that is not fresh, after an empty one. nullptr: no cluster is followed.
void PrintAge(const v1::ClusterAge* cluster);

// A response's cluster for the functions that take it by pointer.
template <typename Response>
const v1::ClusterAge* ClusterOf(const Response& response) {
  return response.has_cluster() ? &response.cluster() : nullptr;
}

}  // namespace tune
