#include "libtune/estimate/line_fit.h"

#include <algorithm>

#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr size_t kMostPoints = 64;

double Median(std::vector<double>& values) { return Quantile(values, 0.5).value_or(0); }

}  // namespace

std::vector<Point> GroupPoints(std::span<const Point> points, size_t most) {
  std::vector<Point> sorted(points.begin(), points.end());
  if (sorted.size() <= most) return sorted;
  std::sort(sorted.begin(), sorted.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  std::vector<Point> groups;
  std::vector<double> x, y;
  for (size_t g = 0; g < most; ++g) {
    x.clear();
    y.clear();
    for (size_t i = g * sorted.size() / most; i < (g + 1) * sorted.size() / most; ++i) {
      x.push_back(sorted[i].x);
      y.push_back(sorted[i].y);
    }
    groups.push_back({Median(x), Median(y)});
  }
  return groups;
}

Line FitTheilSen(std::span<const Point> points) {
  const std::vector<Point> at = GroupPoints(points, kMostPoints);
  std::vector<double> values;
  for (size_t i = 0; i < at.size(); ++i) {
    for (size_t j = i + 1; j < at.size(); ++j) {
      if (at[i].x != at[j].x) values.push_back((at[j].y - at[i].y) / (at[j].x - at[i].x));
    }
  }
  if (values.empty()) return {};
  Line line;
  line.slope = Median(values);
  values.clear();
  for (const Point& p : at) values.push_back(p.y - line.slope * p.x);
  line.intercept = Median(values);
  return line;
}

}  // namespace tune
