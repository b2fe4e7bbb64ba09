// Windows and their options both ways.
#pragma once

#include "absl/status/statusor.h"
#include "tune/v1/window.pb.h"
#include "tune/window.h"
#include "tune/window_builder.h"

namespace tune {

v1::JobWindow ToProto(const JobWindow& window);
v1::JobFacts ToProto(const JobFacts& facts);
v1::WindowOptions ToProto(const WindowOptions& options);

// kInvalidArgument lists every violation: what a JobWindow cannot express (absent times, unset enums, more entries than
// limits.h allows) and what CheckWindow() refuses, `vertices["map-3"].bins[7].busy_s = -2; allowed: >= 0`.
absl::StatusOr<JobWindow> FromProto(const v1::JobWindow& proto);

// kInvalidArgument as above, of the facts' own fields.
absl::StatusOr<JobFacts> FromProto(const v1::JobFacts& proto);

// Absent fields have WindowOptions' defaults. kInvalidArgument: durations that are none; WindowBuilder checks the rest.
absl::StatusOr<WindowOptions> FromProto(const v1::WindowOptions& proto);

}  // namespace tune
