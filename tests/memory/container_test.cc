#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tune/flink_memory.h"

namespace tune {
namespace {

constexpr int64_t kMiB = 1 << 20;

TEST(ContainerOfTest, RequestIsTheProcessSizeInWholeMiB) {
  const auto container = ContainerOf(Bytes(1728 * kMiB + kMiB - 1), MilliCores(1500));
  ASSERT_TRUE(container.ok()) << container.status();
  EXPECT_EQ(container->memory_request, Bytes(1728 * kMiB));
  EXPECT_EQ(container->memory_limit, Bytes(1728 * kMiB));
  EXPECT_EQ(container->cpu_request, MilliCores(1500));
  EXPECT_EQ(container->cpu_limit, MilliCores(1500));
}

// 1001 * 1.5 = 1501.5 MiB, cut; 0.1 cores * 3 = 0.30000000000000004 in doubles, which Kubernetes rounds up to 301.
TEST(ContainerOfTest, LimitsAreFactorsCutToMiBAndRoundedUpToMillicores) {
  const auto container = ContainerOf(Bytes(1001 * kMiB), MilliCores(100), 1.5, 3);
  ASSERT_TRUE(container.ok()) << container.status();
  EXPECT_EQ(container->memory_limit, Bytes(1501 * kMiB));
  EXPECT_EQ(container->cpu_limit, MilliCores(301));
}

TEST(ContainerOfTest, FactorsBelowOneAndLimitsBeyondFlinksIntAreRefused) {
  EXPECT_EQ(ContainerOf(Bytes(kMiB), MilliCores(1), 0.5).status().message(),
            "memory.limit-factor = 0.5; allowed: >= 1");
  EXPECT_FALSE(ContainerOf(Bytes(kMiB), MilliCores(1), 1, 0.99).ok());
  EXPECT_FALSE(ContainerOf(Bytes(int64_t{1} << 62), MilliCores(1)).ok());
  EXPECT_FALSE(ContainerOf(Bytes(kMiB), MilliCores(1), 1, 1e300).ok());
}

}  // namespace
}  // namespace tune
