#include "libtune/codec/recommendation_codec.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "libtune/codec/wire.h"
#include "libtune/explain/text.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr char kFullRecommendation[] = R"(
  computed_from { job_name: "orders" window_start { seconds: 1 } window_length { seconds: 2 } bin { seconds: 3 }
                  policy_name: "careful" }
  vertices { vertex: 0 id: "src" name: "Source: src" now: 11 needed: 12 wanted: 13 low: 14 high: 15 at_least: true
             action: ACTION_RAISE verdict: VERDICT_LOWER_BOUND confidence: CONFIDENCE_HIGH demand: 16 service_time: 17
             largest_share: 0.18 capacity_now: 19 }
  vertices { vertex: 1 id: "map" name: "map" now: 21 needed: 22 wanted: 23 low: 24 high: 25 at_least: true
             action: ACTION_PERSON verdict: VERDICT_EXCLUDED confidence: CONFIDENCE_LOW demand: 26 service_time: 27
             largest_share: 0.28 capacity_now: 29 }
  parallelism_now: 31 parallelism_wanted: 32 slots_now: 33 slots_wanted: 34 action: ACTION_LOWER
  timeliness: TIMELINESS_DELAYED
  findings { kind: FINDING_KIND_HOT_KEY vertex: 1 vertex_id: "map" message: "m" subtasks: 41 subtasks: 42 share: 0.43
             rate_limit: 44 evidence: 1 role: PROCESS_ROLE_JOB_MANAGER }
  task_managers {
    memory_verdict: VERDICT_ESTIMATED cpu_verdict: VERDICT_LOWER_BOUND action: ACTION_RAISE confidence: CONFIDENCE_HIGH
    now { count: 101 slots: 102 cpu: 103 cpu_limit_factor: 104 memory: 105 memory_limit_factor: 106 heap: 107
          managed: 108 network: 109 metaspace: 110 overhead: 111 cost: 112 }
    needed { count: 121 slots: 122 cpu: 123 cpu_limit_factor: 124 memory: 125 memory_limit_factor: 126 heap: 127
          managed: 128 network: 129 metaspace: 130 overhead: 131 cost: 132 }
    wanted { count: 141 slots: 142 cpu: 143 cpu_limit_factor: 144 memory: 145 memory_limit_factor: 146 heap: 147
          managed: 148 network: 149 metaspace: 150 overhead: 151 cost: 152 }
    options { key: "taskmanager.memory.managed.size" value: "0" }
    live { bytes: 162 low: 161 rung: LIVE_RUNG_MARKING is_bound: true }
    gc_overhead: 0.101 cores_quantile: 163 classic_heap_low: 164 classic_heap_high: 165
  }
  job_manager {
    memory_verdict: VERDICT_ESTIMATED cpu_verdict: VERDICT_LOWER_BOUND action: ACTION_RAISE confidence: CONFIDENCE_HIGH
    now { count: 201 slots: 202 cpu: 203 cpu_limit_factor: 204 memory: 205 memory_limit_factor: 206 heap: 207
          managed: 208 network: 209 metaspace: 210 overhead: 211 cost: 212 }
    needed { count: 221 slots: 222 cpu: 223 cpu_limit_factor: 224 memory: 225 memory_limit_factor: 226 heap: 227
          managed: 228 network: 229 metaspace: 230 overhead: 231 cost: 232 }
    wanted { count: 241 slots: 242 cpu: 243 cpu_limit_factor: 244 memory: 245 memory_limit_factor: 246 heap: 247
          managed: 248 network: 249 metaspace: 250 overhead: 251 cost: 252 }
    options { key: "taskmanager.memory.managed.size" value: "0" }
    live { bytes: 262 low: 261 rung: LIVE_RUNG_MARKING is_bound: true }
    gc_overhead: 0.201 cores_quantile: 263 classic_heap_low: 264 classic_heap_high: 265
  }
  evidence { rule: "r1" vertex: 1 vertex_id: "map" inputs { name: "a" value: 51 unit: "u" source: "window" }
             caps { name: "c" value: 52 unit: "v" source: "policy" }
             result { name: "d" value: 53 unit: "w" source: "given" } }
  evidence { rule: "r2" vertex: 1 vertex_id: "map" inputs { name: "a" value: 54 unit: "u" source: "window" }
             caps { name: "c" value: 55 unit: "v" source: "policy" }
             result { name: "d" value: 56 unit: "w" source: "given" } })";

v1::JobRecommendation Full() { return FromText<v1::JobRecommendation>(kFullRecommendation); }
std::string ErrorOf(const v1::JobRecommendation& proto) { return std::string(FromProto(proto).status().message()); }

// The window that kFullRecommendation could come from.
JobWindow WindowOf() {
  JobWindow window;
  window.graph.vertices = {{"src", "Source: src", 1, 128, "default", std::nullopt},
                           {"map", "map", 1, 128, "default", std::nullopt}};
  window.facts.job_name = "orders";
  window.start = absl::FromUnixSeconds(1);
  window.length = absl::Seconds(2);
  window.bin = absl::Seconds(3);
  return window;
}

TEST(RecommendationCodecTest, EveryFieldArrivesAndLeavesAgain) {
  v1::JobRecommendation proto = Full();
  const auto decoded = FromProto(proto);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_THAT(EmptyFields(proto), testing::ElementsAre("vertices[0].vertex"));  // 0
  const JobRecommendation& job = decoded->recommendation;
  EXPECT_EQ(job.vertices[0].now, 11);
  EXPECT_EQ(job.vertices[0].needed, 12);
  EXPECT_EQ(job.vertices[0].wanted, 13);
  EXPECT_EQ(job.vertices[0].low, 14);
  EXPECT_EQ(job.vertices[0].high, 15);
  EXPECT_EQ(job.vertices[0].verdict, Verdict::kLowerBound);
  EXPECT_EQ(job.vertices[0].service_time, SecondsPerRecord(17));
  EXPECT_EQ(job.vertices[0].capacity_now, RecordsPerSecond(19));
  EXPECT_EQ(job.slots_wanted, 34);
  EXPECT_EQ(job.timeliness, Timeliness::kDelayed);
  EXPECT_THAT(job.findings[0].subtasks, testing::ElementsAre(41, 42));
  EXPECT_EQ(EvidenceText(job.evidence[0]), "r1: a 51 u; caps: c 52 v -> d 53 w");
  EXPECT_EQ(decoded->vertex_ids, (std::vector<std::string>{"src", "map"}));
  EXPECT_EQ(decoded->vertex_names, (std::vector<std::string>{"Source: src", "map"}));
  EXPECT_EQ(decoded->messages, (std::vector<std::string>{"m"}));
  TuningPolicy policy;
  policy.name = "careful";
  proto.mutable_findings(0)->set_message(FindingText(job, job.findings[0], WindowOf().graph));
  EXPECT_EQ(ToProto(job, WindowOf(), policy).DebugString(), proto.DebugString());
}

TEST(RecommendationCodecTest, ADecodedOneOutlivesItsMessageAndMayBeCopied) {
  DecodedRecommendation copy;
  {
    auto decoded = FromProto(Full());
    ASSERT_TRUE(decoded.ok());
    copy = *decoded;
  }
  EXPECT_EQ(EvidenceText(copy.recommendation.evidence[1]), "r2: a 54 u; caps: c 55 v -> d 56 w");
}

TEST(RecommendationCodecTest, UnknownNumbersAreAbsentInTheMessage) {
  JobRecommendation job;
  job.vertices.resize(1);
  const v1::JobRecommendation proto = ToProto(job, WindowOf(), TuningPolicy());
  EXPECT_FALSE(proto.vertices(0).has_demand());
  EXPECT_FALSE(proto.vertices(0).has_service_time());
  EXPECT_FALSE(proto.vertices(0).has_largest_share());
  EXPECT_FALSE(proto.vertices(0).has_capacity_now());
  EXPECT_EQ(proto.vertices(0).id(), "src");
}

TEST(RecommendationCodecTest, AFindingAboutTheJobHasNoVertex) {
  JobRecommendation job;
  job.findings.push_back(
      {.kind = FindingKind::kStaleMetrics, .role = {}, .subtasks = {}, .share = {}, .rate_limit = {}});
  const v1::JobRecommendation proto = ToProto(job, WindowOf(), TuningPolicy());
  EXPECT_FALSE(proto.findings(0).has_vertex());
  EXPECT_EQ(proto.findings(0).vertex_id(), "");
  EXPECT_FALSE(proto.findings(0).has_evidence());
  EXPECT_THAT(proto.findings(0).message(), HasSubstr("metrics stopped"));
}

TEST(RecommendationCodecTest, EveryEnumValueHasItsOwnName) {
  JobRecommendation job;
  const int kinds = v1::FindingKind_descriptor()->value_count() - 1;  // but for UNSPECIFIED
  for (int i = 0; i < kinds; ++i) {
    job.findings.push_back(
        {.kind = static_cast<FindingKind>(i), .role = {}, .subtasks = {}, .share = {}, .rate_limit = {}});
  }
  const v1::JobRecommendation proto = ToProto(job, WindowOf(), TuningPolicy());
  for (int i = 0; i < kinds; ++i) {
    std::string words = v1::FindingKind_Name(proto.findings(i).kind());
    for (char& c : words) c = c == '_' ? '-' : absl::ascii_tolower(static_cast<unsigned char>(c));
    EXPECT_EQ(words, std::string("finding-kind-") + Name(static_cast<FindingKind>(i)));
  }
  EXPECT_EQ(Name(FindingKind::kNoRoom), Name(static_cast<FindingKind>(kinds - 1)));  // the last one
}

TEST(RecommendationCodecTest, ListsAllThatIsWrong) {
  v1::JobRecommendation proto = Full();
  proto.mutable_computed_from()->clear_bin();
  proto.mutable_vertices(0)->set_now(0);
  proto.mutable_vertices(0)->set_high(13);
  proto.mutable_vertices(1)->set_vertex(7);
  proto.mutable_vertices(1)->set_largest_share(1.5);
  proto.set_action(v1::ACTION_UNSPECIFIED);
  proto.mutable_findings(0)->set_vertex_id("src");
  proto.mutable_findings(0)->set_evidence(2);
  proto.mutable_evidence(0)->set_vertex(2);
  proto.mutable_evidence(1)->clear_rule();
  proto.mutable_evidence(1)->clear_result();
  const std::string error = ErrorOf(proto);
  EXPECT_THAT(error, HasSubstr("computed_from.bin = absent; allowed: > 0"));
  EXPECT_THAT(error, HasSubstr("vertices[\"src\"].now = 0; allowed: [1, 32768]"));
  EXPECT_THAT(error, HasSubstr("vertices[\"src\"].high = 13; allowed: [14, 2147483647]"));
  EXPECT_THAT(error, HasSubstr("vertices[\"map\"].vertex = 7; allowed: [1, 1]"));
  EXPECT_THAT(error, HasSubstr("vertices[\"map\"].largest_share = 1.5; allowed: [0, 1]"));
  EXPECT_THAT(error, HasSubstr("action = ACTION_UNSPECIFIED; allowed: ACTION_HOLD, "));
  EXPECT_THAT(error, HasSubstr("findings[0].vertex_id = \"src\"; allowed: \"map\""));
  EXPECT_THAT(error, HasSubstr("findings[0].evidence = 2; allowed: [0, 1]"));
  EXPECT_THAT(error, HasSubstr("evidence[0].vertex = 2; allowed: [0, 1]"));
  EXPECT_THAT(error, HasSubstr("evidence[1].rule = \"\"; "));
  EXPECT_THAT(error, HasSubstr("evidence[1].result = absent; "));
}

TEST(RecommendationCodecTest, NoNumberMayBeNanOrInfinite) {
  v1::JobRecommendation proto = Full();
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    ForEachDouble(proto, value, [&](const std::string& path) {
      EXPECT_THAT(ErrorOf(proto), HasSubstr(path.substr(path.rfind('.') + 1) + " = ")) << path;
    });
  }
}

TEST(RecommendationCodecTest, AStepOfTooManyTermsIsRefused) {
  v1::JobRecommendation proto = Full();
  for (int i = 0; i < 10'000; ++i) proto.mutable_evidence(1)->add_caps();
  EXPECT_EQ(ErrorOf(proto), "evidence[1].caps = 10001 entries; allowed: at most 10000");
}

RC_GTEST_PROP(RecommendationCodecProperty, RoundTripsOverTheWire, ()) {
  const JobWindow window = AnyWindow();
  const TuningPolicy policy = AnyPolicy();
  const v1::JobRecommendation proto = ToProto(AnyRecommendation(window), window, policy);
  v1::JobRecommendation parsed;
  RC_ASSERT(ParseWire(SerializeDeterministic(proto), parsed).ok());
  const auto decoded = FromProto(parsed);
  if (!decoded.ok()) RC_FAIL(std::string(decoded.status().message()));
  RC_ASSERT(ToProto(decoded->recommendation, window, policy).DebugString() == proto.DebugString());
  RC_ASSERT(ToProto(decoded->computed_from).DebugString() == proto.computed_from().DebugString());
}

}  // namespace
}  // namespace tune
