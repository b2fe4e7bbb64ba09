#include "libtune/window/quantile.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace tune {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// The definition, by sorting.
std::optional<double> Sorted(std::vector<Weighted> values, double q) {
  std::sort(values.begin(), values.end(), [](auto& a, auto& b) { return a.value < b.value; });
  double total = 0;
  for (const Weighted& x : values) total += x.weight;
  double seen = 0;
  for (const Weighted& x : values) {
    seen += x.weight;
    if (seen > 0 && seen >= q * total * (1 - 1e-12)) return x.value;
  }
  return std::nullopt;
}

std::optional<double> Weighed(std::vector<Weighted> values, double q) { return WeightedQuantile(values, q); }
std::optional<double> Plain(std::vector<double> values, double q) { return Quantile(values, q); }

std::vector<Weighted> WithWeights(const std::vector<double>& values, double weight) {
  std::vector<Weighted> out;
  for (double v : values) out.push_back({v, weight});
  return out;
}

TEST(WeightedQuantileTest, IsTheSmallestValueThatReachesTheShareOfTheWeight) {
  // 1 s, 2 s and 7 s of 10 s: the values <= 5 carry 1/10, those <= 6 carry 3/10.
  const std::vector<Weighted> values = {{7, 7}, {5, 1}, {6, 2}};
  EXPECT_EQ(Weighed(values, 0), 5);
  EXPECT_EQ(Weighed(values, 0.1), 5);
  EXPECT_EQ(Weighed(values, 0.11), 6);
  EXPECT_EQ(Weighed(values, 0.3), 6);
  EXPECT_EQ(Weighed(values, 0.31), 7);
  EXPECT_EQ(Weighed(values, 1), 7);
}

TEST(WeightedQuantileTest, ForgivesTheRoundingOfWeights) {
  // Ten weights of 0.1 sum to 0.99999…; nine of them are 0.9 of it all the same.
  std::vector<double> ten(10);
  for (int i = 0; i < 10; ++i) ten[i] = i + 1;
  EXPECT_EQ(Weighed(WithWeights(ten, 0.1), 0.9), 9);
  EXPECT_EQ(Weighed(WithWeights(ten, 0.1), 0.3), 3);
  EXPECT_EQ(Weighed(WithWeights(ten, 0.1), 1), 10);
  // Of thirteen, six sum to 0.6 and 6/13 of the whole is 0.6000000000000001.
  std::vector<double> thirteen(13);
  for (int i = 0; i < 13; ++i) thirteen[i] = i + 1;
  EXPECT_EQ(Weighed(WithWeights(thirteen, 0.1), 6 / 13.0), 6);
}

TEST(WeightedQuantileTest, LeavesOutValuesWithoutWeight) {
  EXPECT_EQ(Weighed({{1, 0}, {2, 1}, {3, 0}}, 0), 2);
  EXPECT_EQ(Weighed({{1, 0}, {2, 1}, {3, 0}}, 1), 2);
  std::vector<Weighted> many = WithWeights(std::vector<double>(20000, 5), 0);
  many[777] = {4, 1e-3};
  EXPECT_EQ(Weighed(many, 0), 4);
  EXPECT_EQ(Weighed(many, 1), 4);
}

TEST(WeightedQuantileTest, IsAbsentWithoutWeight) {
  EXPECT_EQ(Weighed({}, 0.5), std::nullopt);
  EXPECT_EQ(Weighed({{1, 0}}, 0.5), std::nullopt);
  EXPECT_EQ(Weighed(WithWeights(std::vector<double>(20000, 5), 0), 0.5), std::nullopt);
}

TEST(WeightedQuantileTest, IsAbsentForWhatIsOutOfRange) {
  for (size_t n : {1, 50, 20000}) {
    for (const Weighted& bad : {Weighted{kNan, 1}, {kInf, 1}, {-kInf, 1}, {1, kNan}, {1, kInf}, {1, -1}}) {
      std::vector<Weighted> values = WithWeights(std::vector<double>(n, 5), 1);
      values[n / 2] = bad;
      EXPECT_EQ(Weighed(values, 0.9), std::nullopt) << n << ": " << bad.value << " x " << bad.weight;
    }
  }
  EXPECT_EQ(Weighed({{1, 1}}, -0.01), std::nullopt);
  EXPECT_EQ(Weighed({{1, 1}}, 1.01), std::nullopt);
  EXPECT_EQ(Weighed({{1, 1}}, kNan), std::nullopt);
}

TEST(WeightedQuantileTest, TakesNegativeValuesAndNegativeZeroWeights) {
  EXPECT_EQ(Weighed({{-3, 1}, {-2, 1}, {4, -0.0}}, 0.5), -3);
  std::vector<Weighted> many = WithWeights(std::vector<double>(20000, -1), 1);
  many[9] = {-7, -0.0};
  EXPECT_EQ(Weighed(many, 0.5), -1);
}

TEST(QuantileTest, CountsValues) {
  EXPECT_EQ(Plain({4, 1, 3, 2}, 0.5), 2);  // two of four are <= 2
  EXPECT_EQ(Plain({4, 1, 3, 2}, 0.51), 3);
  EXPECT_EQ(Plain({7}, 0.9), 7);
  EXPECT_EQ(Plain({}, 0.9), std::nullopt);
  EXPECT_EQ(Plain({1, kNan}, 0.9), std::nullopt);
  // Exactly 90 of 100: the 90th, not the 91st.
  std::vector<double> hundred(100);
  for (int i = 0; i < 100; ++i) hundred[i] = (i * 37) % 100 + 1;
  EXPECT_EQ(Plain(hundred, 0.9), 90);
}

// Shapes that selection by samples and pivots may find hard, around the sizes where its ways change.
struct Shape {
  const char* name;
  double (*at)(size_t i, size_t n);
};
const Shape kShapes[] = {
    {"Constant", [](size_t, size_t) { return 3.0; }},
    {"Rising", [](size_t i, size_t) { return static_cast<double>(i); }},
    {"Falling", [](size_t i, size_t n) { return static_cast<double>(n - i); }},
    {"TwoValues", [](size_t i, size_t) { return i % 10 == 0 ? 1e6 : 1.0; }},
    {"TwoValuesOneRare", [](size_t i, size_t) { return i % 1000 == 0 ? 1e6 : 1.0; }},
    {"OrganPipe", [](size_t i, size_t n) { return static_cast<double>(std::min(i, n - i)); }},
    {"Periodic", [](size_t i, size_t) { return static_cast<double>((i * 7919) % 64); }},
    {"Steps", [](size_t i, size_t n) { return std::floor(20.0 * static_cast<double>(i) / static_cast<double>(n)); }},
};

TEST(QuantileTest, EqualsSortingForHardShapes) {
  for (const Shape& shape : kShapes) {
    for (size_t n : {1, 2, 15, 16, 17, 90, 1023, 1025, 4095, 4096, 4097, 50000}) {
      std::vector<double> values(n);
      for (size_t i = 0; i < n; ++i) values[i] = shape.at(i, n);
      std::vector<Weighted> weighted = WithWeights(values, 0.5);
      for (size_t i = 0; i < n; ++i) weighted[i].weight = 1 + static_cast<double>(i % 3);
      for (double q : {0.0, 0.001, 0.25, 0.5, 0.9, 0.999, 1.0}) {
        ASSERT_EQ(Plain(values, q), Sorted(WithWeights(values, 1), q)) << shape.name << " n " << n << " q " << q;
        ASSERT_EQ(Weighed(weighted, q), Sorted(weighted, q)) << shape.name << " n " << n << " q " << q;
      }
    }
  }
}

TEST(QuantileTest, EqualsSortingForRandomLargeInputs) {
  std::mt19937_64 random(20240611);
  std::lognormal_distribution<double> value(0, 2);
  std::uniform_int_distribution<int> weight(0, 60);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> values(3000 + round * 4001);
    for (double& v : values) v = value(random);
    std::vector<Weighted> weighted = WithWeights(values, 0);
    for (Weighted& w : weighted) w.weight = weight(random);
    const double q = std::uniform_real_distribution<double>(0, 1)(random);
    ASSERT_EQ(Plain(values, q), Sorted(WithWeights(values, 1), q)) << "round " << round;
    ASSERT_EQ(Weighed(weighted, q), Sorted(weighted, q)) << "round " << round;
  }
}

std::vector<Weighted> ArbitraryWeighted() {
  const auto pairs = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(-50, 50), rc::gen::inRange(0, 5)));
  std::vector<Weighted> values;
  for (const auto& [value, weight] : pairs) values.push_back({value / 4.0, weight / 2.0});
  return values;
}

TEST(WeightedQuantileProperty, EqualsSorting) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Weighted> values = ArbitraryWeighted();
    const double q = *rc::gen::inRange(0, 101) / 100.0;
    RC_ASSERT(Weighed(values, q) == Sorted(values, q));
  }));
}

TEST(WeightedQuantileProperty, IsOneOfTheValuesAndNeverFallsWithQ) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Weighted> values = ArbitraryWeighted();
    const auto [low, high] = std::minmax({*rc::gen::inRange(0, 1001), *rc::gen::inRange(0, 1001)});
    const auto at_low = Weighed(values, low / 1000.0);
    const auto at_high = Weighed(values, high / 1000.0);
    RC_ASSERT(at_low.has_value() == at_high.has_value());
    if (!at_low) return;
    RC_ASSERT(*at_low <= *at_high);
    RC_ASSERT(std::any_of(values.begin(), values.end(),
                          [&](const Weighted& x) { return x.value == *at_low && x.weight > 0; }));
  }));
}

TEST(WeightedQuantileProperty, DoesNotDependOnOrderOrOnTheUnitOfWeight) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Weighted> values = ArbitraryWeighted();
    const double q = *rc::gen::inRange(0, 101) / 100.0;
    const auto before = Weighed(values, q);
    std::reverse(values.begin(), values.end());
    for (Weighted& x : values) x.weight *= 1000;
    RC_ASSERT(Weighed(values, q) == before);
  }));
}

}  // namespace
}  // namespace tune
