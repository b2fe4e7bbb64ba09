#include "libtune/codec/door.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tune {
namespace {

TEST(PathTest, RendersProtoFieldSyntax) {
  const Path root;
  const Path vertices = root.Field("vertices");
  const std::string id = "map-3";
  const Path vertex = vertices.Key(id);
  const Path bins = vertex.Field("bins");
  const Path bin = bins.At(7);
  EXPECT_EQ(bin.Field("busy_s").Render(), "vertices[\"map-3\"].bins[7].busy_s");
  const Path policy("policy");
  EXPECT_EQ(policy.Field("side").Render(), "policy.side");
}

TEST(PathTest, KeysThatOthersWroteAreEscapedAndCut) {
  const Path root;
  const std::string key = "a\"\n" + std::string(200, 'x');
  EXPECT_EQ(root.Key(key).Render(), "[\"a\\\"\\n" + std::string(97, 'x') + "…\"]");
}

TEST(Utf8Test, KeepsTextAndReplacesEveryByteThatIsNone) {
  EXPECT_EQ(Utf8("plain größe 日本 😀"), "plain größe 日本 😀");
  EXPECT_EQ(Utf8("a\xff"
                 "b"),
            "a\uFFFDb");
  EXPECT_EQ(Utf8("\xc3"), "\uFFFD");                                // cut short
  EXPECT_EQ(Utf8("\xc0\x80"), "\uFFFD\uFFFD");                      // overlong zero
  EXPECT_EQ(Utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // half a surrogate pair
  EXPECT_EQ(Utf8("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

TEST(DurationTest, KeepsNanosecondsAndSigns) {
  Violations bad;
  for (const absl::Duration d : {absl::Nanoseconds(1), absl::Seconds(-1) - absl::Nanoseconds(5), absl::Hours(24 * 7)}) {
    EXPECT_EQ(ReadDuration(ToProto(d), Path("d"), bad), d);
  }
  EXPECT_EQ(ToProto(absl::Seconds(-1) - absl::Nanoseconds(5)).nanos(), -5);
  EXPECT_TRUE(bad.empty());
}

TEST(DurationTest, TheLargestStandsForWithoutEnd) {
  Violations bad;
  EXPECT_EQ(ToProto(absl::InfiniteDuration()).seconds(), 315576000000);
  EXPECT_EQ(ReadDuration(ToProto(absl::InfiniteDuration()), Path("d"), bad), absl::InfiniteDuration());
  EXPECT_EQ(ReadDuration(ToProto(-absl::InfiniteDuration()), Path("d"), bad), -absl::InfiniteDuration());
  EXPECT_TRUE(bad.empty());
}

TEST(DurationTest, WhatTheFormatForbidsIsNamed) {
  const auto error = [](int64_t seconds, int32_t nanos) {
    google::protobuf::Duration d;
    d.set_seconds(seconds);
    d.set_nanos(nanos);
    Violations bad;
    ReadDuration(d, Path("d"), bad);
    return std::string(bad.ToStatus().message());
  };
  EXPECT_THAT(error(1, -1), testing::StartsWith("d = {seconds: 1 nanos: -1}; allowed: "));
  EXPECT_THAT(error(0, 1'000'000'000), testing::StartsWith("d = "));
  EXPECT_THAT(error(315'576'000'001, 0), testing::StartsWith("d = "));
  EXPECT_EQ(error(1, 999'999'999), "");
}

TEST(TimeTest, TimesBeforeTheEpochHavePositiveNanos) {
  Violations bad;
  const absl::Time t = absl::FromUnixMillis(-1);
  EXPECT_EQ(ToProto(t).seconds(), -1);
  EXPECT_EQ(ToProto(t).nanos(), 999'000'000);
  EXPECT_EQ(ReadTime(ToProto(t), Path("t"), bad), t);
  EXPECT_EQ(ToProto(absl::InfiniteFuture()).seconds(), 253'402'300'799);
  EXPECT_TRUE(bad.empty());
}

TEST(AllViolationsTest, AppendsTheChecksLinesButForFieldsAlreadyNamed) {
  Violations door;
  door.Add("a", "nan", "a finite number");
  const absl::Status check = absl::InvalidArgumentError("a = nan; allowed: >= 0\nb = -1; allowed: >= 0");
  EXPECT_EQ(AllViolations(door, check).message(), "a = nan; allowed: a finite number\nb = -1; allowed: >= 0");
  EXPECT_EQ(AllViolations(Violations(), check), check);
  EXPECT_TRUE(AllViolations(Violations(), absl::OkStatus()).ok());
  EXPECT_FALSE(AllViolations(door, absl::OkStatus()).ok());
}

}  // namespace
}  // namespace tune
