// Flink's memory model, both ways: from options to the memory of a process, and from wanted memory to options.
//
// Forward, the numbers are Flink's own to the byte, and refused is exactly what Flink refuses. Checked against the code
// of Flink 1.17 to 1.20 and 2.0 to 2.3, which compute alike; they differ in which deprecated keys they read.
// A whole process is its total Flink memory, JVM metaspace and JVM overhead. Three ways lead to it, tried in this
// order: its required parts are given (TaskManager: task heap and managed memory; JobManager: heap); total Flink memory
// is given; total process memory is given. What is left over goes to the overhead, or the network, or the heap. Source:
// libtune/DESIGN.md, "Memory model".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tune/units.h"

namespace tune {

struct FlinkVersion {
  int major = 1, minor = 20;  // 1.17 to 1.20, or 2.0 and later
};

// "1.20", "1.20.1" or, as a FlinkDeployment has it, "v1_20".
// kInvalidArgument: another text, or a version older than 1.17.
absl::StatusOr<FlinkVersion> ParseFlinkVersion(const std::string& field, const std::string& text);

// A fraction as Flink multiplies by it: a float, widened, and that as the shortest decimal text that means it; the
// product is cut to whole bytes. 0.1 of 10 GiB is therefore 1073741840 bytes.
class MemoryFraction {
 public:
  MemoryFraction() : MemoryFraction(0) {}
  // Any float; what is not in [0, 1) is refused when memory is computed.
  explicit MemoryFraction(float value);

  float value() const { return value_; }
  bool InRange() const { return value_ >= 0 && value_ < 1; }  // false for NaN
  // Only where InRange(); `bytes` >= 0. The fraction of `bytes`, and the part that is the fraction of itself and
  // `bytes` together; the latter is nullopt where it exceeds 63 bits.
  int64_t Of(int64_t bytes) const;
  std::optional<int64_t> Beside(int64_t bytes) const;

 private:
  struct Decimal {
    uint64_t digits = 0;
    int exponent = 0;
  };
  static Decimal DecimalOf(double value);
  static std::optional<int64_t> Times(int64_t bytes, const Decimal& factor);

  float value_;
  Decimal of_, beside_;
};

// Absent: not set, Flink's default holds. Sizes are >= 0.
struct ProcessMemoryOptions {
  std::optional<Bytes> process_size;                // *.memory.process.size, or the CRD's resource.memory
  std::optional<Bytes> flink_size;                  // *.memory.flink.size
  std::optional<Bytes> metaspace;                   // *.memory.jvm-metaspace.size; 256m
  std::optional<Bytes> overhead_min;                // *.memory.jvm-overhead.min; 192m
  std::optional<Bytes> overhead_max;                // *.memory.jvm-overhead.max; 1g
  std::optional<MemoryFraction> overhead_fraction;  // *.memory.jvm-overhead.fraction; 0.1 of the process size
  // Flink's present name of an option -> the name under which it was given, where that is another: for messages.
  std::map<std::string, std::string> given_as;
};

struct TaskManagerMemoryOptions : ProcessMemoryOptions {
  std::optional<Bytes> framework_heap;             // taskmanager.memory.framework.heap.size; 128m
  std::optional<Bytes> framework_off_heap;         // taskmanager.memory.framework.off-heap.size; 128m
  std::optional<Bytes> task_heap;                  // taskmanager.memory.task.heap.size
  std::optional<Bytes> task_off_heap;              // taskmanager.memory.task.off-heap.size; 0
  std::optional<Bytes> managed;                    // taskmanager.memory.managed.size
  std::optional<MemoryFraction> managed_fraction;  // taskmanager.memory.managed.fraction; 0.4 of Flink memory
  std::optional<Bytes> network_min;                // taskmanager.memory.network.min; 64m
  std::optional<Bytes> network_max;                // taskmanager.memory.network.max; no limit
  std::optional<MemoryFraction> network_fraction;  // taskmanager.memory.network.fraction; 0.1 of Flink memory
  // taskmanager.network.numberOfBuffers of Flink 1 times the segment size. Counts where no option of the network is
  // set.
  std::optional<Bytes> network_buffers;
};

struct JobManagerMemoryOptions : ProcessMemoryOptions {
  std::optional<Bytes> heap;          // jobmanager.memory.heap.size
  std::optional<Bytes> off_heap;      // jobmanager.memory.off-heap.size; 128m
  bool limits_direct_memory = false;  // jobmanager.memory.enable-jvm-direct-memory-limit
};

// What the deprecated *.heap.size and *.heap.mb of Flink 1 stand for.
enum class LegacyHeap {
  kProcessSize,  // native Kubernetes, also of the operator
  kStandalone,   // Flink memory of the TaskManager, heap of the JobManager
};

// The options in a Flink configuration. `resource_memory` is `resource.memory` of the FlinkDeployment, empty where it
// has none; it stands over *.memory.process.size. Keys that have nothing to do with memory are left alone, except that
// a TaskManager also needs a readable taskmanager.numberOfTaskSlots and cpu.cores; environment variables are not known.
// kInvalidArgument for a value that Flink would read and can't: `taskmanager.memory.process.size = "2 gallons";
// allowed: …`. What it would not read (a managed fraction beside a managed size) may be anything.
absl::StatusOr<TaskManagerMemoryOptions> ReadTaskManagerMemory(const FlinkVersion& version,
                                                               const std::map<std::string, std::string>& configuration,
                                                               const std::string& resource_memory = "",
                                                               LegacyHeap legacy = LegacyHeap::kProcessSize);
absl::StatusOr<JobManagerMemoryOptions> ReadJobManagerMemory(const FlinkVersion& version,
                                                             const std::map<std::string, std::string>& configuration,
                                                             const std::string& resource_memory = "",
                                                             LegacyHeap legacy = LegacyHeap::kProcessSize);

struct TaskManagerMemory {
  Bytes framework_heap, task_heap, framework_off_heap, task_off_heap, network, managed, metaspace, overhead;

  Bytes Heap() const { return framework_heap + task_heap; }                      // -Xmx, -Xms
  Bytes Direct() const { return framework_off_heap + task_off_heap + network; }  // -XX:MaxDirectMemorySize
  Bytes Flink() const { return Heap() + Direct() + managed; }                    // total Flink memory
  Bytes Process() const { return Flink() + metaspace + overhead; }               // total process memory
};

struct JobManagerMemory {
  Bytes heap, off_heap, metaspace, overhead;
  bool limits_direct_memory = false;

  Bytes Flink() const { return heap + off_heap; }
  Bytes Process() const { return Flink() + metaspace + overhead; }
};

// The memory that Flink gives to a process of these options. Allocates nothing unless it fails; over 10^6 a second.
// kInvalidArgument where Flink refuses to start, naming the two options that contradict one another:
// `taskmanager.memory.flink.size = 1g, taskmanager.memory.task.heap.size = 2g; allowed: …`.
absl::StatusOr<TaskManagerMemory> ComputeMemory(const TaskManagerMemoryOptions& options);
absl::StatusOr<JobManagerMemory> ComputeMemory(const JobManagerMemoryOptions& options);

// "-Xmx… -Xms… -XX:MaxDirectMemorySize=… -XX:MaxMetaspaceSize=…", in bytes, as Flink's start scripts write them.
std::string JvmArguments(const TaskManagerMemory& memory);
std::string JvmArguments(const JobManagerMemory& memory);

// Wanted memory. Absent: the option stays as it is; the heap then keeps the size that it has. The heap, the network and
// the overhead are wanted at least, the rest exactly; exact_network and exact_overhead make those two exact.
struct TaskManagerMemoryWish {
  std::optional<Bytes> heap;       // -Xmx, framework heap included
  std::optional<Bytes> task_heap;  // instead of `heap`
  std::optional<Bytes> managed, network, task_off_heap, metaspace, overhead;
  bool exact_network = false, exact_overhead = false;
};
struct JobManagerMemoryWish {
  std::optional<Bytes> heap;  // -Xmx
  std::optional<Bytes> off_heap, metaspace, overhead;
  bool exact_overhead = false;
};

template <typename Options, typename Memory>
struct MemoryPlan {
  Bytes process_size;                      // for resource.memory; whole MiB
  std::map<std::string, std::string> set;  // options of Flink that change, to their new texts
  Options options;                         // all of them, `process_size` and `set` among them
  Memory memory;                           // what Flink makes of it
};
using TaskManagerMemoryPlan = MemoryPlan<TaskManagerMemoryOptions, TaskManagerMemory>;
using JobManagerMemoryPlan = MemoryPlan<JobManagerMemoryOptions, JobManagerMemory>;

// The smallest process size in whole MiB, and the fewest changed options, with which Flink gives what is wanted.
// `options` are the spec's own; their process size is what the plan replaces. Set or changed are only
// taskmanager.memory.{task.heap.size, task.off-heap.size, managed.size, network.min, network.max, jvm-metaspace.size,
// jvm-overhead.min, jvm-overhead.max} and jobmanager.memory.{heap.size, off-heap.size, jvm-metaspace.size,
// jvm-overhead.min, jvm-overhead.max}; all others stay, and none is removed. What rounding up to a MiB adds goes to the
// heap, or where that is given to what Flink derives last.
// Of a wish for everything that ComputeMemory() gives, the plan on the same options changes nothing, if their process
// size is whole MiB; and planned again, with its own options, a plan changes nothing. kInvalidArgument: options that
// stay contradict the wish or one another, both named; a negative wish.
absl::StatusOr<TaskManagerMemoryPlan> PlanMemory(const TaskManagerMemoryOptions& options,
                                                 const TaskManagerMemoryWish& wish);
absl::StatusOr<JobManagerMemoryPlan> PlanMemory(const JobManagerMemoryOptions& options,
                                                const JobManagerMemoryWish& wish);

// Memory and cpu of a pod's main container.
struct ContainerResources {
  Bytes memory_request, memory_limit;  // whole MiB
  MilliCores cpu_request, cpu_limit;
};

// As Flink on Kubernetes asks for them: the process size cut to whole MiB is the request, that times `memory_factor`
// and cut again the limit; `cpu` times `cpu_factor`, rounded up to millicores as Kubernetes does. kInvalidArgument: a
// factor below 1, which Flink refuses, or a limit beyond 2^31 - 1 MiB.
absl::StatusOr<ContainerResources> ContainerOf(Bytes process_size, MilliCores cpu, double memory_factor = 1,
                                               double cpu_factor = 1);

// The factors in a Flink configuration: kubernetes.{taskmanager,jobmanager}.{memory,cpu}.limit-factor.
struct LimitFactors {
  double memory = 1, cpu = 1;  // >= 1
};
enum class FlinkProcess { kTaskManager, kJobManager };
// kInvalidArgument for a value that is no number >= 1.
absl::StatusOr<LimitFactors> ReadLimitFactors(FlinkProcess process,
                                              const std::map<std::string, std::string>& configuration);
// The CPU request by a Flink configuration, which counts where the spec's resource.cpu is absent:
// `taskmanager.cpu.cores`, kubernetes.{taskmanager,jobmanager}.cpu.amount, or without `.amount` as older versions call
// it. nullopt: not set, or not above 0, which leaves it to Flink. kInvalidArgument: no number of cores up to 1e9.
absl::StatusOr<std::optional<MilliCores>> ReadCpuRequest(FlinkProcess process,
                                                         const std::map<std::string, std::string>& configuration);

}  // namespace tune
