// Flink's size texts, and the operator's reading of resource.memory.
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

// 2^shift * 10^exponent.
struct Multiple {
  int shift = 0, exponent = 0;
};

// Of the operator's Kubernetes branch; nullopt: none that leaves a whole number in plain digits.
std::optional<Multiple> MultipleOf(const std::string& unit) {
  if (unit.empty()) return Multiple{};
  if (unit.find_first_of("0123456789") != std::string::npos) {  // "E9", and any other letter in its place
    const std::optional<int32_t> exponent = ParseJavaInt(unit.substr(1));
    if (!exponent || *exponent < 0 || *exponent > 15) return std::nullopt;  // from 10^16 on it writes 1.0E+16
    return Multiple{0, *exponent};
  }
  static constexpr std::array<const char*, 5> kBinary = {"Ki", "Mi", "Gi", "Ti", "Pi"};
  static constexpr std::array<const char*, 4> kDecimal = {"M", "G", "T", "P"};
  for (size_t i = 0; i < kBinary.size(); ++i) {
    if (unit == kBinary[i]) return Multiple{static_cast<int>(10 * (i + 1)), 0};
  }
  for (size_t i = 0; i < kDecimal.size(); ++i) {
    if (unit == kDecimal[i]) return Multiple{0, static_cast<int>(3 * (i + 2))};
  }
  return std::nullopt;
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
  size_t digits = std::min(upper.size(), upper.find_first_of("EiKMGTP"));
  const std::optional<Multiple> multiple = MultipleOf(upper.substr(digits));
  std::string number = upper.substr(0, digits);
  if (absl::StartsWith(number, "+")) number.erase(0, 1);
  if (number.size() > 1 && number.back() == '.') number.pop_back();
  int64_t value = 0;
  if (!multiple || LeadingDigits(number) != number.size() || !absl::SimpleAtoi(number, &value)) return std::nullopt;
  for (int i = 0; i < multiple->exponent; ++i) {
    if (value > std::numeric_limits<int64_t>::max() / 10) return std::nullopt;
    value *= 10;
  }
  if (value > (std::numeric_limits<int64_t>::max() >> multiple->shift)) return std::nullopt;
  return value << multiple->shift;
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
