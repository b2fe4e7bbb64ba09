// Asks Flink's own code: tests/memory/oracle/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tune/flink_memory.h"

namespace tune {

using Configuration = std::map<std::string, std::string>;

struct Question {
  bool task_manager = true;
  LegacyHeap legacy = LegacyHeap::kProcessSize;
  Configuration configuration;
};

// One line for each, as Oracle.java writes it; nullopt: there is no Maven, no JDK, or no such Flink to be had.
std::optional<std::vector<std::string>> AskFlink(const std::string& version, const std::vector<std::string>& questions);

// A question as a line for AskFlink(), and words of any kind as one.
std::string LineOf(const Question& question);
std::string LineOf(const std::vector<std::string>& words);

// What libtune answers in the same words; "invalid …" with the reason.
std::string AnswerOf(const FlinkVersion& version, const Question& question);
std::string LineOf(const TaskManagerMemory& memory);
std::string LineOf(const JobManagerMemory& memory);

// True where both are the same, or both are invalid.
bool SameAnswer(const std::string& one, const std::string& other);

}  // namespace tune
