// What every message's way in shares: the violations put together, durations and times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "libtune/internal/path.h"

namespace tune {

// The violations found at the door and then those of `check`, a list as CheckWindow() and its like give, but for
// fields that the door has named already. OK when there are none.
absl::Status AllViolations(const Violations& door, const absl::Status& check);

// The largest google.protobuf.Duration, 10000 years, stands for absl::InfiniteDuration(); parts of a nanosecond are
// cut.
google::protobuf::Duration ToProto(absl::Duration duration);
// Times outside the years 1 to 9999, which a Timestamp cannot hold, become the nearest one that it can.
google::protobuf::Timestamp ToProto(absl::Time time);
// Zero, and a violation, when seconds or nanos are outside what the format allows.
absl::Duration ReadDuration(const google::protobuf::Duration& proto, const Path& path, Violations& violations);
absl::Time ReadTime(const google::protobuf::Timestamp& proto, const Path& path, Violations& violations);

}  // namespace tune
