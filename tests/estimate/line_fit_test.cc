#include "libtune/estimate/line_fit.h"

#include <gtest/gtest.h>

#include <string>

namespace tune {
namespace {

struct Fit {
  const char* name;
  std::vector<Point> points;
  double slope, intercept;
};
void PrintTo(const Fit& c, std::ostream* out) { *out << c.name; }

class FitTheilSenTest : public testing::TestWithParam<Fit> {};

TEST_P(FitTheilSenTest, MatchesHandCalculation) {
  const Fit& c = GetParam();
  const Line line = FitTheilSen(c.points);
  EXPECT_DOUBLE_EQ(line.slope, c.slope);
  EXPECT_DOUBLE_EQ(line.intercept, c.intercept);
}

INSTANTIATE_TEST_SUITE_P(
    Points, FitTheilSenTest,
    testing::Values(Fit{"NoneGiveNoLine", {}, 0, 0}, Fit{"OneGivesNoLine", {{2, 5}}, 0, 0},
                    Fit{"OneXGivesNoLine", {{2, 5}, {2, 6}}, 0, 0}, Fit{"TwoGiveTheirLine", {{2, 5}, {4, 9}}, 2, 1},
                    // Slopes to the wild point: 998, 332, 247, 196; the other six are 1, and so the fifth of ten.
                    Fit{"OneWildPointChangesNothing", {{0, 1}, {1, 999}, {2, 3}, {3, 4}, {5, 6}}, 1, 1},
                    // y = x^2 has slopes x_i + x_j: 1 2 3 3 4 4 5 5 6 7, the fifth is 4; over: 0 -3 -4 -3 0.
                    Fit{"MiddleSlopeAndMiddleRest", {{0, 0}, {1, 1}, {2, 4}, {3, 9}, {4, 16}}, 4, -3},
                    // Slopes 2 and 1 (equal x give none), of two the lower; over: 0, 1, 1.
                    Fit{"EqualXAreNotCompared", {{1, 1}, {1, 2}, {2, 3}}, 1, 1}),
    [](const auto& row) { return std::string(row.param.name); });

// 128 points of y = -x in 64 groups of two: the lower median of x = 2k, 2k + 1 is 2k, of y -2k - 1.
TEST(FitTheilSenGroups, AreMediansOfAtMostSixtyFour) {
  std::vector<Point> points;
  for (int x = 0; x < 64; ++x) points.push_back({static_cast<double>(x), -static_cast<double>(x)});
  EXPECT_DOUBLE_EQ(FitTheilSen(points).intercept, 0);  // as they are
  for (int x = 64; x < 128; ++x) points.push_back({static_cast<double>(x), -static_cast<double>(x)});
  EXPECT_DOUBLE_EQ(FitTheilSen(points).slope, -1);
  EXPECT_DOUBLE_EQ(FitTheilSen(points).intercept, -1);
  for (int x = 128; x < 192; ++x) points.push_back({static_cast<double>(x), -static_cast<double>(x)});
  EXPECT_DOUBLE_EQ(FitTheilSen(points).intercept, 0);  // of three the middle one: x = 3k + 1, y = -3k - 1
}

// 192 points of y = x - 300, x + 0, x + 300 in turn: groups of three neighbours in x hold one of each, and their
// medians are (3k + 1, 3k + 1), whatever the points' order.
TEST(FitTheilSenGroups, AreOfNeighboursInX) {
  std::vector<Point> points;
  for (int i = 0; i < 192; ++i) {
    const int x = i * 35 % 192;  // 35 and 192 have no common divisor: every x once
    points.push_back({static_cast<double>(x), static_cast<double>(x + 300 * (x % 3 - 1))});
  }
  EXPECT_DOUBLE_EQ(FitTheilSen(points).slope, 1);
  EXPECT_DOUBLE_EQ(FitTheilSen(points).intercept, 0);
}

}  // namespace
}  // namespace tune
