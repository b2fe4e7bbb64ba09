// Exact quantiles of values already in memory: of a window, or of a whole history.
//
// The quantile q is the smallest value such that the values <= it carry at least the share q of the whole weight; a
// relative 1e-12 is forgiven, so that ten weights of 0.1 are 1. It is always one of the values: nothing is
// interpolated. q = 0 gives the smallest value, q = 1 the largest.
//
// Found by selection, not by sorting: O(n) on average, O(n log n) at worst. From some thousand values on, two values
// of a random but repeatable sample bracket the answer, one pass that writes almost nothing finds what lies between
// them, and only that is selected from.
#pragma once

#include <optional>
#include <span>

namespace tune {

struct Weighted {
  double value = 0;   // finite
  double weight = 0;  // finite, >= 0; seconds for a time-weighted quantile. A value of weight 0 is as good as absent
};

// Reorders `values`. nullopt: their total weight is 0, q is outside [0, 1], or a value or weight is out of range.
std::optional<double> WeightedQuantile(std::span<Weighted> values, double q);

// The same with all weights 1.
std::optional<double> Quantile(std::span<double> values, double q);

}  // namespace tune
