#include "libtune/estimate/normal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tune {
namespace {

TEST(TwoSidedNormalQuantile, MatchesTheTables) {
  EXPECT_NEAR(TwoSidedNormalQuantile(0.5), 0.6744898, 1e-7);
  EXPECT_NEAR(TwoSidedNormalQuantile(0.6826895), 1, 1e-7);
  EXPECT_NEAR(TwoSidedNormalQuantile(0.9), 1.6448536, 1e-7);
  EXPECT_NEAR(TwoSidedNormalQuantile(0.99), 2.5758293, 1e-7);
}

TEST(TwoSidedNormalQuantile, IsNotANumberOutsideTheOpenInterval) {
  for (const double confidence : {0.0, 1.0, -0.1, 1.1, std::nan("")}) {
    EXPECT_TRUE(std::isnan(TwoSidedNormalQuantile(confidence))) << confidence;
  }
}

}  // namespace
}  // namespace tune
