// `tune cost` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr char kJob[] = "  job: {parallelism: 7}\n";
constexpr char kJobManager[] = "  jobManager: {resource: {cpu: 1, memory: 2048m}}\n";
constexpr char kTaskManager[] = "  taskManager: {resource: {cpu: 2, memory: 4g}}\n";
constexpr char kSlots[] = "  flinkConfiguration: {taskmanager.numberOfTaskSlots: \"2\"}\n";

class CostCommand : public testing::Test {
 protected:
  ~CostCommand() override { std::filesystem::remove(spec_); }

  std::string Spec(const std::string& spec) {
    std::ofstream(spec_) << "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders}\n"
                         << "spec:\n  flinkVersion: v1_20\n"
                         << spec;
    return spec_;
  }
  Json CostOf(const std::string& spec, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"cost", "--spec", Spec(spec), "--format", "json"});
    const ProgramResult r = RunTune(words);
    EXPECT_EQ(r.exit_code, 0) << r.error;
    return r.exit_code == 0 ? Json::parse(r.out) : Json();
  }
  void ExpectBadInput(const std::string& spec, const std::string& says, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"cost", "--spec", Spec(spec)});
    const ProgramResult r = RunTune(words);
    EXPECT_EQ(r.exit_code, 2) << r.out;
    EXPECT_THAT(r.error, HasSubstr(says));
    EXPECT_EQ(r.out, "");
  }

 private:
  std::string spec_ = testing::TempDir() + "tune-cost-" + std::to_string(getpid()) + ".yaml";
};

std::string All(const std::string& more = "") {
  return std::string(kJob) + kJobManager + kTaskManager + (more.empty() ? kSlots : more);
}

TEST_F(CostCommand, CountsPodsBySlotsAndPricesThemInCu) {
  const Json cost = CostOf(All());
  EXPECT_EQ(cost.at("unit"), "CU");
  EXPECT_EQ(cost.at("slots").at("needed"), 7);
  const Json &job_manager = cost.at("spec").at("job_manager"), &task_managers = cost.at("spec").at("task_managers");
  EXPECT_EQ(job_manager.at("count"), 1);
  EXPECT_EQ(job_manager.at("cost"), 4);           // 1 core / 0.25 = 4; 2 GiB / 2 GiB = 1
  EXPECT_EQ(task_managers.at("count"), 4);        // 7 slots / 2 = 3.5
  EXPECT_EQ(task_managers.at("cost_of_one"), 8);  // 2 cores / 0.25
  EXPECT_EQ(task_managers.at("cost"), 32);        // 4 * 8
  EXPECT_EQ(cost.at("spec").at("cost"), 36);
  EXPECT_FALSE(cost.contains("recommended"));
}

TEST_F(CostCommand, MemoryDecidesWhereItAsksForMoreCu) {
  const Json cost =
      CostOf(std::string(kJob) + kJobManager + kSlots + "  taskManager: {resource: {cpu: 0.5, memory: 8Gi}}\n");
  EXPECT_EQ(cost.at("spec").at("task_managers").at("cost_of_one"), 4);  // 0.5 / 0.25 = 2; 8 GiB / 2 GiB = 4
}

TEST_F(CostCommand, PricesArePerCoreAndPerGib) {
  const Json cost = CostOf(All(), {"--set", "price_per_core=30", "--set", "price_per_gib=4"});
  EXPECT_EQ(cost.at("unit"), "price");
  EXPECT_EQ(cost.at("spec").at("job_manager").at("cost"), 38);     // 30 + 2 * 4
  EXPECT_EQ(cost.at("spec").at("task_managers").at("cost"), 304);  // 4 * (2 * 30 + 4 * 4)
  EXPECT_EQ(cost.at("spec").at("cost"), 342);
}

TEST_F(CostCommand, LimitsAreRequestsTimesTheirFactors) {
  const Json cost = CostOf(All(
      "  flinkConfiguration: {taskmanager.numberOfTaskSlots: \"2\", kubernetes.taskmanager.cpu.limit-factor: \"2\", "
      "kubernetes.jobmanager.memory.limit-factor: \"1.5\"}\n"));
  const Json &job_manager = cost.at("spec").at("job_manager"), &task_managers = cost.at("spec").at("task_managers");
  EXPECT_EQ(task_managers.at("cpu_request_millicores"), 2000);
  EXPECT_EQ(task_managers.at("cpu_limit_millicores"), 4000);
  EXPECT_EQ(task_managers.at("memory_limit_bytes"), int64_t{4} << 30);
  EXPECT_EQ(job_manager.at("memory_request_bytes"), int64_t{2} << 30);
  EXPECT_EQ(job_manager.at("memory_limit_bytes"), int64_t{3} << 30);  // 2 GiB * 1.5
  EXPECT_EQ(cost.at("spec").at("cost"), 36) << "limits cost nothing";
}

TEST_F(CostCommand, WhatTheSpecLeavesOutIsFlinksDefaultAndSaid) {
  const Json cost = CostOf(std::string(kJob) + "  jobManager: {replicas: 2, resource: {memory: 2048m}}\n" +
                           "  taskManager: {resource: {memory: 2g}}\n");
  EXPECT_EQ(cost.at("spec").at("task_managers").at("count"), 7);  // one slot each
  EXPECT_EQ(cost.at("spec").at("task_managers").at("cpu_request_millicores"), 1000);
  EXPECT_EQ(cost.at("spec").at("cost"), 36);  // 2 JobManagers of 4 and 7 TaskManagers of 4
  EXPECT_EQ(cost.at("notes").size(), 3u) << cost.at("notes");
}

TEST_F(CostCommand, CpuOfFlinksOptionsCountsWhereTheResourceHasNone) {
  const Json cost = CostOf(std::string(kJob) +
                           "  flinkConfiguration: {taskmanager.numberOfTaskSlots: \"4\", "
                           "kubernetes.jobmanager.replicas: \"3\", kubernetes.jobmanager.cpu.amount: \"0.5\",\n"
                           "    kubernetes.taskmanager.cpu: \"1.5\", jobmanager.memory.process.size: 1g, "
                           "taskmanager.memory.process.size: 2g}\n");
  EXPECT_EQ(cost.at("spec").at("job_manager").at("cost"), 6);     // 3 * 0.5 / 0.25
  EXPECT_EQ(cost.at("spec").at("task_managers").at("cost"), 12);  // 2 * 1.5 / 0.25
}

TEST_F(CostCommand, ASessionClustersTaskManagersAreNotKnown) {
  const std::string session = std::string(kJobManager) + kTaskManager + kSlots;
  const Json cost = CostOf(session);
  EXPECT_TRUE(cost.at("spec").at("task_managers").at("count").is_null());
  EXPECT_EQ(cost.at("spec").at("task_managers").at("cost_of_one"), 8);
  EXPECT_TRUE(cost.at("spec").at("cost").is_null());
  EXPECT_THAT(cost.at("notes").dump(), HasSubstr("session cluster"));
  const Json replicas =
      CostOf(std::string(kJobManager) + kSlots + "  taskManager: {replicas: 3, resource: {cpu: 2, memory: 4g}}\n");
  EXPECT_EQ(replicas.at("spec").at("cost"), 28);  // 4 + 3 * 8
  EXPECT_EQ(replicas.at("notes").size(), 0u);
  const Json seen = CostOf(session, {"datasets/uniform900-p2", "--source-rate", "datagen=900"});
  EXPECT_EQ(seen.at("spec").at("task_managers").at("count"), 1);  // parallelism 2, 2 slots each
}

TEST_F(CostCommand, AHistoryAddsWhatTheRecommendedPodsCost) {
  // 2 subtasks now, 4 wanted (as recommend says of it): as many TaskManagers of one slot.
  const Json cost = CostOf(std::string("  job: {parallelism: 1}\n") + kJobManager +
                               "  taskManager: {resource: {cpu: 1, memory: 2g}}\n"
                               "  flinkConfiguration: {taskmanager.numberOfTaskSlots: \"1\"}\n",
                           {"datasets/uniform900-p2", "--source-rate", "datagen=900", "--set", "size_processes=false"});
  EXPECT_EQ(cost.at("slots").at("needed"), 2) << "the history's, not the spec's";
  EXPECT_EQ(cost.at("slots").at("from"), "history");
  EXPECT_EQ(cost.at("spec").at("cost"), 12);         // 4 + 2 * 4
  EXPECT_EQ(cost.at("recommended").at("cost"), 20);  // 4 + 4 * 4
  EXPECT_EQ(cost.at("difference"), 8);
  EXPECT_EQ(cost.at("recommended").at("answer"), "raise");
}

TEST_F(CostCommand, RecommendAndCostAgree) {
  const std::string spec = Spec(std::string("  job: {parallelism: 2}\n") + kJobManager +
                                "  taskManager: {resource: {cpu: 2, memory: 4g}}\n" + kSlots);
  const std::vector<std::string> rest = {
      "datasets/mem200-parallel-1024", "--source-rate", "datagen=200", "--spec", spec, "--format", "json"};
  std::vector<std::string> cost = rest, recommend = rest;
  cost.insert(cost.begin(), "cost");
  recommend.insert(recommend.begin(), "recommend");
  const ProgramResult a = RunTune(cost), b = RunTune(recommend);
  ASSERT_EQ(a.exit_code, 0) << a.error;
  ASSERT_EQ(b.exit_code, 0) << b.error;
  const Json costs = Json::parse(a.out), answer = Json::parse(b.out);
  EXPECT_EQ(costs.at("spec").at("task_managers").at("cost"), answer.at("task_managers").at("now").at("cost"));
  EXPECT_EQ(costs.at("recommended").at("task_managers").at("cost"), answer.at("task_managers").at("wanted").at("cost"));
}

TEST_F(CostCommand, TableAndYamlSayTheSame) {
  const std::string spec = Spec(All());
  const ProgramResult table = RunTune({"cost", "--spec", spec}),
                      yaml = RunTune({"cost", "--spec", spec, "--format", "yaml"});
  EXPECT_THAT(table.out, HasSubstr("orders, Flink 1.20; slots needed 7 (spec.job.parallelism)"));
  EXPECT_THAT(table.out, Not(HasSubstr("difference")));
  EXPECT_THAT(yaml.out, HasSubstr("unit: CU\n"));
  EXPECT_THAT(yaml.out, HasSubstr("\n  cost: 36.0\n"));
}

TEST_F(CostCommand, BadInputIsNamed) {
  const ProgramResult none = RunTune({"cost"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.error, HasSubstr("--spec is required"));
  ExpectBadInput(std::string("  job: {}\n") + kJobManager + kTaskManager + kSlots,
                 "spec.job.parallelism = absent; allowed: a whole number >= 1; or a history");
  ExpectBadInput(std::string(kJob) + kTaskManager + kSlots,
                 "spec.jobManager.resource.memory = absent; allowed: a size, as 4g, or jobmanager.memory.process.size");
  ExpectBadInput(All("  flinkConfiguration: {kubernetes.taskmanager.cpu.limit-factor: \"0.5\"}\n"),
                 "kubernetes.taskmanager.cpu.limit-factor = \"0.5\"; allowed: ");
  ExpectBadInput(All("  flinkConfiguration: {kubernetes.jobmanager.replicas: \"none\"}\n"),
                 "kubernetes.jobmanager.replicas = \"none\"; allowed: a whole number >= 1");
  ExpectBadInput(All(), "policy has no field \"price\"", {"--set", "price=3"});
  ExpectBadInput(All(), "policy.price_per_core = -1", {"--set", "price_per_core=-1"});
  ExpectBadInput(All(), "no-such", {"no-such-history"});
}

}  // namespace
}  // namespace tune
