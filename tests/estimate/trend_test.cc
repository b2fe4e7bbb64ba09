#include "libtune/estimate/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tune {
namespace {

std::vector<Point> Series(const std::vector<double>& y) {
  std::vector<Point> points;
  for (size_t i = 0; i < y.size(); ++i) points.push_back({static_cast<double>(i), y[i]});
  return points;
}

// 10 points, all 45 pairs rise: (45 - 1) / sqrt(10 * 9 * 25 / 18) = 44 / 11.18.
TEST(MannKendallTest, CountsRisesOverTheirDeviation) {
  EXPECT_NEAR(MannKendall(Series({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})), 44 / std::sqrt(125.0), 1e-12);
  EXPECT_NEAR(MannKendall(Series({10, 9, 8, 7, 6, 5, 4, 3, 2, 1})), -44 / std::sqrt(125.0), 1e-12);
}

// 1 1 2 2: of 6 pairs 4 rise, 2 tie. Two ties of two take 2 * 2 * 1 * 9 = 36 of 4 * 3 * 13 = 156.
TEST(MannKendallTest, TiesTakeFromTheVariance) {
  EXPECT_NEAR(MannKendall(Series({1, 1, 2, 2})), (4 - 1) / std::sqrt((156.0 - 36) / 18), 1e-12);
}

// Two at each of two times: 4 of 6 pairs rise, the rest is at the same time.
TEST(MannKendallTest, TiesInTimeTakeFromTheVarianceToo) {
  const std::vector<Point> points = {{0, 1}, {0, 2}, {1, 3}, {1, 4}};
  EXPECT_NEAR(MannKendall(points), (4 - 1) / std::sqrt((156.0 - 36) / 18), 1e-12);
}

TEST(MannKendallTest, FewOrEqualPointsTellNothing) {
  EXPECT_EQ(MannKendall({}), 0);
  EXPECT_EQ(MannKendall(Series({1, 2, 3})), 0);
  EXPECT_EQ(MannKendall(Series({7, 7, 7, 7, 7, 7})), 0);
}

TEST(MannKendallTest, OrderOfThePointsDoesNotMatter) {
  std::vector<Point> points = Series({3, 1, 4, 1, 5, 9, 2, 6, 5, 3});
  const double z = MannKendall(points);
  std::swap(points[0], points[7]);
  std::swap(points[2], points[5]);
  EXPECT_EQ(MannKendall(points), z);
}

// A day of seconds is summed up first, and rises all the same.
TEST(MannKendallTest, ManyPointsAreGrouped) {
  std::vector<double> y;
  for (int i = 0; i < 86400; ++i) y.push_back(1e9 + i + 5000 * std::sin(i * 12.9898));
  EXPECT_GT(MannKendall(Series(y)), 10);
  for (double& value : y) value = 1e9 + 5000 * std::sin(value * 78.233);
  EXPECT_LT(std::abs(MannKendall(Series(y))), 3);
}

}  // namespace
}  // namespace tune
