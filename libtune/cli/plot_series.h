// Thins a long series out for drawing, without losing what a person looks for: peaks, dips and holes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tune {

// Points that a drawing of about a thousand pixels can show.
constexpr size_t kMostPlotPoints = 1500;

struct PlotPoint {
  int index = 0;                // of the value in the series it was taken from
  std::optional<double> value;  // nullopt: a hole, the line breaks here
};

// `values` as they are while there are at most `most`; else, for each of most / 3 groups of neighbours, its smallest
// and its largest value and, if it has a hole, its first one; by ascending index. `most` is >= 3.
std::vector<PlotPoint> ThinOut(std::span<const std::optional<double>> values, size_t most = kMostPlotPoints);

// How many neighbours ThinOut() puts into a group of `size` values, rounded up; 1: it leaves them as they are.
size_t GroupSize(size_t size, size_t most = kMostPlotPoints);

}  // namespace tune
