// Memory of a JobManager. What is left of the Flink memory goes to the heap, or where that is given to the off-heap.
#include "libtune/memory/job_manager.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "tune/sizes.h"

namespace tune {
namespace {

absl::StatusOr<JobManagerMemory> OfHeap(const JobManagerMemoryOptions& o) {
  JobManagerMemory memory;
  memory.heap = *o.heap;
  memory.off_heap = o.off_heap.value_or(Bytes(kDefaultOffHeap));
  const absl::int128 sum = absl::int128(memory.heap.value()) + memory.off_heap.value();
  if (!o.flink_size) {
    if (sum > std::numeric_limits<int64_t>::max()) return TooLarge(Shown(o, kHeap, memory.heap.value()));
    return memory;
  }
  const int64_t flink = o.flink_size->value();
  if (o.off_heap ? sum != flink : memory.heap.value() > flink) {
    return Contradiction(
        Shown(o, kJobManagerKeys.flink_size, flink), Shown(o, kHeap, memory.heap.value()),
        o.off_heap ? absl::StrCat("Flink memory that is heap and off-heap (", FormatFlinkSize(memory.off_heap), ")")
                   : "a heap of at most the Flink memory");
  }
  memory.off_heap = Bytes(flink - memory.heap.value());
  return memory;
}

absl::StatusOr<JobManagerMemory> OfFlink(int64_t flink, const JobManagerMemoryOptions& o) {
  const int64_t off_heap = ValueOr(o.off_heap, kDefaultOffHeap);
  if (flink <= off_heap) {
    return Contradiction(ShownTotal(o, kJobManagerKeys), Shown(o, kOffHeap, off_heap, o.off_heap.has_value()),
                         absl::StrCat("off-heap memory below the ", FormatFlinkSize(Bytes(flink)), " of Flink memory"));
  }
  JobManagerMemory memory;
  memory.heap = Bytes(flink - off_heap);
  memory.off_heap = Bytes(off_heap);
  return memory;
}

}  // namespace

absl::StatusOr<JobManagerMemory> ComputeMemory(const JobManagerMemoryOptions& o) {
  if (!o.heap && !o.flink_size && !o.process_size) return NothingToDeriveFrom(kJobManagerKeys, kHeap);
  absl::StatusOr<JobManagerMemory> memory = Derive(o, kJobManagerKeys, o.heap.has_value(), OfHeap, OfFlink);
  if (memory.ok()) memory->limits_direct_memory = o.limits_direct_memory;
  return memory;
}

}  // namespace tune
