// One pass over a vertex's bins, of which a week has 10,000: whatever needs only totals or extremes takes them from
// here.
#pragma once

#include <span>

#include "tune/window.h"

namespace tune {

// Sums of a vertex's bins; units as in Bin.
struct VertexSums {
  double covered_s = 0, records_in = 0, records_out = 0, task_s = 0, busy_s = 0, backpressured_s = 0, warm_s = 0;

  // Share of the time the vertex was held back by something downstream, in [0, 1]; 0 when busy time was not seen.
  double BackPressuredFraction() const;
};

VertexSums SumBins(std::span<const Bin> bins);

// True when every field is a number in [0, kLargestAmount], covered_s and warm_s at most `longest_s`, busy_s at
// least `least_busy_s`. False may also come of a sum beyond kLargestAmount: look at each bin.
bool AllBinsWithin(std::span<const Bin> bins, double longest_s, double least_busy_s);

}  // namespace tune
