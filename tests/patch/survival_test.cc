#include "service/patch/survival.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using testing::HasSubstr;

LiveObject Object(const std::string& spec, int generation = 1, const std::string& status = "{}") {
  const absl::StatusOr<LiveObject> object = ReadLiveObject(absl::StrCat(
      R"({"metadata":{"name":"orders","uid":"u","resourceVersion":")", generation, R"(","generation":)", generation,
      R"(,"managedFields":[)", generation, R"(]},"spec":)", spec, R"(,"status":)", status, "}"));
  EXPECT_TRUE(object.ok()) << object.status();
  return *object;
}

const FieldPath kParallelism = {"spec", "job", "parallelism"};
const FieldPath kSlots = {"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"};

TEST(Survival, TheFieldsThemselvesMayChangeAndTheServersBookkeeping) {
  const LiveObject before = Object(R"({"job":{"parallelism":2,"args":["a"]}})");
  const LiveObject after = Object(R"({"job":{"parallelism":3,"args":["a"]}})", 2, R"({"state":"x"})");
  EXPECT_TRUE(CheckOnlyChanges(before, after, {kParallelism}).ok());
  EXPECT_FALSE(CheckOnlyChanges(before, after, {kSlots}).ok());
}

TEST(Survival, WhatWasMadeToHoldThemIsNoChange) {
  const LiveObject before = Object(R"({"image":"flink"})");
  const LiveObject after =
      Object(R"({"image":"flink","flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2"},"job":{"parallelism":3}})");
  EXPECT_TRUE(CheckOnlyChanges(before, after, {kSlots, kParallelism}).ok());
  EXPECT_TRUE(CheckOnlyChanges(after, before, {kSlots, kParallelism}).ok());
  const LiveObject more = Object(
      R"({"image":"flink","flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2","a":"b"},"job":{"parallelism":3}})");
  EXPECT_THAT(CheckOnlyChanges(before, more, {kSlots, kParallelism}).message(), HasSubstr("/spec/flinkConfiguration"));
}

TEST(Survival, NamesWhatWouldBeLost) {
  const LiveObject before = Object(R"({"job":{"parallelism":2,"args":["a","b"]},"podTemplate":{"spec":{"x":[1,2]}}})");
  const auto refused = [&](const std::string& spec) {
    return std::string(CheckOnlyChanges(before, Object(spec), {kParallelism}).message());
  };
  EXPECT_THAT(refused(R"({"job":{"parallelism":2,"args":["a"]},"podTemplate":{"spec":{"x":[1,2]}}})"),
              HasSubstr("the patch would change /spec/job/args/1"));
  EXPECT_THAT(refused(R"({"job":{"parallelism":2,"args":["a","b"]},"podTemplate":{"spec":{"x":[2,1]}}})"),
              HasSubstr("/spec/podTemplate/spec/x/0"));
  EXPECT_THAT(refused(R"({"job":{"parallelism":2,"args":["a","b"]}})"), HasSubstr("/spec/podTemplate"));
}

}  // namespace
}  // namespace tune
