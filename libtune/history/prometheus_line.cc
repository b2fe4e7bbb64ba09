#include "libtune/history/prometheus_line.h"

#include <cctype>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr size_t kShownLine = 80;  // bytes of a wrong line that a message shows

bool IsNameChar(char c, bool first) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == ':' ||
         (!first && std::isdigit(static_cast<unsigned char>(c)));
}

std::string_view TakeName(std::string_view& rest) {
  size_t length = 0;
  while (length < rest.size() && IsNameChar(rest[length], length == 0)) ++length;
  const std::string_view name = rest.substr(0, length);
  rest.remove_prefix(length);
  return name;
}

void SkipBlanks(std::string_view& rest) {
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\t')) rest.remove_prefix(1);
}

bool Take(char c, std::string_view& rest) {
  if (rest.empty() || rest[0] != c) return false;
  rest.remove_prefix(1);
  return true;
}

// A label's value, after its opening quote; false: the closing one is missing.
bool TakeValue(std::string_view& rest, std::string& value) {
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] != '\\') {
      value += rest[i];
      continue;
    }
    if (++i == rest.size()) return false;
    if (rest[i] == 'n') {
      value += '\n';
    } else {
      if (rest[i] != '\\' && rest[i] != '"') value += '\\';
      value += rest[i];
    }
  }
  return false;
}

bool TakeLabels(std::string_view& rest, PrometheusLine& parsed) {
  for (;;) {
    SkipBlanks(rest);
    if (Take('}', rest)) return true;
    const std::string_view label = TakeName(rest);
    if (label.empty()) return false;
    SkipBlanks(rest);
    if (!Take('=', rest)) return false;
    SkipBlanks(rest);
    std::string value;
    if (!Take('"', rest) || !TakeValue(rest, value)) return false;
    parsed.labels.emplace_back(label, std::move(value));
    SkipBlanks(rest);
    if (Take(',', rest)) continue;
    return Take('}', rest);
  }
}

std::string_view TakeWord(std::string_view& rest) {
  SkipBlanks(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

std::string Shown(std::string_view text) {
  return absl::StrCat("\"", std::string(text.substr(0, kShownLine)), text.size() > kShownLine ? "…\"" : "\"");
}

}  // namespace

const std::string* PrometheusLine::Label(std::string_view label) const {
  for (const auto& [name_of_label, value_of_label] : labels) {
    if (name_of_label == label) return &value_of_label;
  }
  return nullptr;
}

absl::StatusOr<std::string_view> PrometheusName(std::string_view line) {
  std::string_view rest = line;
  SkipBlanks(rest);
  const std::string_view name = TakeName(rest);
  if (!name.empty() && !rest.empty() && (rest[0] == '{' || rest[0] == ' ' || rest[0] == '\t')) return name;
  return NotAllowed("line", Shown(line), "name{label=\"value\"} number");
}

absl::Status ParsePrometheusLine(std::string_view line, PrometheusLine& parsed) {
  parsed.labels.clear();
  std::string_view rest = line;
  SkipBlanks(rest);
  parsed.name = TakeName(rest);
  SkipBlanks(rest);
  if (parsed.name.empty()) return NotAllowed("line", Shown(line), "name{label=\"value\"} number");
  if (Take('{', rest) && !TakeLabels(rest, parsed)) {
    return NotAllowed(absl::StrCat("labels of ", std::string(parsed.name)), Shown(line), "{label=\"value\", …}");
  }
  const std::string_view number = TakeWord(rest);
  const std::optional<double> value = ParseNumber(number);
  if (!value) return NotAllowed(std::string(parsed.name), Shown(number), "a number, NaN, +Inf, -Inf");
  parsed.value = *value;
  const std::string_view time = TakeWord(rest);
  SkipBlanks(rest);
  if ((!time.empty() && !ParseNumber(time)) || !rest.empty()) {
    return NotAllowed(absl::StrCat("after the value of ", std::string(parsed.name)), Shown(time), "a time stamp");
  }
  return absl::OkStatus();
}

}  // namespace tune
