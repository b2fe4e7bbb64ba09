// Memory of a TaskManager. What is left of the Flink memory goes to the task heap, or where that is given to the
// network.
#include "libtune/memory/task_manager.h"

#include <array>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "tune/sizes.h"

namespace tune {
namespace {

constexpr int64_t kDefaultNetworkMin = 64 * kMebibyte;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

const MemoryFraction& Managed(const TaskManagerMemoryOptions& o) {
  static const MemoryFraction otherwise(0.4F);
  return o.managed_fraction ? *o.managed_fraction : otherwise;
}

const MemoryFraction& NetworkFraction(const TaskManagerMemoryOptions& o) {
  static const MemoryFraction otherwise(0.1F);
  return o.network_fraction ? *o.network_fraction : otherwise;
}

// Memory but for what is derived; what is derived is 0.
TaskManagerMemory Given(const TaskManagerMemoryOptions& o) {
  TaskManagerMemory memory;
  memory.framework_heap = o.framework_heap.value_or(Bytes(kDefaultFramework));
  memory.framework_off_heap = o.framework_off_heap.value_or(Bytes(kDefaultFramework));
  memory.task_heap = o.task_heap.value_or(Bytes(0));
  memory.task_off_heap = o.task_off_heap.value_or(Bytes(0));
  memory.managed = o.managed.value_or(Bytes(0));
  return memory;
}

absl::int128 Sum(const TaskManagerMemory& m) {
  return absl::int128(m.framework_heap.value()) + m.framework_off_heap.value() + m.task_heap.value() +
         m.task_off_heap.value() + m.managed.value() + m.network.value();
}

bool CountsBuffers(const TaskManagerMemoryOptions& o) {
  return o.network_buffers && !o.network_min && !o.network_max && !o.network_fraction;
}

// The part to name when the parts exceed their total: the largest that somebody set, else the largest.
std::string LargestPart(const TaskManagerMemoryOptions& o, const TaskManagerMemory& m) {
  const std::array<Part, 6> parts = {{
      {kFrameworkHeap, m.framework_heap.value(), o.framework_heap.has_value()},
      {kFrameworkOffHeap, m.framework_off_heap.value(), o.framework_off_heap.has_value()},
      {kTaskHeap, m.task_heap.value(), o.task_heap.has_value()},
      {kTaskOffHeap, m.task_off_heap.value(), o.task_off_heap.has_value()},
      {kManaged, m.managed.value(), o.managed.has_value()},
      {CountsBuffers(o) ? kNetworkBuffers : kNetworkMin, m.network.value(), CountsBuffers(o) || o.network_min},
  }};
  const Part* largest = &parts[0];
  for (const Part& part : parts) {
    if (part.is_set != largest->is_set ? part.is_set : part.bytes > largest->bytes) largest = &part;
  }
  if (!largest->is_set && largest->key == kManaged) {
    return absl::StrCat(kManagedFraction, " = ", Managed(o).value());
  }
  return Shown(o, largest->key, largest->bytes, largest->is_set);
}

absl::Status Exceeds(int64_t flink, const TaskManagerMemoryOptions& o, const TaskManagerMemory& m) {
  return Contradiction(ShownTotal(o, kTaskManagerKeys), LargestPart(o, m),
                       absl::StrCat("heap, off-heap, managed and network memory that are together at most the ",
                                    FormatFlinkSize(Bytes(flink)), " of Flink memory"));
}

// The network got what was left: is that what its options say?
absl::Status CheckNetwork(int64_t network, const TaskManagerMemoryOptions& o) {
  const std::string left =
      absl::StrCat("the ", FormatFlinkSize(Bytes(network)), " that the other parts leave to the network");
  if (CountsBuffers(o)) {
    if (o.network_buffers->value() == network) return absl::OkStatus();
    return Contradiction(ShownTotal(o, kTaskManagerKeys), Shown(o, kNetworkBuffers, o.network_buffers->value()), left);
  }
  const CappedFraction range = NetworkLimits(o);
  if (auto status = range.Check(o); !status.ok()) return status;
  if (network >= range.min && network <= range.max) return absl::OkStatus();
  const bool below = network < range.min;
  return Contradiction(ShownTotal(o, kTaskManagerKeys),
                       below ? Shown(o, kNetworkMin, range.min, range.min_set) : Shown(o, kNetworkMax, range.max),
                       absl::StrCat("limits around ", left));
}

absl::StatusOr<TaskManagerMemory> WithNetworkLeft(int64_t flink, TaskManagerMemory memory,
                                                  const TaskManagerMemoryOptions& o) {
  const absl::int128 given = Sum(memory);
  if (given > flink) return Exceeds(flink, o, memory);
  memory.network = Bytes(flink - static_cast<int64_t>(given));
  if (auto status = CheckNetwork(memory.network.value(), o); !status.ok()) return status;
  return memory;
}

absl::StatusOr<TaskManagerMemory> OfParts(const TaskManagerMemoryOptions& o) {
  TaskManagerMemory memory = Given(o);
  if (o.flink_size) return WithNetworkLeft(o.flink_size->value(), memory, o);
  const absl::int128 given = Sum(memory);
  if (given > kMost) return TooLarge(LargestPart(o, memory));
  if (CountsBuffers(o)) {
    memory.network = *o.network_buffers;
  } else {
    const CappedFraction range = NetworkLimits(o);
    if (auto status = range.Check(o); !status.ok()) return status;
    absl::StatusOr<int64_t> network = range.Beside(static_cast<int64_t>(given));
    if (!network.ok()) return network.status();
    memory.network = Bytes(*network);
  }
  if (Sum(memory) > kMost) return TooLarge(LargestPart(o, memory));
  return memory;
}

absl::StatusOr<TaskManagerMemory> OfFlink(int64_t flink, const TaskManagerMemoryOptions& o) {
  TaskManagerMemory memory = Given(o);
  if (!o.managed) {
    const MemoryFraction& fraction = Managed(o);
    if (!fraction.InRange()) return NotAllowed(kManagedFraction, absl::StrCat(fraction.value()), "[0, 1)");
    memory.managed = Bytes(fraction.Of(flink));
  }
  if (o.task_heap) return WithNetworkLeft(flink, memory, o);
  if (CountsBuffers(o)) {
    memory.network = *o.network_buffers;
  } else {
    const CappedFraction range = NetworkLimits(o);
    if (auto status = range.Check(o); !status.ok()) return status;
    memory.network = Bytes(range.Of(flink));
  }
  const absl::int128 given = Sum(memory);
  if (given > flink) return Exceeds(flink, o, memory);
  memory.task_heap = Bytes(flink - static_cast<int64_t>(given));
  return memory;
}

}  // namespace

CappedFraction NetworkLimits(const TaskManagerMemoryOptions& o) {
  return {ValueOr(o.network_min, kDefaultNetworkMin),
          ValueOr(o.network_max, kMost),
          NetworkFraction(o),
          kNetworkMin,
          kNetworkMax,
          kNetworkFraction,
          o.network_min.has_value(),
          o.network_max.has_value()};
}

absl::StatusOr<TaskManagerMemory> ComputeMemory(const TaskManagerMemoryOptions& o) {
  const bool parts = o.task_heap && o.managed;
  if (!parts && !o.flink_size && !o.process_size) {
    return NothingToDeriveFrom(kTaskManagerKeys, absl::StrCat("both of ", kTaskHeap, " and ", kManaged));
  }
  return Derive(o, kTaskManagerKeys, parts, OfParts, OfFlink);
}

}  // namespace tune
