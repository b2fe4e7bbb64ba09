#include "libtune/codec/door.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tune {
namespace {

constexpr int64_t kMostSeconds = 315'576'000'000;  // of google.protobuf.Duration, both signs
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr int32_t kNanos = 1'000'000'000;
constexpr size_t kMostQuoted = 100;

std::string FieldOf(const std::string& line) { return line.substr(0, line.find(" = ")); }

// Length of the UTF-8 sequence that begins at `at`; 0: none does.
size_t Utf8Length(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(at + 1) ? 2 : 0;
  const unsigned second = byte(at + 1);
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return !overlong && !surrogate && follows(at + 1) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool too_large = first == 0xF4 && second >= 0x90;
    return !overlong && !too_large && follows(at + 1) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string Path::Render() const {
  std::string text = parent_ == nullptr ? "" : parent_->Render();
  if (key_ != nullptr) return absl::StrCat(text, "[", Quoted(*key_), "]");
  if (index_ >= 0) return absl::StrCat(text, "[", index_, "]");
  if (field_ == nullptr) return text;
  return absl::StrCat(text, text.empty() ? "" : ".", field_);
}

std::string Quoted(const std::string& text) {
  const bool cut = text.size() > kMostQuoted;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(Utf8(text.substr(0, kMostQuoted))), cut ? "…" : "", "\"");
}

std::string Utf8(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text, at);
    if (length == 0) {
      out += "\uFFFD";
      ++at;
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  return out;
}

absl::Status AllViolations(const Violations& door, const absl::Status& check) {
  if (door.empty()) return check;
  const absl::Status at_door = door.ToStatus();
  if (check.ok()) return at_door;
  std::vector<std::string> lines = absl::StrSplit(at_door.message(), '\n');
  std::set<std::string> named;
  for (const std::string& line : lines) named.insert(FieldOf(line));
  const std::vector<std::string> more = absl::StrSplit(check.message(), '\n');
  for (const std::string& line : more) {
    if (!named.contains(FieldOf(line))) lines.push_back(line);
  }
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

bool CheckCount(const Path& path, int64_t count, int64_t most, Violations& violations) {
  if (count <= most) return true;
  violations.Add(path.Render(), absl::StrCat(count, " entries"), absl::StrCat("at most ", most));
  return false;
}

void CheckFinite(const Path& path, double value, Violations& violations) {
  if (!std::isfinite(value)) violations.Add(path.Render(), value, "a finite number");
}

void CheckRange(const Path& path, double value, double low, double high, Violations& violations) {
  if (value >= low && value <= high && std::isfinite(value)) return;  // NaN fails the first
  violations.Add(path.Render(), value,
                 std::isfinite(high) ? absl::StrCat("[", low, ", ", high, "]") : absl::StrCat(">= ", low));
}

void CheckRange(const Path& path, int64_t value, int64_t low, int64_t high, Violations& violations) {
  if (value < low || value > high) {
    violations.Add(path.Render(), absl::StrCat(value), absl::StrCat("[", low, ", ", high, "]"));
  }
}

void CheckNotEmpty(const Path& path, const std::string& value, Violations& violations) {
  if (value.empty()) violations.Add(path.Render(), "\"\"", "a text that is not empty");
}

void AddAbsent(const Path& path, const char* allowed, Violations& violations) {
  violations.Add(path.Render(), "absent", allowed);
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  if (seconds >= kMostSeconds || seconds <= -kMostSeconds) {
    proto.set_seconds(seconds > 0 ? kMostSeconds : -kMostSeconds);
    return proto;
  }
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return proto;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const absl::Time first = absl::FromUnixSeconds(kFirstSecond);
  const absl::Time last = absl::FromUnixSeconds(kLastSecond) + absl::Nanoseconds(kNanos - 1);
  const absl::Time held = std::clamp(time, first, last);
  const int64_t seconds = absl::ToUnixSeconds(held);  // rounds down, so nanos is never negative
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(held - absl::FromUnixSeconds(seconds))));
  return proto;
}

absl::Duration ReadDuration(const google::protobuf::Duration& proto, const Path& path, Violations& violations) {
  const int64_t seconds = proto.seconds();
  const int64_t nanos = proto.nanos();
  const bool signs_differ = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (std::abs(nanos) >= kNanos || signs_differ || seconds > kMostSeconds || seconds < -kMostSeconds) {
    violations.Add(path.Render(), absl::StrCat("{seconds: ", seconds, " nanos: ", nanos, "}"),
                   absl::StrCat("at most ", kMostSeconds, " s, nanos below 1e9 and of the same sign"));
    return absl::ZeroDuration();
  }
  if (seconds == kMostSeconds) return absl::InfiniteDuration();
  if (seconds == -kMostSeconds) return -absl::InfiniteDuration();
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

absl::Time ReadTime(const google::protobuf::Timestamp& proto, const Path& path, Violations& violations) {
  if (proto.seconds() < kFirstSecond || proto.seconds() > kLastSecond || proto.nanos() < 0 || proto.nanos() >= kNanos) {
    violations.Add(path.Render(), absl::StrCat("{seconds: ", proto.seconds(), " nanos: ", proto.nanos(), "}"),
                   "years 1 to 9999, nanos in [0, 1e9)");
    return absl::UnixEpoch();
  }
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

}  // namespace tune
