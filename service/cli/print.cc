#include "service/cli/print.h"

#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "service/cli/words.h"

namespace tune {

void PrintLines(const std::string& text) {
  const size_t columns = TerminalColumns();
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (const std::string& line : lines) std::printf("%s\n", columns > 0 ? CutTo(columns, line).c_str() : line.c_str());
}

absl::Status BadAnswer(const char* what, const absl::Status& status) {
  return absl::InternalError(absl::StrCat("what the server sent is no ", what, ": ", std::string(status.message())));
}

int PrintJson(const google::protobuf::Message& message, JsonStyle style) {
  const absl::StatusOr<std::string> json = MessageToJson(message, style);
  if (!json.ok()) return Fail(BadAnswer("JSON", json.status()));
  std::printf("%s%s", json->c_str(), !json->empty() && json->back() == '\n' ? "" : "\n");
  return kExitOk;
}

void PrintAge(const v1::ClusterAge* cluster) {
  const std::string warning = AgeWarning(cluster);
  if (!warning.empty()) std::printf("\n%s\n", Paint(Colour::kYellow, warning).c_str());
}

}  // namespace tune
