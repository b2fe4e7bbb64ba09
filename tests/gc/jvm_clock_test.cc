#include "libtune/gc/jvm_clock.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

Collection At(std::optional<double> uptime_s, std::optional<int64_t> time_ms, int jvm = 0) {
  Collection c;
  c.uptime_s = uptime_s;
  c.time_ms = time_ms;
  c.jvm = jvm;
  return c;
}

TEST(JvmClockTest, UptimeIsTheTimeSinceTheStart) {
  JvmClock clock;
  EXPECT_EQ(clock.SinceStart(At(7, 50'000)), 7);
  EXPECT_EQ(clock.SinceStart(9, 90'000), 9);
}

// By dates alone the first one is the start: 3.5 s later.
TEST(JvmClockTest, DatesCountFromTheFirst) {
  JvmClock clock;
  EXPECT_EQ(clock.SinceStart(At({}, 50'000)), 0);
  EXPECT_EQ(clock.SinceStart(At({}, 53'500)), 3.5);
  EXPECT_EQ(clock.SinceStart(At({}, {})), std::nullopt);
}

TEST(JvmClockTest, AnotherJvmStartsAnew) {
  JvmClock clock;
  EXPECT_FALSE(clock.IsNewJvm(At({}, 50'000)));
  EXPECT_EQ(clock.SinceStart(At({}, 50'000)), 0);
  EXPECT_TRUE(clock.IsNewJvm(At({}, 60'000, 1)));
  EXPECT_FALSE(clock.IsNewJvm(At({}, 60'000, 1)));
  EXPECT_EQ(clock.SinceStart(At({}, 60'000, 1)), 0);
  EXPECT_EQ(clock.SinceStart(At({}, 80'000, 2)), 0);
  EXPECT_EQ(clock.SinceStart(At({}, 81'000, 2)), 1);
}

}  // namespace
}  // namespace tune
