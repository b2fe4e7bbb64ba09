// Subtask samples -> bins, blocks, subtask totals of their vertex.
#include <algorithm>

#include "libtune/window/builder_state.h"

namespace tune {
namespace {

constexpr double kBlockSeconds = 10;  // long enough for a few hundred records, short enough for many blocks
constexpr int64_t kGaugeMs = 60'000;  // Flink's per-second gauges are means of this long
constexpr int kIncompletePolls = 3;   // in a row; then the metric is gone for good
constexpr double kGapSteps = 3;       // samples further apart than this many usual steps have a gap between
constexpr double kSaturatedFraction = 0.95;

// Follows the usual distance of samples; a single late one moves it little.
void LearnStep(TaskTrack& track, double elapsed_s) {
  if (track.step_s <= 0) {
    track.step_s = elapsed_s;
  } else {
    track.step_s += (std::min(elapsed_s, 2 * track.step_s) - track.step_s) / 8;
  }
}

bool IsGap(TaskTrack& track, double elapsed_s, Coverage& coverage) {
  if (track.step_s <= 0 || elapsed_s <= kGapSteps * track.step_s) return false;
  coverage.gaps += 1;
  coverage.longest_gap_s = std::max(coverage.longest_gap_s, elapsed_s);
  return true;
}

void DropBlock(TaskTrack& track) { track.block_s = track.block_records = track.block_busy_s = 0; }

// Closes the open block: one point of rate against busy share. `mine`: of the subtask; null for a whole vertex.
void CloseBlock(TaskTrack& track, int subtasks, VertexTotals& totals, SubtaskWindow* mine) {
  const double per_subtask_s = 1 / (track.block_s * subtasks);
  const double busy = track.block_busy_s * per_subtask_s;
  AddBlock(totals.service, track.block_records * per_subtask_s, busy);
  if (busy >= kSaturatedFraction && mine != nullptr) mine->saturated_s += track.block_s;
  DropBlock(track);
}

void AddSubtaskDelta(SubtaskWindow& subtask, const TaskDelta& d, double records) {
  subtask.covered_s += d.task_s;
  subtask.records_in += records;
  subtask.busy_s += d.busy_s;
  subtask.backpressured_s += d.backpressured_s;
  if (d.has_cpu) subtask.cpu_s = subtask.cpu_s.value_or(0) + d.cpu_s;
}

// What stands only for one parallelism of the vertex.
void ForgetRun(VertexTotals& totals) {
  totals.service = {};
  totals.subtasks.clear();
}

}  // namespace

void WindowBuilder::State::SetParallelism(int vertex, int parallelism, int64_t time_ms) {
  VertexTrack& track = vertices[static_cast<size_t>(vertex)];
  if (parallelism == track.parallelism) return;
  track.parallelism = parallelism;
  track.since_ms = time_ms;
  window.graph.vertices[static_cast<size_t>(vertex)].parallelism = parallelism;
  slots_now = 0;
  track.whole = TaskTrack{};
  track.subtasks.clear();
  for (VertexTotals& chunk : track.closed) ForgetRun(chunk);
  ForgetRun(track.closed_sum);
  ForgetRun(track.open);
  changed_ms = std::max(changed_ms, time_ms);
  if (window.vertices[static_cast<size_t>(vertex)].coverage.samples > 0) SeeRestart(time_ms);
}

void WindowBuilder::State::AddTask(const TaskSample& sample) {
  VertexTrack& vertex = vertices[static_cast<size_t>(sample.vertex)];
  const bool whole = sample.subtask == TaskSample::kWholeVertex;
  VertexWindow& out = window.vertices[static_cast<size_t>(sample.vertex)];
  // Of before the last rescale: its time is already counted, at another parallelism.
  if (sample.time_ms < vertex.since_ms) {
    out.coverage.samples += 1;
    out.coverage.out_of_order += 1;
    return;
  }
  // A subtask beyond the known parallelism: the vertex grew, and the history has no word for it but this.
  if (!whole && sample.subtask >= vertex.parallelism) {
    if (vertex.told_ms >= 0) return;
    SetParallelism(sample.vertex, sample.subtask + 1, sample.time_ms);
  }
  if (!whole && vertex.subtasks.size() <= static_cast<size_t>(sample.subtask)) {
    vertex.subtasks.resize(static_cast<size_t>(vertex.parallelism));
  }
  TaskTrack& track = whole ? vertex.whole : vertex.subtasks[static_cast<size_t>(sample.subtask)];
  out.coverage.samples += 1;
  if (!track.started) {
    track.started = true;
    track.last = sample;
    changed_ms = std::max(changed_ms, sample.time_ms);
    return;
  }
  if (LacksCounters(track.last, sample) && sample.time_ms > track.last.time_ms && track.incomplete < kIncompletePolls) {
    track.incomplete += 1;  // the next whole answer speaks for this poll too
    return;
  }
  track.incomplete = 0;
  TaskDelta delta;
  switch (TakeDelta(track.last, sample, delta, whole ? vertex.parallelism : 1)) {
    case Step::kDuplicate:
      out.coverage.duplicates += 1;
      return;
    case Step::kOutOfOrder:
      out.coverage.out_of_order += 1;
      return;
    case Step::kStale:
      out.coverage.stale += 1;
      return;
    case Step::kReset:
      out.coverage.counter_resets += 1;
      SeeRestart(sample.time_ms);
      track.last = sample;
      DropBlock(track);
      changed_ms = std::max(changed_ms, sample.time_ms);
      return;
    case Step::kDelta:
      break;
  }
  const int64_t from_ms = track.last.time_ms;
  track.last = sample;
  changed_ms = std::max(changed_ms, sample.time_ms);
  const bool gap = IsGap(track, delta.elapsed_s, out.coverage);
  LearnStep(track, delta.elapsed_s);
  if (gap) {
    DropBlock(track);
    return;
  }
  AddDelta(sample.vertex, sample.subtask, track, delta, from_ms, sample.time_ms);
}

void WindowBuilder::State::AddDelta(int vertex, int subtask, TaskTrack& track, const TaskDelta& delta, int64_t from_ms,
                                    int64_t to_ms) {
  VertexTrack& v = vertices[static_cast<size_t>(vertex)];
  VertexWindow& out = window.vertices[static_cast<size_t>(vertex)];
  if (delta.from_gauges && from_ms - run_start_ms < kGaugeMs) return;
  const bool whole = subtask == TaskSample::kWholeVertex;
  const int subtasks = whole ? v.parallelism : 1;         // that this delta speaks for
  const double part = whole ? 1.0 : 1.0 / v.parallelism;  // of the vertex's wall time
  const bool warm = from_ms - run_start_ms >= warm_up_ms;
  const double covered_s = delta.has_records ? delta.elapsed_s * part : 0;
  const double task_s = delta.has_busy || delta.has_pressed ? delta.task_s * subtasks : 0;

  Spread(from_ms, to_ms, [&](size_t index, double share) {
    Bin& bin = out.bins[index];
    bin.covered_s += covered_s * share;
    bin.records_in += delta.records_in * share;
    bin.records_out += delta.records_out * share;
    bin.task_s += task_s * share;
    bin.busy_s += delta.busy_s * share;
    bin.backpressured_s += delta.backpressured_s * share;
    bin.warm_s += warm ? covered_s * share : 0;
  });
  out.coverage.covered_s += covered_s;
  if (v.is_source && delta.has_pending && delta.has_records) AddPending(vertex, delta, from_ms, to_ms);
  if (!delta.has_records || !delta.has_busy || !warm) return;
  AddWarmDelta(vertex, subtask, track, delta);
}

void WindowBuilder::State::AddWarmDelta(int vertex, int subtask, TaskTrack& track, const TaskDelta& delta) {
  VertexTrack& v = vertices[static_cast<size_t>(vertex)];
  const bool whole = subtask == TaskSample::kWholeVertex;
  const int subtasks = whole ? v.parallelism : 1;
  const double records = v.is_source ? delta.records_out : delta.records_in;
  window.vertices[static_cast<size_t>(vertex)].busy_measured = true;
  ParallelismRun& run = RunOf(v.open.runs, v.parallelism);
  run.task_s += delta.task_s * subtasks;
  run.records += records;
  run.busy_s += delta.busy_s;
  SubtaskWindow* mine = nullptr;
  if (!whole) {
    const auto i = static_cast<size_t>(subtask);
    if (v.open.subtasks.size() <= i) v.open.subtasks.resize(static_cast<size_t>(v.parallelism));
    mine = &v.open.subtasks[i];
    AddSubtaskDelta(*mine, delta, records);
  }
  track.block_s += delta.task_s;
  track.block_records += records;
  track.block_busy_s += delta.busy_s;
  if (track.block_s >= kBlockSeconds) CloseBlock(track, subtasks, v.open, mine);
}

}  // namespace tune
