// `--limits` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/cli/program.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;
namespace fs = std::filesystem;

// A JobManager of 1 core and 2 GiB and, for `parallelism` 7, 4 TaskManagers of 2 cores and 4 GiB: 9 cores, 18 GiB,
// 5 pods.
constexpr char kSpec[] =
    "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders, namespace: shop}\n"
    "spec:\n  flinkVersion: v1_20\n  flinkConfiguration: {taskmanager.numberOfTaskSlots: \"2\"}\n"
    "  job: {parallelism: 7}\n  jobManager: {resource: {cpu: 1, memory: 2048m}}\n"
    "  taskManager: {resource: {cpu: 2, memory: 4g}}\n";

class Limits : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    spec_ = Write("spec.yaml", kSpec);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string Quota(const std::string& hard, const std::string& used, const std::string& ns = "shop") {
    return Write("quota.yaml",
                 absl::StrCat("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ResourceQuota\n",
                              "  metadata: {name: team, namespace: ", ns, "}\n  status: {hard: {", hard, "}, used: {",
                              used, "}}\n"));
  }
  std::vector<std::string> BrokenNow(const std::vector<std::string>& files) {
    std::vector<std::string> words = {"cost", "--spec", spec_, "--format", "json"};
    for (const std::string& file : files) words.insert(words.end(), {"--limits", file});
    const ProgramResult r = RunTune(words);
    EXPECT_EQ(r.exit_code, 0) << r.error;
    return r.exit_code == 0 ? Json::parse(r.out).at("spec").at("limits_broken").get<std::vector<std::string>>()
                            : std::vector<std::string>{"failed"};
  }

  fs::path folder_ = fs::path(testing::TempDir()) / ("tune-limits-" + std::to_string(getpid()));
  std::string spec_;
};

TEST_F(Limits, TheQuotaGetsBackWhatTheSpecsPodsTake) {
  EXPECT_THAT(BrokenNow({Quota("requests.cpu: 9, requests.memory: 18Gi, pods: 5",
                               "requests.cpu: 9, requests.memory: 18Gi, pods: 5")}),
              IsEmpty());
  // Others use 12 - 9 = 3 of 11 cores: 8 are left, 7 without the JobManager's.
  EXPECT_THAT(BrokenNow({Quota("requests.cpu: 11", "requests.cpu: 12")}),
              ElementsAre("TaskManagers: quota: CPU requests, 8 of 7 cores"));
  // 4 TaskManagers take 16 GiB; 17 - 2 are left.
  EXPECT_THAT(BrokenNow({Quota("limits.memory: 17Gi", "limits.memory: 18Gi")}),
              ElementsAre("TaskManagers: quota: memory limits, 16 of 15 GiB"));
  EXPECT_THAT(BrokenNow({Quota("pods: 0", "pods: 5")}),
              ElementsAre("JobManager: quota: pods, 1 of 0 pods", "TaskManagers: quota: pods, 4 of 0 pods"));
  EXPECT_THAT(BrokenNow({Quota("pods: 0", "pods: 5", "bank")}), IsEmpty()) << "another namespace's";
}

TEST_F(Limits, SeveralFilesCountTogether) {
  const std::string node = Write("nodes.yaml",
                                 "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {}\n"
                                 "status: {allocatable: {cpu: 1900m, memory: 16Gi}}\n");
  EXPECT_THAT(BrokenNow({Quota("pods: 4", "pods: 4"), node}),
              ElementsAre("TaskManagers: node: CPU, 2 of 1.9 cores"));  // the first limit that is not kept
}

TEST_F(Limits, ARecommendationKeepsThem) {
  const std::vector<std::string> words = {"datasets/mem200-parallel-1024", "--source-rate", "datagen=300", "--spec",
                                          spec_};
  const auto run = [&](const std::string& command, const std::vector<std::string>& more) {
    std::vector<std::string> all = {command};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), more.begin(), more.end());
    const ProgramResult r = RunTune(all);
    EXPECT_EQ(r.exit_code, 0) << r.error;
    return r.out;
  };
  const std::string quota = Quota("pods: 1", "pods: 2");  // the JobManager's place alone
  EXPECT_THAT(run("recommend", {}), testing::Not(HasSubstr("[no-room]")));
  EXPECT_THAT(run("recommend", {"--limits", quota}), HasSubstr("[no-room]"));
  EXPECT_THAT(run("explain", {"--limits", quota}), HasSubstr("layout.no_room: needed 1 pods, allowed 0 pods"));
}

TEST_F(Limits, WithoutASpecTheUserIsToldThatNothingIsGivenBack) {
  const ProgramResult r = RunTune(
      {"recommend", "datasets/uniform900-p2", "--source-rate", "datagen=900", "--limits", Quota("pods: 9", "pods: 2")});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.error, HasSubstr("--limits: the quota counts the job's own pods as used"));
}

TEST_F(Limits, BadInputIsNamed) {
  const auto expect = [&](const std::string& file, const std::string& says) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"cost", "--spec", spec_},
                                                  {"recommend", "datasets/uniform900-p2"},
                                                  {"explain", "datasets/uniform900-p2"}}) {
      std::vector<std::string> all = words;
      all.insert(all.end(), {"--limits", file});
      const ProgramResult r = RunTune(all);
      EXPECT_EQ(r.exit_code, 2) << r.out;
      EXPECT_THAT(r.error, HasSubstr(says));
      EXPECT_EQ(r.out, "");
    }
  };
  expect(Quota("pods: many", ""),
         "quota.yaml line 7: ResourceQuota[\"team\"].status.hard[\"pods\"] = \"many\"; allowed: ");
  expect((folder_ / "none.yaml").string(), "none.yaml: No such file");
  expect(Write("bad.yaml", "a: [1"), "bad.yaml line 1: not YAML");
}

}  // namespace
}  // namespace tune
