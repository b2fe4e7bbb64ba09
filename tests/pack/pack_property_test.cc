// What holds for any input.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

#include "libtune/pack/search.h"
#include "tests/pack/any_pack.h"

namespace tune {
namespace {

constexpr double kForgiven = 1e-9;

std::mt19937_64 AnyRandom() { return std::mt19937_64(*rc::gen::arbitrary<uint64_t>()); }

double CostOf(const PackInput& input) {
  const PackAnswer answer = Pack(input).value();
  return answer.part == 1 && answer.cheapest ? answer.cheapest->cost : std::numeric_limits<double>::infinity();
}

// Every layout, sized one by one.
double Oracle(const PackInput& input) {
  const Spreader spreader(input.jobs);
  const int largest = std::max(*input.largest_slots, spreader.At(1e12).all_slots);
  double best = std::numeric_limits<double>::infinity();
  for (int slots = 1; slots <= std::min(largest, input.max_slots_per_task_manager); ++slots) {
    for (int j = 1; j <= largest; ++j) {
      const Sized sized = SizeDirectly(input, slots, static_cast<double>(spreader.AllSlotsNow()) / j);
      if (sized.fits) best = std::min(best, sized.cost);
    }
  }
  return best;
}

RC_GTEST_PROP(AnyPack, FindsTheCheapestOfAllLayouts, ()) {
  std::mt19937_64 random = AnyRandom();
  const PackInput input = AnyInput(random);
  const double cost = CostOf(input), oracle = Oracle(input);
  RC_TAG(std::string(oracle < std::numeric_limits<double>::infinity() ? "fits" : "does not"));
  RC_ASSERT(cost == oracle || std::abs(cost - oracle) <= kForgiven * oracle);
}

RC_GTEST_PROP(AnyPack, WhatIsRuledOutInAdvanceFitsNowhere, ()) {
  std::mt19937_64 random = AnyRandom();
  PackInput input = AnyInput(random);
  if (*rc::gen::arbitrary<bool>())
    input.limits.quota.memory_request = Bytes(*rc::gen::inRange(1, 2000) * int64_t{1} << 20);
  const bool may_fit = MayFit(input);
  RC_TAG(std::string(may_fit ? "may fit" : "ruled out"));
  RC_ASSERT(may_fit || Oracle(input) == std::numeric_limits<double>::infinity());
}

RC_GTEST_PROP(AnyPack, CostsNoMoreWhenANeedFalls, ()) {
  std::mt19937_64 random = AnyRandom();
  const PackInput input = AnyInput(random);
  PackInput less = input;
  const double factor = *rc::gen::inRange(10, 101) / 100.0;
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      for (PackJob& job : less.jobs) {
        for (PackVertex& v : job.vertices) v.smallest = *rc::gen::inRange(1, v.smallest + 1);
      }
      break;
    case 1:
      for (PackJob& job : less.jobs) {
        for (LiveTerms& terms : job.live.corners) {
          terms = {terms.fixed * factor, terms.per_slot * factor, terms.state * factor};
        }
        job.live.flink_bytes *= factor;
      }
      break;
    case 2:
      for (PackJob& job : less.jobs) job.cpu.work *= factor;
      break;
    default:
      less.needs.network_used *= factor;
      less.needs.managed_per_slot *= factor;
  }
  RC_ASSERT(CostOf(less) <= CostOf(input) * (1 + kForgiven));
}

void CheckLimits(const PackInput& input, const PackLayout& layout) {
  const PodLimits& limits = input.limits;
  const int count = layout.task_managers;
  RC_ASSERT(count <= input.max_task_managers && count >= input.min_task_managers);
  RC_ASSERT(layout.slots_per_task_manager <= input.max_slots_per_task_manager);
  RC_ASSERT(count * layout.slots_per_task_manager >= layout.spread.all_slots);
  if (limits.quota.pods) RC_ASSERT(count <= *limits.quota.pods);
  if (limits.quota.memory_request) RC_ASSERT(layout.memory.process_size * count <= *limits.quota.memory_request);
  if (limits.quota.cpu_request) RC_ASSERT(layout.pod.cpu_request * count <= *limits.quota.cpu_request);
  if (limits.node.memory) RC_ASSERT(layout.memory.process_size <= *limits.node.memory);
  if (limits.node.cpu) RC_ASSERT(layout.pod.cpu_request <= *limits.node.cpu);
  if (limits.range.max_cpu_ratio) {
    RC_ASSERT(layout.pod.cpu_limit / layout.pod.cpu_request <= *limits.range.max_cpu_ratio);
  }
}

RC_GTEST_PROP(AnyPack, KeepsEveryLimitAndMeetsEveryNeed, ()) {
  std::mt19937_64 random = AnyRandom();
  const PackInput input = AnyInput(random);
  const PackAnswer answer = Pack(input).value();
  if (!answer.chosen) return;
  const PackLayout& layout = *answer.chosen;
  RC_TAG(std::string(answer.part == 1 ? "all" : "a part"));
  CheckLimits(input, layout);
  for (size_t j = 0; j < input.jobs.size() && answer.part == 1; ++j) {
    for (size_t v = 0; v < input.jobs[j].vertices.size(); ++v) {
      const PackVertex& vertex = input.jobs[j].vertices[v];
      const int p = layout.spread.parallelism[j][v];
      const bool meets = vertex.pinned ? p == *vertex.pinned : p >= vertex.smallest && p <= vertex.cap;
      RC_ASSERT(meets);
    }
  }
  // Flink takes it, and gives what is wanted.
  const auto memory = ComputeMemory(layout.memory.options);
  RC_ASSERT(memory.ok());
  RC_ASSERT(memory->Process() == layout.memory.process_size);
  RC_ASSERT(static_cast<double>(memory->Heap().value()) >= layout.wanted.heap.bytes * (1 - kForgiven));
  RC_ASSERT(static_cast<double>(memory->network.value()) >= layout.wanted.network * (1 - kForgiven));
  RC_ASSERT(static_cast<double>(layout.pod.cpu_request.value()) >= 1000 * layout.load.cores);
}

RC_GTEST_PROP(AnyPack, HalfTheParallelismNeverHasLessHeap, ()) {
  std::mt19937_64 random = AnyRandom();
  PackInput input = AnyInput(random);
  for (PackJob& job : input.jobs) {
    for (PackVertex& v : job.vertices) v.smallest = 1;
  }
  const Spreader spreader(input.jobs);
  const double k = spreader.AllSlotsNow() / static_cast<double>(*rc::gen::inRange(1, 12));
  const Spread whole = spreader.At(k), half = spreader.At(2 * k);
  const int slots = *rc::gen::inRange(1, *std::min_element(half.slots.begin(), half.slots.end()) + 1);
  const auto heap = [&](const Spread& spread) {
    return WantHeap(input.needs, LoadAt(input.jobs, spreader, spread, spread, input.needs, slots)).heap.bytes;
  };
  RC_ASSERT(heap(half) >= heap(whole) * (1 - kForgiven));
}

RC_GTEST_PROP(AnyPack, IsDeterministic, ()) {
  std::mt19937_64 random = AnyRandom();
  const PackInput input = AnyInput(random);
  const PackAnswer one = Pack(input).value(), other = Pack(input).value();
  RC_ASSERT(one.chosen.has_value() == other.chosen.has_value());
  RC_ASSERT(one.sized == other.sized && one.part == other.part && one.fallen.size() == other.fallen.size());
  if (!one.chosen) return;
  RC_ASSERT(one.chosen->cost == other.chosen->cost);
  RC_ASSERT(one.chosen->spread.parallelism == other.chosen->spread.parallelism);
  RC_ASSERT(one.chosen->memory.set == other.chosen->memory.set);
}

}  // namespace
}  // namespace tune
