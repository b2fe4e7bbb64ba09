// README.md shows what `tune` prints: its blocks "$ tune …" are run, and what comes out is what stands there.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/cli/program.h"

namespace tune {
namespace {

constexpr char kPrompt[] = "$ tune ";
constexpr char kWithoutFormula[] = "        (the lines on the formula left out)";

struct Block {
  std::string command;  // behind the prompt
  std::vector<std::string> output;
};

// The fenced blocks that begin with the prompt.
std::vector<Block> Blocks() {
  std::vector<Block> blocks;
  std::ifstream file("README.md");
  bool inside = false;
  for (std::string line, before; std::getline(file, line); before = line) {
    if (before == "```text" && absl::StartsWith(line, kPrompt)) {
      inside = true;
      blocks.push_back({line.substr(sizeof(kPrompt) - 1), {}});
      continue;
    }
    if (absl::StartsWith(line, "```")) inside = false;
    if (inside && !(line.empty() && blocks.back().output.empty())) blocks.back().output.push_back(line);
  }
  return blocks;
}

// Without the empty lines at the end.
std::string Joined(std::vector<std::string> lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return absl::StrJoin(lines, "\n");
}

std::vector<std::string> LinesOf(const std::string& text, bool without_formula) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!without_formula || !absl::StrContains(line, " formula ")) {
      lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
    }
  }
  return lines;
}

TEST(Readme, ShowsWhatTheProgramPrints) {
  const std::vector<Block> blocks = Blocks();
  ASSERT_GE(blocks.size(), 4u);
  for (const Block& block : blocks) {
    std::string command = block.command;
    const bool without_formula = absl::EndsWith(command, kWithoutFormula);
    if (without_formula) command.resize(command.size() - (sizeof(kWithoutFormula) - 1));
    const ProgramResult r = RunTune(absl::StrSplit(command, ' '));
    EXPECT_EQ(r.exit_code, 0) << command << r.error;
    EXPECT_EQ(Joined(block.output), Joined(LinesOf(r.out, without_formula))) << command;
  }
}

}  // namespace
}  // namespace tune
