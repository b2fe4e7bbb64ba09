// Flink's names of the memory options.
#pragma once

namespace tune {

struct ProcessMemoryKeys {
  const char *process_size, *flink_size, *metaspace, *overhead_min, *overhead_max, *overhead_fraction;
};
constexpr ProcessMemoryKeys kTaskManagerKeys = {
    "taskmanager.memory.process.size",       "taskmanager.memory.flink.size",
    "taskmanager.memory.jvm-metaspace.size", "taskmanager.memory.jvm-overhead.min",
    "taskmanager.memory.jvm-overhead.max",   "taskmanager.memory.jvm-overhead.fraction"};
constexpr ProcessMemoryKeys kJobManagerKeys = {
    "jobmanager.memory.process.size",       "jobmanager.memory.flink.size",
    "jobmanager.memory.jvm-metaspace.size", "jobmanager.memory.jvm-overhead.min",
    "jobmanager.memory.jvm-overhead.max",   "jobmanager.memory.jvm-overhead.fraction"};

// The parts of a TaskManager's Flink memory.
constexpr char kFrameworkHeap[] = "taskmanager.memory.framework.heap.size";
constexpr char kFrameworkOffHeap[] = "taskmanager.memory.framework.off-heap.size";
constexpr char kTaskHeap[] = "taskmanager.memory.task.heap.size";
constexpr char kTaskOffHeap[] = "taskmanager.memory.task.off-heap.size";
constexpr char kManaged[] = "taskmanager.memory.managed.size";
constexpr char kManagedFraction[] = "taskmanager.memory.managed.fraction";
constexpr char kNetworkMin[] = "taskmanager.memory.network.min";
constexpr char kNetworkMax[] = "taskmanager.memory.network.max";
constexpr char kNetworkFraction[] = "taskmanager.memory.network.fraction";
constexpr char kNetworkBuffers[] = "taskmanager.network.numberOfBuffers";

constexpr char kHeap[] = "jobmanager.memory.heap.size";
constexpr char kOffHeap[] = "jobmanager.memory.off-heap.size";

}  // namespace tune
