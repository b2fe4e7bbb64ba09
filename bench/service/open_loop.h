// Latency of calls that begin at a steady pace, whatever became of those before.
#pragma once

#include <cstdint>
#include <functional>

namespace tune::bench {

// Starts a call; `done` is called once, from any thread, with whether it was answered.
using Start = std::function<void(std::function<void(bool)> done)>;

struct Latency {
  double p50_us = 0, p99_us = 0, p999_us = 0;
  int64_t refused = 0;
};

// `per_second` calls for `seconds`, evenly; a call's latency counts from when it should have begun. Returns when all
// are answered. At least one call.
Latency OpenLoop(const Start& start, double per_second, double seconds);

}  // namespace tune::bench
