#include "libtune/gc/gc_sizing.h"

#include <algorithm>
#include <cmath>

namespace tune {
namespace {

constexpr size_t kMostReadings = 20'000;
constexpr double kBlockSeconds = 600;

double ValueOf(const std::optional<Bytes>& bytes) { return bytes ? static_cast<double>(bytes->value()) : 0; }

void Keep(LiveRung rung, double bytes, LiveReading& reading) {
  std::optional<double>& known = reading.bytes[static_cast<size_t>(rung)];
  const double other = known.value_or(bytes);
  known = rung == LiveRung::kFullCollection ? std::max(other, bytes) : std::min(other, bytes);
}

void Merge(const LiveReading& from, LiveReading& into) {
  for (size_t i = 0; i < kLiveRungCount; ++i) {
    if (from.bytes[i]) Keep(static_cast<LiveRung>(i), *from.bytes[i], into);
  }
}

}  // namespace

// The reading of the step that `time_s` lies in; times do not fall.
LiveReading& GcSizer::ReadingAt(double time_s) {
  const double middle = (std::floor(time_s / step_s_) + 0.5) * step_s_;
  if (readings_.empty() || readings_.back().time_s < middle) {
    if (readings_.size() >= kMostReadings) Halve();
    readings_.emplace_back().time_s = (std::floor(time_s / step_s_) + 0.5) * step_s_;
  }
  return readings_.back();
}

// Steps twice as long.
void GcSizer::Halve() {
  step_s_ *= 2;
  std::vector<LiveReading> halved;
  for (const LiveReading& reading : readings_) {
    const double middle = (std::floor(reading.time_s / step_s_) + 0.5) * step_s_;
    if (halved.empty() || halved.back().time_s < middle) halved.emplace_back().time_s = middle;
    Merge(reading, halved.back());
  }
  readings_ = std::move(halved);
}

void GcSizer::Add(const Collection& c, double since_start_s) {
  if (c.jvm != jvm_) {
    jvm_ = c.jvm;
    before_s_ = last_s_;
    reader_ = LiveReader();
  }
  last_s_ = std::max(last_s_, before_s_ + since_start_s);
  if (c.collector != Collector::kUnknown) collector_ = c.collector;
  largest_heap_ =
      std::max({largest_heap_, ValueOf(c.heap.capacity), ValueOf(c.old.capacity) + ValueOf(c.young.capacity)});
  const CollectionReading told = reader_.Take(c);
  if (since_start_s < warm_up_s_) return;
  if (c.kind == CollectionKind::kFull && !WasAskedFor(c)) exhaustion_.Add(1, IsFutile(c) ? 1 : 0);
  if (!told.full && !told.marking && !told.left) return;
  LiveReading& reading = ReadingAt(last_s_);
  if (told.full) Keep(LiveRung::kFullCollection, *told.full, reading);
  if (told.marking) Keep(LiveRung::kMarking, *told.marking, reading);
  if (told.left) Keep(LiveRung::kCollection, *told.left, reading);
}

GcSizing GcSizer::Size(const GcTotals& totals, const std::optional<Bytes>& max_heap, const HeapGoals& goals) const {
  GcSizing sizing;
  const double heap = max_heap ? ValueOf(max_heap) : largest_heap_;
  sizing.live = EstimateLiveSet(readings_, kBlockSeconds, exhaustion_.IsExhausted());
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
