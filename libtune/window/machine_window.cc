// TaskManager and job samples -> their part of the window.
#include <algorithm>

#include "libtune/window/builder_state.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kLoadQuantile = 0.9;

// Growth of a counter between two samples; nullopt when absent or reset.
std::optional<double> Growth(const std::optional<double>& last, const std::optional<double>& now) {
  if (!last || !now || *now < *last) return std::nullopt;
  return *now - *last;
}

std::optional<Bytes> Larger(const std::optional<Bytes>& known, const std::optional<double>& seen) {
  if (!seen) return known;
  return Bytes(std::max(known ? known->value() : 0, static_cast<int64_t>(*seen)));
}

}  // namespace

void WindowBuilder::State::AddTaskManager(const TaskManagerSample& sample) {
  const auto [it, is_new] = task_managers.try_emplace(sample.task_manager, tm_tracks.size());
  if (is_new) {
    window.task_managers.emplace_back().id = sample.task_manager;
    tm_tracks.emplace_back().last = sample;
    tm_tracks.back().cpu_s.resize(window.vertices.front().bins.size());
    tm_tracks.back().covered_s.resize(window.vertices.front().bins.size());
  }
  TaskManagerTrack& track = tm_tracks[it->second];
  TaskManagerWindow& out = window.task_managers[it->second];
  out.heap_used_max = Larger(out.heap_used_max, sample.heap_used_bytes);
  if (sample.heap_max_bytes) out.heap_max = Bytes(static_cast<int64_t>(*sample.heap_max_bytes));
  if (sample.slots && *sample.slots >= 1 && !window.facts.slots_per_task_manager) {
    window.facts.slots_per_task_manager = static_cast<int>(std::min(*sample.slots, double{kMaxParallelism}));
  }
  if (sample.time_ms <= track.last.time_ms) return;
  const double elapsed_s = static_cast<double>(sample.time_ms - track.last.time_ms) / 1000;
  // A CPU clock that stood still is an old answer: the next one speaks for the whole span.
  const auto cpu_ns = Growth(track.last.cpu_time_ns, sample.cpu_time_ns);
  if (cpu_ns && *cpu_ns == 0) return;
  if (const auto gc_ms = Growth(track.last.gc_time_ms, sample.gc_time_ms)) {
    track.gc_s += *gc_ms / 1000;
    track.gc_covered_s += elapsed_s;
    out.gc_fraction = std::min(1.0, track.gc_s / track.gc_covered_s);
  }
  if (cpu_ns) {
    Spread(track.last.time_ms, sample.time_ms, [&](size_t bin, double share) {
      track.cpu_s[bin] += *cpu_ns / 1e9 * share;
      track.covered_s[bin] += elapsed_s * share;
    });
    out.covered_s += elapsed_s;
  }
  track.last = sample;
}

void WindowBuilder::State::FinishTaskManagers() {
  std::vector<Weighted> cores;
  for (size_t i = 0; i < tm_tracks.size(); ++i) {
    const TaskManagerTrack& track = tm_tracks[i];
    cores.clear();
    double weight = 0;
    for (size_t bin = 0; bin < track.cpu_s.size(); ++bin) {
      if (track.covered_s[bin] <= 0) continue;
      cores.push_back({track.cpu_s[bin] / track.covered_s[bin], track.covered_s[bin]});
      weight += track.covered_s[bin];
    }
    const auto p90 = WeightedQuantile(cores, kLoadQuantile);
    window.task_managers[i].cpu_cores_p90 = p90 ? std::optional(Statistic{*p90, 0, weight}) : std::nullopt;
  }
}

void WindowBuilder::State::AddJob(const JobSample& sample) {
  if (has_job && sample.time_ms <= last_job.time_ms) return;
  if (has_job) {
    const double elapsed_s = static_cast<double>(sample.time_ms - last_job.time_ms) / 1000;
    if (last_job.state == JobState::kNotRunning) window.not_running_s += elapsed_s;
    if (Growth(last_job.restarts, sample.restarts).value_or(0) > 0) SeeRestart(sample.time_ms);
    if (last_job.state == JobState::kNotRunning && sample.state == JobState::kRunning) {
      run_start_ms = std::max(run_start_ms, sample.time_ms);
    }
    window.checkpoints.completed += Growth(last_job.completed_checkpoints, sample.completed_checkpoints).value_or(0);
    window.checkpoints.failed += Growth(last_job.failed_checkpoints, sample.failed_checkpoints).value_or(0);
  }
  if (sample.last_checkpoint_ms) {
    const absl::Duration took = absl::Milliseconds(*sample.last_checkpoint_ms);
    window.checkpoints.longest = std::max(window.checkpoints.longest.value_or(absl::ZeroDuration()), took);
  }
  if (sample.state != JobState::kUnknown) window.running_at_end = sample.state == JobState::kRunning;
  last_job = sample;
  has_job = true;
}

}  // namespace tune
