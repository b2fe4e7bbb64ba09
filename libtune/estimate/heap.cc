#include "libtune/estimate/heap.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tune {
namespace {

constexpr double kDividedOldFraction = 2.0 / 3;  // -XX:NewRatio=2
// Of the old generation that live data may fill. A divided heap collects in full when the rest is used up; G1 and the
// concurrent collectors need room to copy and to mark while the program goes on.
constexpr double kDividedFull = 0.93, kG1Full = 0.65, kConcurrentFull = 0.55;
constexpr double kBurstSeconds = 0.5;  // of allocation must fit beside the live set
constexpr double kUnmeasured = 1.15;   // margin on the live share where the overhead tells nothing
constexpr double kThrashing = 0.2;     // share of the time: what a heap too small shows says nothing of a larger one
constexpr double kThrashingFactor = 1.4, kExhaustedFactor = 2;  // on the present heap
constexpr double kUsualRoom = 0.25;                             // of a heap that collects too much, beside its live set
constexpr double kMostTold = 1.0 / 12;  // overhead beyond it rises too steeply to tell how much room is missing
constexpr int kBisections = 60;

bool IsDivided(Collector collector) {
  return collector == Collector::kSerial || collector == Collector::kParallel || collector == Collector::kCms;
}

double FullFraction(Collector collector) {
  if (IsDivided(collector)) return kDividedFull;
  return collector == Collector::kZ || collector == Collector::kShenandoah ? kConcurrentFull : kG1Full;
}

double OldFraction(const HeapFacts& facts) {
  if (!IsDivided(facts.collector)) return 1;
  if (!facts.heap || !facts.old_capacity || *facts.heap <= 0) return kDividedOldFraction;
  return std::clamp(*facts.old_capacity / *facts.heap, 0.3, 0.9);
}

// Share of the time in collections as a function of the heap: full ones come as often as the room beside the live set
// fills up, young ones as often as the young generation does.
struct Overhead {
  double live = 0, old_fraction = 1;
  double per_old = 0;    // share times bytes of room in the old generation
  double per_young = 0;  // share times bytes of young generation; 0 where the heap is not divided

  // Of a heap that holds more than the live set.
  double At(double heap) const {
    return per_old / (old_fraction * heap - live) + (per_young > 0 ? per_young / ((1 - old_fraction) * heap) : 0);
  }
};

Overhead FitOverhead(const HeapFacts& facts, double old_fraction, double room) {
  Overhead fit{facts.live, old_fraction, *facts.overhead * room, 0};
  if (old_fraction < 1 && facts.full_overhead) {
    fit.per_old = *facts.full_overhead * room;
    fit.per_young = std::max(0.0, *facts.overhead - *facts.full_overhead) * (1 - old_fraction) * *facts.heap;
  }
  return fit;
}

// Smallest heap whose overhead is at most `goal`, between one that is filled and the present one, which meets it.
double SmallestMeeting(const Overhead& overhead, double goal, double present) {
  double low = overhead.live / overhead.old_fraction, high = present;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (overhead.At(middle) > goal ? low : high) = middle;
  }
  return high;
}

// A heap that collects too much: its room has to grow as the overhead has to fall. How much there is now is known too
// badly to divide by, so what such heaps usually have is taken.
double WithMoreRoom(double heap, double overhead, double goal) {
  return heap * (1 + kUsualRoom * std::max(0.0, std::min(overhead, kMostTold) / goal - 1));
}

// By the overhead model. nullopt: not measured, or measured on a heap so small that it was busy with nothing else.
std::optional<double> ByOverhead(const HeapFacts& facts, double old_fraction, double goal) {
  if (!facts.overhead || !facts.heap || *facts.overhead >= kThrashing || facts.exhausted) return std::nullopt;
  if (*facts.overhead > goal) return WithMoreRoom(*facts.heap, *facts.overhead, goal);
  const double room = old_fraction * *facts.heap - facts.live;
  if (room <= 0) return facts.heap;  // it meets the goal, and no smaller one is known to
  return SmallestMeeting(FitOverhead(facts, old_fraction, room), goal, *facts.heap);
}

// A heap that is seen to meet the goal is large enough, whatever a rule of thumb asks for beyond it. So is one of which
// only is known how much it holds with its garbage.
std::optional<double> Ceiling(const HeapFacts& facts, double goal) {
  if (!facts.heap || facts.exhausted || facts.live > *facts.heap) return std::nullopt;
  const bool enough = facts.overhead ? *facts.overhead <= goal : facts.live_is_loose;
  return enough ? facts.heap : std::nullopt;
}

void Take(double bytes, HeapRule rule, HeapEstimate& estimate) {
  if (bytes <= estimate.bytes) return;
  estimate.bytes = bytes;
  estimate.rule = rule;
}

}  // namespace

HeapEstimate EstimateHeap(const HeapFacts& facts, const HeapGoals& goals) {
  HeapEstimate estimate;
  estimate.old_fraction = OldFraction(facts);
  estimate.full_fraction = FullFraction(facts.collector);
  estimate.classic_low = kClassicLow * facts.live;
  estimate.classic_high = kClassicHigh * facts.live;
  if (goals.live_factor > 0) {
    Take(goals.live_factor * facts.live, HeapRule::kClassic, estimate);
    return estimate;
  }
  estimate.by_overhead = ByOverhead(facts, estimate.old_fraction, goals.overhead);
  estimate.by_live_share = facts.live / (estimate.old_fraction * estimate.full_fraction);
  estimate.ceiling = Ceiling(facts, goals.overhead);
  const double ceiling = estimate.ceiling.value_or(std::numeric_limits<double>::infinity());
  Take(std::min(ceiling, estimate.by_live_share * (estimate.by_overhead ? 1 : kUnmeasured)), HeapRule::kLiveShare,
       estimate);
  if (estimate.by_overhead)
    Take(std::min(ceiling, goals.margin * *estimate.by_overhead), HeapRule::kOverhead, estimate);
  if (facts.allocation_rate) {
    estimate.by_burst = facts.live + kBurstSeconds * *facts.allocation_rate;
    Take(std::min(ceiling, *estimate.by_burst), HeapRule::kBurst, estimate);
  }
  if (facts.heap && facts.overhead.value_or(0) >= kThrashing) {
    const double grown = WithMoreRoom(*facts.heap, *facts.overhead, goals.overhead);
    Take(std::max(kThrashingFactor * *facts.heap, goals.margin * grown), HeapRule::kThrashing, estimate);
  }
  if (facts.exhausted && facts.heap) Take(kExhaustedFactor * *facts.heap, HeapRule::kExhausted, estimate);
  return estimate;
}

}  // namespace tune
