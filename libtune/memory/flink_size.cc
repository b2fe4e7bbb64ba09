// Flink's size texts, and the operator's reading of resource.memory.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libtune/internal/path.h"
#include "libtune/memory/java_text.h"
#include "tune/sizes.h"

namespace tune {
namespace {

struct Unit {
  const char *letter, *two, *whole;
  int shift;
};
constexpr std::array<Unit, 5> kUnits = {{{"b", "", "bytes", 0},
                                         {"k", "kb", "kibibytes", 10},
                                         {"m", "mb", "mebibytes", 20},
                                         {"g", "gb", "gibibytes", 30},
                                         {"t", "tb", "tebibytes", 40}}};

std::optional<int> ShiftOf(const std::string& unit) {
  if (unit.empty()) return 0;
  for (const Unit& u : kUnits) {
    if (unit == u.letter || unit == u.two || unit == u.whole) return u.shift;
  }
  return std::nullopt;
}

size_t LeadingDigits(const std::string& text) { return std::min(text.size(), text.find_first_not_of("0123456789")); }

// nullopt: none, or not below 2^63.
std::optional<int64_t> FlinkBytes(const std::string& text) {
  const std::string trimmed = JavaTrim(text);
  const size_t digits = LeadingDigits(trimmed);
  int64_t number = 0;
  if (digits == 0 || !absl::SimpleAtoi(trimmed.substr(0, digits), &number)) return std::nullopt;
  const std::optional<int> shift = ShiftOf(absl::AsciiStrToLower(JavaTrim(trimmed.substr(digits))));
  if (!shift || number > (std::numeric_limits<int64_t>::max() >> *shift)) return std::nullopt;
  return number << *shift;
}

// The operator multiplies decimals and writes the product as a text of Java's BigDecimal, which Flink reads when it is
// digits alone: when the number has as many decimals as the multiple, kept to 16 digits, lacks.
struct Multiple {
  int64_t factor = 1;
  size_t decimals = 0;
};

// 10^exponent, exponent >= 0.
Multiple PowerOfTen(int exponent) {
  constexpr int kExact = 15;  // 10^15 has 16 digits
  Multiple multiple;
  for (int i = 0; i < std::min(exponent, kExact); ++i) multiple.factor *= 10;
  multiple.decimals = static_cast<size_t>(std::max(0, exponent - kExact));
  return multiple;
}

// nullopt: no unit, or one that never leaves digits alone.
std::optional<Multiple> MultipleOf(const std::string& unit) {
  if (unit.empty()) return Multiple{};
  if (unit.find_first_of("0123456789") != std::string::npos) {  // "E9", and any other letter in its place
    const std::optional<int32_t> exponent = ParseJavaInt(unit.substr(1));
    if (!exponent || *exponent < 0) return std::nullopt;
    return PowerOfTen(*exponent);
  }
  if (unit == "Ei") return Multiple{1152921504606847, 3};  // 2^60 in 16 digits
  static constexpr absl::string_view kLetters = "KMGTPE";
  const size_t letter = kLetters.find(unit[0]);
  if (letter == absl::string_view::npos) return std::nullopt;
  const auto power = static_cast<int>(letter) + 1;
  if (unit.size() == 2 && unit[1] == 'i') return Multiple{int64_t{1} << (10 * power), 0};
  if (unit.size() != 1 || power == 1) return std::nullopt;  // thousands are a small k, which is made a capital
  return PowerOfTen(3 * power);
}

std::optional<int64_t> OperatorQuantity(const std::string& text) {
  std::string upper;
  for (const char c : JavaTrim(text)) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      upper += absl::ascii_toupper(static_cast<unsigned char>(c));
    }
  }
  if (absl::EndsWith(upper, "B")) upper.pop_back();
  if (absl::EndsWith(upper, "I")) upper.back() = 'i';
  const size_t end = std::min(upper.size(), upper.find_first_of("EiKMGTP"));
  const std::optional<Multiple> multiple = MultipleOf(upper.substr(end));
  std::string number = upper.substr(absl::StartsWith(upper, "+") ? 1 : 0, absl::StartsWith(upper, "+") ? end - 1 : end);
  size_t decimals = 0;
  if (const size_t point = number.find('.'); point != std::string::npos) {
    decimals = number.size() - point - 1;
    number.erase(point, 1);
  }
  int64_t value = 0;
  if (!multiple || decimals != multiple->decimals || LeadingDigits(number) != number.size() ||
      !absl::SimpleAtoi(number, &value) || value > std::numeric_limits<int64_t>::max() / multiple->factor) {
    return std::nullopt;
  }
  return value * multiple->factor;
}

}  // namespace

absl::StatusOr<Bytes> ParseFlinkSize(const std::string& field, const std::string& text) {
  if (const std::optional<int64_t> bytes = FlinkBytes(text)) return Bytes(*bytes);
  return NotAllowed(field, Quoted(text), "a whole number and b, k, m, g or t, below 2^63 bytes, as 1536m");
}

std::string FormatFlinkSize(Bytes size) {
  for (size_t i = kUnits.size(); i-- > 1;) {
    const int64_t unit = int64_t{1} << kUnits[i].shift;
    if (size.value() > 0 && size.value() % unit == 0) return absl::StrCat(size.value() / unit, kUnits[i].letter);
  }
  return absl::StrCat(size.value(), kUnits[0].letter);
}

absl::StatusOr<Bytes> ParseDeploymentMemory(const std::string& field, const std::string& text) {
  if (const std::optional<int64_t> bytes = FlinkBytes(text)) return Bytes(*bytes);
  if (const std::optional<int64_t> bytes = OperatorQuantity(text)) return Bytes(*bytes);
  return NotAllowed(field, Quoted(text), "a whole number and m, g, Mi or Gi, below 2^63 bytes, as 4g");
}

std::string FormatDeploymentMemory(Bytes size) { return FormatFlinkSize(size); }

}  // namespace tune
