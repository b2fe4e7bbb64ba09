// Time of the JVMs of a log, by their collections.
#pragma once

#include <cstdint>
#include <optional>

#include "tune/collection.h"

namespace tune {

// Takes collections in log order.
class JvmClock {
 public:
  // True for the first collection of another JVM than the last one's: its time begins anew. Before SinceStart().
  bool IsNewJvm(const Collection& c) {
    if (c.jvm == jvm_) return false;
    jvm_ = c.jvm;
    start_ms_.reset();
    return true;
  }

  // Seconds since the JVM's start or, where the log has dates alone, since the first one told. nullopt: no time.
  std::optional<double> SinceStart(std::optional<double> uptime_s, std::optional<int64_t> time_ms) {
    if (uptime_s) return uptime_s;
    if (!time_ms) return std::nullopt;
    if (!start_ms_) start_ms_ = time_ms;
    return static_cast<double>(*time_ms - *start_ms_) / 1e3;
  }
  std::optional<double> SinceStart(const Collection& c) {
    IsNewJvm(c);
    return SinceStart(c.uptime_s, c.time_ms);
  }

 private:
  int jvm_ = 0;
  std::optional<int64_t> start_ms_;  // the first date of a JVM without uptimes
};

}  // namespace tune
