// A straight line through points of which some may be far off.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tune {

struct Point {
  double x = 0, y = 0;
};

struct Line {
  double slope = 0, intercept = 0;
};

// At most `most` points: the medians of x and y of groups of equal size by x. Fewer are returned as they are.
std::vector<Point> GroupPoints(std::span<const Point> points, size_t most);

// Theil and Sen's line: the median of the slopes between points, and the median of what it leaves over. Up to a
// quarter of the points may be arbitrarily wrong. More than 64 points are first summed up in 64 groups of equal
// size by x (medians of x and y), so the cost stays O(n log n). {0, 0} for fewer than two different x.
Line FitTheilSen(std::span<const Point> points);

}  // namespace tune
