#include "libtune/codec/sketch_codec.h"

#include "gmock/gmock.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

TEST(SketchCodecTest, ASketchThatWasSentMergesLikeTheOriginal) {
  DdSketch here, there;
  for (int i = 1; i <= 1000; ++i) (i % 2 == 0 ? here : there).Add(i, 1);
  const auto received = FromProto(ToProto(there));
  ASSERT_TRUE(received.ok()) << received.status();
  DdSketch merged = here;
  ASSERT_TRUE(merged.Merge(*received).ok());
  ASSERT_TRUE(here.Merge(there).ok());
  for (const double q : {0.0, 0.5, 0.9, 1.0}) EXPECT_EQ(merged.Quantile(q), here.Quantile(q)) << q;
  EXPECT_NEAR(*merged.Quantile(0.9), 900, 9);  // 1 %
}

TEST(SketchCodecTest, AnEmptySketchHasNoExtremes) {
  const v1::DdSketch proto = ToProto(DdSketch());
  EXPECT_FALSE(proto.has_min());
  EXPECT_FALSE(proto.has_max());
  const auto back = FromProto(proto);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->Quantile(0.5), std::nullopt);
}

TEST(SketchCodecTest, WhatNoSketchWroteIsNamed) {
  DdSketch sketch;
  sketch.Add(1);
  sketch.Add(2);
  v1::DdSketch proto = ToProto(sketch);
  proto.set_alpha(0.5);
  EXPECT_THAT(MessageOf(FromProto(proto)), testing::StartsWith("sketch.alpha = 0.5; allowed: "));
  proto = ToProto(sketch);
  proto.mutable_weight()->RemoveLast();
  EXPECT_THAT(MessageOf(FromProto(proto)), testing::StartsWith("sketch.weight = 1 values; allowed: 2"));
  proto = ToProto(sketch);
  proto.set_weight(1, -1);
  EXPECT_THAT(MessageOf(FromProto(proto)), testing::StartsWith("sketch.weight[1] = -1; "));
}

RC_GTEST_PROP(SketchCodecProperty, RoundTrips, (const std::vector<double>& values)) {
  DdSketch sketch;
  for (const double value : values) sketch.Add(value);
  const v1::DdSketch proto = ToProto(sketch);
  const auto back = FromProto(proto);
  if (!back.ok()) RC_FAIL(std::string(back.status().message()));
  RC_ASSERT(ToProto(*back).DebugString() == proto.DebugString());
}

}  // namespace
}  // namespace tune
