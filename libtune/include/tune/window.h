// A window: what Recommend() reads. WindowBuilder makes it from samples; tests and callers may write one by hand.
//
// Counts are summed over a vertex's subtasks. "Subtask-seconds" are seconds times the subtasks that were seen in
// them, so busy_s / task_s is the mean busy share of one subtask.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tune/job_graph.h"
#include "tune/pod_limits.h"
#include "tune/process_spec.h"
#include "tune/process_window.h"
#include "tune/units.h"

namespace tune {

// One vertex in [start + i * bin, start + (i + 1) * bin). A bin that nothing was seen in has covered_s = 0.
struct Bin {
  double covered_s = 0;        // wall seconds seen, in [0, bin]
  double records_in = 0;       // records; a source's: what it read of its log, 0 where it does not count it
  double records_out = 0;      // records
  double task_s = 0;           // subtask-seconds in which busy time was seen
  double busy_s = 0;           // subtask-seconds
  double backpressured_s = 0;  // subtask-seconds
  double warm_s = 0;           // of covered_s: seconds later than the warm-up after a (re)start
};

// How many records a source's log grew by, and how many wait in it.
struct DemandBin {
  double covered_s = 0;    // seconds seen; 0: nothing known
  double records = 0;      // records produced in covered_s
  double lag_records = 0;  // records behind at the end of the bin; meaningful where covered_s > 0
};

enum class DemandKind {
  kConsumed,  // the source's own out rate: what it took, which is demand only while it was not held back
  kLag,       // out rate plus the growth of pendingRecords
  kOffsets,   // end offsets of the log: production itself
  kGiven,     // a rate somebody gave
};

// Demand on one source.
struct SourceWindow {
  int vertex = 0;  // index of the source
  DemandKind kind = DemandKind::kConsumed;
  std::vector<DemandBin> bins;            // kLag, kOffsets: as many as the job has bins; else empty
  std::optional<RecordsPerSecond> given;  // kGiven: > 0; records/s that the source reads
  std::optional<double> lag_records;      // records behind at the end of the window; nullopt: not known
};

// Sums over blocks of about ten seconds after the warm-up, at the vertex's current parallelism; x = records/s of
// one subtask, y = its busy share. Enough for the ratio y/x, its error, and a straight line with its error.
struct ServiceMoments {
  double blocks = 0;
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};

// One subtask in the current run, after the warm-up.
struct SubtaskWindow {
  double covered_s = 0;   // seconds seen
  double records_in = 0;  // a source's: records out
  double busy_s = 0;
  double backpressured_s = 0;
  std::optional<double> cpu_s;  // CPU seconds of its thread; nullopt: not measured
  double saturated_s = 0;       // seconds of blocks in which it was busy >= 95 % of the time
};

// What was seen of a vertex while it ran with one parallelism, after warm-ups.
struct ParallelismRun {
  int parallelism = 1;
  double task_s = 0;   // subtask-seconds
  double records = 0;  // in; a source's: out
  double busy_s = 0;
};

// How well something was seen.
struct Coverage {
  double covered_s = 0;      // seconds with data
  double longest_gap_s = 0;  // longest hole between two samples that was longer than three usual steps
  int64_t samples = 0;
  int64_t gaps = 0;
  int64_t counter_resets = 0;  // restarts and rescales seen in the counters
  int64_t duplicates = 0;      // samples at a time already seen: left out
  int64_t out_of_order = 0;    // samples older than the last one: left out
  int64_t stale = 0;           // samples whose counters stood still although time must pass: left out
};

struct VertexWindow {
  std::vector<Bin> bins;  // as many for every vertex
  ServiceMoments service;
  std::vector<SubtaskWindow> subtasks;  // by index; those of the current parallelism
  std::vector<ParallelismRun> runs;     // by parallelism, ascending
  Coverage coverage;
  bool busy_measured = false;  // false: Flink gave no busy time (legacy source)
  // Per-record time by a metric of its own (the enriched job's latency). nullopt: the job exports none.
  std::optional<SecondsPerRecord> latency;
};

struct CheckpointWindow {
  double completed = 0;
  double failed = 0;
  std::optional<absl::Duration> longest;  // of the last-duration gauge
};

// Facts that samples do not tell: from the job's spec, or given.
struct JobFacts {
  std::string job_name;
  int flink_major = 0;  // 0: not known
  int flink_minor = 0;
  std::optional<bool> adaptive_scheduler;            // jobmanager.scheduler: adaptive; nullopt: not known
  std::optional<int> slots_per_task_manager;         // > 0
  std::map<std::string, std::string> configuration;  // Flink's keys as in the spec
  FlinkProcessSpec task_manager, job_manager;        // resources as in the spec
  PodLimits limits;                                  // of the namespace and the nodes
  std::vector<std::string> session_jobs;             // of a session cluster, by name (session.h); empty: one job
};

struct JobWindow {
  JobGraph graph;  // parallelism: as at the end of the window
  JobFacts facts;
  absl::Time start;                       // of bin 0
  absl::Duration bin = absl::Minutes(1);  // > 0
  absl::Duration length;                  // from start to the last sample
  std::vector<VertexWindow> vertices;     // as graph.vertices
  std::vector<SourceWindow> sources;      // one for each vertex without inputs
  RoleWindow task_managers;
  RoleWindow job_managers;
  CheckpointWindow checkpoints;
  double restarts = 0;       // restarts and rescales seen
  double not_running_s = 0;  // seconds the job was seen in another state than RUNNING
  bool running_at_end = true;
  // Seconds since anything changed in the job's counters; more than a few steps: the metrics are dead.
  double stale_at_end_s = 0;
};

// kInvalidArgument lists every violation with its path, `vertices["map-3"].bins[7].busy_s = -20; allowed: >= 0`.
absl::Status CheckWindow(const JobWindow& window);

}  // namespace tune
