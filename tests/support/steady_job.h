// A job that is made up, as its metrics tell of it: a source that reads a log, and a map that works on each record.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/samples_codec.h"
#include "tune/v1/service.pb.h"

namespace tune {

class SteadyJob {
 public:
  // `noise`: standard deviation of rates and times, as a share.
  explicit SteadyJob(double seconds_per_record, double noise = 0, uint64_t seed = 1)
      : seconds_per_record_(seconds_per_record), noise_(noise), random_(seed) {
    graph_.vertices.resize(2);
    graph_.vertices[0].id = graph_.vertices[0].name = "source";
    graph_.vertices[1].id = graph_.vertices[1].name = "map";
    graph_.edges = {{0, 1, ShipStrategy::kRebalance}};
  }

  // Samples each ten seconds of `span` from `from` on, in which `produced` records/s come and the map has `parallelism`
  // subtasks. What was not read waits in the log, and is read when there is time.
  SampleBatch Run(absl::Time from, absl::Duration span, double produced, int parallelism) {
    SampleBatch batch;
    if (parallelism != parallelism_) counters_ = {};  // a new attempt counts from zero
    parallelism_ = parallelism;
    graph_.vertices[0].parallelism = graph_.vertices[1].parallelism = parallelism;
    for (absl::Duration at = absl::ZeroDuration(); at <= span; at += kStep) {
      if (at > absl::ZeroDuration()) Step(produced);
      Tell(absl::ToUnixMillis(from + at), batch);
    }
    return batch;
  }
  // Parallelism as in the last run.
  const JobGraph& graph() const { return graph_; }

  v1::PushSamplesRequest Push(const v1::JobRef& job, const SampleBatch& batch) const {
    v1::PushSamplesRequest request;
    *request.mutable_job() = job;
    *request.mutable_graph() = ToProto(graph_);
    *request.mutable_samples() = ToProto(batch);
    return request;
  }

 private:
  static constexpr absl::Duration kStep = absl::Seconds(10);
  struct Counters {
    double records = 0, busy_ms = 0, idle_ms = 0, pressed_ms = 0;
  };

  double Noisy(double value) { return value * std::max(0.1, 1 + noise_ * std::normal_distribution<double>()(random_)); }

  void Step(double produced) {
    const double seconds = absl::ToDoubleSeconds(kStep);
    const double per_record = Noisy(seconds_per_record_);
    const double most = parallelism_ * seconds / per_record;
    const double waits = behind_ + Noisy(produced) * seconds;
    const double read = std::min(most, waits);
    behind_ = waits - read;
    const double busy = std::min(1.0, read / most);
    const double all_ms = seconds * 1000;
    for (Counters& counters : counters_) counters.records += read / parallelism_;
    // The source is held back for as long as the map has no time.
    const double pressed = busy >= 1 ? 0.97 : 0;
    Count(counters_[0], 0.01, pressed, all_ms);
    Count(counters_[1], busy, 0, all_ms);
  }
  static void Count(Counters& counters, double busy, double pressed, double all_ms) {
    counters.busy_ms += busy * all_ms;
    counters.pressed_ms += pressed * all_ms;
    counters.idle_ms += std::max(0.0, 1 - busy - pressed) * all_ms;
  }

  void Tell(int64_t time_ms, SampleBatch& batch) const {
    for (int vertex = 0; vertex < 2; ++vertex) {
      for (int subtask = 0; subtask < parallelism_; ++subtask) {
        const Counters& counters = counters_[static_cast<size_t>(vertex)];
        TaskSample sample;
        sample.time_ms = time_ms;
        sample.vertex = vertex;
        sample.subtask = subtask;
        sample.Set(TaskMetric::kRecordsIn, vertex == 0 ? 0 : counters.records);
        sample.Set(TaskMetric::kRecordsOut, counters.records);
        sample.Set(TaskMetric::kBusyMs, counters.busy_ms);
        sample.Set(TaskMetric::kIdleMs, counters.idle_ms);
        sample.Set(TaskMetric::kBackPressuredMs, counters.pressed_ms);
        if (vertex == 0) sample.Set(TaskMetric::kPendingRecords, behind_ / parallelism_);
        batch.tasks.push_back(sample);
      }
    }
    JobSample job;
    job.time_ms = time_ms;
    job.state = JobState::kRunning;
    batch.jobs.push_back(job);
  }

  const double seconds_per_record_, noise_;
  std::mt19937_64 random_;
  JobGraph graph_;
  int parallelism_ = 0;
  double behind_ = 0;
  std::array<Counters, 2> counters_;
};

}  // namespace tune
