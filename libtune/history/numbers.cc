#include "libtune/history/numbers.h"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "libtune/ingest/check_sample.h"

namespace tune {

std::optional<double> ParseNumber(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || stop != end || error == std::errc::invalid_argument) return std::nullopt;
  // from_chars also reads "nan(chars)".
  if (text.back() == ')') return std::nullopt;
  // Too large, or too small: from_chars does not say which, and no metric is either.
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return value;
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || stop != end || error != std::errc()) return std::nullopt;
  return value;
}

bool IsTimeMs(int64_t value) {
  constexpr int64_t kFirstSeconds = 1'000'000'000, kLastSeconds = 9'999'999'999;
  const bool is_seconds = value >= kFirstSeconds && value <= kLastSeconds;
  return value >= 0 && value <= kLargestTimeMs && !is_seconds;
}

std::string FormatNumber(double value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end);
}

}  // namespace tune
