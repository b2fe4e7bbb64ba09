// Messages and structs for the codec's tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/window.h"

// clang-format off
#include <rapidcheck/gtest.h>  // needs GoogleTest before it
// clang-format on

namespace tune {

inline std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }
template <typename T>
std::string MessageOf(const absl::StatusOr<T>& value) {
  return MessageOf(value.status());
}

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// Fields of `message`, and of all messages in it, that hold nothing: "vertices[0].coverage.stale". A message that a
// test means to be full must have none, or a field that was added later would never be tested.
std::vector<std::string> EmptyFields(const google::protobuf::Message& message);

// Sets every number of `message` that is a double, one at a time, to `value` and calls `visit` with its path. Restores
// it.
void ForEachDouble(google::protobuf::Message& message, double value,
                   const std::function<void(const std::string& path)>& visit);

// A window in which every field of the message is set, each number its own; two vertices "src" and "map".
std::string FullWindowText();

// Drawn by rapidcheck; valid. Call only within a property.
JobGraph AnyGraph();
JobWindow AnyWindow();
TuningPolicy AnyPolicy();
// For a window of AnyWindow(). Its evidence's texts are literals.
JobRecommendation AnyRecommendation(const JobWindow& window);

}  // namespace tune
