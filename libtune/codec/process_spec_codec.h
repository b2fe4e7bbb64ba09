// What a spec says of processes, and what limits hold, both ways.
#pragma once

#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "tune/pod_limits.h"
#include "tune/process_spec.h"
#include "tune/v1/pod_limits.pb.h"
#include "tune/v1/process_spec.pb.h"

namespace tune {

// True: nothing is said, so the message is left out.
bool IsEmpty(const FlinkProcessSpec& spec);
v1::FlinkProcessSpec ToProto(const FlinkProcessSpec& spec);
FlinkProcessSpec ReadProcessSpec(const v1::FlinkProcessSpec& proto, const Path& at, Violations& violations);

bool IsEmpty(const PodLimits& limits);
v1::PodLimits ToProto(const PodLimits& limits);
PodLimits ReadPodLimits(const v1::PodLimits& proto, const Path& at, Violations& violations);

}  // namespace tune
