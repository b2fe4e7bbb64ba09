#include "libtune/cli/plot_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace tune {
namespace {

using Values = std::vector<std::optional<double>>;

std::vector<std::pair<int, std::optional<double>>> Pairs(const std::vector<PlotPoint>& points) {
  std::vector<std::pair<int, std::optional<double>>> pairs;
  for (const PlotPoint& p : points) pairs.emplace_back(p.index, p.value);
  return pairs;
}

TEST(ThinOut, LeavesWhatFitsAsItIs) {
  EXPECT_THAT(Pairs(ThinOut(Values{3, std::nullopt, 1}, 3)),
              testing::ElementsAre(std::pair(0, 3), std::pair(1, std::nullopt), std::pair(2, 1)));
}

TEST(ThinOut, KeepsSmallestAndLargestOfEachGroupInTheirOrder) {
  // most = 6: two groups of four values.
  EXPECT_THAT(Pairs(ThinOut(Values{5, 9, 1, 5, 2, 2, 7, 3}, 6)),
              testing::ElementsAre(std::pair(1, 9), std::pair(2, 1), std::pair(4, 2), std::pair(6, 7)));
}

TEST(ThinOut, KeepsAHoleInsideAGroupBetweenWhatItParts) {
  EXPECT_THAT(Pairs(ThinOut(Values{1, std::nullopt, 4, 3}, 3)),
              testing::ElementsAre(std::pair(0, 1), std::pair(1, std::nullopt), std::pair(2, 4)));
}

TEST(ThinOut, MakesOneHoleOfAGroupOfHoles) {
  EXPECT_THAT(Pairs(ThinOut(Values(10, std::nullopt), 3)), testing::ElementsAre(std::pair(0, std::nullopt)));
}

TEST(ThinOut, MakesAtMost1500PointsOfAWeekOfMinutes) {
  Values week;
  for (int i = 0; i < 10080; ++i) week.push_back(i % 13 == 0 ? std::optional<double>() : std::sin(i / 7.0));
  const std::vector<PlotPoint> points = ThinOut(week);
  EXPECT_LE(points.size(), 1500u);
  EXPECT_GT(points.size(), 1400u);         // 500 groups of 20 or 21 with two extremes and a hole each
  EXPECT_EQ(GroupSize(week.size()), 21u);  // 10080 / 500 = 20.16
  EXPECT_EQ(GroupSize(1500), 1u);
}

std::optional<double> Largest(const Values& values) {
  std::optional<double> most;
  for (const auto& v : values) most = v && (!most || *v > *most) ? v : most;
  return most;
}

RC_GTEST_PROP(ThinOutProperty, KeepsExtremesHolesAndOrder, ()) {
  Values values;
  for (const int v : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-5, 50))) {
    values.push_back(v < 0 ? std::nullopt : std::optional<double>(v));
  }
  const auto most = static_cast<size_t>(*rc::gen::inRange(3, 40));
  const std::vector<PlotPoint> points = ThinOut(values, most);
  RC_ASSERT(points.size() <= most);
  Values kept, negated, kept_negated;
  int last = -1;
  for (const PlotPoint& p : points) {
    RC_ASSERT(p.index > last);
    last = p.index;
    RC_ASSERT(values[static_cast<size_t>(p.index)] == p.value);
    kept.push_back(p.value);
    kept_negated.push_back(p.value ? std::optional<double>(-*p.value) : std::nullopt);
  }
  for (const auto& v : values) negated.push_back(v ? std::optional<double>(-*v) : std::nullopt);
  RC_ASSERT(Largest(kept) == Largest(values));
  RC_ASSERT(Largest(kept_negated) == Largest(negated));
  const auto has_hole = [](const Values& list) {
    return std::find(list.begin(), list.end(), std::nullopt) != list.end();
  };
  RC_ASSERT(has_hole(kept) == has_hole(values));
}

}  // namespace
}  // namespace tune
