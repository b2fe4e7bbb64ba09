// From wanted memory of a JobManager to its options.
#include "absl/strings/str_cat.h"
#include "libtune/memory/job_manager.h"
#include "libtune/memory/plan.h"

namespace tune {
namespace {

class Planner {
 public:
  Planner(const JobManagerMemoryOptions& options, const JobManagerMemoryWish& wish)
      : given_(options), wish_(wish), o_(options), now_(ComputeMemory(options)) {
    o_.given_as.erase(kJobManagerKeys.process_size);
  }

  absl::StatusOr<JobManagerMemoryPlan> Plan() {
    absl::Status status;
    status.Update(CheckWish("heap", wish_.heap));
    status.Update(CheckWish("off-heap", wish_.off_heap));
    status.Update(CheckWish("metaspace", wish_.metaspace));
    status.Update(CheckWish("overhead", wish_.overhead));
    if (status.ok()) status = SetWhatIsGiven();
    if (!status.ok()) return status;
    while (true) {  // a second time when the overhead's limits moved
      const absl::StatusOr<Bytes> size = ProcessSize();
      if (!size.ok()) return size.status();
      o_.process_size = *size;
      const absl::StatusOr<JobManagerMemory> memory = ComputeMemory(o_);
      if (!memory.ok()) return memory.status();
      if (!wish_.overhead || OverheadIsRest() ||
          !MoveLimits(memory->overhead.value(), *wish_.overhead, wish_.exact_overhead, Overhead(o_, kJobManagerKeys),
                      o_.overhead_min, o_.overhead_max)) {
        return Answer(*memory);
      }
    }
  }

 private:
  bool OverheadIsRest() const { return o_.flink_size || o_.heap; }
  bool OffHeapIsRest() const { return o_.flink_size && o_.heap && !o_.off_heap; }

  absl::Status SetWhatIsGiven() {
    if (wish_.off_heap && !OffHeapIsRest() && wish_.off_heap->value() != ValueOr(o_.off_heap, kDefaultOffHeap))
      o_.off_heap = wish_.off_heap;
    SetMetaspace(wish_.metaspace, o_);
    if (o_.heap) {
      if (wish_.heap) o_.heap = wish_.heap;
    } else if (wish_.heap) {
      heap_ = *wish_.heap;
    } else if (now_.ok()) {
      heap_ = now_->heap;
    } else {
      return NoHeap(now_.status());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Bytes> ProcessSize() {
    JobManagerMemoryOptions probe = o_;
    probe.process_size.reset();
    if (OverheadIsRest()) return ProcessAroundFlink(probe);
    const std::optional<int64_t> size = SmallestProcess(heap_, [&](int64_t bytes) {
      probe.process_size = Bytes(bytes);
      const absl::StatusOr<JobManagerMemory> memory = ComputeMemory(probe);
      return memory.ok() && memory->heap >= heap_;
    });
    if (size) return Bytes(*size);
    probe.given_as[kJobManagerKeys.process_size] = "the largest process size";
    const absl::Status why = ComputeMemory(probe).status();
    return why.ok() ? TooLarge(Wanted("heap", heap_)) : why;
  }

  absl::StatusOr<Bytes> ProcessAroundFlink(const JobManagerMemoryOptions& probe) {
    const absl::StatusOr<JobManagerMemory> memory = ComputeMemory(probe);
    if (!memory.ok()) return memory.status();
    if (memory->heap < heap_) {
      return Contradiction(ShownTotal(o_, kJobManagerKeys), Wanted("heap", heap_),
                           absl::StrCat("at most the ", FormatFlinkSize(memory->heap), " that it leaves to the heap"));
    }
    if (wish_.off_heap && memory->off_heap != *wish_.off_heap) {
      return Contradiction(ShownTotal(o_, kJobManagerKeys), Wanted("off-heap", *wish_.off_heap),
                           absl::StrCat("the ", FormatFlinkSize(memory->off_heap), " that the heap leaves of it"));
    }
    const Bytes overhead = wish_.overhead ? *wish_.overhead : now_.ok() ? now_->overhead : memory->overhead;
    return ProcessAround(memory->Flink().value(), memory->metaspace.value(), overhead,
                         wish_.overhead && wish_.exact_overhead, kJobManagerKeys, o_);
  }

  JobManagerMemoryPlan Answer(const JobManagerMemory& memory) const {
    JobManagerMemoryPlan plan;
    plan.process_size = *o_.process_size;
    AddChange(kHeap, given_.heap, o_.heap, plan.set);
    AddChange(kOffHeap, given_.off_heap, o_.off_heap, plan.set);
    AddJvmChanges(kJobManagerKeys, given_, o_, plan.set);
    plan.options = o_;
    plan.memory = memory;
    return plan;
  }

  const JobManagerMemoryOptions& given_;
  const JobManagerMemoryWish& wish_;
  JobManagerMemoryOptions o_;  // as the plan has them so far
  const absl::StatusOr<JobManagerMemory> now_;
  Bytes heap_;  // at least; 0 where the options give the heap
};

}  // namespace

absl::StatusOr<JobManagerMemoryPlan> PlanMemory(const JobManagerMemoryOptions& options,
                                                const JobManagerMemoryWish& wish) {
  return Planner(options, wish).Plan();
}

}  // namespace tune
