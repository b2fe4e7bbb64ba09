#include "libtune/memory/java_text.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace tune {
namespace {

bool AllDigits(absl::string_view text, bool (*is_digit)(unsigned char)) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_digit(static_cast<unsigned char>(c)); });
}

// Takes digits with at most one point off the front; false: there is no digit.
bool SkipMantissa(absl::string_view& text, bool (*is_digit)(unsigned char)) {
  size_t end = 0, digits = 0;
  bool point = false;
  for (; end < text.size(); ++end) {
    if (is_digit(static_cast<unsigned char>(text[end]))) {
      ++digits;
    } else if (text[end] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  text.remove_prefix(end);
  return digits > 0;
}

// Takes `letter` and a signed number off the front, if `letter` is there; false: it is there without a number.
bool SkipExponent(absl::string_view& text, char letter, bool required) {
  if (text.empty() || absl::ascii_tolower(static_cast<unsigned char>(text[0])) != letter) return !required;
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  const size_t end = std::min(text.size(), text.find_first_not_of("0123456789"));
  text.remove_prefix(end);
  return end > 0;
}

// `text` without sign and suffix, "0x" kept; empty: no number.
absl::string_view Unsuffixed(absl::string_view text) {
  const bool hex = text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  absl::string_view rest = text.substr(hex ? 2 : 0);
  const bool good = hex ? SkipMantissa(rest, absl::ascii_isxdigit) && SkipExponent(rest, 'p', true)
                        : SkipMantissa(rest, absl::ascii_isdigit) && SkipExponent(rest, 'e', false);
  const bool suffix = rest.size() == 1 && absl::string_view("fFdD").find(rest[0]) != absl::string_view::npos;
  return good && (rest.empty() || suffix) ? text.substr(0, text.size() - rest.size()) : absl::string_view();
}

template <typename Number>
std::optional<Number> ParseFloating(const std::string& given) {
  const std::string trimmed = JavaTrim(given);
  absl::string_view text = trimmed;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text == "NaN") return std::numeric_limits<Number>::quiet_NaN();
  Number value = std::numeric_limits<Number>::infinity();
  if (text != "Infinity") {
    const absl::string_view number = Unsuffixed(text);
    if (number.empty()) return std::nullopt;
    const bool hex = number.size() > 1 && (number[1] == 'x' || number[1] == 'X');
    // Out of range it sets the nearest that there is: 0, or infinity's neighbour.
    const auto result = absl::from_chars(number.data() + (hex ? 2 : 0), number.data() + number.size(), value,
                                         hex ? absl::chars_format::hex : absl::chars_format::general);
    if (result.ec == std::errc::result_out_of_range && value > 1) value = std::numeric_limits<Number>::infinity();
  }
  return negative ? -value : value;
}

}  // namespace

std::string JavaTrim(const std::string& text) {
  size_t begin = 0, end = text.size();
  while (begin < end && static_cast<unsigned char>(text[begin]) <= ' ') ++begin;
  while (end > begin && static_cast<unsigned char>(text[end - 1]) <= ' ') --end;
  return text.substr(begin, end - begin);
}

std::optional<int32_t> ParseJavaInt(const std::string& text) {
  absl::string_view digits = text;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) digits.remove_prefix(1);
  int32_t value = 0;
  if (digits.empty() || !AllDigits(digits, absl::ascii_isdigit) || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

std::optional<float> ParseJavaFloat(const std::string& text) { return ParseFloating<float>(text); }
std::optional<double> ParseJavaDouble(const std::string& text) { return ParseFloating<double>(text); }

}  // namespace tune
