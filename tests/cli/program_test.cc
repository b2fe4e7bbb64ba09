// The program as a user meets it: answers, help, misuse, exit codes, nothing written on bad input.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tune {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Program : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("tune-program-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

// Every bad input: exit code 2, one error that names what is wrong, no output file.
void ExpectBadInput(const std::vector<std::string>& words, const std::string& says) {
  const ProgramResult r = RunTune(words);
  EXPECT_EQ(r.exit_code, 2) << r.out << r.error;
  EXPECT_THAT(r.error, HasSubstr(says));
  EXPECT_EQ(r.out, "");
}

const char kSpec[] =
    "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders, namespace: shop}\n"
    "spec:\n  flinkVersion: v1_20\n  flinkConfiguration:\n    jobmanager.scheduler: adaptive\n  job: {parallelism: "
    "2}\n";

TEST_F(Program, AnswersAsATable) {
  const ProgramResult r = RunTune({"recommend", "datasets/uniform900-p2", "--source-rate", "datagen=900"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("answer: raise"));
  EXPECT_THAT(r.out, HasSubstr("enrich"));
  EXPECT_EQ(r.out.find('\033'), std::string::npos) << "colours without a terminal";
}

TEST_F(Program, JsonIsReadByMachinesAndSaysTheSameAsYaml) {
  const std::vector<std::string> words = {"recommend", "datasets/kafka900-p2", "--format"};
  auto as = [&](const std::string& format) {
    auto w = words;
    w.push_back(format);
    return RunTune(w);
  };
  const ProgramResult json = as("json"), yaml = as("yaml");
  ASSERT_EQ(json.exit_code, 0) << json.error;
  const auto parsed = nlohmann::json::parse(json.out);
  ASSERT_EQ(parsed.at("vertices").size(), 4u);
  EXPECT_EQ(parsed.at("vertices").at(2).at("wanted"), 3);
  EXPECT_EQ(yaml.exit_code, 0) << yaml.error;
  EXPECT_THAT(yaml.out, HasSubstr("wanted: 3"));
}

TEST_F(Program, SameInputGivesTheSameBytes) {
  const std::vector<std::string> words = {"recommend", "datasets/skew35-800-p4", "--format", "json"};
  EXPECT_EQ(RunTune(words).out, RunTune(words).out);
}

TEST_F(Program, ExplainsOneOperator) {
  const ProgramResult r = RunTune({"explain", "datasets/skew35-800-p2", "--vertex", "enrich"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("parallelism.steady: rate"));
  EXPECT_THAT(r.out, HasSubstr("share.hot_key: largest_share"));
  EXPECT_THAT(r.out, testing::Not(HasSubstr("parse: keep")));
}

TEST_F(Program, InspectsWhatAHistoryLacks) {
  const ProgramResult r = RunTune({"inspect", "datasets/uniform900-p4"});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("thread CPU by subtask"));
  EXPECT_THAT(r.out, HasSubstr("slow operators can't be told apart"));
}

TEST_F(Program, PlotsAPage) {
  const ProgramResult r = RunTune({"plot", "datasets/uniform900-p4", "--out", Path("plot.html")});
  EXPECT_EQ(r.exit_code, 0) << r.error;
  EXPECT_GT(fs::file_size(Path("plot.html")), 10'000u);
}

TEST_F(Program, WritesThePatchOfASpec) {
  const std::string spec = Write("job.yaml", kSpec);
  const ProgramResult r = RunTune({"recommend", "datasets/kafka900-p2", "--spec", spec, "--out", Path("patch.yaml")});
  ASSERT_EQ(r.exit_code, 0) << r.error;
  std::ostringstream patch;
  patch << std::ifstream(Path("patch.yaml")).rdbuf();
  EXPECT_THAT(patch.str(), HasSubstr("pipeline.jobvertex-parallelism-overrides"));
  EXPECT_THAT(patch.str(), HasSubstr("9c32e3838cee893dbb2fc90ccad79598:3"));
  EXPECT_THAT(patch.str(), testing::Not(HasSubstr("parallelism: 3"))) << "the adaptive scheduler rescales in place";
}

TEST_F(Program, ScoresADataset) {
  const ProgramResult r = RunTune({"score", "datasets/hotkey60-900-p4"});
  EXPECT_EQ(r.exit_code, 0) << r.out << r.error;
  EXPECT_THAT(r.out, HasSubstr("4 of 4 right"));
}

TEST_F(Program, ScoreOfAWrongTruthFails) {
  for (const char* file : {"history.csv.gz", "graph.json"}) {
    fs::copy_file(std::string("datasets/uniform900-p4/") + file, folder_ / file);
  }
  Write("truth.json", R"({"vertices": {"enrich": {"smallest_parallelism": 9}}})");
  EXPECT_EQ(RunTune({"score", folder_.string()}).exit_code, 3);
}

TEST_F(Program, ConvertKeepsTheAnswer) {
  ASSERT_EQ(RunTune({"convert", "datasets/skew35-800-p4", "--out", Path("copy")}).exit_code, 0);
  EXPECT_EQ(RunTune({"recommend", Path("copy"), "--format", "json"}).out,
            RunTune({"recommend", "datasets/skew35-800-p4", "--format", "json"}).out);
}

TEST_F(Program, HelpHasExamplesForEveryCommand) {
  for (const char* command : {"recommend", "explain", "inspect", "plot", "score", "convert", "completion"}) {
    const ProgramResult r = RunTune({command, "--help"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.out, HasSubstr("Examples:")) << command;
  }
  EXPECT_THAT(RunTune({"--help"}).out, HasSubstr("Exit codes:"));
}

TEST_F(Program, CompletionScriptsAreInTheirShellsLanguage) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const ProgramResult r = RunTune({"completion", shell});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.out, HasSubstr("__complete"));
  }
  const std::string script = Write("tune.bash", RunTune({"completion", "bash"}).out);
  EXPECT_EQ(std::system(("bash -n " + script).c_str()), 0);
  EXPECT_THAT(RunTune({"__complete", "recommend", "--so"}).out, "--source-rate\n");
}

TEST_F(Program, MisuseOfTheCommandLine) {
  EXPECT_EQ(RunTune({}).exit_code, 2);
  EXPECT_EQ(RunTune({"recomend", "x"}).exit_code, 2);
  EXPECT_EQ(RunTune({"recommend"}).exit_code, 2);
  EXPECT_EQ(RunTune({"recommend", "datasets/uniform900-p4", "--format", "xml"}).exit_code, 2);
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--out", Path("p.yaml")}, "--spec");
  EXPECT_FALSE(fs::exists(Path("p.yaml")));
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--policy", "boldest"}, "balanced");
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--set", "target_busy_fraction=1.5"}, "allowed: (0, 1]");
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--set", "target_bussy=1"}, "target_busy_fraction");
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--source-rate", "datagen=-5"}, "SOURCE=RATE");
  ExpectBadInput({"recommend", "datasets/uniform900-p4", "--source-rate", "enrich=900"}, "Source: datagen");
  ExpectBadInput({"explain", "datasets/uniform900-p4", "--vertex", "enrich2"}, "\"enrich\"");
}

TEST_F(Program, BrokenHistories) {
  ExpectBadInput({"recommend", Path("nothing")}, "nothing");
  ExpectBadInput({"recommend", Write("empty.csv", "")}, "empty.csv");
  ExpectBadInput({"recommend", Write("binary.csv", std::string("time_ms\0\x01\x02", 10))}, "binary.csv");
  fs::create_directories(folder_ / "cut");
  fs::copy_file("datasets/uniform900-p4/graph.json", folder_ / "cut/graph.json");
  std::ostringstream whole;
  whole << std::ifstream("datasets/uniform900-p4/history.csv.gz", std::ios::binary).rdbuf();
  Write("cut/history.csv.gz", whole.str().substr(0, whole.str().size() / 2));
  ExpectBadInput({"recommend", Path("cut")}, "history.csv.gz");
  ExpectBadInput({"plot", Path("cut"), "--out", Path("cut.html")}, "history.csv.gz");
  EXPECT_FALSE(fs::exists(Path("cut.html")));
}

TEST_F(Program, BrokenValuesAreNamedWithTheirLine) {
  const std::string head = "time_ms,scope,id,subtask,metric,value\n";
  ExpectBadInput({"recommend", Write("nan.csv", head + "1000,task,a,0,records_in,nan\n")}, "line 2");
  ExpectBadInput({"recommend", Write("neg.csv", head + "1000,task,a,0,busy_ms,-2\n")}, "-2");
  ExpectBadInput(
      {"recommend", Write("unit.csv", head + "1700000000000000,task,a,0,records_in,1\n2,task,a,0,records_in,1\n")},
      "time_ms");
  ExpectBadInput({"recommend", Write("metric.csv", head + "1000,task,a,0,records,1\n")}, "records_in");
}

TEST_F(Program, BrokenGraphs) {
  Write("history.csv", "time_ms,scope,id,subtask,metric,value\n1000,task,a,0,records_in,1\n");
  const auto graph = [&](const std::string& text, const std::string& says) {
    Write("graph.json", text);
    ExpectBadInput({"recommend", folder_.string()}, says);
  };
  graph(R"({"vertices":[{"id":"a","parallelism":0}]})", "parallelism");
  graph(R"({"vertices":[{"id":"a","parallelism":5,"max_parallelism":4}]})", "vertices[0].parallelism = 5");
  graph(R"({"vertices":[{"id":"a"},{"id":"b"}],"edges":[{"from":"a","to":"b"},{"from":"b","to":"a"}]})", "cycle");
  graph("{", "graph.json");
}

TEST_F(Program, BrokenSpecs) {
  const auto spec = [&](const std::string& text, const std::string& says) {
    ExpectBadInput({"recommend", "datasets/kafka900-p2", "--spec", Write("job.yaml", text), "--out", Path("p.yaml")},
                   says);
    EXPECT_FALSE(fs::exists(Path("p.yaml")));
  };
  spec("kind: Deployment\nmetadata: {name: x}\n", "FlinkDeployment");
  spec(
      "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: x}\nspec: {flinkVersion: v9_9, "
      "job: {parallelism: 2}}\n",
      "flinkVersion");
}

}  // namespace
}  // namespace tune
