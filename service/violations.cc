#include "service/violations.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tune {
namespace {

constexpr char kBetween[] = " = ";

// Where a line's field ends: keys of maps, which callers choose, stand in quotes.
size_t EndOfField(const std::string& line) {
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && line.compare(i, sizeof(kBetween) - 1, kBetween) == 0) {
      return i;
    }
  }
  return std::string::npos;
}

std::vector<std::string> LinesOf(const absl::Status& status) {
  return absl::StrSplit(std::string(status.message()), '\n');
}

}  // namespace

std::vector<Violation> ViolationsOf(const absl::Status& status) {
  std::vector<Violation> violations;
  for (const std::string& line : LinesOf(status)) {
    const size_t end = EndOfField(line);
    if (end == std::string::npos) {
      violations.push_back({"", line});
    } else {
      violations.push_back({line.substr(0, end), line.substr(end + sizeof(kBetween) - 1)});
    }
  }
  return violations;
}

absl::Status Within(const char* prefix, const absl::Status& status) {
  if (status.ok()) return status;
  std::vector<std::string> lines = LinesOf(status);
  for (std::string& line : lines) {
    if (EndOfField(line) != std::string::npos) line = absl::StrCat(prefix, line);
  }
  return absl::Status(status.code(), absl::StrJoin(lines, "\n"));
}

}  // namespace tune
