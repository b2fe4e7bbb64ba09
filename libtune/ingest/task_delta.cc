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

// Busy time is derived in Flink, from timers that it brings up to date every 5 s: it steps back by itself, seen: by a
// second under back-pressure. A larger fall is a restart.
constexpr double kBusyJitterMs = 5000, kBusyJitter = 0.005;

bool WasReset(const Growth& g, double elapsed_ms) {
  return g.in < 0 || g.out < 0 || g.idle_ms < 0 || g.pressed_ms < 0 || g.cpu_nanos < 0 ||
         g.busy_ms < -std::max(kBusyJitterMs, kBusyJitter * elapsed_ms);
}

bool StoodStill(const Growth& g, uint32_t both) {
  return HasClock(both) && g.busy_ms == 0 && g.idle_ms == 0 && g.pressed_ms == 0;
}

// Flink's own clock between the two answers. A cached answer is older than the poll, and this tells by how much.
double TaskSeconds(const Growth& g, uint32_t both, double elapsed_s, int subtasks) {
  if (!HasClock(both)) return elapsed_s;
  return std::clamp((g.busy_ms + g.idle_ms + g.pressed_ms) / 1000 / subtasks, elapsed_s / 4, elapsed_s * 4);
}

// Records of one direction: by counter, else by the gauge.
double RecordsOf(const TaskSample& now, bool counted, double grown, TaskMetric gauge, TaskDelta& d) {
  if (counted || !now.Has(gauge)) {
    d.has_records = d.has_records || counted;
    return grown;
  }
  d.has_records = d.from_gauges = true;
  return now.value[static_cast<size_t>(gauge)] * d.elapsed_s;
}

// Time of one kind: by counter, else by the gauge, which is a mean over the subtasks.
double TimeOf(const TaskSample& now, bool counted, double grown_ms, TaskMetric gauge, int subtasks, bool& has,
              TaskDelta& d) {
  has = counted || now.Has(gauge);
  if (counted || !has) return grown_ms / 1000;
  d.from_gauges = true;
  return now.value[static_cast<size_t>(gauge)] / 1000 * d.elapsed_s * subtasks;
}

constexpr uint32_t kCounters = Bit(TaskMetric::kRecordsIn) | Bit(TaskMetric::kRecordsOut) | kFlinkClock;

}  // namespace

bool LacksCounters(const TaskSample& last, const TaskSample& now) {
  return (last.present & ~now.present & kCounters) != 0;
}

Step TakeDelta(const TaskSample& last, const TaskSample& now, TaskDelta& delta, int subtasks) {
  if (now.time_ms == last.time_ms) return Step::kDuplicate;
  if (now.time_ms < last.time_ms) return Step::kOutOfOrder;
  const uint32_t both = last.present & now.present;
  const double elapsed_ms = static_cast<double>(now.time_ms - last.time_ms);
  const Growth g = GrowthOf(last, now, both);
  if (WasReset(g, elapsed_ms * subtasks)) return Step::kReset;
  if (StoodStill(g, both)) return Step::kStale;

  const auto counted = [both](TaskMetric metric) { return (both & Bit(metric)) != 0; };
  delta = TaskDelta{};
  delta.elapsed_s = elapsed_ms / 1000;
  delta.task_s = TaskSeconds(g, both, delta.elapsed_s, subtasks);
  delta.records_in = RecordsOf(now, counted(TaskMetric::kRecordsIn), g.in, TaskMetric::kRecordsInRate, delta);
  delta.records_out = RecordsOf(now, counted(TaskMetric::kRecordsOut), g.out, TaskMetric::kRecordsOutRate, delta);
  delta.busy_s =
      TimeOf(now, counted(TaskMetric::kBusyMs), g.busy_ms, TaskMetric::kBusyRate, subtasks, delta.has_busy, delta);
  delta.backpressured_s = TimeOf(now, counted(TaskMetric::kBackPressuredMs), g.pressed_ms,
                                 TaskMetric::kBackPressuredRate, subtasks, delta.has_pressed, delta);
  delta.has_cpu = counted(TaskMetric::kCpuNanos);
  delta.cpu_s = g.cpu_nanos / 1e9;
  delta.has_pending = counted(TaskMetric::kPendingRecords);
  if (delta.has_pending) {
    const auto pending = static_cast<size_t>(TaskMetric::kPendingRecords);
    delta.pending_change = now.value[pending] - last.value[pending];
  }
  return Step::kDelta;
}

}  // namespace tune
