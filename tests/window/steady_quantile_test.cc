#include "libtune/window/steady_quantile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace tune {
namespace {

TEST(SteadyStreamQuantileTest, FollowsASteadyStream) {
  auto p90 = *SteadyStreamQuantile::Create(0.9);
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> value(0, 1);
  for (int i = 0; i < 100000; ++i) ASSERT_TRUE(p90.Add(value(random)));
  const double exact = std::exp(1.2815515655);  // of the distribution: e to the normal's p90
  EXPECT_NEAR(*p90.Get(), exact, 0.03 * exact);
}

TEST(SteadyStreamQuantileTest, IsAbsentForShortStreams) {
  auto median = *SteadyStreamQuantile::Create(0.5);
  for (int i = 1; i < SteadyStreamQuantile::kFewest; ++i) median.Add(i);
  EXPECT_EQ(median.Get(), std::nullopt);
  median.Add(1000);
  EXPECT_NEAR(*median.Get(), 500, 5);
}

TEST(SteadyStreamQuantileTest, RefusesAndCountsWhatIsNotFinite) {
  auto median = *SteadyStreamQuantile::Create(0.5);
  for (int i = 0; i < 2000; ++i) median.Add(3);
  EXPECT_FALSE(median.Add(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(median.Add(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(median.count(), 2000);
  EXPECT_EQ(median.rejected(), 2);
  EXPECT_EQ(median.Get(), 3);
}

TEST(SteadyStreamQuantileTest, RefusesQuantilesThatHaveNoMarker) {
  for (double q : {0.0, 1.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SteadyStreamQuantile::Create(q).status())) << q;
  }
}

}  // namespace
}  // namespace tune
