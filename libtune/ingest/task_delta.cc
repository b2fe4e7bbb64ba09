#include "libtune/ingest/task_delta.h"

#include <algorithm>

namespace tune {
namespace {

// The metrics that both samples have, as bits.
constexpr uint32_t Bit(TaskMetric metric) { return 1u << static_cast<int>(metric); }

// Growth of the counters; 0 where one is absent on a side.
struct Growth {
  double in, out, busy_ms, idle_ms, pressed_ms, cpu_nanos;
};

Growth GrowthOf(const TaskSample& last, const TaskSample& now, uint32_t both) {
  const auto of = [&](TaskMetric metric) {
    const auto i = static_cast<size_t>(metric);
    return (both & Bit(metric)) != 0 ? now.value[i] - last.value[i] : 0;
  };
  return {of(TaskMetric::kRecordsIn), of(TaskMetric::kRecordsOut),      of(TaskMetric::kBusyMs),
          of(TaskMetric::kIdleMs),    of(TaskMetric::kBackPressuredMs), of(TaskMetric::kCpuNanos)};
}

constexpr uint32_t kFlinkClock =
    Bit(TaskMetric::kBusyMs) | Bit(TaskMetric::kIdleMs) | Bit(TaskMetric::kBackPressuredMs);

bool HasClock(uint32_t both) { return (both & kFlinkClock) == kFlinkClock; }

// Busy time is derived in Flink and steps back by itself; a fall larger than the time that passed is a restart.
bool WasReset(const Growth& g, double elapsed_ms) {
  return g.in < 0 || g.out < 0 || g.idle_ms < 0 || g.pressed_ms < 0 || g.cpu_nanos < 0 || g.busy_ms < -elapsed_ms;
}

bool StoodStill(const Growth& g, uint32_t both) {
  return HasClock(both) && g.busy_ms == 0 && g.idle_ms == 0 && g.pressed_ms == 0;
}

// Flink's own clock between the two answers. A cached answer is older than the poll, and this tells by how much.
double TaskSeconds(const Growth& g, uint32_t both, double elapsed_s) {
  if (!HasClock(both)) return elapsed_s;
  return std::clamp((g.busy_ms + g.idle_ms + g.pressed_ms) / 1000, elapsed_s / 4, elapsed_s * 4);
}

void TakeRecords(const TaskSample& now, const Growth& g, uint32_t both, TaskDelta& d) {
  if ((both & (Bit(TaskMetric::kRecordsIn) | Bit(TaskMetric::kRecordsOut))) != 0) {
    d.has_records = true;
    d.records_in = g.in;
    d.records_out = g.out;
    return;
  }
  const auto in = now.Get(TaskMetric::kRecordsInRate);
  const auto out = now.Get(TaskMetric::kRecordsOutRate);
  if (!in && !out) return;
  d.has_records = d.from_gauges = true;
  d.records_in = in.value_or(0) * d.elapsed_s;
  d.records_out = out.value_or(0) * d.elapsed_s;
}

void TakeBusy(const TaskSample& now, const Growth& g, uint32_t both, TaskDelta& d) {
  if ((both & Bit(TaskMetric::kBusyMs)) != 0) {
    d.has_busy = true;
    d.busy_s = g.busy_ms / 1000;
  } else if (const auto busy = now.Get(TaskMetric::kBusyRate)) {
    d.has_busy = d.from_gauges = true;
    d.busy_s = *busy / 1000 * d.elapsed_s;
  }
  if ((both & Bit(TaskMetric::kBackPressuredMs)) != 0) {
    d.backpressured_s = g.pressed_ms / 1000;
  } else if (const auto pressed = now.Get(TaskMetric::kBackPressuredRate)) {
    d.backpressured_s = *pressed / 1000 * d.elapsed_s;
  }
}

}  // namespace

Step TakeDelta(const TaskSample& last, const TaskSample& now, TaskDelta& delta) {
  if (now.time_ms == last.time_ms) return Step::kDuplicate;
  if (now.time_ms < last.time_ms) return Step::kOutOfOrder;
  const uint32_t both = last.present & now.present;
  const double elapsed_ms = static_cast<double>(now.time_ms - last.time_ms);
  const Growth g = GrowthOf(last, now, both);
  if (WasReset(g, elapsed_ms)) return Step::kReset;
  if (StoodStill(g, both)) return Step::kStale;

  delta = TaskDelta{};
  delta.elapsed_s = elapsed_ms / 1000;
  delta.task_s = TaskSeconds(g, both, delta.elapsed_s);
  TakeRecords(now, g, both, delta);
  TakeBusy(now, g, both, delta);
  delta.has_cpu = (both & Bit(TaskMetric::kCpuNanos)) != 0;
  delta.cpu_s = g.cpu_nanos / 1e9;
  delta.has_pending = (both & Bit(TaskMetric::kPendingRecords)) != 0;
  if (delta.has_pending) {
    const auto pending = static_cast<size_t>(TaskMetric::kPendingRecords);
    delta.pending_change = now.value[pending] - last.value[pending];
  }
  return Step::kDelta;
}

}  // namespace tune
