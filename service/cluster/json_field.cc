#include "service/cluster/json_field.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace tune {
namespace {

constexpr int64_t kYear10000Ms = 253'402'300'800'000;
constexpr std::string_view kEllipsis = "…";

template <typename T>
std::optional<T> Get(JsonValue value, const char* pointer) {
  T out;
  if (value.at_pointer(pointer).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<absl::Time> FromMilliseconds(int64_t ms) {
  if (ms < 0 || ms >= kYear10000Ms) return std::nullopt;
  return absl::FromUnixMillis(ms);
}

}  // namespace

std::string_view TextAt(JsonValue value, const char* pointer) {
  return Get<std::string_view>(value, pointer).value_or(std::string_view());
}
std::optional<int64_t> WholeAt(JsonValue value, const char* pointer) { return Get<int64_t>(value, pointer); }
bool FlagAt(JsonValue value, const char* pointer) { return Get<bool>(value, pointer).value_or(false); }
std::optional<JsonValue> At(JsonValue value, const char* pointer) { return Get<JsonValue>(value, pointer); }
std::optional<simdjson::dom::array> ListAt(JsonValue value, const char* pointer) {
  return Get<simdjson::dom::array>(value, pointer);
}
std::optional<simdjson::dom::object> MapAt(JsonValue value, const char* pointer) {
  return Get<simdjson::dom::object>(value, pointer);
}

std::optional<absl::Time> TimeAt(JsonValue value, const char* pointer) {
  const std::string_view text = TextAt(value, pointer);
  constexpr size_t kLongestTime = 40;
  absl::Time time;
  std::string error;
  if (text.empty() || text.size() > kLongestTime) return std::nullopt;
  if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) return std::nullopt;
  return FromMilliseconds(absl::ToUnixMillis(time));
}

std::optional<absl::Time> MillisecondsAt(JsonValue value, const char* pointer) {
  int64_t ms = 0;
  if (const auto number = WholeAt(value, pointer)) return FromMilliseconds(*number);
  const std::string_view text = TextAt(value, pointer);
  if (text.empty() || !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &ms)) return std::nullopt;
  return FromMilliseconds(ms);
}

std::string Cut(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return std::string(text.substr(0, end));
}

std::string OneLine(std::string_view text, size_t most) {
  std::string line;
  bool space = false;
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c)) || absl::ascii_isspace(static_cast<unsigned char>(c))) {
      space = !line.empty();
      continue;
    }
    if (line.size() > most) break;
    if (space) line += ' ';
    space = false;
    line += c;
  }
  if (line.size() <= most) return line;
  return most < kEllipsis.size() ? "" : Cut(line, most - kEllipsis.size()) + std::string(kEllipsis);
}

}  // namespace tune
