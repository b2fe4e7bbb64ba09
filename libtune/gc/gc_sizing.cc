#include "libtune/gc/gc_sizing.h"

#include <algorithm>

#include "libtune/window/collection.h"

namespace tune {
namespace {

constexpr size_t kMostReadings = 20'000;

}  // namespace

// The reading of the step that `time_s` lies in; times do not fall.
LiveReading& GcSizer::ReadingAt(double time_s) {
  if (readings_.empty() || readings_.back().time_s < MiddleOf(time_s)) {
    if (readings_.size() >= kMostReadings) Halve();
    readings_.emplace_back().time_s = MiddleOf(time_s);
  }
  return readings_.back();
}

// Steps twice as long.
void GcSizer::Halve() {
  step_s_ *= 2;
  std::vector<LiveReading> halved;
  for (const LiveReading& reading : readings_) {
    const double middle = MiddleOf(reading.time_s);
    if (halved.empty() || halved.back().time_s < middle) halved.emplace_back().time_s = middle;
    Keep(reading.bytes, halved.back().bytes);
  }
  readings_ = std::move(halved);
}

void GcSizer::Add(const Collection& c) {
  if (clock_.IsNewJvm(c)) {
    before_s_ = last_s_;
    reader_ = LiveReader();
  }
  const double since_start_s = clock_.SinceStart(c).value_or(0);
  last_s_ = std::max(last_s_, before_s_ + since_start_s);
  if (c.collector != Collector::kUnknown) collector_ = c.collector;
  largest_heap_ =
      std::max({largest_heap_, ValueOf(c.heap.capacity), ValueOf(c.old.capacity) + ValueOf(c.young.capacity)});
  const LiveBytes told = reader_.Take(c);
  if (since_start_s < warm_up_s_) return;
  if (c.kind == CollectionKind::kFull && NeededRoom(c)) exhaustion_.Add(1, IsFutile(c) ? 1 : 0);
  if (told != LiveBytes()) Keep(told, ReadingAt(last_s_).bytes);
}

GcSizing GcSizer::Size(const GcTotals& totals, const std::optional<Bytes>& max_heap, const HeapGoals& goals) const {
  GcSizing sizing;
  const double heap = max_heap ? ValueOf(max_heap) : largest_heap_;
  sizing.live = EstimateLiveSet(readings_, kLiveBlockSeconds, exhaustion_.IsExhausted());
  if (!sizing.live) return sizing;
  HeapFacts& facts = sizing.facts;
  facts.live = sizing.live->bytes;
  facts.collector = collector_;
  facts.exhausted = sizing.live->exhausted;
  if (heap > 0) facts.heap = heap;
  if (totals.old_capacity && totals.young_capacity && collector_ != Collector::kG1) {
    facts.old_capacity = ValueOf(totals.old_capacity);
  }
  const GcSpan& steady = totals.steady;
  if (steady.covered_s > 0) {
    facts.overhead = std::max(0.0, steady.pause_s - steady.request_pause_s) / steady.covered_s;
    facts.full_overhead = steady.full_pause_s / steady.covered_s;
  }
  facts.allocation_rate = steady.allocation_rate();
  if (!sizing.live->trend.rising) sizing.heap = EstimateHeap(facts, goals);
  return sizing;
}

}  // namespace tune
