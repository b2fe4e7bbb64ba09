#include "libtune/codec/wire.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/codec/limits.h"
#include "tests/codec/builders.h"
#include "tune/v1/window.pb.h"

namespace tune {
namespace {

using testing::HasSubstr;

TEST(WireTest, MapsComeOutInTheOrderOfTheirKeys) {
  v1::JobFacts up, down;
  for (int i = 0; i < 100; ++i) {
    (*up.mutable_configuration())[std::to_string(i)] = "x";
    (*down.mutable_configuration())[std::to_string(99 - i)] = "x";
  }
  EXPECT_EQ(SerializeDeterministic(up), SerializeDeterministic(down));
}

TEST(WireTest, GarbageIsRefused) {
  v1::JobWindow window;
  for (const std::string bytes : {"\xff", "\x0a\x7f", "abc", "\x0a\xff\xff\xff\xff\x0f", "\x0b\x0b\x0b"}) {
    const absl::Status status = ParseWire(bytes, window);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(MessageOf(status), HasSubstr("tune.v1.JobWindow = "));
  }
  EXPECT_TRUE(ParseWire("", window).ok());
}

TEST(WireTest, TextsMustBeUtf8) {
  v1::JobFacts facts;
  EXPECT_FALSE(ParseWire("\x0a\x01\xff", facts).ok());
  EXPECT_TRUE(ParseWire("\x0a\x01z", facts).ok());
}

TEST(WireTest, AMessageOfTooManyPartsIsRefusedBeforeItIsBuilt) {
  // Empty bins: two bytes each on the wire, some hundred in memory.
  std::string bytes;
  for (int64_t i = 0; i <= limits::kMessageElements; ++i) bytes.append("\x0a\x00", 2);
  v1::VertexWindow vertex;
  EXPECT_EQ(ParseWire(bytes, vertex).message(), "tune.v1.VertexWindow = too many parts; allowed: at most 8388608");
  EXPECT_EQ(vertex.bins_size(), 0);
}

TEST(WireTest, AMessageOfTooManyBytesIsRefused) {
  v1::VertexWindow vertex;
  EXPECT_EQ(ParseWire(std::string((64 << 20) + 1, '\0'), vertex).message(),
            "tune.v1.VertexWindow = 67108865 bytes; allowed: at most 67108864");
}

}  // namespace
}  // namespace tune
