// Busy seconds of one subtask on one record, with an interval.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Busy time is derived by Flink from two timers; against operators' own stopwatches it read within -2 … +4 %.
constexpr double kSystematicError = 0.02;

// Fills `service` of one vertex. Rules service.latency, service.ratio, service.line, service.held_back,
// service.floor, service.contention and service.interval. Leaves method kNone when nothing tells it. Source:
// libtune/DESIGN.md, "Service time".
void EstimateServiceTime(JobSizing& job, int vertex);

}  // namespace tune
