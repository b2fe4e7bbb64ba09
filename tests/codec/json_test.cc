#include "libtune/codec/json.h"

#include "gmock/gmock.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;

JobWindow OneVertex() {
  JobWindow window;
  window.graph.vertices = {{"map-1", "map", 1, 128, "default", std::nullopt}};
  window.start = absl::FromUnixSeconds(1'700'000'000);
  window.length = absl::Minutes(10);
  return window;
}

TEST(JsonTest, ARecommendationReadsAsWritten) {
  JobRecommendation job;
  VertexRecommendation vertex;
  vertex.now = vertex.wanted = vertex.high = 3;
  vertex.needed = vertex.low = 2;
  vertex.demand = RecordsPerSecond(900.5);
  job.vertices.push_back(vertex);
  job.evidence.Add("parallelism.steady", 0, {{"rate", 0, "records/s", "window"}},
                   {"parallelism", 2, "subtasks", "given"});
  const auto json = ToJson(job, OneVertex(), TuningPolicy(), JsonStyle::kCompact);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(
      *json,
      R"({"computed_from":{"job_name":"","policy_name":"balanced","window_start":"2023-11-14T22:13:20Z",)"
      R"("window_length":"600s","bin":"60s"},"vertices":[{"vertex":0,"id":"map-1","name":"map","now":3,"needed":2,)"
      R"("wanted":3,"low":2,"high":3,"at_least":false,"action":"ACTION_HOLD","verdict":"VERDICT_THIN_DATA",)"
      R"("confidence":"CONFIDENCE_LOW","demand":900.5}],"parallelism_now":1,"parallelism_wanted":1,"slots_now":1,)"
      R"("slots_wanted":1,"action":"ACTION_HOLD","timeliness":"TIMELINESS_UNKNOWN","findings":[],)"
      R"("evidence":[{"rule":"parallelism.steady","vertex_id":"map-1","inputs":[{"name":"rate","value":0,)"
      R"("unit":"records/s","source":"window"}],"caps":[],"result":{"name":"parallelism","value":2,)"
      R"("unit":"subtasks","source":"given"},"vertex":0}],)"
      R"("task_managers":{"memory_verdict":"VERDICT_NOT_MEASURED","cpu_verdict":"VERDICT_NOT_MEASURED",)"
      R"("action":"ACTION_HOLD","confidence":"CONFIDENCE_LOW","now":{"cpu_limit_factor":1,)"
      R"("memory_limit_factor":1},"needed":{"cpu_limit_factor":1,"memory_limit_factor":1},)"
      R"("wanted":{"cpu_limit_factor":1,"memory_limit_factor":1},"options":{}},)"
      R"("job_manager":{"memory_verdict":"VERDICT_NOT_MEASURED","cpu_verdict":"VERDICT_NOT_MEASURED",)"
      R"("action":"ACTION_HOLD","confidence":"CONFIDENCE_LOW","now":{"cpu_limit_factor":1,)"
      R"("memory_limit_factor":1},"needed":{"cpu_limit_factor":1,"memory_limit_factor":1},)"
      R"("wanted":{"cpu_limit_factor":1,"memory_limit_factor":1},"options":{}}})");
}

TEST(JsonTest, PrettyTextSaysTheSame) {
  const auto pretty = ToJson(JobRecommendation(), OneVertex(), TuningPolicy(), JsonStyle::kPretty);
  const auto compact = ToJson(JobRecommendation(), OneVertex(), TuningPolicy(), JsonStyle::kCompact);
  ASSERT_TRUE(pretty.ok() && compact.ok());
  EXPECT_THAT(*pretty, HasSubstr("\n \"parallelism_now\": 1,\n"));
  v1::JobRecommendation a, b;
  ASSERT_TRUE(MessageFromJson(*pretty, a).ok());
  ASSERT_TRUE(MessageFromJson(*compact, b).ok());
  EXPECT_EQ(a.DebugString(), b.DebugString());
}

TEST(JsonTest, WhatWasNotMeasuredIsNotThereAndZeroIs) {
  JobWindow window = OneVertex();
  window.vertices.resize(1);
  window.vertices[0].subtasks.resize(2);
  window.vertices[0].subtasks[0].cpu_s = 0;
  const auto json = ToJson(window, JsonStyle::kCompact);
  ASSERT_TRUE(json.ok());
  EXPECT_THAT(*json, HasSubstr(R"("saturated_s":0,"cpu_s":0},{)"));
  EXPECT_THAT(*json, HasSubstr(R"("saturated_s":0}],)"));
  EXPECT_THAT(*json, HasSubstr(R"("busy_measured":false)"));
  EXPECT_THAT(*json, Not(HasSubstr("latency")));
}

TEST(JsonTest, MapsComeOutInTheOrderOfTheirKeys) {
  JobWindow window = OneVertex();
  for (const char* key : {"d", "a", "c", "b"}) window.facts.configuration[key] = "x";
  EXPECT_THAT(*ToJson(window, JsonStyle::kCompact), HasSubstr(R"("configuration":{"a":"x","b":"x","c":"x","d":"x"})"));
}

TEST(JsonTest, MistakesAreNamed) {
  EXPECT_THAT(MessageOf(RecommendationFromJson("{")), HasSubstr("JSON of tune.v1.JobRecommendation: "));
  EXPECT_THAT(MessageOf(RecommendationFromJson(R"({"parallelism": 3})")), HasSubstr("parallelism"));
  EXPECT_THAT(MessageOf(RecommendationFromJson(R"({"slots_now": "many"})")), HasSubstr("many"));
  EXPECT_THAT(MessageOf(WindowFromJson("{}")), HasSubstr("start = absent"));
  EXPECT_FALSE(WindowFromJson("").ok());
  EXPECT_FALSE(WindowFromJson(std::string(100'000, '[')).ok());
  std::string json = *MessageToJson(FromText<v1::JobWindow>(FullWindowText()), JsonStyle::kCompact);
  ASSERT_TRUE(WindowFromJson(json).ok());
  const std::string restarts = R"("restarts":91)";
  json.replace(json.find(restarts), restarts.size(), R"("restarts":"NaN")");
  EXPECT_THAT(MessageOf(WindowFromJson(json)), HasSubstr("restarts = nan"));
}

RC_GTEST_PROP(JsonProperty, WindowsRoundTrip, ()) {
  const JobWindow window = AnyWindow();
  const auto json = ToJson(window, JsonStyle::kCompact);
  RC_ASSERT(json.ok());
  const auto back = WindowFromJson(*json);
  if (!back.ok()) RC_FAIL(std::string(back.status().message()));
  RC_ASSERT(SerializeDeterministic(ToProto(*back)) == SerializeDeterministic(ToProto(window)));
}

RC_GTEST_PROP(JsonProperty, RecommendationsRoundTrip, ()) {
  const JobWindow window = AnyWindow();
  const TuningPolicy policy = AnyPolicy();
  const auto json = ToJson(AnyRecommendation(window), window, policy, JsonStyle::kPretty);
  RC_ASSERT(json.ok());
  const auto back = RecommendationFromJson(*json);
  if (!back.ok()) RC_FAIL(std::string(back.status().message()));
  RC_ASSERT(*ToJson(back->recommendation, window, policy, JsonStyle::kPretty) == *json);
}

}  // namespace
}  // namespace tune
