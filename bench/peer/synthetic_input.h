// The benchmark's input as INPUT.md defines it, in whole numbers only, so that the Java twin (SyntheticInput.java)
// makes the same series.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tune/job_graph.h"
#include "tune/sample.h"

namespace tune::bench {

constexpr int64_t kStartMs = 1'700'000'040'000;
constexpr int64_t kStepMs = 60'000;
constexpr int kParallelism = 4;
constexpr int kKeyGroups = 128;

// Moves forward one step, a minute, at a time.
class SyntheticInput {
 public:
  // `vertices` >= 2.
  explicit SyntheticInput(int vertices) : vertices_(vertices), totals_(static_cast<size_t>(vertices)) {}

  void Advance() {
    ++step_;
    records_ = kBaseRecords * (kPpm + Wave(step_)) * (kPpm + Noise(0, step_)) / (kPpm * kPpm);
    for (int v = 0; v < vertices_; ++v) {
      Totals& t = totals_[static_cast<size_t>(v)];
      const int64_t in = Input(v, records_);
      t.records_in += v == 0 ? 0 : in;
      t.records_out += v == vertices_ - 1 ? 0 : Input(v + 1, records_);
      t.busy_ms += in * ServiceNanos(v) * (kPpm + Noise(static_cast<uint64_t>(v) + 1, step_)) / (kPpm * kPpm);
      t.back_pressured_ms += v < bottleneck() ? kParallelism * kStepMs / 50 : 0;
    }
  }

  int bottleneck() const { return vertices_ / 2; }
  int64_t time_ms() const { return kStartMs + step_ * kStepMs; }

  // The whole vertex at the current step.
  TaskSample Sample(int vertex) const {
    const Totals& t = totals_[static_cast<size_t>(vertex)];
    TaskSample sample{.time_ms = time_ms(), .vertex = vertex, .subtask = TaskSample::kWholeVertex, .value = {}};
    sample.Set(TaskMetric::kRecordsIn, static_cast<double>(t.records_in));
    sample.Set(TaskMetric::kRecordsOut, static_cast<double>(t.records_out));
    sample.Set(TaskMetric::kBusyMs, static_cast<double>(t.busy_ms));
    sample.Set(TaskMetric::kBackPressuredMs, static_cast<double>(t.back_pressured_ms));
    const int64_t one_second = records_ / 60;  // whole records, as in Java
    if (vertex == 0) sample.Set(TaskMetric::kPendingRecords, static_cast<double>(one_second));
    return sample;
  }

  JobGraph Graph() const {
    JobGraph graph;
    for (int v = 0; v < vertices_; ++v) {
      graph.vertices.push_back({.id = absl::StrFormat("%032x", v + 1),
                                .name = absl::StrFormat("vertex-%d", v),
                                .parallelism = kParallelism,
                                .max_parallelism = kKeyGroups,
                                .source_partitions = std::nullopt});
      if (v > 0) graph.edges.push_back({v - 1, v, v % 2 == 0 ? ShipStrategy::kHash : ShipStrategy::kRebalance});
    }
    return graph;
  }

 private:
  struct Totals {
    int64_t records_in = 0, records_out = 0, busy_ms = 0, back_pressured_ms = 0;
  };
  static constexpr int64_t kBaseRecords = 600'000;
  static constexpr int64_t kPpm = 1'000'000;

  static int64_t Wave(int64_t step) {
    const int64_t phase = (step + 600) % 1440;
    return (std::min(phase, 1440 - phase) - 360) * 100'000 / 360;
  }

  static int64_t Noise(uint64_t stream, int64_t step) {
    uint64_t z = 20'240'611 + 0x9E3779B97F4A7C15u * ((stream << 32) + static_cast<uint64_t>(step) + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return static_cast<int64_t>((z >> 11) % 40'001) - 20'000;
  }

  static int64_t Input(int vertex, int64_t records) { return vertex % 4 >= 2 ? records * 4 / 5 : records; }

  int64_t ServiceNanos(int vertex) const {
    const int64_t busy_ppm = vertex == bottleneck() ? 870'000 : 480'000 + 10'000 * (vertex % 9);
    return busy_ppm * kParallelism * kStepMs / Input(vertex, kBaseRecords);
  }

  int vertices_;
  std::vector<Totals> totals_;
  int64_t step_ = -1;
  int64_t records_ = 0;
};

// `samples` steps of every vertex, steps first.
inline std::vector<TaskSample> MakeSamples(int vertices, int samples) {
  SyntheticInput input(vertices);
  std::vector<TaskSample> all;
  all.reserve(static_cast<size_t>(vertices) * static_cast<size_t>(samples));
  for (int i = 0; i < samples; ++i) {
    input.Advance();
    for (int v = 0; v < vertices; ++v) all.push_back(input.Sample(v));
  }
  return all;
}

}  // namespace tune::bench
