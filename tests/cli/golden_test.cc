// What `tune` says about every dataset, kept in tests/golden/. A change of an answer shows as a difference that a
// person reads; TUNE_UPDATE_GOLDEN=1 writes the files anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/cli/program.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Datasets() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator("datasets")) {
    if (fs::exists(entry.path() / "truth.json")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Golden, AnswersAreAsKept) {
  const std::vector<std::string> names = Datasets();
  ASSERT_GE(names.size(), 12u);
  for (const std::string& name : names) {
    const ProgramResult r = RunTune({"recommend", "datasets/" + name});
    ASSERT_EQ(r.exit_code, 0) << name << r.error;
    const std::string path = "tests/golden/" + name + ".txt";
    if (std::getenv("TUNE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << r.out;
    std::ostringstream kept;
    kept << std::ifstream(path).rdbuf();
    EXPECT_EQ(r.out, kept.str()) << name << ": if this is meant, run with TUNE_UPDATE_GOLDEN=1";
  }
}

}  // namespace
}  // namespace tune
