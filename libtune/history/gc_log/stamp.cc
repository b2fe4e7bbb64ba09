#include "libtune/history/gc_log/stamp.h"

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libtune/history/gc_log/cursor.h"

namespace tune {
namespace {

constexpr size_t kSecondLength = 19;  // 2022-11-10T03:37:29
// What counts as milliseconds since the epoch and not since the JVM's start: later than 1985, or a 15-year uptime.
constexpr double kLeastEpochMs = 473385600000.0;

bool AllDigits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

int ToInt(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// As if it were UTC; nullopt: no date.
std::optional<int64_t> SecondMs(std::string_view text) {
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  constexpr size_t kParts[6][2] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}};
  int part[6];
  for (size_t i = 0; i < 6; ++i) {
    const std::string_view digits = text.substr(kParts[i][0], kParts[i][1]);
    if (!AllDigits(digits)) return std::nullopt;
    part[i] = ToInt(digits);
  }
  const absl::CivilSecond civil(part[0], part[1], part[2], part[3], part[4], part[5]);
  return absl::ToUnixMillis(absl::FromCivil(civil, absl::UTCTimeZone()));
}

// +0100, -08:00, Z at the front; minutes east of UTC.
std::optional<int> TakeZone(Cursor& cursor) {
  if (cursor.Skip("Z")) return 0;
  if (cursor.front() != '+' && cursor.front() != '-') return std::nullopt;
  const bool east = cursor.front() == '+';
  const std::string_view text = cursor.rest().substr(1);
  const size_t colon = text.size() > 2 && text[2] == ':' ? 1 : 0;
  if (text.size() < 4 + colon || !AllDigits(text.substr(0, 2)) || !AllDigits(text.substr(2 + colon, 2))) {
    return std::nullopt;
  }
  cursor.Advance(5 + colon);
  const int minutes = ToInt(text.substr(0, 2)) * 60 + ToInt(text.substr(2 + colon, 2));
  return east ? minutes : -minutes;
}

}  // namespace

std::optional<int64_t> StampReader::TakeDate(std::string_view text, size_t& length) {
  length = 0;
  if (text.size() < kSecondLength || text[4] != '-') return std::nullopt;
  const std::string_view second = text.substr(0, kSecondLength);
  if (second != second_) {
    const std::optional<int64_t> ms = SecondMs(second);
    if (!ms) return std::nullopt;
    second_ = second;
    second_ms_ = *ms;
  }
  Cursor cursor(text.substr(kSecondLength));
  int64_t ms = second_ms_;
  if (cursor.front() == '.' || cursor.front() == ',') {
    cursor.Advance(1);
    int place = 100;
    for (; cursor.AtDigit(); cursor.Advance(1), place /= 10) ms += place * (cursor.front() - '0');
  }
  ms -= int64_t{60'000} * TakeZone(cursor).value_or(0);
  length = text.size() - cursor.rest().size();
  return ms;
}

// One decoration: only times matter, and they are told apart by their form.
void StampReader::TakeGroup(std::string_view group, Stamp& stamp) {
  if (group.empty() || group.front() < '0' || group.front() > '9') return;
  size_t length = 0;
  if (const auto date = TakeDate(group, length); date) {
    stamp.time_ms = date;
    return;
  }
  Cursor cursor(group);
  const std::optional<double> number = cursor.Number();
  if (!number) return;
  double ms = 0;
  if (cursor.rest() == "s") {
    stamp.uptime_s = number;
    return;
  }
  if (cursor.rest() == "ms") {
    ms = *number;
  } else if (cursor.rest() == "ns") {
    ms = *number / 1e6;
  } else {
    return;  // a process or thread id
  }
  if (ms >= kLeastEpochMs) {
    stamp.time_ms = static_cast<int64_t>(ms);
  } else if (!stamp.uptime_s) {
    stamp.uptime_s = ms / 1e3;
  }
}

std::string_view StampReader::TakeDecorations(std::string_view line, Stamp& stamp) {
  while (!line.empty() && line.front() == '[') {
    const size_t end = line.find(']');
    if (end == std::string_view::npos) break;
    TakeGroup(line.substr(1, end - 1), stamp);
    line.remove_prefix(end + 1);
  }
  if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line;
}

std::string_view StampReader::TakePrefix(std::string_view line, Stamp& stamp) {
  for (int i = 0; i < 2; ++i) {
    if (line.empty() || line.front() < '0' || line.front() > '9') break;
    size_t length = 0;
    Stamp found = stamp;
    if (const auto date = TakeDate(line, length); date) {
      found.time_ms = date;
    } else {
      Cursor cursor(line);
      const std::optional<double> number = cursor.Number();
      if (!number) break;
      found.uptime_s = number;
      length = line.size() - cursor.rest().size();
    }
    if (line.substr(length, 1) != ":") break;
    stamp = found;
    line.remove_prefix(length + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  return line;
}

}  // namespace tune
