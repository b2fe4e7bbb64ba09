// What shells complete: asked of the parser itself.
#include "libtune/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/cli/program.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> Complete(const std::vector<std::string>& words) {
  return Candidates(words, [](const Arguments& a) {
    return std::vector<std::string>{"of-" + a.service.server + "-" + a.service.ns};
  });
}

TEST(Completion, OfCommands) {
  EXPECT_THAT(Complete({""}), AllOf(Contains("recommend"), Contains("jobs"), Contains("policy"), Not(Contains("put"))));
  EXPECT_THAT(Complete({}), Contains("recommend"));
  EXPECT_THAT(Complete({"re"}), ElementsAre("recommend", "resume"));
  EXPECT_THAT(Complete({"policy", ""}), ElementsAre("get", "put", "remove"));
  EXPECT_THAT(Complete({"nonsense", "rec"}), ElementsAre("recommend"));
}

TEST(Completion, OfOptions) {
  EXPECT_THAT(Complete({"recommend", "--so"}), ElementsAre("--source-rate"));
  EXPECT_THAT(Complete({"recommend", "datasets/x", "--policy", "careful", "--se"}), ElementsAre("--set"));
  EXPECT_THAT(Complete({"policy", "put", "--if"}), ElementsAre("--if-revision"));
  EXPECT_THAT(Complete({"policy", "get", "--if"}), IsEmpty());
  EXPECT_THAT(Complete({"apply", "orders", "--yes", "--d"}), ElementsAre("--dry-run"));
  EXPECT_THAT(Complete({"rollback", "--d"}), IsEmpty());
  EXPECT_THAT(Complete({"audit", "--change", ""}), IsEmpty()) << "a number";
  EXPECT_THAT(Complete({"--v"}), ElementsAre("--version"));
}

TEST(Completion, OfChoices) {
  EXPECT_THAT(Complete({"recommend", "--format", ""}), ElementsAre("json", "table", "yaml"));
  EXPECT_THAT(Complete({"jobs", "-o", ""}), ElementsAre("json", "name", "table"));
  EXPECT_THAT(Complete({"jobs", "--phase", "ro"}), ElementsAre("rolling-back"));
  EXPECT_THAT(Complete({"get", "x", "--policy", "c"}), ElementsAre("careful", "classic"));
  EXPECT_THAT(Complete({"completion", ""}), ElementsAre("bash", "fish", "zsh"));
}

// Nothing: the shell looks for files.
TEST(Completion, OfFiles) {
  EXPECT_THAT(Complete({"recommend", ""}), IsEmpty());
  EXPECT_THAT(Complete({"get", "x", "--ca", ""}), IsEmpty());
  EXPECT_THAT(Complete({"recommend", "--job", ""}), IsEmpty()) << "a job of a file";
}

TEST(Completion, OfJobsAsksTheServerThatTheLineNames) {
  EXPECT_THAT(Complete({"get", ""}), ElementsAre("of-127.0.0.1:7070-"));
  EXPECT_THAT(Complete({"plan", "--server", "h:1", "-n", "ns", "-o", "yaml", "of"}), ElementsAre("of-h:1-ns"));
  EXPECT_THAT(Complete({"policy", "get", "--server", "h:1", "--job", ""}), ElementsAre("of-h:1-"));
  EXPECT_THAT(Complete({"get", "--token", "a", "--token-file", "b", ""}), IsEmpty()) << "the line is wrong";
  EXPECT_THAT(Complete({"get", "--server", ""}), IsEmpty());
  EXPECT_THAT(Complete({"get", "orders", ""}), IsEmpty()) << "there is one";
  for (const char* command : {"apply", "rollback", "audit"}) {
    EXPECT_THAT(Complete({command, "-n", "ns", ""}), ElementsAre("of-127.0.0.1:7070-ns")) << command;
    EXPECT_THAT(Complete({command, "orders", ""}), IsEmpty()) << command;
  }
  for (const char* command : {"pause", "resume"}) {
    EXPECT_THAT(Complete({command, "--job", ""}), ElementsAre("of-127.0.0.1:7070-")) << command;
    EXPECT_THAT(Complete({command, ""}), IsEmpty()) << command;
  }
  EXPECT_THAT(Complete({"push", ""}), ElementsAre("of-127.0.0.1:7070-"));
  EXPECT_THAT(Complete({"push", "orders", ""}), IsEmpty()) << "histories are files";
  EXPECT_THAT(Complete({"push", "orders", "x", "--job", ""}), IsEmpty()) << "a job of the history";
}

TEST(Completion, TheBashScriptCompletes) {
  const std::string path = testing::TempDir() + "tune-completion.bash";
  std::ofstream(path) << CompletionScript("bash");
  const std::string out = path + ".out";
  const std::string line = std::string(TUNE_PROGRAM) + " recommend --form";
  const std::string command = "bash -c 'source " + path + "; COMP_LINE=\"" + line +
                              "\"; COMP_POINT=${#COMP_LINE}; _tune " + TUNE_PROGRAM + "; echo \"${COMPREPLY[@]}\"' >" +
                              out;
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::string words;
  std::getline(std::ifstream(out) >> std::ws, words);
  EXPECT_EQ(words, "--format");
}

}  // namespace
}  // namespace tune
