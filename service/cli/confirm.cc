#include "service/cli/confirm.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

bool AsksNobody(const ServiceArguments& a) { return a.yes || a.dry_run; }

}  // namespace

absl::Status CheckCanAsk(const Arguments& a) {
  if (AsksNobody(a.service)) return absl::OkStatus();
  const std::string instead =
      a.command == "apply" ? "--yes does it without asking, --dry-run only tries" : "--yes does it without asking";
  if (a.format == OutputFormat::kJson) {
    return absl::InvalidArgumentError(absl::StrCat("JSON has no place for a question; ", instead));
  }
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("there is no terminal to ask a person at; ", instead));
}

bool IsConfirmed(const Arguments& a, const std::string& question) {
  if (AsksNobody(a.service)) return true;
  std::printf("\n%s [y/N] ", question.c_str());
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  if (std::cin.eof()) std::printf("\n");  // nobody ended the line
  absl::AsciiStrToLower(&answer);
  const absl::string_view word = absl::StripAsciiWhitespace(answer);
  return word == "y" || word == "yes";
}

int SayNotDone() {
  std::printf("nothing was done\n");
  return kExitRefused;
}

}  // namespace tune
