// Streams of samples that a random generator makes up: of a job that runs, with gaps, restarts, rescales, kills, logs,
// and samples that are late, doubled or refused.
#pragma once

#include <array>
#include <random>
#include <variant>

#include "tune/sample.h"
#include "tune/window_builder.h"

namespace tune {

using AnySample = std::variant<TaskSample, ProcessSample, SourceSample, JobSample, ParallelismSample, CollectionSample>;

inline absl::Status Add(WindowBuilder& builder, const AnySample& sample) {
  return std::visit([&builder](const auto& s) { return builder.Add(s); }, sample);
}

class AnySamples {
 public:
  explicit AnySamples(uint64_t seed);

  // source -> map -> sink.
  JobGraph graph() const;
  JobFacts facts() const;
  AnySample Next();

 private:
  static constexpr int kVertices = 3, kSubtasks = 4;
  struct Counters {
    double in = 0, out = 0, busy_ms = 0, idle_ms = 0, pressed_ms = 0, cpu_ns = 0, pending = 0;
  };

  double Draw(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  bool Chance(double share) { return Draw(0, 1) < share; }
  int64_t Now();
  TaskSample Task();
  ProcessSample Process();
  CollectionSample OfLog();
  SourceSample Source();
  JobSample Job();

  std::mt19937_64 random_;
  int64_t now_ms_ = 1'700'000'012'345;
  std::array<int64_t, kVertices * kSubtasks> polled_ms_{};
  std::array<Counters, kVertices * kSubtasks> counters_;
  std::array<double, 3> cpu_ns_{}, gc_ms_{};
  double end_offset_ = 1e6, restarts_ = 0, checkpoints_ = 0;
};

}  // namespace tune
