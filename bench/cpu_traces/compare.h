// Tables: every method's slack and minutes over, and libtune against each rival at the rival's own overrun.
#pragma once

#include <string>
#include <vector>

#include "bench/cpu_traces/scoring.h"
#include "bench/cpu_traces/traces.h"

namespace cpu_traces {

// Scores one set of traces in one regime and prints it. `prices`: how many prices the frontier is made of.
void Compare(const std::string& title, const std::vector<Trace>& traces, const Regime& regime, int prices,
             bool each_trace);

// How much hangs on each of libtune's constants: each one halved and doubled.
void CompareConstants(const std::string& title, const std::vector<Trace>& traces, const Regime& regime, int prices);

}  // namespace cpu_traces
