#include "service/patch/apply_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kLive[] = R"({
  "apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment",
  "metadata":{"name":"orders","namespace":"team-a","uid":"u","resourceVersion":"7","generation":3,"labels":{"a":"b"},
    "managedFields":[{"manager":"libtune","operation":"Apply","fieldsV1":{"f:spec":{
      "f:flinkConfiguration":{"f:taskmanager.numberOfTaskSlots":{},"f:gone":{}},"f:job":{"f:parallelism":{}}}}}]},
  "spec":{"image":"flink:1.20","job":{"parallelism":2,"args":["a"]},
    "flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2","execution.checkpointing.interval":"1min"}}})";

json Body(const std::vector<WantedField>& wanted) {
  const absl::StatusOr<std::string> body = ApplyBody(*ReadLiveObject(kLive), wanted);
  EXPECT_TRUE(body.ok()) << body.status();
  return json::parse(*body, nullptr, false);
}

const json kWho = json::parse(R"({"name":"orders","namespace":"team-a","uid":"u","resourceVersion":"7"})");

TEST(ApplyBody, HasWhatIsWantedAndWhatLibtuneHoldsAlready) {
  const json body =
      Body({{{"spec", "job", "parallelism"}, json(3)}, {{"spec", "taskManager", "resource", "cpu"}, json(0.5)}});
  EXPECT_EQ(body.at("metadata"), kWho);
  EXPECT_EQ(body.at("spec"), json::parse(R"({"job":{"parallelism":3},"taskManager":{"resource":{"cpu":0.5}},
      "flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2"}})"))
      << "left out, it would be deleted; what is gone stays gone";
}

TEST(ApplyBody, LeavesOutWhatIsNotToBeThere) {
  const json body = Body({{{"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"}, std::nullopt}});
  EXPECT_EQ(body.at("spec"), json::parse(R"({"job":{"parallelism":2}})"));
}

TEST(ApplyBody, OfNothingRepeatsWhatIsHeld) {
  EXPECT_EQ(Body({}).at("spec"),
            json::parse(R"({"job":{"parallelism":2},"flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2"}})"));
}

TEST(ApplyBody, EachFieldIsNamedOnce) {
  const LiveObject live = *ReadLiveObject(kLive);
  const FieldPath job = {"spec", "job"}, parallelism = {"spec", "job", "parallelism"};
  for (const std::vector<WantedField>& wanted :
       {std::vector<WantedField>{{parallelism, json(3)}, {parallelism, json(3)}},
        std::vector<WantedField>{{parallelism, json(3)}, {job, json::object()}},
        std::vector<WantedField>{{{}, json(3)}}}) {
    EXPECT_EQ(ApplyBody(live, wanted).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_THAT(ApplyBody(live, {{parallelism, json(3)}, {parallelism, json(4)}}).status().message(),
              HasSubstr("spec.job.parallelism"));
}

}  // namespace
}  // namespace tune
