#include "tests/memory/flink.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tune {

std::string LineOf(const std::vector<std::string>& words) {
  std::vector<std::string> escaped;
  for (const std::string& word : words) {
    escaped.push_back(absl::StrReplaceAll(word, {{"\\", "\\\\"}, {"\t", "\\t"}, {"\n", "\\n"}, {"\r", "\\r"}}));
  }
  return absl::StrJoin(escaped, "\t");
}

std::string LineOf(const Question& question) {
  std::vector<std::string> words = {question.task_manager ? "tm" : "jm",
                                    question.legacy == LegacyHeap::kProcessSize ? "native" : "standalone"};
  for (const auto& [key, value] : question.configuration) {
    words.push_back(key);
    words.push_back(value);
  }
  return LineOf(words);
}

std::optional<std::vector<std::string>> AskFlink(const std::string& version,
                                                 const std::vector<std::string>& questions) {
  const std::string stem = absl::StrCat(testing::TempDir(), "flink-memory-", getpid());
  const std::string asked = stem + ".asked", answered = stem + ".answered";
  std::ofstream(asked, std::ios::binary) << absl::StrJoin(questions, "\n") << "\n";
  const std::string command = absl::StrCat("tests/memory/oracle/run.sh '", version, "' '", asked, "' '", answered, "'");
  const int status = std::system(command.c_str());
  std::vector<std::string> answers;
  std::ifstream in(answered, std::ios::binary);
  for (std::string line; std::getline(in, line);) answers.push_back(line);
  unlink(asked.c_str());
  unlink(answered.c_str());
  constexpr int kCannotBeHad = 3;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotBeHad) return std::nullopt;
  EXPECT_EQ(status, 0) << command;
  EXPECT_EQ(answers.size(), questions.size());
  answers.resize(questions.size());
  return answers;
}

std::string LineOf(const TaskManagerMemory& m) {
  std::vector<int64_t> bytes;
  for (const Bytes size : {m.framework_heap, m.task_heap, m.framework_off_heap, m.task_off_heap, m.network, m.managed,
                           m.metaspace, m.overhead, m.Flink(), m.Process()}) {
    bytes.push_back(size.value());
  }
  return absl::StrCat(absl::StrJoin(bytes, "\t"), "\t", JvmArguments(m));
}

std::string LineOf(const JobManagerMemory& m) {
  std::vector<int64_t> bytes;
  for (const Bytes size : {m.heap, m.off_heap, m.metaspace, m.overhead, m.Flink(), m.Process()}) {
    bytes.push_back(size.value());
  }
  return absl::StrCat(absl::StrJoin(bytes, "\t"), "\t", JvmArguments(m));
}

namespace {

template <typename Options>
std::string ComputedLine(const absl::StatusOr<Options>& options) {
  if (!options.ok()) return absl::StrCat("invalid ", std::string(options.status().message()));
  const auto memory = ComputeMemory(*options);
  return memory.ok() ? LineOf(*memory) : absl::StrCat("invalid ", std::string(memory.status().message()));
}

}  // namespace

std::string AnswerOf(const FlinkVersion& version, const Question& q) {
  return q.task_manager ? ComputedLine(ReadTaskManagerMemory(version, q.configuration, "", q.legacy))
                        : ComputedLine(ReadJobManagerMemory(version, q.configuration, "", q.legacy));
}

bool SameAnswer(const std::string& one, const std::string& other) {
  return one == other || (absl::StartsWith(one, "invalid ") && absl::StartsWith(other, "invalid "));
}

}  // namespace tune
