// Kubernetes' quantities and the cpu numbers of a FlinkDeployment.
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/numeric/int128.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libtune/internal/path.h"
#include "libtune/memory/java_text.h"
#include "tune/sizes.h"

namespace tune {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

// digits * 2^shift * 10^exponent.
struct Amount {
  absl::uint128 digits = 0;
  int shift = 0, exponent = 0;
};

// Takes the number off the front of `text`. nullopt: none, negative, or more digits than 64 bits hold.
std::optional<Amount> TakeNumber(absl::string_view& text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  Amount amount;
  bool point = false, any = false;
  int zeros = 0;  // at the end so far: they count only when a digit follows
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text[0];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    amount.exponent -= point ? 1 : 0;
    if (c == '0') {
      ++zeros;
      continue;
    }
    for (; zeros > 0 && amount.digits <= kMost; --zeros) amount.digits *= 10;
    if (amount.digits > kMost) return std::nullopt;
    zeros = 0;
    amount.digits = amount.digits * 10 + static_cast<uint64_t>(c - '0');
  }
  amount.exponent += zeros;
  return any ? std::optional<Amount>(amount) : std::nullopt;
}

bool TakeUnit(absl::string_view text, Amount& amount) {
  static constexpr absl::string_view kDecimal = "num kMGTPE";  // 10^-9 … 10^18 by place
  static constexpr absl::string_view kBinary = "KMGTPE";
  if (text.empty()) return true;
  if (text.size() == 2 && text[1] == 'i' && absl::StrContains(kBinary, text.substr(0, 1))) {
    amount.shift = 10 * (1 + static_cast<int>(kBinary.find(text[0])));
    return true;
  }
  if (text.size() == 1 && text[0] != ' ' && absl::StrContains(kDecimal, text)) {
    amount.exponent += 3 * (static_cast<int>(kDecimal.find(text[0])) - 3);
    return true;
  }
  if (text[0] != 'e' && text[0] != 'E') return false;
  const std::optional<int32_t> exponent = ParseJavaInt(std::string(text.substr(1)));
  if (!exponent || std::abs(static_cast<double>(*exponent)) > 1000) return false;
  amount.exponent += *exponent;
  return true;
}

// Rounded up; nullopt: 2^63 or more.
std::optional<int64_t> RoundedUp(const Amount& amount) {
  absl::uint128 value = amount.digits << amount.shift;  // below 2^127
  for (int i = amount.exponent; i > 0 && value > 0; --i) {
    if (value > static_cast<uint64_t>(kMost)) return std::nullopt;
    value *= 10;
  }
  bool rest = false;
  for (int i = amount.exponent; i < 0 && value > 0; ++i) {
    rest = rest || value % 10 != 0;
    value /= 10;
  }
  if (rest) value += 1;
  if (value > static_cast<uint64_t>(kMost)) return std::nullopt;
  return static_cast<int64_t>(absl::Uint128Low64(value));
}

// `thousandths`: 3 for the thousandths of the amount.
absl::StatusOr<int64_t> ParseQuantity(const std::string& field, const std::string& text, int thousandths) {
  absl::string_view rest = text;
  std::optional<Amount> amount = TakeNumber(rest);
  if (amount && TakeUnit(rest, *amount)) {
    amount->exponent += thousandths;
    if (const std::optional<int64_t> value = RoundedUp(*amount)) return *value;
  }
  return NotAllowed(field, Quoted(text),
                    thousandths == 0 ? "a Kubernetes quantity in [0, 2^63), as 1536Mi, 2Gi"
                                     : "a Kubernetes quantity in [0, 2^63) millicores, as 500m, 2");
}

}  // namespace

absl::StatusOr<Bytes> ParseKubernetesBytes(const std::string& field, const std::string& text) {
  const absl::StatusOr<int64_t> bytes = ParseQuantity(field, text, 0);
  if (!bytes.ok()) return bytes.status();
  return Bytes(*bytes);
}

std::string FormatKubernetesBytes(Bytes size) {
  static constexpr const char* kUnits[] = {"", "Ki", "Mi", "Gi", "Ti"};
  int unit = 4;
  while (unit > 0 && (size.value() == 0 || size.value() % (int64_t{1} << (10 * unit)) != 0)) --unit;
  return absl::StrCat(size.value() >> (10 * unit), kUnits[unit]);
}

absl::StatusOr<MilliCores> ParseKubernetesCpu(const std::string& field, const std::string& text) {
  const absl::StatusOr<int64_t> cpu = ParseQuantity(field, text, 3);
  if (!cpu.ok()) return cpu.status();
  return MilliCores(*cpu);
}

std::string FormatKubernetesCpu(MilliCores cpu) {
  return cpu.value() % 1000 == 0 ? absl::StrCat(cpu.value() / 1000) : absl::StrCat(cpu.value(), "m");
}

absl::StatusOr<MilliCores> ParseDeploymentCpu(const std::string& field, const std::string& text) {
  double cores = 0;
  const auto read = absl::from_chars(text.data(), text.data() + text.size(), cores);
  const bool all = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!all || !(cores > 0 && cores <= 1e9))
    return NotAllowed(field, Quoted(text), "a number of cores in (0, 1e9], as 0.5");
  return ParseKubernetesCpu(field, text);  // by its digits, so that 0.3 stays 300
}

std::string FormatDeploymentCpu(MilliCores cpu) {
  std::string text = absl::StrCat(cpu.value() / 1000);
  const int64_t rest = cpu.value() % 1000;
  if (rest == 0) return text;
  absl::StrAppend(&text, ".", absl::Dec(rest, absl::kZeroPad3));
  while (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace tune
