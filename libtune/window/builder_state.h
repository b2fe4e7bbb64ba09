// The inside of WindowBuilder: what has to be remembered between samples. One file per kind of subject fills it.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libtune/ingest/task_delta.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/window/collection.h"
#include "libtune/window/live_reader.h"
#include "libtune/window/totals.h"
#include "tune/window_builder.h"

namespace tune {

constexpr int64_t kChunks = 8;  // the horizon is forgotten in eighths

// Bins that are kept at most, where the horizon has `bins` whole ones: the oldest go an eighth at a time.
constexpr int64_t MostBins(int64_t bins) { return bins + 1 + (bins + 1) / kChunks + 1; }

// One subtask (or a whole vertex that is reported as one).
struct TaskTrack {
  TaskSample last;
  bool started = false;
  int incomplete = 0;                                       // polls in a row that lacked a counter
  double step_s = 0;                                        // usual seconds between samples; 0: not known yet
  double block_s = 0, block_records = 0, block_busy_s = 0;  // the open block
};

struct VertexTrack {
  bool is_source = false;
  int parallelism = 1;
  int64_t since_ms = -1;  // when it began to run at this parallelism; -1: not seen
  int64_t told_ms = -1;   // of the last ParallelismSample: subtasks beyond it are leftovers; -1: none
  TaskTrack whole;
  std::vector<TaskTrack> subtasks;
  // The window's totals are the open chunk and the closed ones together.
  VertexTotals open;
  std::deque<VertexTotals> closed;  // oldest first
  VertexTotals closed_sum;
};

struct SourceTrack {
  int window_index = -1;  // into JobWindow::sources; -1: not a source
  bool has_offset = false;
  double end_offset = 0;
  int64_t offset_time_ms = 0;
  double committed = -1;                         // -1: not known
  std::vector<DemandBin> offset_bins, lag_bins;  // by how demand is known; the better one becomes the window's
};

// What the GC log of one JVM told so far.
struct LogTrack {
  int64_t last_ms = -1;    // of the last pause; -1: none yet
  int64_t started_ms = 0;  // of the JVM
  LiveReader reader;
  AllocationReader allocation;
};

// What a process counts from its start on: one that falls tells that another process has the name.
constexpr ProcessMetric kProcessCounters[] = {ProcessMetric::kCpuTimeNs, ProcessMetric::kGcTimeMs,
                                              ProcessMetric::kGcCount, ProcessMetric::kFullGcCount};

struct ProcessTrack {
  static constexpr std::array<double, kLiveRungCount> kNoReadings = {-1, -1, -1, -1, -1};

  ProcessSample last{};
  bool has_last = false;
  int64_t heard_ms = 0;             // last time that anything was told of it
  int64_t started_ms = 0;           // of the process, as far as known: when it was first heard of
  bool began_in_window = false;     // its container did: what it counts it counts from then on
  std::optional<double> oom_kills;  // the counter, the last one told
  // The last ones told of kProcessCounters, by the process as it runs now.
  std::array<std::optional<double>, std::size(kProcessCounters)> counters;
  // In use, bytes, of the process as it runs now: the most of the heap, the last told of the others.
  std::optional<double> heap_peak, metaspace_used, direct_used;
  std::vector<double> cpu_s, covered_s, gc_s, gc_covered_s;  // by bin
  std::vector<std::array<double, kLiveRungCount>> live;      // bytes, by bin; below zero: no reading
  ProcessWindow told;                                        // sizes and the like, the last ones told
  LogTrack log;

  void Resize(size_t bins);
  void DropFront(size_t bins);
  void Read(LiveRung rung, size_t bin, double bytes);
  // True: what it counts fell, and what was known of its memory is not its own.
  bool TakeCounters(const ProcessSample& sample);
};

struct RoleTrack {
  std::map<std::string, ProcessTrack> processes;  // by name
  RoleWindow* window = nullptr;
  size_t dirty_from = 0;  // first bin that changed since the window was last asked for
};

// What happened to the job in one bin.
struct JobBin {
  double restarts = 0, completed_checkpoints = 0, failed_checkpoints = 0, not_running_s = 0, longest_checkpoint_ms = -1;
};

struct WindowBuilder::State {
  JobWindow window;
  WindowOptions options;
  double bin_s = 60;
  int64_t bin_ms = 60'000, horizon_ms = 0, warm_up_ms = 0;
  double bins_per_ms = 0;  // 1 / bin_ms
  int64_t start_ms = -1;   // of bin 0; -1: nothing seen yet
  int64_t end_ms = 0;
  int64_t run_start_ms = 0;  // last (re)start of the job that was seen
  int64_t changed_ms = 0;    // when anything last moved
  int64_t open_bin_ms = 0;   // start of the last bin
  int64_t chunk_end_ms = 0;  // when the current chunk of totals is full
  std::vector<VertexTrack> vertices;
  std::vector<SourceTrack> sources;  // by vertex
  RoleTrack task_managers, job_managers;
  int64_t process_warm_up_ms = 0;
  int slots_now = 0;  // that the graph needs; 0: not counted since the last rescale
  std::vector<JobBin> job_bins;
  double burst_restarts = 0;  // counted since run_start_ms: what several metrics say of one restart
  JobSample last_job;
  bool has_job = false;

  // window_builder.cc
  absl::Status SeeTime(int64_t time_ms);               // opens bins up to time_ms, forgets what left the horizon
  void ForgetOldest(int64_t time_ms);                  // opens a new chunk of totals, drops the ninth
  void SeeRestart(int64_t time_ms, double count = 1);  // a restart or rescale of the job: warm-up begins
  size_t BinAt(int64_t since_start_ms) const {         // milliseconds since start, >= 0
    auto bin = static_cast<int64_t>(static_cast<double>(since_start_ms) * bins_per_ms);
    if ((bin + 1) * bin_ms <= since_start_ms) ++bin;  // the product may fall just short of a border
    return static_cast<size_t>(bin);
  }
  // Calls `add(bin, share of the span)` for each bin that [from_ms, to_ms) touches; the part of the span before the
  // window's start goes to none.
  template <typename F>
  void Spread(int64_t from_ms, int64_t to_ms, F add) const;
  bool InOpenBin(int64_t time_ms) const { return time_ms >= open_bin_ms && time_ms < open_bin_ms + bin_ms; }

  absl::Status CheckReportedAlike(const TaskSample& sample) const;
  void SumUp();  // into the window, all but processes
  // builder_save.cc
  absl::Status CheckRestored() const;
  void CheckRestoredVertex(size_t vertex, size_t bins, Violations& bad) const;
  absl::Status FinishRestored();
  // task_window.cc
  void AddTask(const TaskSample& sample);
  void AddDelta(int vertex, int subtask, TaskTrack& track, const TaskDelta& delta, int64_t from_ms, int64_t to_ms);
  void AddWarmDelta(int vertex, int subtask, TaskTrack& track, const TaskDelta& delta);
  void SetParallelism(int vertex, int parallelism, int64_t time_ms);
  // source_window.cc
  void AddSource(const SourceSample& sample);
  void AddPending(int vertex, const TaskDelta& delta, int64_t from_ms, int64_t to_ms);
  void SelectDemand();
  void SumTotals();  // into the window
  // process_window.cc
  RoleTrack& RoleOf(ProcessRole role) { return role == ProcessRole::kTaskManager ? task_managers : job_managers; }
  ProcessTrack& TrackOf(ProcessRole role, const std::string& id, int64_t time_ms);
  void AddProcess(const ProcessSample& sample);
  void AddKills(const ProcessSample& sample, ProcessTrack& track, RoleTrack& role);
  void AddLoad(const ProcessSample& sample, std::optional<double> cpu_ns, ProcessTrack& track, RoleTrack& role);
  void AddReadings(const ProcessSample& sample, ProcessTrack& track, RoleTrack& role);
  bool IsWarm(const ProcessTrack& track, int64_t time_ms) const;
  int SlotsNow();
  void FinishProcesses(RoleTrack& role);
  // collection_window.cc
  void AddCollection(const CollectionSample& sample);
  // job_samples.cc
  void AddJob(const JobSample& sample);
  void SumJob();
};

template <typename F>
void WindowBuilder::State::Spread(int64_t from_ms, int64_t to_ms, F add) const {
  int64_t at = std::max<int64_t>(0, from_ms - start_ms);
  const int64_t end = to_ms - start_ms;
  if (end <= at) return;
  const double span = static_cast<double>(to_ms - from_ms);
  for (size_t bin = BinAt(at); at < end; ++bin) {
    const int64_t border = std::min(end, static_cast<int64_t>(bin + 1) * bin_ms);
    add(bin, static_cast<double>(border - at) / span);
    at = border;
  }
}

}  // namespace tune
