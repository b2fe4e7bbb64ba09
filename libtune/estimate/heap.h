// How large a heap has to be: -Xmx of one process.
// Source: libtune/DESIGN.md, "Heap".
#pragma once

#include <optional>

#include "tune/collection.h"

namespace tune {

// What one process's heap showed, start-up left out. Bytes and shares of time; all >= 0.
struct HeapFacts {
  double live = 0;  // live set, the safe side of its interval; > 0
  Collector collector = Collector::kUnknown;
  std::optional<double> heap;             // -Xmx now
  std::optional<double> old_capacity;     // of the old generation now; only collectors that divide the heap have one
  std::optional<double> overhead;         // share of the time that the program stood still
  std::optional<double> full_overhead;    // of it: in full collections
  std::optional<double> allocation_rate;  // bytes/s
  bool exhausted = false;                 // full collections free nothing
  bool live_is_loose = false;             // `live` holds garbage too: alone it is no reason for more heap
};

struct HeapGoals {
  double overhead = 0.05;  // share of the time that collections may take, in (0, 1)
  double margin = 1.2;     // on the size that meets it by the model, >= 1
  double live_factor = 0;  // > 0: the heap is so many live sets, and nothing else counts (the classic rule)
};

// The classic rule of thumb for -Xmx: so many live sets.
constexpr double kClassicLow = 3, kClassicHigh = 4;

enum class HeapRule {
  kLiveShare,  // the live set fills at most a share of the old generation
  kOverhead,   // the overhead model
  kBurst,      // room for what is allocated between two collections
  kThrashing,  // collections take a fifth of the time and more: what they show tells nothing but that it is too small
  kExhausted,  // the live set is not known to fit: twice the heap
  kClassic,    // so many live sets
};

struct HeapEstimate {
  double bytes = 0;  // -Xmx wanted; the largest of those below
  HeapRule rule = HeapRule::kLiveShare;
  double by_live_share = 0;
  // Without the margin; nullopt: overhead not measured, or the heap was too small to tell.
  std::optional<double> by_overhead;
  std::optional<double> by_burst;
  std::optional<double> ceiling;             // of live share, overhead and burst: the present heap, which is enough
  double classic_low = 0, classic_high = 0;  // 3 and 4 times the live set
  double old_fraction = 1;                   // of the heap that holds old objects
  double full_fraction = 1;                  // of that which the live set may fill
};

// A present heap whose overhead meets the goal is never found too small, unless it is exhausted. Never less for more
// live data, more overhead, more allocation or a stricter goal. Errors: none; facts were checked at the door.
HeapEstimate EstimateHeap(const HeapFacts& facts, const HeapGoals& goals);

}  // namespace tune
