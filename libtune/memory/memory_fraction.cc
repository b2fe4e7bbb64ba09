#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "absl/numeric/int128.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr std::array<uint64_t, 20> kPowers = [] {
  std::array<uint64_t, 20> powers = {1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}();

// In [0, 38], where 128 bits hold it.
absl::uint128 PowerOfTen(int exponent) {
  const auto e = static_cast<size_t>(exponent);
  return e < kPowers.size() ? kPowers[e] : absl::uint128(kPowers.back()) * kPowers[e - kPowers.size() + 1];
}

}  // namespace

// Flink goes through Java's Double.toString; the shortest text is what that gives for every fraction tried.
MemoryFraction::Decimal MemoryFraction::DecimalOf(double value) {
  char text[32];
  const char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  Decimal decimal;
  const char* c = text;
  bool point = false;
  for (; c != end && *c != 'e'; ++c) {
    if (*c == '.') {
      point = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<uint64_t>(*c - '0');
    decimal.exponent -= point ? 1 : 0;
  }
  int exponent = 0;
  if (c != end) std::from_chars(c[1] == '+' ? c + 2 : c + 1, end, exponent);
  decimal.exponent += exponent;
  return decimal;
}

MemoryFraction::MemoryFraction(float value) : value_(value) {
  if (!InRange()) return;
  const double fraction = std::abs(value);  // -0 is in range
  of_ = DecimalOf(fraction);
  beside_ = DecimalOf(fraction / (1 - fraction));
}

std::optional<int64_t> MemoryFraction::Times(int64_t bytes, const Decimal& factor) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int kNothingLeft = 37;  // 2^63 times 17 digits is below 10^37
  if (bytes == 0 || factor.digits == 0 || factor.exponent <= -kNothingLeft) return 0;
  const absl::uint128 product = absl::uint128(static_cast<uint64_t>(bytes)) * factor.digits;
  // A factor of this class is below 2^24, so its power is small.
  if (factor.exponent >= 0) {
    const absl::uint128 value = product * PowerOfTen(factor.exponent);
    if (value > kMost) return std::nullopt;
    return static_cast<int64_t>(absl::Uint128Low64(value));
  }
  const absl::uint128 power = PowerOfTen(-factor.exponent);
  const absl::uint128 value = product / power;
  // Flink compares before it cuts.
  if (value > kMost || (value == kMost && product % power != 0)) return std::nullopt;
  return static_cast<int64_t>(absl::Uint128Low64(value));
}

int64_t MemoryFraction::Of(int64_t bytes) const { return Times(bytes, of_).value_or(0); }
std::optional<int64_t> MemoryFraction::Beside(int64_t bytes) const { return Times(bytes, beside_); }

}  // namespace tune
