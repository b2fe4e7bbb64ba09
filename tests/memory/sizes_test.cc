#include "tune/sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace tune {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

std::string Flink(const std::string& text) {
  const auto size = ParseFlinkSize("k", text);
  return size.ok() ? std::to_string(size->value()) : std::string(size.status().message());
}
std::string Kubernetes(const std::string& text) {
  const auto size = ParseKubernetesBytes("k", text);
  return size.ok() ? std::to_string(size->value()) : "refused";
}
std::string Cpu(const std::string& text) {
  const auto cpu = ParseKubernetesCpu("k", text);
  return cpu.ok() ? std::to_string(cpu->value()) : "refused";
}
std::string Deployment(const std::string& text) {
  const auto size = ParseDeploymentMemory("k", text);
  return size.ok() ? std::to_string(size->value()) : "refused";
}

TEST(FlinkSize, UnitsArePowersOf1024InAnyCase) {
  EXPECT_EQ(Flink("7"), "7");
  EXPECT_EQ(Flink("7b"), "7");
  EXPECT_EQ(Flink("7 Bytes"), "7");
  EXPECT_EQ(Flink("1k"), "1024");
  EXPECT_EQ(Flink("1 KB"), "1024");
  EXPECT_EQ(Flink("2048m"), "2147483648");  // 2048 * 2^20
  EXPECT_EQ(Flink("\t2 GibiBytes \n"), "2147483648");
  EXPECT_EQ(Flink("1t"), "1099511627776");  // 2^40
}

TEST(FlinkSize, HoldsUpTo63Bits) {
  EXPECT_EQ(Flink("9223372036854775807"), std::to_string(kMost));
  EXPECT_EQ(Flink("8388607t"), "9223370937343148032");  // (2^23 - 1) * 2^40
  EXPECT_EQ(Flink("8388608t").substr(0, 16), "k = \"8388608t\"; ");
  EXPECT_EQ(Flink("9223372036854775808").substr(0, 5), "k = \"");
}

TEST(FlinkSize, RefusesWhatFlinkRefuses) {
  for (const char* text : {"", " ", "m", "-1m", "+1m", "1.5g", "2Gi", "1e3", "10 m b", "1_000", "0x10", "5\xC2\xA0m"}) {
    EXPECT_FALSE(ParseFlinkSize("k", text).ok()) << text;
  }
  EXPECT_EQ(Flink("2 gallons"),
            "k = \"2 gallons\"; allowed: a whole number and b, k, m, g or t, below 2^63 bytes, as 1536m");
}

TEST(FlinkSize, IsWrittenWithTheLargestWholeUnit) {
  EXPECT_EQ(FormatFlinkSize(Bytes(0)), "0b");
  EXPECT_EQ(FormatFlinkSize(Bytes(1000)), "1000b");
  EXPECT_EQ(FormatFlinkSize(Bytes(1536 << 20)), "1536m");
  EXPECT_EQ(FormatFlinkSize(Bytes(int64_t{3} << 30)), "3g");
  EXPECT_EQ(FormatFlinkSize(Bytes(int64_t{5} << 40)), "5t");
}

TEST(KubernetesBytes, MIsAThousandthAndMiAMebibyte) {
  EXPECT_EQ(Kubernetes("2048m"), "3");  // 2.048, rounded up
  EXPECT_EQ(Kubernetes("2048Mi"), "2147483648");
  EXPECT_EQ(Kubernetes("2G"), "2000000000");
  EXPECT_EQ(Kubernetes("2Gi"), "2147483648");
  EXPECT_EQ(Kubernetes("1k"), "1000");
  EXPECT_EQ(Kubernetes("1Ki"), "1024");
  EXPECT_EQ(Kubernetes("2e9"), "2000000000");
  EXPECT_EQ(Kubernetes("2E9"), "2000000000");
  EXPECT_EQ(Kubernetes("2E"), "2000000000000000000");
  EXPECT_EQ(Kubernetes("1.5Gi"), "1610612736");  // 1.5 * 2^30
  EXPECT_EQ(Kubernetes(".5Ki"), "512");
  EXPECT_EQ(Kubernetes("5.Ki"), "5120");
  EXPECT_EQ(Kubernetes("+1"), "1");
  EXPECT_EQ(Kubernetes("1n"), "1");  // a billionth, rounded up
  EXPECT_EQ(Kubernetes("0"), "0");
  EXPECT_EQ(Kubernetes("100e-2"), "1");
}

TEST(KubernetesBytes, RefusesOtherUnitsSignsAndSizes) {
  for (const char* text : {"", " ", "-1", "1K", "1ki", "1 Gi", "Gi", "1g", "1Gib", "1e", "e3", "1.2.3", "8Ei",
                           "9223372036854775808", "1e19", "99999999999999999999999999", "1e99999"}) {
    EXPECT_EQ(Kubernetes(text), "refused") << text;
  }
  EXPECT_EQ(Kubernetes("7Ei"), "8070450532247928832");  // 7 * 2^60
  EXPECT_EQ(Kubernetes("1e-1000"), "1");
}

TEST(KubernetesBytes, AreWrittenWithTheLargestWholeUnit) {
  EXPECT_EQ(FormatKubernetesBytes(Bytes(1536 << 20)), "1536Mi");
  EXPECT_EQ(FormatKubernetesBytes(Bytes(int64_t{4} << 30)), "4Gi");
  EXPECT_EQ(FormatKubernetesBytes(Bytes(1000)), "1000");
  EXPECT_EQ(FormatKubernetesBytes(Bytes(0)), "0");
}

TEST(KubernetesCpu, CountsMillicoresRoundedUp) {
  EXPECT_EQ(Cpu("500m"), "500");
  EXPECT_EQ(Cpu("2"), "2000");
  EXPECT_EQ(Cpu("1.5"), "1500");
  EXPECT_EQ(Cpu("0.30000000000000004"), "301");
  EXPECT_EQ(Cpu("1u"), "1");
  EXPECT_EQ(Cpu("1core"), "refused");
  EXPECT_EQ(FormatKubernetesCpu(MilliCores(1500)), "1500m");
  EXPECT_EQ(FormatKubernetesCpu(MilliCores(2000)), "2");
}

TEST(DeploymentCpu, IsANumberOfCores) {
  for (const auto& [text, milli] : std::map<std::string, int64_t>{
           {"0.5", 500}, {"2", 2000}, {"1e-1", 100}, {"0.3", 300}, {"0.0001", 1}, {"1000000000", 1'000'000'000'000}}) {
    const auto cpu = ParseDeploymentCpu("cpu", text);
    ASSERT_TRUE(cpu.ok()) << cpu.status();
    EXPECT_EQ(cpu->value(), milli) << text;
  }
  for (const char* text : {"", "0", "-1", "500m", "nan", "inf", "1e10", "1 ", "two"}) {
    EXPECT_FALSE(ParseDeploymentCpu("cpu", text).ok()) << text;
  }
  EXPECT_EQ(FormatDeploymentCpu(MilliCores(1250)), "1.25");
  EXPECT_EQ(FormatDeploymentCpu(MilliCores(2000)), "2");
  EXPECT_EQ(FormatDeploymentCpu(MilliCores(1)), "0.001");
}

TEST(DeploymentMemory, IsFlinksSizeWhereItIsOneElseKubernetesWholeNumber) {
  EXPECT_EQ(Deployment("2048m"), "2147483648");
  EXPECT_EQ(Deployment("2g"), "2147483648");
  EXPECT_EQ(Deployment("2G"), "2147483648");  // Flink's, not 2 * 10^9
  EXPECT_EQ(Deployment("2 GB"), "2147483648");
  EXPECT_EQ(Deployment("2Gi"), "2147483648");
  EXPECT_EQ(Deployment("2 gib"), "2147483648");
  EXPECT_EQ(Deployment("4 P"), "4000000000000000");
  EXPECT_EQ(Deployment("2e9"), "2000000000");
  EXPECT_EQ(Deployment("+2.Gi"), "2147483648");
  EXPECT_EQ(Deployment("1.0e16"), "10000000000000000");  // 10 * 10^15
}

TEST(DeploymentMemory, OfParts_WhatTheOperatorMakesFlinkCannotRead) {
  for (const char* text : {"2.5Gi", "1.0Gi", "1.5g", ".5Gi", "-2Gi", "2.5k", "1E", "1e16", "1e-3", "", "Gi", "x"}) {
    EXPECT_EQ(Deployment(text), "refused") << text;
  }
}

}  // namespace
}  // namespace tune
