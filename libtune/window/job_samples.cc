// Samples of the job as a whole -> their part of the window.
#include <algorithm>

#include "libtune/window/builder_state.h"
#include "libtune/window/growth.h"

namespace tune {

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
