#include "libtune/history/plain_points.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "libtune/ingest/check_sample.h"

namespace tune {
namespace {

// Powers of ten that a double holds exactly. A whole number up to kExact divided by one is rounded once, as it should.
constexpr std::array<double, 18> kTen = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                         1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
constexpr uint64_t kExact = uint64_t{1} << 53;
constexpr size_t kMostDigits = 17;

// Reads one sample. Each Take… moves on and returns true, or returns false: not plain.
class PointScanner {
 public:
  PointScanner(const char* at, const char* end) : at_(at), end_(end) {}

  const char* at() const { return at_; }

  bool TakePoint(PrometheusPoint& point) {
    return Take('[') && TakeTime(point.time_ms) && Take(',') && Take('"') && TakeValue(point.value) && Take(']') &&
           TakeEnd();
  }

 private:
  bool IsDigit() const { return at_ < end_ && static_cast<unsigned char>(*at_ - '0') <= 9; }

  void SkipSpace() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // With the space before it.
  bool Take(char expected) {
    SkipSpace();
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  // Behind a sample: the end, or a comma and another sample.
  bool TakeEnd() {
    SkipSpace();
    if (at_ == end_) return true;
    if (!Take(',')) return false;
    SkipSpace();
    return at_ < end_ && *at_ == '[';
  }

  // Eight digits at once, where there are so many: the high half of each byte is 3, and stays it with 6 added.
  void TakeEightDigits(uint64_t& digits) {
    if constexpr (std::endian::native != std::endian::little) return;
    uint64_t text = 0;
    std::memcpy(&text, at_, 8);
    constexpr uint64_t kHigh = 0xF0F0F0F0F0F0F0F0, kDigits = 0x3030303030303030, kSix = 0x0606060606060606;
    if ((text & kHigh) != kDigits || ((text + kSix) & kHigh) != kDigits) return;
    text -= kDigits;
    text = 10 * text + (text >> 8);  // pairs, in every second byte
    constexpr uint64_t kPair = 0x000000FF000000FF;
    digits = ((text & kPair) * 0x000F424000000064 + ((text >> 16) & kPair) * 0x0000271000000001) >> 32;
    at_ += 8;
  }

  // Digits, perhaps a point, digits.
  bool TakeDecimal(double& number) {
    uint64_t digits = 0;
    const char* const start = at_;
    if (end_ - at_ >= 8) TakeEightDigits(digits);
    for (; IsDigit(); ++at_) digits = 10 * digits + static_cast<uint64_t>(*at_ - '0');
    const char* const whole_end = at_;
    size_t decimals = 0;
    if (at_ < end_ && *at_ == '.') {
      for (++at_; IsDigit(); ++at_) digits = 10 * digits + static_cast<uint64_t>(*at_ - '0');
      decimals = static_cast<size_t>(at_ - whole_end) - 1;
      if (decimals == 0) return false;
    }
    const auto length = static_cast<size_t>(whole_end - start) + decimals;  // too many digits overflowed
    if (whole_end == start || length > kMostDigits || digits > kExact) return false;
    number = static_cast<double>(digits) / kTen[decimals];
    return true;
  }

  bool TakeTime(int64_t& time_ms) {
    SkipSpace();
    const char* const start = at_;
    double seconds = 0;
    if (!TakeDecimal(seconds) || !(seconds * 1000 <= static_cast<double>(kLargestTimeMs))) return false;
    if (*start == '0' && at_ - start > 1 && start[1] != '.') return false;  // JSON has no 007
    time_ms = std::llround(seconds * 1000);
    return true;
  }

  // Up to and with the closing quote.
  bool TakeValue(double& value) {
    const char* const start = at_;
    const bool negative = at_ < end_ && *at_ == '-';
    if (negative) ++at_;
    if (TakeDecimal(value) && at_ < end_ && *at_ == '"') {
      if (negative) value = -value;
      ++at_;
      return true;
    }
    at_ = start;
    return TakeAnyNumber(value);
  }

  // Many digits, an exponent, NaN.
  bool TakeAnyNumber(double& value) {
    const auto [stop, error] = std::from_chars(at_, end_, value);
    // from_chars also reads "nan(chars)".
    if (error != std::errc() || stop == end_ || *stop != '"' || stop[-1] == ')') return false;
    at_ = stop + 1;
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

void TakePlainPoints(std::string_view pairs, size_t most, size_t& at, std::vector<PrometheusPoint>& points) {
  PointScanner scanner(pairs.data() + at, pairs.data() + pairs.size());
  for (PrometheusPoint point; points.size() < most && scanner.TakePoint(point);) {
    points.push_back(point);
    at = static_cast<size_t>(scanner.at() - pairs.data());
  }
}

}  // namespace tune
