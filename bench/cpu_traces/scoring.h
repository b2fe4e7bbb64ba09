// First half decides, second half scores.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/cpu_traces/methods.h"
#include "bench/cpu_traces/traces.h"

namespace cpu_traces {

// When requests are decided. nullopt: once, from the first half. Else again and again through the second half, each
// time from all that came before, for the next `every_s`.
struct Regime {
  std::string name;
  std::optional<double> every_s;
};

// Of the second half. Shares in [0, 1].
struct Score {
  double slack = 0;         // mean over the minutes of max(0, request - use) / request
  double slack_within = 0;  // the same over the minutes in which use < request alone
  double over = 0;          // minutes with use > request
  double changes = 0;       // of the request
};

Score ScoreOn(const Trace& trace, const Method& method, const Regime& regime);
std::vector<Score> ScoreAll(const std::vector<Trace>& traces, const Method& method, const Regime& regime);
Score Mean(const std::vector<Score>& scores);

}  // namespace cpu_traces
