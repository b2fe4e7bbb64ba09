// Traces of CPU use, and stand-ins for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cpu_traces {

// Mean use in steps of equal length. Where a file has a hole, the use is negative: not measured.
struct Trace {
  std::string name;
  double step_s = 60;
  std::vector<double> cores;
};

enum class Unit {
  kCores,  // "trace,ts,value" files are cores, others per cent of a machine of ten cores
  kMean,   // any amount; scaled so that its mean is one core: arrival rates in place of CPU
};

// Reads every *.csv and *.csv.gz of a folder, by name. A file holds `trace,ts,value` (ts in seconds) or `time,value`
// (time as 2014-05-14 01:14:00). Errors name file, line, value and what is allowed.
absl::StatusOr<std::vector<Trace>> ReadTraces(const std::string& folder, Unit unit);

// Ten families of two weeks at 5 min, `each` of every family: diurnal, flat, bursty, drifting, level shifts, spikes,
// on/off, growing, scheduled, heavy-tailed. Equal seeds give equal traces.
std::vector<Trace> MakeTraces(int each, uint64_t seed);

}  // namespace cpu_traces
