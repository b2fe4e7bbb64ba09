#include "service/rollout/low_traffic.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr int kDays = 7, kMinutesOfDay = 24 * 60;
constexpr std::array<const char*, kDays> kNames = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr size_t kMostWindows = 50;

std::optional<size_t> ReadDay(const std::string& text) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(), [&](const char* name) { return text == name; });
  if (found == kNames.end()) return std::nullopt;
  return static_cast<size_t>(found - kNames.begin());
}

// "Mon", "Sat-Tue"
std::optional<std::bitset<kDays>> ReadDays(const std::string& text) {
  const std::vector<std::string> ends = absl::StrSplit(text, absl::MaxSplits('-', 1));
  const std::optional<size_t> first = ReadDay(ends.front()), last = ReadDay(ends.back());
  if (!first || !last) return std::nullopt;
  std::bitset<kDays> days;
  for (size_t day = *first;; day = (day + 1) % kDays) {
    days.set(day);
    if (day == *last) return days;
  }
}

// "01:00", to "24:00"
std::optional<int> ReadMinutes(const std::string& text) {
  const auto digit = [&](size_t at) { return text[at] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t at : {0, 1, 3, 4}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) return std::nullopt;
  }
  const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
  if (hours > 24 || minutes > 59 || hours * 60 + minutes > kMinutesOfDay) return std::nullopt;
  return hours * 60 + minutes;
}

std::optional<LowTrafficWindow> ReadWindow(const std::string& text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipWhitespace());
  if (words.empty() || words.size() > 2) return std::nullopt;
  LowTrafficWindow window;
  window.days.set();
  if (words.size() == 2) {
    const std::optional<std::bitset<kDays>> days = ReadDays(words.front());
    if (!days) return std::nullopt;
    window.days = *days;
  }
  const std::vector<std::string> ends = absl::StrSplit(words.back(), '-');
  if (ends.size() != 2) return std::nullopt;
  const std::optional<int> from = ReadMinutes(ends[0]), to = ReadMinutes(ends[1]);
  if (!from || !to || *from == kMinutesOfDay || *from == *to) return std::nullopt;
  window.from_minutes = *from;
  window.to_minutes = *to;
  return window;
}

}  // namespace

bool LowTraffic::Includes(absl::Time time) const {
  if (windows.empty()) return true;
  const absl::CivilSecond clock = absl::ToCivilSecond(time, zone);
  const int minutes = clock.hour() * 60 + clock.minute();
  const auto today = static_cast<size_t>(absl::GetWeekday(clock));  // Monday is 0
  const size_t yesterday = (today + kDays - 1) % kDays;
  return std::any_of(windows.begin(), windows.end(), [&](const LowTrafficWindow& w) {
    const bool over_midnight = w.to_minutes <= w.from_minutes;
    if (!over_midnight) return w.days[today] && minutes >= w.from_minutes && minutes < w.to_minutes;
    return (w.days[today] && minutes >= w.from_minutes) || (w.days[yesterday] && minutes < w.to_minutes);
  });
}

std::optional<absl::Time> LowTraffic::Next(absl::Time time) const {
  if (Includes(time)) return time;
  absl::Time minute = absl::FromUnixSeconds(absl::ToUnixSeconds(time) / 60 * 60) + absl::Minutes(1);
  for (int i = 0; i < 8 * kMinutesOfDay; ++i, minute += absl::Minutes(1)) {
    if (Includes(minute)) return minute;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<LowTrafficWindow>> ReadLowTraffic(const std::string& field, const std::string& text) {
  std::vector<LowTrafficWindow> windows;
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  for (const std::string& part : parts) {
    const std::optional<LowTrafficWindow> window = ReadWindow(part);
    if (!window || windows.size() == kMostWindows) return NotAllowed(field, Quoted(text), kLowTrafficAllowed);
    windows.push_back(*window);
  }
  return windows;
}

}  // namespace tune
