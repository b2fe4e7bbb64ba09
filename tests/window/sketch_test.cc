#include "libtune/window/sketch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/count.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <boost/accumulators/statistics/variance.hpp>
#include <boost/accumulators/statistics/weighted_mean.hpp>
#include <boost/accumulators/statistics/weighted_variance.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "libtune/window/quantile.h"
#include "libtune/window/sketch_accumulator.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::string Message(const absl::Status& status) { return std::string(status.message()); }

DdSketch Of(const std::vector<double>& values, const SketchOptions& options = {}) {
  DdSketch sketch = *DdSketch::Create(options);
  for (double v : values) EXPECT_TRUE(sketch.Add(v)) << v;
  return sketch;
}

void ExpectWithin(const DdSketch& sketch, std::vector<double> values, double alpha, const std::string& what) {
  for (double q : {0.0, 0.01, 0.25, 0.5, 0.9, 0.905, 0.92, 0.99, 0.999, 1.0}) {
    const double exact = *Quantile(values, q);
    EXPECT_NEAR(*sketch.Quantile(q), exact, exact * alpha * (1 + 1e-9)) << what << " q " << q;
  }
}

struct Stream {
  const char* name;
  std::function<double(std::mt19937_64&, double at)> draw;  // `at` runs from 0 to 1
};
const std::vector<Stream>& Streams() {
  static const std::vector<Stream> streams = {
      {"Lognormal", [](auto& random, double) { return std::lognormal_distribution<double>(0, 1)(random); }},
      {"Pareto", [](auto& random,
                    double) { return std::pow(1 - std::uniform_real_distribution<double>(0, 1)(random), -1 / 1.1); }},
      {"Bimodal",
       [](auto& random, double) {  // 90.5 % near 100, 9.5 % near 1000
         const bool high = std::uniform_real_distribution<double>(0, 1)(random) > 0.905;
         return (high ? 1000 : 100) * std::normal_distribution<double>(1, 0.05)(random);
       }},
      {"ShiftAt92Percent",
       [](auto& random, double at) {
         return (at > 0.92 ? 400 : 100) * std::normal_distribution<double>(1, 0.05)(random);
       }},
      {"IdleWithBursts",
       [](auto& random, double) {
         return std::uniform_real_distribution<double>(0, 1)(random) < 0.85
                    ? 0.0
                    : std::exponential_distribution<double>(1e-4)(random);
       }},
  };
  return streams;
}

TEST(DdSketchTest, StaysWithinAlphaOfTheExactQuantile) {
  for (const Stream& stream : Streams()) {
    for (double alpha : {0.001, 0.01, 0.1}) {
      for (int n : {60, 5760, 100000}) {
        std::mt19937_64 random(n);
        std::vector<double> values(n);
        for (int i = 0; i < n; ++i) values[i] = stream.draw(random, i / double(n));
        const DdSketch sketch = Of(values, {.alpha = alpha, .max_buckets = 1 << 16});
        EXPECT_EQ(sketch.GuaranteedFrom(), 0);
        ExpectWithin(sketch, values, alpha, stream.name);
      }
    }
  }
}

TEST(DdSketchTest, CoversTheWholeRangeWithinAlpha) {
  // One value alone is found again anywhere, bucket bounds and powers of two included.
  for (double alpha : {0.0001, 0.01, 0.2}) {
    for (double v = 1.001 * DdSketch::kSmallest; v <= DdSketch::kLargest; v *= 1.0137) {
      DdSketch sketch = *DdSketch::Create({.alpha = alpha, .max_buckets = 1 << 20});
      ASSERT_TRUE(sketch.Add(v) && sketch.Add(v * 0.9999) && sketch.Add(DdSketch::kLargest, 0.001));
      ASSERT_NEAR(*sketch.Quantile(0.9), v, v * alpha * (1 + 1e-9));
    }
  }
  for (double v : {DdSketch::kSmallest, 0.5, 1.0, 2.0, 1024.0, DdSketch::kLargest}) {
    EXPECT_EQ(*Of({v}).Quantile(0.5), v);  // smallest and largest are known exactly
  }
}

TEST(DdSketchTest, WeighsValues) {
  DdSketch sketch;
  EXPECT_TRUE(sketch.Add(100, 89));
  EXPECT_TRUE(sketch.Add(200, 1));
  EXPECT_TRUE(sketch.Add(300, 10));
  EXPECT_EQ(sketch.count(), 3);
  EXPECT_EQ(sketch.weight(), 100);
  EXPECT_NEAR(*sketch.Quantile(0.89), 100, 1);
  EXPECT_NEAR(*sketch.Quantile(0.90), 200, 2);  // 89 + 1 of 100
  EXPECT_NEAR(*sketch.Quantile(0.901), 300, 3);
  EXPECT_EQ(sketch.min(), 100);
  EXPECT_EQ(sketch.max(), 300);
}

TEST(DdSketchTest, KeepsZerosApart) {
  const DdSketch sketch = Of({0, 0, 0, 5});
  EXPECT_EQ(*sketch.Quantile(0.75), 0);
  EXPECT_NEAR(*sketch.Quantile(0.76), 5, 0.05);
  EXPECT_EQ(*Of({1e-12, 5}).Quantile(0.5), 1e-12);  // counted as zero, answered within kSmallest
}

TEST(DdSketchTest, RefusesAndCountsWhatIsOutOfRange) {
  DdSketch sketch;
  for (double bad : {-1e-300, -5.0, kNan, kInf, -kInf, 1.0001e12}) EXPECT_FALSE(sketch.Add(bad)) << bad;
  for (double bad : {-1.0, kNan, kInf}) EXPECT_FALSE(sketch.Add(1, bad)) << bad;
  EXPECT_FALSE(sketch.Add(0, -1));
  EXPECT_EQ(sketch.rejected(), 10);
  EXPECT_TRUE(sketch.Add(7, 0));
  EXPECT_EQ(sketch.count(), 0);
  EXPECT_EQ(sketch.Quantile(0.5), std::nullopt);
  EXPECT_EQ(sketch.min(), std::nullopt);
  EXPECT_TRUE(sketch.Add(1));
  for (double q : {-0.1, 1.1, kNan}) EXPECT_EQ(sketch.Quantile(q), std::nullopt) << q;
}

TEST(DdSketchTest, CollapsesTheLowestBucketsAndSaysWhereTheGuaranteeBegins) {
  // 64 buckets of 1 % span a factor of about 1.02^64 = 3.6: of 1 … 1000 the lower part is collapsed.
  const SketchOptions options{.alpha = 0.01, .max_buckets = 64};
  std::vector<double> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(i);
  const DdSketch sketch = Of(values, options);
  EXPECT_GT(sketch.GuaranteedFrom(), 1000 / 3.7);
  EXPECT_LT(sketch.GuaranteedFrom(), 1000 / 3.4);
  EXPECT_NEAR(*sketch.Quantile(0.9), 900, 9);
  EXPECT_NEAR(*sketch.Quantile(0.5), 500, 5);
  EXPECT_LE(*sketch.Quantile(0.1), sketch.GuaranteedFrom());
  EXPECT_EQ(sketch.ToData().index.size(), 64u);
}

TEST(DdSketchTest, RefusesOptionsOutOfRange) {
  EXPECT_THAT(Message(DdSketch::Create({.alpha = 0}).status()), HasSubstr("sketch.alpha = 0; allowed: [0.0001, 0.2]"));
  EXPECT_FALSE(DdSketch::Create({.alpha = 0.21}).ok());
  EXPECT_FALSE(DdSketch::Create({.alpha = kNan}).ok());
  EXPECT_THAT(Message(DdSketch::Create({.max_buckets = 63}).status()), HasSubstr("sketch.max_buckets = 63"));
}

TEST(DdSketchTest, MergesOnlyItsLike) {
  DdSketch sketch;
  const absl::Status status = sketch.Merge(*DdSketch::Create({.alpha = 0.02}));
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(Message(status), HasSubstr("sketch.alpha = 0.02; allowed: 0.01"));
  EXPECT_FALSE(sketch.Merge(*DdSketch::Create({.max_buckets = 64})).ok());
  ASSERT_TRUE(sketch.Add(5));
  ASSERT_TRUE(sketch.Merge(sketch).ok());
  EXPECT_EQ(sketch.weight(), 2);
}

bool Same(const SketchData& a, const SketchData& b) {
  return a.zero_weight == b.zero_weight && a.count == b.count && a.rejected == b.rejected && a.min == b.min &&
         a.max == b.max && a.collapsed == b.collapsed && a.index == b.index && a.weight == b.weight;
}

// Values over seven decades and zeros, with weights whose sums are exact.
using Pairs = std::vector<std::pair<int, int>>;
Pairs ArbitraryPairs() {
  return *rc::gen::container<Pairs>(rc::gen::pair(rc::gen::inRange(-5, 70), rc::gen::inRange(0, 9)));
}
void AddAll(const Pairs& pairs, DdSketch& sketch) {
  for (const auto& [decades, weight] : pairs)
    sketch.Add(decades < 0 ? decades + 3 : std::pow(10, decades / 10.0), weight);
}

TEST(DdSketchProperty, MergeEqualsTheSketchOfBothStreams) {
  EXPECT_TRUE(rc::check([] {
    const SketchOptions options{.alpha = 0.05, .max_buckets = *rc::gen::element(64, 2048)};  // 64 collapse
    const Pairs first = ArbitraryPairs(), second = ArbitraryPairs();
    DdSketch a = *DdSketch::Create(options), b = a, both = a;
    AddAll(first, a);
    AddAll(second, b);
    AddAll(first, both);
    AddAll(second, both);
    RC_ASSERT(a.Merge(b).ok());
    RC_ASSERT(Same(a.ToData(), both.ToData()));
    RC_ASSERT(a.Quantile(0.9) == both.Quantile(0.9));
    RC_ASSERT(a.GuaranteedFrom() == both.GuaranteedFrom());
  }));
}

TEST(DdSketchProperty, DoesNotDependOnOrder) {
  EXPECT_TRUE(rc::check([] {
    Pairs pairs = ArbitraryPairs();
    DdSketch forward = *DdSketch::Create({.alpha = 0.05, .max_buckets = 64}), backward = forward;
    AddAll(pairs, forward);
    std::reverse(pairs.begin(), pairs.end());
    AddAll(pairs, backward);
    RC_ASSERT(Same(forward.ToData(), backward.ToData()));
  }));
}

TEST(DdSketchProperty, ComesBackFromItsDataUnchanged) {
  EXPECT_TRUE(rc::check([] {
    DdSketch sketch = *DdSketch::Create({.alpha = 0.05, .max_buckets = *rc::gen::element(64, 2048)});
    AddAll(ArbitraryPairs(), sketch);
    const auto back = DdSketch::FromData(sketch.ToData());
    RC_ASSERT(back.ok());
    RC_ASSERT(Same(back->ToData(), sketch.ToData()));
    RC_ASSERT(back->Quantile(0.5) == sketch.Quantile(0.5));
    RC_ASSERT(back->weight() == sketch.weight());
  }));
}

TEST(DdSketchTest, RefusesDataThatNoSketchWrote) {
  const SketchData good = Of({0, 1, 10, 100}).ToData();
  ASSERT_TRUE(DdSketch::FromData(good).ok());
  const std::vector<std::pair<const char*, std::function<void(SketchData&)>>> breaks = {
      {"alpha", [](auto& d) { d.options.alpha = 3; }},
      {"weight", [](auto& d) { d.weight.pop_back(); }},
      {"weight[1]", [](auto& d) { d.weight[1] = -1; }},
      {"weight[0]", [](auto& d) { d.weight[0] = kNan; }},
      {"index[0]", [](auto& d) { d.index[0] = -1; }},
      {"index[2]", [](auto& d) { d.index[2] = d.index[1]; }},
      {"index[2]", [](auto& d) { d.index[2] = std::numeric_limits<int32_t>::max(); }},
      {"zero_weight", [](auto& d) { d.zero_weight = -1; }},
      {"count", [](auto& d) { d.count = 0; }},
      {"rejected", [](auto& d) { d.rejected = -1; }},
      {"max", [](auto& d) { d.max = 50; }},
      {"max", [](auto& d) { d.max = kNan; }},
      {"min", [](auto& d) { d.min = 1; }},
      {"collapsed", [](auto& d) { d.collapsed = true; }},
  };
  for (const auto& [field, breaking] : breaks) {
    SketchData data = good;
    breaking(data);
    const absl::Status status = DdSketch::FromData(data).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_THAT(Message(status), testing::StartsWith(std::string("sketch.") + field + " = ")) << field;
  }
}

namespace ba = boost::accumulators;

TEST(DdSketchAccumulatorTest, StandsBesideBoostsStatistics) {
  ba::accumulator_set<double, ba::stats<ba::tag::count, ba::tag::mean, ba::tag::variance, tag::dd_sketch>, double> set;
  set(10, ba::weight = 9.0);
  set(20, ba::weight = 1.0);
  EXPECT_EQ(ba::count(set), 2u);
  EXPECT_DOUBLE_EQ(ba::mean(set), 11);     // (90 + 20) / 10
  EXPECT_DOUBLE_EQ(ba::variance(set), 9);  // (9 * 1 + 81) / 10
  EXPECT_NEAR(*dd_sketch(set).Quantile(0.9), 10, 0.1);
  EXPECT_NEAR(*dd_sketch(set).Quantile(0.91), 20, 0.2);
  EXPECT_EQ(dd_sketch(set).weight(), 10);
}

TEST(DdSketchAccumulatorTest, TakesOptionsAndCountsWithoutWeights) {
  ba::accumulator_set<double, ba::stats<tag::dd_sketch>> set(empty_sketch = *DdSketch::Create({.alpha = 0.1}));
  for (int i = 1; i <= 10; ++i) set(i);
  set(-1);
  EXPECT_EQ(dd_sketch(set).options().alpha, 0.1);
  EXPECT_EQ(dd_sketch(set).weight(), 10);
  EXPECT_EQ(dd_sketch(set).rejected(), 1);
  EXPECT_NEAR(*dd_sketch(set).Quantile(0.9), 9, 0.9);
}

}  // namespace
}  // namespace tune
