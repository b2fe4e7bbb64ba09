// `tune memory` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace tune {
namespace {

using testing::HasSubstr;

class MemoryCommand : public testing::Test {
 protected:
  ~MemoryCommand() override { std::filesystem::remove(spec_); }
  std::string Spec(const std::string& spec) {
    std::ofstream(spec_) << "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders}\n"
                         << "spec:\n"
                         << spec;
    return spec_;
  }

 private:
  std::string spec_ = testing::TempDir() + "tune-memory-" + std::to_string(getpid()) + ".yaml";
};

TEST_F(MemoryCommand, ShowsWhatTheOptionsGive) {
  const ProgramResult r = RunTune({"memory", "--set", "taskmanager.memory.process.size=1728m"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("TaskManager, Flink 1.20"));
  EXPECT_THAT(r.out, HasSubstr("402653174"));  // task heap, as in task_manager_test.cc
  EXPECT_THAT(r.out, HasSubstr("-Xmx536870902 "));
  EXPECT_THAT(r.out, HasSubstr("container: memory request 1728Mi, limit 1728Mi"));
}

TEST_F(MemoryCommand, ReadsASpecOfWhichSetStandsOverEverything) {
  const std::string spec = Spec(
      "  flinkVersion: v2_0\n  flinkConfiguration: {kubernetes.taskmanager.memory.limit-factor: \"1.5\"}\n"
      "  taskManager: {resource: {memory: 2Gi}}\n  jobManager: {resource: {memory: 1600m}}\n");
  auto json = [](const std::vector<std::string>& words) {
    const ProgramResult r = RunTune(words);
    EXPECT_EQ(r.exit_code, 0) << r.error;
    return nlohmann::json::parse(r.out);
  };
  const auto task_manager = json({"memory", "--spec", spec, "--format", "json"});
  EXPECT_EQ(task_manager.at("flink_version"), "2.0");
  EXPECT_EQ(task_manager.at("process_size_bytes"), int64_t{2} << 30);
  EXPECT_EQ(task_manager.at("container").at("memory_limit_bytes"), int64_t{3} << 30);
  const auto set = json({"memory", "--spec", spec, "--format", "json", "--set", "taskmanager.memory.process.size=4g"});
  EXPECT_EQ(set.at("process_size_bytes"), int64_t{4} << 30);
  const auto job_manager = json({"memory", "--spec", spec, "--jobmanager", "--format", "json"});
  EXPECT_EQ(job_manager.at("components").at("heap_bytes"), int64_t{1} << 30);  // 1600 - 256 - 192 - 128
}

TEST_F(MemoryCommand, PlansWhatIsWanted) {
  const ProgramResult r = RunTune({"memory", "--want-heap", "3g", "--want-managed", "0"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("spec.taskManager.resource.memory: 4236m"));  // as in plan_test.cc
  EXPECT_THAT(r.out, HasSubstr("taskmanager.memory.managed.size: 0b"));
  EXPECT_THAT(RunTune({"memory", "--jobmanager", "--want-heap", "2g"}).out, HasSubstr("no option has to change"));
}

TEST_F(MemoryCommand, BadInputIsNamed) {
  const auto expect = [](std::vector<std::string> words, const std::string& says) {
    words.insert(words.begin(), "memory");
    const ProgramResult r = RunTune(words);
    EXPECT_EQ(r.exit_code, 2) << r.out;
    EXPECT_THAT(r.error, HasSubstr(says));
    EXPECT_EQ(r.out, "");
  };
  expect({}, "taskmanager.memory.process.size = absent, taskmanager.memory.flink.size = absent; allowed: ");
  expect({"--set", "x"}, "--set = \"x\"; allowed: KEY=VALUE");
  expect({"--set", "taskmanager.memory.process.size=4 gallons"}, "taskmanager.memory.process.size = \"4 gallons\"; ");
  expect({"--flink-version", "1.16"}, "--flink-version = \"1.16\"; allowed: ");
  expect({"--want-heap", "much"}, "--want-heap = \"much\"; ");
  expect({"--jobmanager", "--want-managed", "1g"}, "--want-managed = \"1g\"; allowed: only for a TaskManager");
  expect({"--spec", Spec("  taskManager: {resource: {memory: 2.5Gi}}\n")},
         "spec.taskManager.resource.memory = \"2.5Gi\"; ");
  expect({"--set", "taskmanager.memory.flink.size=1g", "--set", "taskmanager.memory.task.heap.size=2g"},
         "taskmanager.memory.flink.size = 1g, taskmanager.memory.task.heap.size = 2g; allowed: ");
}

}  // namespace
}  // namespace tune
