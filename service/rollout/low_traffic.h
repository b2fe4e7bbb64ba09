// When a job may be restarted without anybody noticing, as its owner says it.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tune {

// From `from` to `to` on each of `days`; where `to` is not later than `from`, until `to` of the next day.
struct LowTrafficWindow {
  std::bitset<7> days;                   // 0: Monday; those on which it begins
  int from_minutes = 0, to_minutes = 0;  // of the day, by the clock on the wall; [0, 1440]
};

struct LowTraffic {
  std::vector<LowTrafficWindow> windows;  // empty: any time
  absl::TimeZone zone = absl::UTCTimeZone();

  bool Includes(absl::Time time) const;
  // The first whole minute at or after `time` that is included; nullopt: none within eight days.
  std::optional<absl::Time> Next(absl::Time time) const;
};

// "Mon-Fri 01:00-05:00, Sat 00:00-24:00, 22:00-04:00": days are Mon … Sun, one or from one to another over the week's
// end; without one it is each day. kInvalidArgument: `field` names what was read.
constexpr char kLowTrafficAllowed[] = "windows as Mon-Fri 01:00-05:00, Sat 00:00-24:00";
absl::StatusOr<std::vector<LowTrafficWindow>> ReadLowTraffic(const std::string& field, const std::string& text);

}  // namespace tune
