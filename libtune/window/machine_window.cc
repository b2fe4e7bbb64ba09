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

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

std::optional<Statistic> LoadOf(const TaskManagerTrack& track) {
  std::vector<Weighted> cores;
  double weight = 0;
  for (size_t bin = 0; bin < track.cpu_s.size(); ++bin) {
    if (track.covered_s[bin] <= 0) continue;
    cores.push_back({track.cpu_s[bin] / track.covered_s[bin], track.covered_s[bin]});
    weight += track.covered_s[bin];
  }
  const auto p90 = WeightedQuantile(cores, kLoadQuantile);
  return p90 ? std::optional(Statistic{*p90, 0, weight}) : std::nullopt;
}

TaskManagerWindow WindowOf(const std::string& id, const TaskManagerTrack& track) {
  TaskManagerWindow window;
  window.id = id;
  window.covered_s = Sum(track.covered_s);
  window.cpu_cores_p90 = LoadOf(track);
  const double gc_covered_s = Sum(track.gc_covered_s);
  if (gc_covered_s > 0) window.gc_fraction = std::min(1.0, Sum(track.gc_s) / gc_covered_s);
  window.heap_used_max = track.heap_used_max;
  window.heap_max = track.heap_max;
  return window;
}

}  // namespace

void WindowBuilder::State::AddTaskManager(const TaskManagerSample& sample) {
  const auto [it, is_new] = task_managers.try_emplace(sample.task_manager);
  TaskManagerTrack& track = it->second;
  if (is_new) {
    track.last = sample;
    for (auto* bins : {&track.cpu_s, &track.covered_s, &track.gc_s, &track.gc_covered_s}) bins->resize(job_bins.size());
  }
  track.heap_used_max = Larger(track.heap_used_max, sample.heap_used_bytes);
  if (sample.heap_max_bytes) track.heap_max = Bytes(static_cast<int64_t>(*sample.heap_max_bytes));
  if (sample.slots && *sample.slots >= 1 && !window.facts.slots_per_task_manager) {
    window.facts.slots_per_task_manager = static_cast<int>(std::min(*sample.slots, double{kMaxParallelism}));
  }
  if (sample.time_ms <= track.last.time_ms) return;
  const double elapsed_s = static_cast<double>(sample.time_ms - track.last.time_ms) / 1000;
  // A CPU clock that stood still is an old answer: the next one speaks for the whole span.
  const auto cpu_ns = Growth(track.last.cpu_time_ns, sample.cpu_time_ns);
  if (cpu_ns && *cpu_ns == 0) return;
  const auto gc_ms = Growth(track.last.gc_time_ms, sample.gc_time_ms);
  Spread(track.last.time_ms, sample.time_ms, [&](size_t bin, double share) {
    if (cpu_ns) {
      track.cpu_s[bin] += *cpu_ns / 1e9 * share;
      track.covered_s[bin] += elapsed_s * share;
    }
    if (gc_ms) {
      track.gc_s[bin] += *gc_ms / 1000 * share;
      track.gc_covered_s[bin] += elapsed_s * share;
    }
  });
  track.last = sample;
}

// One that was last heard of before the window's start is gone, and forgotten.
void WindowBuilder::State::FinishTaskManagers() {
  std::erase_if(task_managers, [this](const auto& entry) { return entry.second.last.time_ms < start_ms; });
  window.task_managers.clear();
  for (const auto& [id, track] : task_managers) window.task_managers.push_back(WindowOf(id, track));
}

void WindowBuilder::State::AddJob(const JobSample& sample) {
  if (has_job && sample.time_ms <= last_job.time_ms) return;
  if (has_job) {
    const double elapsed_s = static_cast<double>(sample.time_ms - last_job.time_ms) / 1000;
    if (last_job.state == JobState::kNotRunning) {
      Spread(last_job.time_ms, sample.time_ms,
             [&](size_t bin, double share) { job_bins[bin].not_running_s += elapsed_s * share; });
    }
    const double restarts = Growth(last_job.restarts, sample.restarts).value_or(0);
    if (restarts > 0) SeeRestart(sample.time_ms, restarts);
    if (last_job.state == JobState::kNotRunning && sample.state == JobState::kRunning) {
      run_start_ms = std::max(run_start_ms, sample.time_ms);
    }
  }
  if (sample.time_ms >= start_ms) {
    JobBin& bin = job_bins[BinAt(sample.time_ms - start_ms)];
    if (has_job) {
      bin.completed_checkpoints += Growth(last_job.completed_checkpoints, sample.completed_checkpoints).value_or(0);
      bin.failed_checkpoints += Growth(last_job.failed_checkpoints, sample.failed_checkpoints).value_or(0);
    }
    if (sample.last_checkpoint_ms)
      bin.longest_checkpoint_ms = std::max(bin.longest_checkpoint_ms, *sample.last_checkpoint_ms);
  }
  if (sample.state != JobState::kUnknown) window.running_at_end = sample.state == JobState::kRunning;
  last_job = sample;
  has_job = true;
}

void WindowBuilder::State::SumJob() {
  window.restarts = window.not_running_s = 0;
  window.checkpoints = {};
  double longest_ms = -1;
  for (const JobBin& bin : job_bins) {
    window.restarts += bin.restarts;
    window.not_running_s += bin.not_running_s;
    window.checkpoints.completed += bin.completed_checkpoints;
    window.checkpoints.failed += bin.failed_checkpoints;
    longest_ms = std::max(longest_ms, bin.longest_checkpoint_ms);
  }
  if (longest_ms >= 0) window.checkpoints.longest = absl::Milliseconds(longest_ms);
}

}  // namespace tune
