// When a line was written: the decorations of unified logs, the stamps of the older ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tune {

struct Stamp {
  std::optional<int64_t> time_ms;  // ms since the epoch
  std::optional<double> uptime_s;  // seconds since the JVM started

  bool empty() const { return !time_ms && !uptime_s; }
};

// Reads stamps of one log; keeps the last date, which most lines share.
class StampReader {
 public:
  // Takes the decorations, [2022-11-10T03:37:29.443-0800][0.017s][info][gc,heap], in whatever order, off `line` and
  // returns the message behind them; the line as it is when it has none.
  std::string_view TakeDecorations(std::string_view line, Stamp& stamp);

  // Takes "2022-11-10T03:37:29.443-0800: ", "0.017: " or both off `line`.
  std::string_view TakePrefix(std::string_view line, Stamp& stamp);

 private:
  void TakeGroup(std::string_view group, Stamp& stamp);
  // ms since the epoch of 2022-11-10T03:37:29.443-0800 and its variants; `length` is what it takes of `text`, 0: none.
  std::optional<int64_t> TakeDate(std::string_view text, size_t& length);

  std::string second_;     // the last date, without what is behind the seconds …
  int64_t second_ms_ = 0;  // … and its milliseconds, as if it were UTC
};

}  // namespace tune
