#include "libtune/estimate/trend.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tune {
namespace {

constexpr size_t kFewest = 4;
constexpr size_t kMost = 256;

// Sum over groups of equal values of t(t - 1)(2t + 5): what ties take from the variance.
double TiesOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double ties = 0;
  for (size_t i = 0, j = 0; i < values.size(); i = j) {
    while (j < values.size() && values[j] == values[i]) ++j;
    const double t = static_cast<double>(j - i);
    ties += t * (t - 1) * (2 * t + 5);
  }
  return ties;
}

}  // namespace

double MannKendall(std::span<const Point> points) {
  const std::vector<Point> at = GroupPoints(points, kMost);
  if (at.size() < kFewest) return 0;
  double rises = 0;
  std::vector<double> x, y;
  for (size_t i = 0; i < at.size(); ++i) {
    x.push_back(at[i].x);
    y.push_back(at[i].y);
    for (size_t j = 0; j < i; ++j) {
      const double product = (at[i].x - at[j].x) * (at[i].y - at[j].y);
      rises += product > 0 ? 1 : product < 0 ? -1 : 0;
    }
  }
  const double n = static_cast<double>(at.size());
  const double variance = (n * (n - 1) * (2 * n + 5) - TiesOf(x) - TiesOf(y)) / 18;
  if (variance <= 0 || rises == 0) return 0;
  return (rises > 0 ? rises - 1 : rises + 1) / std::sqrt(variance);
}

}  // namespace tune
