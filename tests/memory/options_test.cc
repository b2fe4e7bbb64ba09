#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "absl/strings/str_cat.h"
#include "libtune/memory/java_text.h"
#include "tune/flink_memory.h"

namespace tune {
namespace {

using testing::HasSubstr;
using Configuration = std::map<std::string, std::string>;

constexpr FlinkVersion kFlink1 = {1, 20}, kFlink2 = {2, 0};
constexpr int64_t kMiB = 1 << 20;

TaskManagerMemoryOptions Read(const FlinkVersion& version, const Configuration& configuration,
                              const std::string& resource = "", LegacyHeap legacy = LegacyHeap::kProcessSize) {
  const auto options = ReadTaskManagerMemory(version, configuration, resource, legacy);
  EXPECT_TRUE(options.ok()) << options.status();
  return options.value_or(TaskManagerMemoryOptions());
}

std::string ErrorOf(const Configuration& configuration, const FlinkVersion& version = kFlink1) {
  return std::string(ReadTaskManagerMemory(version, configuration).status().message());
}

TEST(FlinkVersionText, IsReadInItsThreeForms) {
  for (const char* text : {"1.20", "1.20.5", "v1_20"}) {
    const auto version = ParseFlinkVersion("f", text);
    ASSERT_TRUE(version.ok()) << version.status();
    EXPECT_EQ(version->major, 1);
    EXPECT_EQ(version->minor, 20);
  }
  EXPECT_EQ(ParseFlinkVersion("f", "v2_3")->minor, 3);
  for (const char* text : {"", "1", "1.16", "1.21", "3.0", "v1.20", "1_20", "1.20.x", "v1_20_1", "1.20.1.1", "2.-1"}) {
    EXPECT_FALSE(ParseFlinkVersion("f", text).ok()) << text;
  }
  EXPECT_EQ(ParseFlinkVersion("--flink-version", "1.16").status().message(),
            "--flink-version = \"1.16\"; allowed: 1.17 to 1.20, 2.0 and later");
}

TEST(ReadTaskManagerMemory, ResourceMemoryStandsOverProcessSize) {
  const auto options = Read(kFlink1, {{"taskmanager.memory.process.size", "1g"}}, "2Gi");
  EXPECT_EQ(options.process_size, Bytes(2048 * kMiB));
  EXPECT_EQ(Read(kFlink1, {}, "2048m").process_size, Bytes(2048 * kMiB));
  EXPECT_EQ(ReadTaskManagerMemory(kFlink1, {}, "2.5Gi").status().message(),
            "spec.taskManager.resource.memory = \"2.5Gi\"; allowed: a whole number and m, g, Mi or Gi, below 2^63 "
            "bytes, as 4g");
}

TEST(ReadTaskManagerMemory, DeprecatedKeysCountWhereThePresentOnesAreAbsent) {
  EXPECT_EQ(Read(kFlink2, {{"taskmanager.memory.size", "1m"}}).managed, Bytes(kMiB));
  EXPECT_EQ(Read(kFlink2, {{"taskmanager.memory.size", "1m"}, {"taskmanager.memory.managed.size", "2m"}}).managed,
            Bytes(2 * kMiB));
  const auto network = Read(kFlink2, {{"taskmanager.network.memory.min", "1m"},
                                      {"taskmanager.network.memory.max", "2m"},
                                      {"taskmanager.network.memory.fraction", "0.5"}});
  EXPECT_EQ(network.network_min, Bytes(kMiB));
  EXPECT_EQ(network.network_max, Bytes(2 * kMiB));
  EXPECT_EQ(network.network_fraction->value(), 0.5F);
}

TEST(ReadTaskManagerMemory, OnlyFlink1KnowsHeapAndBuffers) {
  const Configuration heap = {{"taskmanager.heap.mb", "1024"}}, size = {{"taskmanager.heap.size", "1g"}};
  EXPECT_EQ(Read(kFlink1, heap).process_size, Bytes(1024 * kMiB));
  EXPECT_EQ(Read(kFlink1, size).process_size, Bytes(1024 * kMiB));
  EXPECT_EQ(Read(kFlink1, size, "", LegacyHeap::kStandalone).flink_size, Bytes(1024 * kMiB));
  EXPECT_EQ(Read(kFlink1, size, "2g").process_size, Bytes(2048 * kMiB));
  EXPECT_EQ(Read(kFlink2, heap).process_size, std::nullopt);
  const Configuration buffers = {{"taskmanager.network.numberOfBuffers", "2048"}};
  EXPECT_EQ(Read(kFlink1, buffers).network_buffers, Bytes(64 * kMiB));  // 2048 * 32 KiB
  EXPECT_EQ(Read(kFlink2, buffers).network_buffers, std::nullopt);
  Configuration beside = buffers;
  beside["taskmanager.memory.network.min"] = "1m";
  EXPECT_EQ(Read(kFlink1, beside).network_buffers, std::nullopt);
}

TEST(ReadTaskManagerMemory, ListsEveryValueThatFlinkCannotRead) {
  EXPECT_EQ(ErrorOf({{"taskmanager.memory.managed.fraction", "40%"}, {"taskmanager.numberOfTaskSlots", "0"}}),
            "taskmanager.memory.managed.fraction = \"40%\"; allowed: a number in [0, 1)\n"
            "taskmanager.numberOfTaskSlots = \"0\"; allowed: >= 1");
  EXPECT_THAT(ErrorOf({{"taskmanager.memory.process.size", "2 gallons"}}),
              HasSubstr("taskmanager.memory.process.size = \"2 gallons\"; allowed: "));
  EXPECT_THAT(ErrorOf({{"taskmanager.memory.size", "x"}}), HasSubstr("taskmanager.memory.size = \"x\"; "));
  EXPECT_THAT(ErrorOf({{"taskmanager.heap.mb", "-1"}}), HasSubstr("taskmanager.heap.mb = \"-1\"; allowed: >= 0"));
  EXPECT_THAT(ErrorOf({{"taskmanager.cpu.cores", "NaN"}}), HasSubstr("taskmanager.cpu.cores = \"NaN\"; "));
  EXPECT_THAT(ErrorOf({{"taskmanager.network.numberOfBuffers", "9"}, {"taskmanager.memory.segment-size", "48k"}}),
              HasSubstr("taskmanager.memory.segment-size = \"48k\"; allowed: a power of 2 from 4k to 1g"));
}

TEST(ReadTaskManagerMemory, WhatFlinkDoesNotReadMayBeAnything) {
  EXPECT_EQ(ErrorOf({{"taskmanager.memory.managed.size", "1m"}, {"taskmanager.memory.managed.fraction", "40%"}}), "");
  EXPECT_EQ(ErrorOf({{"taskmanager.heap.mb", "x"}, {"taskmanager.memory.process.size", "1g"}}), "");
  EXPECT_EQ(ErrorOf({{"taskmanager.heap.mb", "x"}}, kFlink2), "");
  EXPECT_EQ(ErrorOf({{"taskmanager.memory.segment-size", "x"}}), "");
  EXPECT_EQ(ErrorOf({{"taskmanager.numberOfTaskSlots", "0"}, {"taskmanager.cpu.cores", "0.5"}}), "");
}

TEST(ReadJobManagerMemory, ReadsItsOptions) {
  const auto options = ReadJobManagerMemory(
      kFlink1, {{"jobmanager.heap.mb", "1024"}, {"jobmanager.memory.enable-jvm-direct-memory-limit", "TRUE"}}, "",
      LegacyHeap::kStandalone);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->heap, Bytes(1024 * kMiB));
  EXPECT_TRUE(options->limits_direct_memory);
  EXPECT_FALSE(ReadJobManagerMemory(kFlink1, {{"jobmanager.memory.enable-jvm-direct-memory-limit", "yes"}}).ok());
}

TEST(LimitFactorsOfAConfiguration, AreAtLeastOne) {
  const auto factors = ReadLimitFactors(
      FlinkProcess::kTaskManager,
      {{"kubernetes.taskmanager.cpu.limit-factor", "2.5"}, {"kubernetes.jobmanager.memory.limit-factor", "3"}});
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_EQ(factors->cpu, 2.5);
  EXPECT_EQ(factors->memory, 1);
  EXPECT_EQ(ReadLimitFactors(FlinkProcess::kJobManager, {{"kubernetes.jobmanager.memory.limit-factor", "0.9"}})
                .status()
                .message(),
            "kubernetes.jobmanager.memory.limit-factor = \"0.9\"; allowed: >= 1");
}

TEST(CpuRequestOfAConfiguration, IsTheFirstOptionThatIsSet) {
  const auto read = [](FlinkProcess process, const std::map<std::string, std::string>& configuration) {
    const auto cpu = ReadCpuRequest(process, configuration);
    EXPECT_TRUE(cpu.ok()) << cpu.status();
    return *cpu;
  };
  std::map<std::string, std::string> configuration = {{"kubernetes.taskmanager.cpu", "2"},
                                                      {"kubernetes.jobmanager.cpu.amount", "0.25"}};
  EXPECT_EQ(read(FlinkProcess::kTaskManager, configuration), MilliCores(2000));
  EXPECT_EQ(read(FlinkProcess::kJobManager, configuration), MilliCores(250));
  configuration["kubernetes.taskmanager.cpu.amount"] = "1.5";
  EXPECT_EQ(read(FlinkProcess::kTaskManager, configuration), MilliCores(1500));
  configuration["taskmanager.cpu.cores"] = "3";
  EXPECT_EQ(read(FlinkProcess::kTaskManager, configuration), MilliCores(3000));
  EXPECT_EQ(read(FlinkProcess::kTaskManager, {{"kubernetes.taskmanager.cpu", "-1.0"}}), std::nullopt);
  EXPECT_EQ(read(FlinkProcess::kTaskManager, {}), std::nullopt);
  for (const char* bad : {"two", "NaN", "1e300", ""}) {
    EXPECT_EQ(
        ReadCpuRequest(FlinkProcess::kTaskManager, {{"kubernetes.taskmanager.cpu", bad}}).status().message(),
        absl::StrCat("kubernetes.taskmanager.cpu = \"", bad, "\"; allowed: a number of cores in (0, 1e9], as 0.5"));
  }
}

TEST(JavaText, NumbersAreReadAsJavaDoes) {
  EXPECT_EQ(ParseJavaInt("+5"), 5);
  EXPECT_EQ(ParseJavaInt(" 5"), std::nullopt);
  EXPECT_EQ(ParseJavaInt("2147483648"), std::nullopt);
  EXPECT_EQ(ParseJavaFloat(" .5f "), 0.5F);
  EXPECT_EQ(ParseJavaFloat("0x1p-2"), 0.25F);
  EXPECT_EQ(ParseJavaFloat("1e-50"), 0.0F);
  EXPECT_EQ(ParseJavaFloat("-1e50"), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(ParseJavaDouble("1."), 1.0);
  for (const char* text : {"", ".", "e5", "1e", "0x1", "1ff", "inf", "nan", "0,5", "1 f"}) {
    EXPECT_EQ(ParseJavaFloat(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tune
