// What holds for any options, wish and text.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "tests/memory/any_configuration.h"
#include "tune/flink_memory.h"
#include "tune/sizes.h"

namespace tune {
namespace {

std::mt19937_64 AnyRandom() { return std::mt19937_64(*rc::gen::arbitrary<uint64_t>()); }

TaskManagerMemoryWish AllOf(const TaskManagerMemory& m) {
  TaskManagerMemoryWish wish;
  wish.heap = m.Heap();
  wish.managed = m.managed;
  wish.network = m.network;
  wish.task_off_heap = m.task_off_heap;
  wish.metaspace = m.metaspace;
  wish.overhead = m.overhead;
  return wish;
}

JobManagerMemoryWish AllOf(const JobManagerMemory& m) {
  JobManagerMemoryWish wish;
  wish.heap = m.heap;
  wish.off_heap = m.off_heap;
  wish.metaspace = m.metaspace;
  wish.overhead = m.overhead;
  return wish;
}

bool Has(const TaskManagerMemoryPlan& plan, const TaskManagerMemoryWish& wish) {
  const TaskManagerMemory& m = plan.memory;
  return (!wish.heap || m.Heap() >= *wish.heap) && (!wish.task_heap || m.task_heap >= *wish.task_heap) &&
         (!wish.managed || m.managed == *wish.managed) &&
         (!wish.network || (wish.exact_network ? m.network == *wish.network : m.network >= *wish.network)) &&
         (!wish.task_off_heap || m.task_off_heap == *wish.task_off_heap) &&
         (!wish.metaspace || m.metaspace == *wish.metaspace) &&
         (!wish.overhead || (wish.exact_overhead ? m.overhead == *wish.overhead : m.overhead >= *wish.overhead));
}

bool Has(const JobManagerMemoryPlan& plan, const JobManagerMemoryWish& wish) {
  const JobManagerMemory& m = plan.memory;
  return (!wish.heap || m.heap >= *wish.heap) && (!wish.off_heap || m.off_heap == *wish.off_heap) &&
         (!wish.metaspace || m.metaspace == *wish.metaspace) &&
         (!wish.overhead || (wish.exact_overhead ? m.overhead == *wish.overhead : m.overhead >= *wish.overhead));
}

// Where the heap is what is left, a MiB less leaves too little.
void CheckSmallest(TaskManagerMemoryPlan plan, const TaskManagerMemoryWish& wish) {
  if (plan.options.task_heap || plan.options.flink_size || (!wish.heap && !wish.task_heap)) return;
  if (plan.process_size <= Bytes(1 << 20)) return;
  plan.options.process_size = plan.process_size - Bytes(1 << 20);
  const auto less = ComputeMemory(plan.options);
  if (less.ok()) RC_ASSERT((wish.heap ? less->Heap() < *wish.heap : less->task_heap < *wish.task_heap));
}
void CheckSmallest(JobManagerMemoryPlan plan, const JobManagerMemoryWish& wish) {
  if (plan.options.heap || plan.options.flink_size || !wish.heap || plan.process_size <= Bytes(1 << 20)) return;
  plan.options.process_size = plan.process_size - Bytes(1 << 20);
  const auto less = ComputeMemory(plan.options);
  if (less.ok()) RC_ASSERT(less->heap < *wish.heap);
}

template <typename Options, typename Wish>
void CheckPlan(const Options& options, const Wish& wish) {
  const auto plan = PlanMemory(options, wish);
  if (!plan.ok()) {
    RC_ASSERT(!plan.status().message().empty());
    return;
  }
  RC_ASSERT(Has(*plan, wish));
  RC_ASSERT(plan->process_size.value() % (1 << 20) == 0);
  RC_ASSERT(plan->memory.Process() == plan->process_size);
  CheckSmallest(*plan, wish);
  const auto again = PlanMemory(plan->options, wish);
  RC_ASSERT(again.ok());
  RC_ASSERT(again->set.empty());
  RC_ASSERT(again->process_size == plan->process_size);
}

constexpr int kQuestions = 50;  // of each seed

RC_GTEST_PROP(AnyPlan, GivesWhatIsWantedAndPlannedAgainChangesNothing, ()) {
  std::mt19937_64 random = AnyRandom();
  const FlinkVersion version{1, 20};
  for (int i = 0; i < kQuestions; ++i) {
    const Question question = AnyQuestion(random);
    if (question.task_manager) {
      const auto options = ReadTaskManagerMemory(version, question.configuration, "", question.legacy);
      if (options.ok()) CheckPlan(*options, AnyTaskManagerWish(random));
    } else {
      const auto options = ReadJobManagerMemory(version, question.configuration, "", question.legacy);
      if (options.ok()) CheckPlan(*options, AnyJobManagerWish(random));
    }
  }
}

// The inverse of the forward: a wish for all that the options give keeps them as they are.
template <typename Options>
void CheckInverse(Options options, const Question& question) {
  const auto first = ComputeMemory(options);
  if (!first.ok() || first->Process().value() > (int64_t{1} << 50)) return;
  // The same options with a process of whole MiB.
  options.process_size = Bytes(first->Process().value() / (1 << 20) * (1 << 20));
  const auto memory = ComputeMemory(options);
  if (!memory.ok() || memory->Process() == Bytes(0)) return;  // a plan is 1 MiB and more
  const auto plan = PlanMemory(options, AllOf(*memory));
  if (!plan.ok()) RC_FAIL(LineOf(question) + "\n" + std::string(plan.status().message()));
  if (!plan->set.empty()) RC_FAIL(LineOf(question) + "\nsets " + plan->set.begin()->first);
  if (plan->process_size != *options.process_size) RC_FAIL(LineOf(question) + "\nmoves the process size");
}

RC_GTEST_PROP(AnyPlan, OfAllThatTheOptionsGiveChangesNothing, ()) {
  std::mt19937_64 random = AnyRandom();
  const FlinkVersion version{1, 20};
  for (int i = 0; i < kQuestions; ++i) {
    const Question question = AnyQuestion(random);
    if (question.task_manager) {
      const auto options = ReadTaskManagerMemory(version, question.configuration, "", question.legacy);
      if (options.ok()) CheckInverse(*options, question);
    } else {
      const auto options = ReadJobManagerMemory(version, question.configuration, "", question.legacy);
      if (options.ok()) CheckInverse(*options, question);
    }
  }
}

RC_GTEST_PROP(AnyPlan, WithMoreHeapIsNoSmaller, ()) {
  std::mt19937_64 random = AnyRandom();
  for (int i = 0; i < kQuestions; ++i) {
    const auto options = ReadTaskManagerMemory({2, 3}, AnyQuestion(random).configuration);
    TaskManagerMemoryWish small = AnyTaskManagerWish(random);
    small.task_heap.reset();
    small.heap = Bytes(std::uniform_int_distribution<int64_t>(0, int64_t{32} << 30)(random));
    TaskManagerMemoryWish large = small;
    large.heap = *small.heap + Bytes(std::uniform_int_distribution<int64_t>(0, int64_t{8} << 30)(random));
    if (!options.ok()) continue;
    const auto less = PlanMemory(*options, small), more = PlanMemory(*options, large);
    if (less.ok() && more.ok()) RC_ASSERT(less->process_size <= more->process_size);
  }
}

RC_GTEST_PROP(AnyText, IsASizeOrIsRefusedByName, (const std::string& text)) {
  const absl::Status statuses[] = {ParseFlinkSize("k", text).status(), ParseKubernetesBytes("k", text).status(),
                                   ParseKubernetesCpu("k", text).status(), ParseDeploymentCpu("k", text).status(),
                                   ParseDeploymentMemory("k", text).status()};
  for (const absl::Status& status : statuses) {
    RC_ASSERT(status.ok() || std::string(status.message()).rfind("k = ", 0) == 0);
  }
}

RC_GTEST_PROP(AnySizeProperty, IsReadAsItWasWritten, ()) {
  const Bytes size(*rc::gen::inRange<int64_t>(0, int64_t{1} << *rc::gen::inRange(1, 62)));
  const MilliCores cpu(*rc::gen::inRange<int64_t>(1, 1'000'000));
  RC_ASSERT(ParseFlinkSize("k", FormatFlinkSize(size)).value() == size);
  RC_ASSERT(ParseDeploymentMemory("k", FormatDeploymentMemory(size)).value() == size);
  RC_ASSERT(ParseKubernetesBytes("k", FormatKubernetesBytes(size)).value() == size);
  RC_ASSERT(ParseKubernetesCpu("k", FormatKubernetesCpu(cpu)).value() == cpu);
  RC_ASSERT(ParseDeploymentCpu("k", FormatDeploymentCpu(cpu)).value() == cpu);
}

}  // namespace
}  // namespace tune
