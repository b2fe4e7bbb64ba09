#include "libtune/history/gc_log/cursor.h"

#include <array>
#include <cmath>

namespace tune {
namespace {

constexpr size_t kMostPlaces = 18;
constexpr int64_t kLargestBefore = 922337203685477579;  // ten times this and a digit fit
constexpr double kMostBytes = 1152921504606846976.0;    // 2^60

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Bytes in a unit; 0: no unit.
int64_t UnitOf(char c) {
  switch (c) {
    case 'B':
      return 1;
    case 'K':
      return int64_t{1} << 10;
    case 'M':
      return int64_t{1} << 20;
    case 'G':
      return int64_t{1} << 30;
    case 'T':
      return int64_t{1} << 40;
    default:
      return 0;
  }
}

}  // namespace

double PowerOfTen(int places) {
  static constexpr std::array<double, kMostPlaces + 1> kPowers = {
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  return kPowers[static_cast<size_t>(places)];
}

Cursor::Decimal Cursor::ReadDecimal() const {
  Decimal decimal;
  size_t at = 0;
  bool too_long = false;
  const auto take = [&] {
    const size_t from = at;
    for (; at < rest_.size() && IsDigit(rest_[at]); ++at) {
      if (decimal.digits > kLargestBefore) too_long = true;
      if (!too_long) decimal.digits = decimal.digits * 10 + (rest_[at] - '0');
    }
    return at - from;
  };
  if (take() == 0) return {};
  if (at + 1 < rest_.size() && (rest_[at] == '.' || rest_[at] == ',') && IsDigit(rest_[at + 1])) {
    ++at;
    const size_t places = take();
    if (places > kMostPlaces) return {};
    decimal.places = static_cast<int>(places);
  }
  if (too_long) return {};
  decimal.length = at;
  return decimal;
}

std::optional<double> Cursor::Number() {
  const Decimal decimal = ReadDecimal();
  if (decimal.length == 0) return std::nullopt;
  rest_.remove_prefix(decimal.length);
  return static_cast<double>(decimal.digits) / PowerOfTen(decimal.places);
}

std::optional<int64_t> Cursor::Integer() {
  int64_t value = 0;
  size_t at = 0;
  for (; at < rest_.size() && IsDigit(rest_[at]); ++at) {
    if (value > kLargestBefore) return std::nullopt;
    value = value * 10 + (rest_[at] - '0');
  }
  if (at == 0) return std::nullopt;
  rest_.remove_prefix(at);
  return value;
}

std::optional<Bytes> Cursor::Size() {
  const Decimal decimal = ReadDecimal();
  if (decimal.length == 0) return std::nullopt;
  const int64_t unit = decimal.length < rest_.size() ? UnitOf(rest_[decimal.length]) : 0;
  const double bytes =
      static_cast<double>(decimal.digits) / PowerOfTen(decimal.places) * static_cast<double>(unit == 0 ? 1 : unit);
  if (bytes > kMostBytes) return std::nullopt;
  rest_.remove_prefix(decimal.length + (unit == 0 ? 0 : 1));
  if (decimal.places == 0) return Bytes(decimal.digits * (unit == 0 ? 1 : unit));
  return Bytes(std::llround(bytes));
}

std::string_view Cursor::Parenthesis() {
  if (front() != '(') return {};
  int depth = 0;
  for (size_t at = 0; at < rest_.size(); ++at) {
    if (rest_[at] == '(') ++depth;
    if (rest_[at] != ')' || --depth > 0) continue;
    const std::string_view inside = rest_.substr(1, at - 1);
    rest_.remove_prefix(at + 1);
    return inside;
  }
  return {};
}

}  // namespace tune
