#include "service/access/memory.h"

#include <gtest/gtest.h>

#include <string>

namespace tune {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

TEST(Memory, ForgetsWhenItsTimeHasPassed) {
  Memory<std::string, int> memory(10);
  memory.Put("a", 1, kNow, absl::Seconds(10));
  EXPECT_EQ(memory.Get("a", kNow), 1);
  EXPECT_EQ(memory.Get("a", kNow + absl::Seconds(9)), 1);
  EXPECT_EQ(memory.Get("a", kNow + absl::Seconds(10)), std::nullopt);
  EXPECT_EQ(memory.Get("b", kNow), std::nullopt);
}

// A clock that was put back would let a right live for ever.
TEST(Memory, DoesNotKnowWhatItLearntInTheFuture) {
  Memory<std::string, int> memory(10);
  memory.Put("a", 1, kNow, absl::Seconds(10));
  EXPECT_EQ(memory.Get("a", kNow - absl::Seconds(1)), std::nullopt);
}

TEST(Memory, HoldsNoMoreThanItsNumber) {
  Memory<int, int> memory(100);
  for (int i = 0; i < 1000; ++i) memory.Put(i, i, kNow, absl::Seconds(10));
  int known = 0;
  for (int i = 0; i < 1000; ++i) known += memory.Get(i, kNow).has_value() ? 1 : 0;
  EXPECT_LE(known, 100);
  EXPECT_EQ(memory.Get(999, kNow), 999) << "the last one is always known";
}

// What is too old makes room, and what is not stays.
TEST(Memory, ForgetsOldOnesFirst) {
  Memory<int, int> memory(10);
  for (int i = 0; i < 9; ++i) memory.Put(i, i, kNow, absl::Seconds(1));
  memory.Put(9, 9, kNow, absl::Seconds(60));
  memory.Put(10, 10, kNow + absl::Seconds(5), absl::Seconds(60));
  EXPECT_EQ(memory.Get(9, kNow + absl::Seconds(5)), 9);
}

}  // namespace
}  // namespace tune
