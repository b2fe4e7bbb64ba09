// What a builder's inside is made of, each field once. Fields() lists those of a record, Walk() goes through what holds
// records; both for a writer and for a reader (state_words.h, state_stream.h). A change of either is a new
// kStateVersion.
//
// Left out is what is worked out again: all that Window() sums up, what Create() finds from graph and options, and what
// is kept for speed. Ranges are those that samples can lead to, so that no arithmetic on them goes wrong later.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

#include "libtune/ingest/check_sample.h"
#include "libtune/window/builder_state.h"

namespace tune {

constexpr uint32_t kStateVersion = 2;

// T, or const T.
template <typename T, typename U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

constexpr double kMostAmount = kLargestAmount, kMostSquare = kLargestAmount * kLargestAmount;
constexpr int64_t kMostInt = std::numeric_limits<int32_t>::max(), kMostLong = int64_t{1} << 60;

// In the order in which they are declared.

void Fields(auto& w, Of<double> auto& amount) { w.Number("value", amount, 0, kMostAmount); }

void Fields(auto& w, Of<Bin> auto& bin) {
  w.Number("covered_s", bin.covered_s, 0, kMostAmount);
  w.Number("records_in", bin.records_in, 0, kMostAmount);
  w.Number("records_out", bin.records_out, 0, kMostAmount);
  w.Number("task_s", bin.task_s, 0, kMostAmount);
  w.Number("busy_s", bin.busy_s, -kMostAmount, kMostAmount);
  w.Number("backpressured_s", bin.backpressured_s, 0, kMostAmount);
  w.Number("warm_s", bin.warm_s, 0, kMostAmount);
}

void Fields(auto& w, Of<DemandBin> auto& bin) {
  w.Number("covered_s", bin.covered_s, 0, kMostAmount);
  w.Number("records", bin.records, -kMostAmount, kMostAmount);
  w.Number("lag_records", bin.lag_records, 0, kMostAmount);
}

void Fields(auto& w, Of<ServiceMoments> auto& m) {
  w.Number("blocks", m.blocks, 0, kMostAmount);
  w.Number("x", m.x, 0, kMostAmount);
  w.Number("y", m.y, -kMostAmount, kMostAmount);
  w.Number("xx", m.xx, 0, kMostSquare);
  w.Number("xy", m.xy, -kMostSquare, kMostSquare);
  w.Number("yy", m.yy, 0, kMostSquare);
}

void Fields(auto& w, Of<SubtaskWindow> auto& s) {
  w.Number("covered_s", s.covered_s, 0, kMostAmount);
  w.Number("records_in", s.records_in, 0, kMostAmount);
  w.Number("busy_s", s.busy_s, -kMostAmount, kMostAmount);
  w.Number("backpressured_s", s.backpressured_s, 0, kMostAmount);
  w.OptionalNumber("cpu_s", s.cpu_s, 0, kMostAmount);
  w.Number("saturated_s", s.saturated_s, 0, kMostAmount);
}

void Fields(auto& w, Of<ParallelismRun> auto& run) {
  w.Int("parallelism", run.parallelism, 1, kMaxParallelism);
  w.Number("task_s", run.task_s, 0, kMostAmount);
  w.Number("records", run.records, 0, kMostAmount);
  w.Number("busy_s", run.busy_s, -kMostAmount, kMostAmount);
}

void Fields(auto& w, Of<Coverage> auto& c) {
  w.Number("covered_s", c.covered_s, 0, kMostAmount);
  w.Number("longest_gap_s", c.longest_gap_s, 0, kMostAmount);
  w.Int("samples", c.samples, 0, kMostLong);
  w.Int("gaps", c.gaps, 0, kMostLong);
  w.Int("counter_resets", c.counter_resets, 0, kMostLong);
  w.Int("duplicates", c.duplicates, 0, kMostLong);
  w.Int("out_of_order", c.out_of_order, 0, kMostLong);
  w.Int("stale", c.stale, 0, kMostLong);
}

void Fields(auto& w, Of<CpuBin> auto& bin) {
  w.Number("covered_s", bin.covered_s, 0, kMostAmount);
  w.Number("cpu_s", bin.cpu_s, 0, kMostAmount);
  w.Number("busiest_cores", bin.busiest_cores, 0, kMostAmount);
  w.Number("warm_s", bin.warm_s, 0, kMostAmount);
  w.Number("throttle_seen_s", bin.throttle_seen_s, 0, kMostAmount);
  w.Number("throttled_s", bin.throttled_s, 0, kMostAmount);
  w.Int("processes", bin.processes, 0, kMostInt);
  w.Int("slots", bin.slots, 0, kMostInt);
  w.OptionalNumber("limit_cores", bin.limit_cores, 0, kMostAmount);
}

void Fields(auto& w, Of<MemoryBin> auto& bin) {
  for (auto& live : bin.live) w.OptionalInt("live", live, 0, std::numeric_limits<int64_t>::max());
  w.Number("gc_seen_s", bin.gc_seen_s, 0, kMostAmount);
  w.Number("gc_s", bin.gc_s, 0, kMostAmount);
  w.Number("full_seen_s", bin.full_seen_s, 0, kMostAmount);
  w.Number("full_gcs", bin.full_gcs, 0, kMostAmount);
  w.Number("full_gc_time_s", bin.full_gc_time_s, 0, kMostAmount);
  w.Number("log_s", bin.log_s, 0, kMostAmount);
  w.Number("log_pause_s", bin.log_pause_s, 0, kMostAmount);
  w.Number("log_young_pause_s", bin.log_young_pause_s, 0, kMostAmount);
  w.Number("log_full_pause_s", bin.log_full_pause_s, 0, kMostAmount);
  w.Number("log_full_gcs", bin.log_full_gcs, 0, kMostAmount);
  w.Number("log_futile_full_gcs", bin.log_futile_full_gcs, 0, kMostAmount);
  w.Number("log_young_gcs", bin.log_young_gcs, 0, kMostAmount);
  w.Number("log_allocated", bin.log_allocated, 0, kMostAmount);
  w.Number("log_promoted", bin.log_promoted, 0, kMostAmount);
  w.Number("log_survived", bin.log_survived, 0, kMostAmount);
  w.Number("oom_kills", bin.oom_kills, 0, kMostAmount);
  for (auto* bytes :
       {&bin.heap_used, &bin.metaspace_used, &bin.direct_used, &bin.managed_used, &bin.network_used, &bin.rss,
        &bin.working_set, &bin.unreclaimable, &bin.file_cache, &bin.dirty_file, &bin.native, &bin.killed_limit}) {
    w.OptionalInt("bytes", *bytes, 0, std::numeric_limits<int64_t>::max());
  }
}

// CheckSample() looks at the rest of samples.
void Fields(auto& w, Of<TaskSample> auto& s) {
  w.Int("time_ms", s.time_ms, 0, kLargestTimeMs);
  w.Int("vertex", s.vertex, 0, kMostInt);
  w.Int("subtask", s.subtask, TaskSample::kWholeVertex, kMaxParallelism);
  w.Int("present", s.present, 0, (1 << kTaskMetricCount) - 1);
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const auto metric = static_cast<TaskMetric>(i);
    w.NumberIf(s.Has(metric), TaskMetricName(metric), s.value[static_cast<size_t>(i)], 0, kMostAmount);
  }
}

void Fields(auto& w, Of<ProcessSample> auto& s) {
  w.Int("time_ms", s.time_ms, 0, kLargestTimeMs);
  w.Int("present", s.present, 0, (int64_t{1} << kProcessMetricCount) - 1);
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const auto metric = static_cast<ProcessMetric>(i);
    w.NumberIf(s.Has(metric), ProcessMetricName(metric), s.value[static_cast<size_t>(i)], 0, kMostAmount);
  }
}

void Fields(auto& w, Of<JobSample> auto& s) {
  w.Int("time_ms", s.time_ms, 0, kLargestTimeMs);
  w.Int("state", s.state, 0, static_cast<int64_t>(JobState::kNotRunning));
  w.OptionalNumber("restarts", s.restarts, 0, kMostAmount);
  w.OptionalNumber("completed_checkpoints", s.completed_checkpoints, 0, kMostAmount);
  w.OptionalNumber("failed_checkpoints", s.failed_checkpoints, 0, kMostAmount);
  w.OptionalNumber("last_checkpoint_ms", s.last_checkpoint_ms, 0, kMostAmount);
}

void Fields(auto& w, Of<TaskTrack> auto& track) {
  Fields(w, track.last);
  w.Int("started", track.started, 0, 1);
  w.Int("incomplete", track.incomplete, 0, kMostInt);
  w.Number("step_s", track.step_s, 0, kMostAmount);
  w.Number("block_s", track.block_s, 0, kMostAmount);
  w.Number("block_records", track.block_records, 0, kMostAmount);
  w.Number("block_busy_s", track.block_busy_s, -kMostAmount, kMostAmount);
}

void Fields(auto& w, Of<VertexTrack> auto& track) {
  w.Int("parallelism", track.parallelism, 1, kMaxParallelism);
  w.Int("since_ms", track.since_ms, -1, kLargestTimeMs);
  w.Int("told_ms", track.told_ms, -1, kLargestTimeMs);
}

void Fields(auto& w, Of<SourceTrack> auto& track) {
  w.Int("has_offset", track.has_offset, 0, 1);
  w.Number("end_offset", track.end_offset, 0, kMostAmount);
  w.Int("offset_time_ms", track.offset_time_ms, 0, kLargestTimeMs);
  w.Number("committed", track.committed, -1, kMostAmount);
}

void Fields(auto& w, Of<LogTrack> auto& log) {
  w.Int("last_ms", log.last_ms, -1, kLargestTimeMs);
  w.Int("started_ms", log.started_ms, -kMostLong, kLargestTimeMs);
  LiveReader::Fields(w, log.reader);
  AllocationReader::Fields(w, log.allocation);
}

// What is told of a process's size; the rest of a ProcessWindow is Window()'s.
void Fields(auto& w, Of<ProcessWindow> auto& told) {
  for (auto* bytes : {&told.heap_used_max, &told.heap_max, &told.old_capacity, &told.young_capacity,
                      &told.metaspace_max, &told.managed_total, &told.network_total, &told.memory_limit}) {
    w.OptionalInt("bytes", *bytes, 0, std::numeric_limits<int64_t>::max());
  }
  w.OptionalNumber("cpu_limit_cores", told.cpu_limit_cores, 0, kMostAmount);
  w.OptionalNumber("cpu_request_cores", told.cpu_request_cores, 0, kMostAmount);
  w.Int("collector", told.collector, 0, static_cast<int64_t>(Collector::kEpsilon));
}

void Fields(auto& w, Of<ProcessTrack> auto& track) {
  Fields(w, track.last);
  w.Int("has_last", track.has_last, 0, 1);
  w.Int("heard_ms", track.heard_ms, 0, kLargestTimeMs);
  w.Int("started_ms", track.started_ms, -kMostLong, kLargestTimeMs);
  w.Int("began_in_window", track.began_in_window, 0, 1);
  w.OptionalNumber("oom_kills", track.oom_kills, 0, kMostAmount);
  for (auto& counter : track.counters) w.OptionalNumber("counter", counter, 0, kMostAmount);
  w.OptionalNumber("heap_peak", track.heap_peak, 0, kMostAmount);
  w.OptionalNumber("metaspace_used", track.metaspace_used, 0, kMostAmount);
  w.OptionalNumber("direct_used", track.direct_used, 0, kMostAmount);
  Fields(w, track.told);
  Fields(w, track.log);
}

using LiveRow = std::array<double, kLiveRungCount>;
void Fields(auto& w, Of<LiveRow> auto& live) {
  for (auto& bytes : live) w.Number("live", bytes, -1, kMostLiveBytes);
}

void Fields(auto& w, Of<JobBin> auto& bin) {
  w.Number("restarts", bin.restarts, 0, kMostAmount);
  w.Number("completed_checkpoints", bin.completed_checkpoints, 0, kMostAmount);
  w.Number("failed_checkpoints", bin.failed_checkpoints, 0, kMostAmount);
  w.Number("not_running_s", bin.not_running_s, 0, kMostAmount);
  w.Number("longest_checkpoint_ms", bin.longest_checkpoint_ms, -1, kMostAmount);
}

}  // namespace tune
