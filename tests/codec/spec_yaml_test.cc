#include "libtune/codec/spec_yaml.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr char kHead[] = "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata:\n  name: orders\n";

std::string ErrorOf(const std::string& yaml) {
  return std::string(ReadFlinkDeployment(yaml, "job.yaml").status().message());
}
// `spec` is the part under "spec:", from line 6 on.
std::string SpecError(const std::string& spec) { return ErrorOf(absl::StrCat(kHead, "spec:\n", spec)); }
FlinkDeployment Read(const std::string& spec) {
  const auto read = ReadFlinkDeployment(absl::StrCat(kHead, "spec:\n", spec), "job.yaml");
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *read : FlinkDeployment();
}

TEST(SpecYamlTest, ReadsWhatThePlanNeeds) {
  const auto read = ReadFlinkDeployment(R"(---
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: orders
  namespace: prod
spec:
  image: flink:1.20
  flinkVersion: v1_20
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: "2"
    jobmanager.scheduler: adaptive
    pipeline.jobvertex-parallelism-overrides: "a:2,b:4"
  podTemplate: {spec: {containers: [{name: main, args: ["-x", 1]}]}}
  job:
    jarURI: local:///job.jar
    parallelism: 4
    upgradeMode: savepoint
)",
                                        "job.yaml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->spec.api_version, "flink.apache.org/v1beta1");
  EXPECT_EQ(read->spec.name, "orders");
  EXPECT_EQ(read->spec.ns, "prod");
  EXPECT_EQ(read->spec.flink_version, "v1_20");
  EXPECT_EQ(read->spec.job_parallelism, 4);
  EXPECT_TRUE(read->spec.has_job);
  EXPECT_EQ(read->spec.upgrade_mode, "savepoint");
  EXPECT_THAT(read->spec.flink_configuration,
              UnorderedElementsAre(Pair("taskmanager.numberOfTaskSlots", "2"), Pair("jobmanager.scheduler", "adaptive"),
                                   Pair("pipeline.jobvertex-parallelism-overrides", "a:2,b:4")));
  EXPECT_EQ(read->facts.job_name, "orders");
  EXPECT_EQ(read->facts.flink_major, 1);
  EXPECT_EQ(read->facts.flink_minor, 20);
  EXPECT_EQ(read->facts.adaptive_scheduler, true);
  EXPECT_EQ(read->facts.slots_per_task_manager, 2);
  EXPECT_EQ(read->facts.configuration, read->spec.flink_configuration);
}

TEST(SpecYamlTest, NestedKeysOfFlink2AreJoined) {
  const FlinkDeployment read = Read(R"(
  flinkVersion: v2_0
  flinkConfiguration:
    jobmanager: {scheduler: Adaptive}
    taskmanager:
      numberOfTaskSlots: 4
    pipeline.name: pipe
    execution.checkpointing: {interval: 10s, unset: ~}
    pipeline: {jars: [a.jar, b.jar]}
)");
  EXPECT_EQ(read.facts.flink_major, 2);
  EXPECT_EQ(read.facts.flink_minor, 0);
  EXPECT_EQ(read.facts.adaptive_scheduler, true);
  EXPECT_EQ(read.facts.slots_per_task_manager, 4);
  EXPECT_EQ(read.facts.job_name, "pipe");
  EXPECT_THAT(read.facts.configuration,
              UnorderedElementsAre(Pair("jobmanager.scheduler", "Adaptive"), Pair("taskmanager.numberOfTaskSlots", "4"),
                                   Pair("pipeline.name", "pipe"), Pair("execution.checkpointing.interval", "10s"),
                                   Pair("pipeline.jars", "a.jar;b.jar")));
}

TEST(SpecYamlTest, WhatTheSpecDoesNotSayIsNotKnown) {
  const FlinkDeployment read = Read("  image: x\n");
  EXPECT_EQ(read.spec.flink_version, "");
  EXPECT_EQ(read.spec.job_parallelism, 0);
  EXPECT_FALSE(read.spec.has_job);
  EXPECT_EQ(read.facts.flink_major, 0);
  EXPECT_EQ(read.facts.adaptive_scheduler, std::nullopt);
  EXPECT_EQ(read.facts.slots_per_task_manager, std::nullopt);
  EXPECT_FALSE(Read("  job: null\n").spec.has_job);
}

TEST(SpecYamlTest, ReadsTheResourcesOfBothProcesses) {
  const FlinkDeployment read = Read(R"(
  taskManager:
    replicas: 3
    resource: {memory: "4096m", cpu: 1.5, ephemeralStorage: 2G}
  jobManager:
    resource:
      memory: 1677721600
      cpu: 1e-1
)");
  EXPECT_EQ(read.spec.task_manager.memory, "4096m");
  EXPECT_EQ(read.spec.task_manager.cpu, 1.5);
  EXPECT_EQ(read.spec.task_manager.ephemeral_storage, "2G");
  EXPECT_EQ(read.spec.task_manager.replicas, 3);
  EXPECT_EQ(read.spec.job_manager.memory, "1677721600");
  EXPECT_EQ(read.spec.job_manager.cpu, 0.1);
  EXPECT_EQ(read.spec.job_manager.replicas, 0);
  EXPECT_EQ(Read("  taskManager: {podTemplate: {}}\n").spec.task_manager.cpu, std::nullopt);
}

TEST(SpecYamlTest, ResourcesThatAreNoneAreNamed) {
  EXPECT_EQ(SpecError("  taskManager:\n    replicas: 0\n    resource:\n      memory: \"\"\n      cpu: \"1\"\n"
                      "  jobManager:\n    resource: 2g\n"),
            "job.yaml line 7: spec.taskManager.replicas = \"0\"; allowed: a whole number >= 1, not quoted\n"
            "job.yaml line 9: spec.taskManager.resource.memory = \"\"; allowed: a size, as 4g\n"
            "job.yaml line 10: spec.taskManager.resource.cpu = \"1\"; allowed: a number in (0, 1e9], not quoted\n"
            "job.yaml line 12: spec.jobManager.resource = \"2g\"; allowed: a map");
  for (const char* cpu : {"0", "-1", "nan", "inf", "500m", "1e10", "[1]"}) {
    EXPECT_THAT(SpecError(absl::StrCat("  taskManager: {resource: {cpu: ", cpu, "}}\n")),
                HasSubstr("spec.taskManager.resource.cpu = "));
  }
  EXPECT_THAT(SpecError("  taskManager: {resource: {memory: {a: 1}}}\n"),
              HasSubstr("spec.taskManager.resource.memory = a map; allowed: a text"));
}

TEST(SpecYamlTest, TellsTheSchedulersApart) {
  EXPECT_EQ(Read("  flinkConfiguration: {jobmanager.scheduler: Default}\n").facts.adaptive_scheduler, false);
  EXPECT_EQ(Read("  flinkConfiguration: {scheduler-mode: reactive}\n").facts.adaptive_scheduler, true);
  EXPECT_EQ(
      SpecError("  flinkConfiguration:\n    jobmanager.scheduler: fast\n"),
      "job.yaml line 7: spec.flinkConfiguration[\"jobmanager.scheduler\"] = \"fast\"; allowed: Default, Adaptive, "
      "AdaptiveBatch");
}

TEST(SpecYamlTest, JsonIsYaml) {
  const auto read = ReadFlinkDeployment(
      R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment","metadata":{"name":"a"},"spec":{"job":{"parallelism":2}}})",
      "job.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->spec.job_parallelism, 2);
}

TEST(SpecYamlTest, ListsEveryFieldThatIsWrongWithItsLine) {
  EXPECT_EQ(
      SpecError("  flinkVersion: 1.20\n"
                "  flinkConfiguration:\n"
                "    taskmanager.numberOfTaskSlots: 0\n"
                "    a: {b: 1}\n"
                "    a.b: 2\n"
                "  job:\n"
                "    parallelism: \"4\"\n"
                "    upgradeMode: never\n"),
      "job.yaml line 6: spec.flinkVersion = \"1.20\"; allowed: as v1_20, v2_0\n"
      "job.yaml line 12: spec.job.parallelism = \"4\"; allowed: a whole number in [1, 32768], not quoted\n"
      "job.yaml line 13: spec.job.upgradeMode = \"never\"; allowed: stateless, savepoint, last-state\n"
      "job.yaml line 10: spec.flinkConfiguration[\"a.b\"] = given twice, nested and with dots; allowed: once\n"
      "job.yaml line 8: spec.flinkConfiguration[\"taskmanager.numberOfTaskSlots\"] = \"0\"; allowed: a whole number in "
      "[1, 32768]");
}

TEST(SpecYamlTest, ShapesThatDoNotFitAreNamed) {
  EXPECT_EQ(SpecError("  job: [1]\n"), "job.yaml line 6: spec.job = a list; allowed: a map");
  EXPECT_EQ(SpecError("  job: {parallelism: many}\n"),
            "job.yaml line 6: spec.job.parallelism = \"many\"; allowed: a whole number in [1, 32768], not quoted");
  EXPECT_EQ(SpecError("  flinkVersion: {a: 1}\n"), "job.yaml line 6: spec.flinkVersion = a map; allowed: a text");
  EXPECT_EQ(SpecError("  flinkConfiguration:\n    x: [[1]]\n"),
            "job.yaml line 7: spec.flinkConfiguration[\"x\"] = a list; allowed: a list of texts");
  EXPECT_THAT(SpecError("  flinkConfiguration:\n    pipeline:\n      jobvertex-parallelism-overrides: {a: 2}\n"),
              HasSubstr("line 8: spec.flinkConfiguration[\"pipeline.jobvertex-parallelism-overrides\"] = a map; "));
  EXPECT_EQ(ErrorOf(kHead), "job.yaml line 1: spec = absent; allowed: a map");
}

TEST(SpecYamlTest, OtherObjectsAreRefused) {
  EXPECT_EQ(ErrorOf("apiVersion: v1\nkind: List\nitems: []\n"),
            "job.yaml line 1: apiVersion = \"v1\"; allowed: flink.apache.org/v1beta1\n"
            "job.yaml line 2: kind = \"List\"; allowed: FlinkDeployment");
  EXPECT_EQ(ErrorOf("apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nspec: {}\n"),
            "job.yaml line 1: metadata.name = absent; allowed: the object's name");
  EXPECT_EQ(ErrorOf(""), "job.yaml line 1: the document = empty; allowed: a FlinkDeployment");
  EXPECT_EQ(ErrorOf("- a\n"), "job.yaml line 1: the document = a list; allowed: a FlinkDeployment");
}

TEST(HostileYamlTest, SyntaxMistakesCarryTheirLine) {
  EXPECT_THAT(ErrorOf("a: 1\nb: [1, 2\nc: }\n"), testing::StartsWith("job.yaml line 3: not YAML: "));
  EXPECT_THAT(ErrorOf("a: *nobody\n"), testing::StartsWith("job.yaml line 1: not YAML: "));
  EXPECT_FALSE(ReadFlinkDeployment(std::string("\0\x01\xff\xfe", 4), "job.yaml").ok());
}

TEST(HostileYamlTest, OneDocumentOnly) {
  EXPECT_EQ(SpecError("  image: x\n---\nkind: Secret\n"), "job.yaml line 8: a second document; allowed: one");
  EXPECT_TRUE(ReadFlinkDeployment(absl::StrCat("---\n", kHead, "spec: {}\n---\n"), "job.yaml").ok());
}

TEST(HostileYamlTest, DoubledKeysAreRefusedWherever) {
  EXPECT_EQ(SpecError("  job: {parallelism: 2}\n  job: {parallelism: 9}\n"),
            "job.yaml line 7: key \"job\" twice; allowed: once");
  EXPECT_EQ(SpecError("  podTemplate: {a: 1, a: 2}\n"), "job.yaml line 6: key \"a\" twice; allowed: once");
}

TEST(HostileYamlTest, KeysMustBeTexts) {
  EXPECT_EQ(SpecError("  ? [a, b]\n  : 1\n"), "job.yaml line 6: a key that is no text; allowed: a text");
  EXPECT_EQ(SpecError("  a: &x {b: 1}\n  <<: *x\n"),
            "job.yaml line 7: a merge key \"<<\"; allowed: the fields written out");
}

TEST(HostileYamlTest, AliasesWorkButNotInCircles) {
  EXPECT_EQ(Read("  a: &p 3\n  job: {parallelism: *p}\n").spec.job_parallelism, 3);
  EXPECT_EQ(SpecError("  a: &x [1, *x]\n"),
            "job.yaml line 6: an alias to a node that it is part of; allowed: one that is complete");
}

TEST(HostileYamlTest, AnAliasBombIsRefused) {
  std::string yaml =
      "  flinkConfiguration:\n    l0: &l0 {a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x, i: x, j: x}\n";
  for (int i = 1; i < 12; ++i) {  // 10^12 keys written out
    const std::string before = absl::StrCat("*l", i - 1);
    absl::StrAppend(&yaml, "    l", i, ": &l", i, " {a: ", before);
    for (char c = 'b'; c <= 'j'; ++c) absl::StrAppend(&yaml, ", ", std::string(1, c), ": ", before);
    yaml += "}\n";
  }
  EXPECT_THAT(SpecError(yaml),
              HasSubstr("spec.flinkConfiguration = too large with its aliases written out; allowed: "));
}

TEST(HostileYamlTest, ALongTextByManyAliasesIsRefused) {
  std::string yaml = absl::StrCat("  flinkConfiguration:\n    t: &t \"", std::string(1 << 20, 'x'), "\"\n");
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&yaml, "    k", i, ": *t\n");  // 5 GB written out
  EXPECT_THAT(SpecError(yaml), HasSubstr("too large with its aliases written out"));
}

TEST(HostileYamlTest, DeepNestingIsRefused) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string yaml = "a: ";
    if (*open == '-' || *open == '?') yaml = "";
    for (int i = 0; i < 100'000; ++i) yaml += open;
    EXPECT_THAT(ErrorOf(yaml),
                testing::AnyOf(HasSubstr("nested deeper than 64"), HasSubstr("no text"), HasSubstr("not YAML")));
  }
}

TEST(HostileYamlTest, HugeTextsAreRefused) {
  EXPECT_EQ(ErrorOf(std::string((3 << 20) + 1, ' ')), "job.yaml = 3145729 bytes; allowed: at most 3145728");
  std::string many = "a: [";
  for (int i = 0; i < 200'000; ++i) many += "1,";
  EXPECT_EQ(ErrorOf(many + "]"), "job.yaml line 1: more than 100000 values; allowed: at most that many");
}

}  // namespace
}  // namespace tune
