#include "libtune/codec/door.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tune {
namespace {

constexpr int64_t kMostSeconds = 315'576'000'000;  // of google.protobuf.Duration, both signs
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr int32_t kNanos = 1'000'000'000;

std::string FieldOf(const std::string& line) { return line.substr(0, line.find(" = ")); }

}  // namespace

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
