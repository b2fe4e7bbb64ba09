// What passed between two samples of one subtask: counter resets, stale answers, order and units end here.
#pragma once

#include <cstdint>

#include "tune/sample.h"

namespace tune {

// How one sample relates to the last one of its subtask.
enum class Step {
  kDelta,       // time passed and counters grew
  kReset,       // counters fell (busy time: by more than its jitter): a restart; what passed in between is not known
  kStale,       // counters stood still although Flink's own clock must move: an old answer, or a dead task
  kDuplicate,   // same time
  kOutOfOrder,  // earlier
};

// Metrics that are absent on either side leave has_* false and their fields 0.
struct TaskDelta {
  double elapsed_s = 0;  // wall seconds between the two
  double task_s = 0;     // the same by Flink's own clock (busy + idle + back-pressured) where it has one
  double records_in = 0;
  double records_out = 0;
  double busy_s = 0;  // seconds; may be a few ms negative
  double backpressured_s = 0;
  double cpu_s = 0;
  double pending_change = 0;  // records
  bool has_records = false;   // in or out
  bool has_busy = false;
  bool has_pressed = false;
  bool has_cpu = false;
  bool has_pending = false;
  bool from_gauges = false;  // some of it are Flink's 60 s means: not to be trusted in the first 60 s of a run
};

// `last` is older than `now` unless the answer is kDuplicate or kOutOfOrder. `delta` is filled for kDelta alone.
// `subtasks`: how many a sample speaks for; a whole vertex's counters are sums over them, its gauges of shares are
// means.
Step TakeDelta(const TaskSample& last, const TaskSample& now, TaskDelta& delta, int subtasks = 1);

// True when `now` lacks a counter that `last` has: a poll that was answered in part.
bool LacksCounters(const TaskSample& last, const TaskSample& now);

}  // namespace tune
