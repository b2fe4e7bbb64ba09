#include "libtune/history/json.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kShownValue = 80;  // bytes of a wrong value that a message shows

// `text` with null for NaN, Infinity and -Infinity outside of texts; nullopt: there are none.
std::optional<std::string> WithoutNonNumbers(std::string_view text) {
  std::string mended;
  mended.reserve(text.size() + 16);
  bool any = false, in_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') in_text = !in_text;
    size_t length = 0;
    for (const std::string_view token : {"NaN", "Infinity", "-Infinity"}) {
      if (!in_text && text.substr(i, token.size()) == token) length = token.size();
    }
    if (length > 0) {
      mended += "null";
      i += length - 1;
      any = true;
      continue;
    }
    mended += text[i];
    if (in_text && text[i] == '\\' && i + 1 < text.size()) mended += text[++i];
  }
  return any ? std::optional(std::move(mended)) : std::nullopt;
}

}  // namespace

absl::StatusOr<element> JsonParser::Parse(std::string_view text) {
  element root;
  simdjson::error_code error = parser_.parse(text.data(), text.size()).get(root);
  if (error) {
    if (const auto mended = WithoutNonNumbers(text)) error = parser_.parse(*mended).get(root);
  }
  if (error) return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(error)));
  return root;
}

absl::Status WrongField(const std::string& path, element value, const std::string& allowed) {
  std::string shown = simdjson::minify(value);
  if (shown.size() > kShownValue) shown = shown.substr(0, kShownValue) + "…";
  return NotAllowed(path, shown, allowed);
}

std::optional<element> Field(object fields, std::string_view key) {
  element value;
  if (fields.at_key(key).get(value) || value.is_null()) return std::nullopt;
  return value;
}

std::optional<std::string> TextField(object fields, std::string_view key) {
  const std::optional<element> value = Field(fields, key);
  std::string_view text;
  if (!value || value->get_string().get(text)) return std::nullopt;
  return std::string(text);
}

std::optional<double> NumberOf(element value) {
  double number = 0;
  if (!value.get_double().get(number)) return number;
  std::string_view text;
  if (!value.get_string().get(text)) return ParseNumber(text);
  return std::nullopt;
}

std::optional<double> AmountField(object fields, std::string_view key) {
  const std::optional<element> value = Field(fields, key);
  const std::optional<double> number = value ? NumberOf(*value) : std::nullopt;
  return number && std::isfinite(*number) && *number >= 0 ? number : std::nullopt;
}

bool IsMissing(element value) {
  if (value.is_null()) return true;
  object fields;
  element answer;
  if (value.get_object().get(fields)) return false;
  if (fields.at_key("error").get(answer) && fields.at_key("errors").get(answer)) return false;
  return !answer.is_object();
}

absl::StatusOr<std::optional<int64_t>> IntegerField(object fields, const std::string& path, std::string_view key,
                                                    int64_t low, int64_t high) {
  const std::optional<element> value = Field(fields, key);
  if (!value) return std::optional<int64_t>();
  int64_t number = 0;
  if (value->get_int64().get(number) || number < low || number > high) {
    return WrongField(absl::StrCat(path, std::string(key)), *value,
                      absl::StrCat("a whole number in [", low, ", ", high, "]"));
  }
  return std::optional(number);
}

}  // namespace tune
