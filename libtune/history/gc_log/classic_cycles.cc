#include <utility>

#include "libtune/history/gc_log/classic.h"
#include "libtune/history/gc_log/cursor.h"

namespace tune {

void ClassicParser::BeginCycle(const Collection& pause) {
  cycle_.emplace();
  cycle_->kind = CollectionKind::kConcurrent;
  cycle_->name = "Concurrent Cycle";
  cycle_->cause = pause.cause;
}

void ClassicParser::EndCycle(const Stamp& stamp) {
  if (!cycle_) return;
  EmitPending();
  Collection cycle = *std::exchange(cycle_, std::nullopt);
  cycle.time_ms = stamp.time_ms;
  cycle.uptime_s = stamp.uptime_s;
  if (cycle.concurrent_s > 0) queue_.Emit(cycle);
}

// A line that a concurrent thread writes: "[CMS-concurrent-mark-start]", "[CMS-concurrent-mark: 0.010/0.015 secs]",
// "[GC concurrent-mark-end, 0.0123 secs]". CMS's two figures are of the CPU and of the clock.
bool ClassicParser::TakePhase(std::string_view text, const Stamp& stamp) {
  Cursor cursor(text);
  const bool cms = cursor.Skip("[CMS-concurrent-");
  if (!cms && !cursor.Skip("[GC concurrent-")) return false;
  queue_.Infer(cms ? Collector::kCms : Collector::kG1);
  const std::string_view phase = cursor.rest();
  std::optional<double> seconds;
  if (cms && cursor.SkipPast(": ") && cursor.Number() && cursor.Skip("/")) seconds = cursor.Number();
  if (!cms && cursor.SkipPast("-end, ")) seconds = cursor.Number();
  if (!cursor.Skip(" secs]")) seconds.reset();
  if (seconds) {
    if (!cycle_) BeginCycle({});
    cycle_->concurrent_s += *seconds;
    cycle_->cpu_s += ReadClassicTimes(cursor.rest()).value_or(0);
  }
  const bool last =
      cms ? phase.starts_with("reset: ") : phase.starts_with("cleanup-end") || phase.starts_with("mark-abort");
  if (last) EndCycle(stamp);
  return true;
}

}  // namespace tune
