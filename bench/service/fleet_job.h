// A made-up job of a fleet, and what a scheduler would push of it: five vertices of two subtasks in a chain, one
// TaskManager, a step every 15 s. Rates follow a wave of two hours, with noise; no two jobs are alike.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "tune/v1/service.pb.h"

namespace tune::bench {

class FleetJob {
 public:
  // `number` >= 0 tells jobs apart. They are in namespaces of a hundred jobs.
  explicit FleetJob(int number) : number_(number) {}

  v1::JobRef Ref() const;
  // The next `minutes`, > 0. The first one brings graph and facts.
  v1::PushSamplesRequest Next(int minutes);

 private:
  static constexpr int kVertices = 5, kSubtasks = 2;
  struct Counters {
    double in = 0, out = 0, busy_ms = 0, idle_ms = 0, back_pressured_ms = 0;
  };

  void Step(v1::SampleBatch& batch);
  void AddTasks(double records, v1::SampleBatch& batch);
  void AddProcess(v1::SampleBatch& batch);
  // In [-1, 1], equal for equal arguments.
  double Noise(int stream) const;
  int64_t time_ms() const;

  int number_;
  int64_t step_ = 0;
  double produced_ = 0, consumed_ = 0, checkpoints_ = 0, cpu_ns_ = 0, gc_ms_ = 0, gc_count_ = 0;
  std::array<std::array<Counters, kSubtasks>, kVertices> counters_;
};

}  // namespace tune::bench
