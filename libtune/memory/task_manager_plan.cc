// From wanted memory of a TaskManager to its options.
#include "absl/strings/str_cat.h"
#include "libtune/memory/plan.h"
#include "libtune/memory/task_manager.h"

namespace tune {
namespace {

class Planner {
 public:
  Planner(const TaskManagerMemoryOptions& options, const TaskManagerMemoryWish& wish)
      : given_(options), wish_(wish), o_(options), now_(ComputeMemory(options)) {
    o_.given_as.erase(kTaskManagerKeys.process_size);
  }

  absl::StatusOr<TaskManagerMemoryPlan> Plan() {
    if (auto status = Check(); !status.ok()) return status;
    SetWhatIsGiven();
    if (auto status = FindHeap(); !status.ok()) return status;
    // Each round but the last moves an option, in an order in which none comes back to one before.
    while (true) {
      const absl::StatusOr<Bytes> size = ProcessSize();
      if (!size.ok()) return size.status();
      o_.process_size = *size;
      const absl::StatusOr<TaskManagerMemory> memory = ComputeMemory(o_);
      if (!memory.ok()) return memory.status();
      if (auto status = CheckRest(*memory); !status.ok()) return status;
      if (!MoveOption(*memory)) return Answer(*memory);
    }
  }

 private:
  // The overhead, or the network, is what the other options leave.
  bool OverheadIsRest() const { return o_.flink_size || (o_.task_heap && o_.managed); }
  bool NetworkIsRest() const { return o_.task_heap && (o_.flink_size || !o_.managed); }

  absl::Status Check() const {
    absl::Status status;
    status.Update(CheckWish("heap", wish_.heap));
    status.Update(CheckWish("task heap", wish_.task_heap));
    status.Update(CheckWish("managed", wish_.managed));
    status.Update(CheckWish("network", wish_.network));
    status.Update(CheckWish("task off-heap", wish_.task_off_heap));
    status.Update(CheckWish("metaspace", wish_.metaspace));
    status.Update(CheckWish("overhead", wish_.overhead));
    if (status.ok() && wish_.heap && wish_.task_heap) {
      return Contradiction(Wanted("heap", *wish_.heap), Wanted("task heap", *wish_.task_heap), "one of the two");
    }
    return status;
  }

  void SetWhatIsGiven() {
    if (wish_.task_off_heap && wish_.task_off_heap->value() != ValueOr(o_.task_off_heap, 0)) {
      o_.task_off_heap = wish_.task_off_heap;
    }
    SetMetaspace(wish_.metaspace, o_);
  }

  absl::Status FindHeap() {
    const Bytes framework = o_.framework_heap.value_or(Bytes(kDefaultFramework));
    std::optional<Bytes> heap = wish_.heap;
    if (wish_.task_heap) heap = *wish_.task_heap + framework;
    if (o_.task_heap) {
      if (heap) o_.task_heap = std::max(*heap - framework, Bytes(0));
    } else if (heap) {
      heap_ = *heap;
    } else if (now_.ok()) {
      heap_ = now_->Heap();
    } else {
      return NoHeap(now_.status());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Bytes> ProcessSize() {
    TaskManagerMemoryOptions probe = o_;
    probe.process_size.reset();
    if (OverheadIsRest()) return ProcessAroundFlink(probe);
    const Bytes network = wish_.network ? *wish_.network : now_.ok() ? now_->network : Bytes(0);
    if (NetworkIsRest()) probe.network_max.reset();  // of too much network less process is no cure
    // All of the process is at least any part of it.
    const Bytes least = std::max({heap_, o_.managed.value_or(Bytes(0)), o_.network_min.value_or(Bytes(0))});
    const std::optional<int64_t> size = SmallestProcess(least, [&](int64_t bytes) {
      probe.process_size = Bytes(bytes);
      const absl::StatusOr<TaskManagerMemory> memory = ComputeMemory(probe);
      return memory.ok() && memory->Heap() >= heap_ && (!NetworkIsRest() || memory->network >= network);
    });
    if (size) {
      probe.process_size = Bytes(*size);
      const absl::StatusOr<TaskManagerMemory> memory = ComputeMemory(probe);
      if (NetworkIsRest() && o_.network_max && *o_.network_max < memory->network) o_.network_max = memory->network;
      return Bytes(*size);
    }
    probe.given_as[kTaskManagerKeys.process_size] = "the largest process size";
    const absl::Status why = ComputeMemory(probe).status();
    return why.ok() ? TooLarge(Wanted("heap", heap_)) : why;
  }

  absl::StatusOr<Bytes> ProcessAroundFlink(const TaskManagerMemoryOptions& probe) {
    const absl::StatusOr<TaskManagerMemory> memory = ComputeMemory(probe);
    if (!memory.ok()) return memory.status();
    if (memory->Heap() < heap_) {
      return Contradiction(
          ShownTotal(o_, kTaskManagerKeys), Wanted("heap", heap_),
          absl::StrCat("at most the ", FormatFlinkSize(memory->Heap()), " that it leaves to the heap"));
    }
    const Bytes overhead = wish_.overhead ? *wish_.overhead : now_.ok() ? now_->overhead : memory->overhead;
    return ProcessAround(memory->Flink().value(), memory->metaspace.value(), overhead,
                         wish_.overhead && wish_.exact_overhead, kTaskManagerKeys, o_);
  }

  // What is left over can't be set; is it what is wanted?
  absl::Status CheckRest(const TaskManagerMemory& memory) const {
    if (!NetworkIsRest() || !wish_.network) return absl::OkStatus();
    if (memory.network == *wish_.network || (memory.network > *wish_.network && !wish_.exact_network)) {
      return absl::OkStatus();
    }
    return Contradiction(Shown(o_, kTaskHeap, o_.task_heap->value()), Wanted("network", *wish_.network),
                         absl::StrCat("the ", FormatFlinkSize(memory.network), " that the other parts leave to it"));
  }

  bool MoveOption(const TaskManagerMemory& memory) {
    if (wish_.managed && memory.managed != *wish_.managed) {
      o_.managed = wish_.managed;
      return true;
    }
    if (wish_.network && !NetworkIsRest() &&
        MoveLimits(memory.network.value(), *wish_.network, wish_.exact_network, NetworkLimits(o_), o_.network_min,
                   o_.network_max)) {
      return true;
    }
    return wish_.overhead && !OverheadIsRest() &&
           MoveLimits(memory.overhead.value(), *wish_.overhead, wish_.exact_overhead, Overhead(o_, kTaskManagerKeys),
                      o_.overhead_min, o_.overhead_max);
  }

  TaskManagerMemoryPlan Answer(const TaskManagerMemory& memory) const {
    TaskManagerMemoryPlan plan;
    plan.process_size = *o_.process_size;
    AddChange(kTaskHeap, given_.task_heap, o_.task_heap, plan.set);
    AddChange(kTaskOffHeap, given_.task_off_heap, o_.task_off_heap, plan.set);
    AddChange(kManaged, given_.managed, o_.managed, plan.set);
    AddChange(kNetworkMin, given_.network_min, o_.network_min, plan.set);
    AddChange(kNetworkMax, given_.network_max, o_.network_max, plan.set);
    AddJvmChanges(kTaskManagerKeys, given_, o_, plan.set);
    plan.options = o_;
    plan.memory = memory;
    return plan;
  }

  const TaskManagerMemoryOptions& given_;
  const TaskManagerMemoryWish& wish_;
  TaskManagerMemoryOptions o_;  // as the plan has them so far
  const absl::StatusOr<TaskManagerMemory> now_;
  Bytes heap_;  // at least; 0 where the options give the task heap
};

}  // namespace

absl::StatusOr<TaskManagerMemoryPlan> PlanMemory(const TaskManagerMemoryOptions& options,
                                                 const TaskManagerMemoryWish& wish) {
  return Planner(options, wish).Plan();
}

}  // namespace tune
