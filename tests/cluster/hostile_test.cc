// Objects as nobody sane writes them: an error that names the field, or nothing known; never a crash, and never much
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/job_pod.h"
#include "service/cluster/job_state.h"
#include "service/cluster/namespace_objects.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string Object(const std::string& metadata, const std::string& spec, const std::string& status = "{}") {
  return absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment","metadata":)", metadata,
                      ",\"spec\":", spec, ",\"status\":", status, "}");
}
constexpr char kName[] = R"({"name":"a","namespace":"n"})";

std::string ErrorOf(const std::string& object) {
  return std::string(ReduceDeployment(JsonObject(object).get()).error.message());
}

void ReduceByAll(const std::string& text) {
  const JsonObject json(text);
  for (const FlinkJob& job : {ReduceDeployment(json.get()), ReduceSessionJob(json.get())}) {
    EXPECT_LE(job.error.message().size(), kMostErrorBytes);
    const LiveState state = StateOf(job, absl::UnixEpoch());
    EXPECT_FALSE(state.text.empty());
    EXPECT_EQ(state.text.find('\n'), std::string::npos);
  }
  ReducePod(json.get());
  ReduceNamespace(json.get());
  EXPECT_LE(ReduceResourceQuota(json.get()).error.message().size(), kMostErrorBytes);
  EXPECT_LE(ReduceLimitRange(json.get()).error.message().size(), kMostErrorBytes);
}

TEST(HostileObjectTest, AnyKindOfValueMayStandAnywhere) {
  const char* const values[] = {"null",
                                "true",
                                "-7",
                                "1e300",
                                "18446744073709551615",
                                "\"\"",
                                "\"text\"",
                                "[]",
                                "[[],{},null,1]",
                                "{}",
                                R"({"a":{"b":[1]}})"};
  for (const char* value : values) {
    ReduceByAll(value);
    for (const char* field : {"metadata", "spec", "status", "kind", "apiVersion"}) {
      ReduceByAll(absl::StrCat("{\"", field, "\":", value, "}"));
    }
    for (const char* field : {"name", "namespace", "uid", "generation", "labels", "annotations", "deletionTimestamp"}) {
      ReduceByAll(absl::StrCat(R"({"metadata":{")", field, "\":", value, "}}"));
    }
    for (const char* field : {"flinkVersion", "mode", "job", "taskManager", "jobManager", "flinkConfiguration",
                              "ingress", "podTemplate", "deploymentName", "hard", "limits", "scopes", "containers",
                              "initContainers", "overhead", "resources", "scopeSelector"}) {
      ReduceByAll(Object(kName, absl::StrCat("{\"", field, "\":", value, "}")));
      ReduceByAll(Object(kName, absl::StrCat("{\"", field, "\":[", value, "]}")));
      ReduceByAll(
          Object(kName, absl::StrCat("{\"", field, R"(":{"spec":{"containers":[)", value, "]},\"resource\":", value,
                                     ",\"template\":", value, ",\"tls\":", value, ",\"state\":", value, "}}")));
    }
    for (const char* field : {"lifecycleState", "jobStatus", "error", "reconciliationStatus", "hard", "used",
                              "containerStatuses", "conditions", "phase", "observedGeneration"}) {
      ReduceByAll(Object(kName, "{}", absl::StrCat("{\"", field, "\":", value, "}")));
      ReduceByAll(Object(kName, "{}", absl::StrCat("{\"", field, R"(":[{"state":)", value, "}]}")));
    }
  }
}

TEST(HostileObjectTest, HugeMapsAreRefused) {
  std::string options = "{";
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&options, i == 0 ? "" : ",", "\"k", i, "\":\"v\"");
  EXPECT_THAT(ErrorOf(Object(kName, absl::StrCat("{\"flinkConfiguration\":", options, "}}"))),
              StartsWith("spec.flinkConfiguration = too large"));
  std::string list = "[0";
  for (int i = 0; i < 200'000; ++i) list += ",0";
  EXPECT_THAT(ErrorOf(Object(kName, absl::StrCat(R"({"flinkConfiguration":{"a":)", list, "]}}"))),
              HasSubstr("spec.flinkConfiguration[\"a\"][99991] = too many values; allowed: 100000"))
      << "nine come before";
  EXPECT_THAT(ErrorOf(Object(kName, absl::StrCat(R"({"flinkConfiguration":{"pipeline.name":")",
                                                 std::string(4 << 20, 'x'), "\"}}"))),
              HasSubstr("spec.flinkConfiguration[\"pipeline.name\"] = too long"));
  std::string containers = "[{}";
  for (int i = 0; i < 100; ++i) containers += ",{}";
  EXPECT_EQ(ErrorOf(Object(kName, absl::StrCat(R"({"podTemplate":{"spec":{"containers":)", containers, "]}}}"))),
            "podTemplate.spec.containers = more than 100; allowed: at most that many");
}

TEST(HostileObjectTest, WhatIsKeptOfAnObjectIsLimited) {
  EXPECT_EQ(ErrorOf(Object(
                kName, absl::StrCat(R"({"flinkConfiguration":{"pipeline.name":")", std::string(100'000, 'x'), "\"}}"))),
            "spec.flinkConfiguration = 100005 bytes of what libtune reads; allowed: at most 65536");
  EXPECT_THAT(
      ErrorOf(Object(kName, absl::StrCat(R"({"taskManager":{"resource":{"memory":")", std::string(300, '1'), "\"}}}"))),
      HasSubstr("spec.taskManager.resource.memory = "));
  const FlinkJob labels =
      ReduceDeployment(JsonObject(Object(absl::StrCat(R"({"name":"a","namespace":"n","annotations":{"tune.dev/x":")",
                                                      std::string(5000, 'x'), "\"}}"),
                                         "{}"))
                           .get());
  EXPECT_EQ(labels.error.message(),
            "metadata's labels and annotations of tune.dev/ = too long; allowed: at most 4096 bytes together");
  EXPECT_TRUE(labels.annotations.empty());
}

TEST(HostileObjectTest, DeepNestingIsRefused) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "{\"a\":";
  deep += "1" + std::string(200, '}');
  EXPECT_THAT(ErrorOf(Object(kName, absl::StrCat("{\"flinkConfiguration\":", deep, "}"))),
              HasSubstr("= nested too deep; allowed: 64 levels"));
  EXPECT_TRUE(
      ReduceDeployment(JsonObject(Object(kName, absl::StrCat("{\"podTemplate\":", deep, "}"))).get()).error.ok())
      << "what is not read may be as deep as it likes";
}

TEST(HostileObjectTest, NamesAndTextsStayOnOneLine) {
  const FlinkJob job = ReduceDeployment(
      JsonObject(Object(R"({"name":"a\nb/../c","namespace":"n\u0000m"})", R"({"ingress":{"template":"{{name}}.x"}})",
                        R"({"lifecycleState":"FAILED","error":"a\nb\u0007"})"))
          .get());
  EXPECT_EQ(job.spec.ingress_url, "");
  EXPECT_EQ(job.spec.rest_url, "");
  EXPECT_EQ(StateOf(job, absl::Now()).text, "failed: a b");
}

TEST(HostileObjectTest, NumbersAsTextsAreTextsWhereNumbersAreMeant) {
  EXPECT_THAT(ErrorOf(Object(kName, R"({"taskManager":{"resource":{"cpu":"1"}}})")),
              HasSubstr("spec.taskManager.resource.cpu = \"1\"; allowed: a number in (0, 1e9], not quoted"));
  EXPECT_THAT(ErrorOf(Object(kName, R"({"job":{"parallelism":1e300}})")),
              HasSubstr("spec.job.parallelism = \"1e+300\""));
  EXPECT_THAT(ErrorOf(Object(kName, R"({"job":{"parallelism":18446744073709551615}})")),
              HasSubstr("spec.job.parallelism = \"18446744073709551615\""));
}

TEST(HostileObjectTest, TextThatIsNotUtf8IsNoJson) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const std::string text = Object("{\"name\":\"a\xff\"}", "{}");
  EXPECT_NE(parser.parse(text).get(root), simdjson::SUCCESS);
}

}  // namespace
}  // namespace tune
