// Where both parsers of GC logs hand in what they found: counts it, tells restarts, and calls the reader's caller.
#pragma once

#include <string>
#include <string_view>

#include "libtune/history/gc_log/gc_log.h"
#include "libtune/history/gc_log/stamp.h"

namespace tune {

class CollectionQueue {
 public:
  CollectionQueue(GcLogOutline& outline, const CollectionSink& sink) : outline_(outline), sink_(sink) {}

  // True: the clock says that another JVM wrote this line than the one before.
  bool IsRestart(const Stamp& stamp) const {
    return stamp.uptime_s && last_uptime_s_ && *stamp.uptime_s < *last_uptime_s_ - kClockSlackSeconds;
  }
  // What follows is another JVM's.
  void Restart();
  // The time of a line of the log.
  void See(const Stamp& stamp);

  // Says of `collection` which JVM's and collector's it is, and gives it out.
  void Emit(Collection& collection);
  void LeaveOut(const char* why) { ++outline_.left_out[why]; }

  GcLogOutline& outline() { return outline_; }
  // Sets the collector if it is not known yet.
  void Infer(Collector collector) {
    if (outline_.collector == Collector::kUnknown) outline_.collector = collector;
  }

 private:
  // Threads write their lines some milliseconds after they took the time.
  static constexpr double kClockSlackSeconds = 1;

  GcLogOutline& outline_;
  const CollectionSink& sink_;
  std::optional<double> last_uptime_s_;
};

// `text` for the outline: at most 4 KiB of it.
std::string CutText(std::string_view text);

// Why a collection or line is left out.
constexpr const char* kNoEnd = "collections whose end is not in the log";
constexpr const char* kNotUnderstood = "collections in a form that is not known";
constexpr const char* kTooLongLine = "lines of more than 64 KiB";
constexpr const char* kBinaryLine = "lines with a NUL byte";

}  // namespace tune
