// The part of a Flink configuration that libtune reads, in few bytes.
//
// Kept are
// - pipeline.name, pipeline.jobvertex-parallelism-overrides, jobmanager.scheduler, scheduler-mode,
//   job.autoscaler.enabled, kubernetes.operator.job.autoscaler.enabled: facts and plan;
// - taskmanager.numberOfTaskSlots, taskmanager.cpu.cores, kubernetes.{taskmanager,jobmanager}.{cpu, cpu.amount,
//   cpu.limit-factor, memory.limit-factor}, kubernetes.jobmanager.replicas: containers;
// - the memory model's: {taskmanager,jobmanager}.memory.{process.size, flink.size, jvm-metaspace.size,
//   jvm-overhead.{min, max, fraction}}, taskmanager.memory.{framework.heap.size, framework.off-heap.size,
//   task.heap.size, task.off-heap.size, managed.size, managed.fraction, network.min, network.max, network.fraction,
//   segment-size, size}, taskmanager.network.{numberOfBuffers, memory.min, memory.max, memory.fraction},
//   jobmanager.memory.{heap.size, off-heap.size, enable-jvm-direct-memory-limit}, {taskmanager,jobmanager}.heap.{size,
//   mb};
// - state.backend, state.backend.type, execution.runtime-mode: the container's rules.
#pragma once

#include <map>
#include <string>

namespace tune {

class FlinkOptions {
 public:
  FlinkOptions() = default;
  // Of `configuration` those that are kept.
  explicit FlinkOptions(const std::map<std::string, std::string>& configuration);

  static bool Keeps(const std::string& key);

  std::map<std::string, std::string> ToMap() const;
  size_t bytes() const { return packed_.size(); }

 private:
  std::string packed_;  // for each: number of its key, length of its text in 4 bytes, the text
};

}  // namespace tune
