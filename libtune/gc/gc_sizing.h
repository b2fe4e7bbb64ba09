// What a GC log says of the heap that its JVM needs: the live set, and the size by estimate/heap.h.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "libtune/estimate/heap.h"
#include "libtune/estimate/live_set.h"
#include "libtune/gc/gc_totals.h"
#include "libtune/gc/jvm_clock.h"
#include "libtune/window/live_reader.h"
#include "tune/collection.h"

namespace tune {

struct GcSizing {
  std::optional<LiveSet> live;       // nullopt: no collection after the start-up told of one
  HeapFacts facts;                   // meaningful where `live` is there
  std::optional<HeapEstimate> heap;  // nullopt: no live set, or it rises: more heap is no answer to a leak
};

// Takes collections in log order. Memory does not grow with their number.
class GcSizer {
 public:
  // `warm_up_s`: readings so soon after a JVM's start are left out. >= 0
  explicit GcSizer(double warm_up_s) : warm_up_s_(warm_up_s) {}

  void Add(const Collection& collection);
  // At the end. `totals`: of the same collections. `max_heap`: -Xmx as the log tells it.
  GcSizing Size(const GcTotals& totals, const std::optional<Bytes>& max_heap, const HeapGoals& goals) const;

 private:
  // Of the step that a time lies in.
  double MiddleOf(double time_s) const { return (std::floor(time_s / step_s_) + 0.5) * step_s_; }
  LiveReading& ReadingAt(double time_s);
  void Halve();

  double warm_up_s_;
  JvmClock clock_;
  double before_s_ = 0;  // time of the JVMs that ended
  double last_s_ = 0;
  double step_s_ = 10;  // one reading for this long
  LiveReader reader_;
  Collector collector_ = Collector::kUnknown;
  double largest_heap_ = 0;  // bytes committed
  std::vector<LiveReading> readings_;
  Exhaustion exhaustion_;
};

}  // namespace tune
