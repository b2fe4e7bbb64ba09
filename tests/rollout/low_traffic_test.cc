#include "service/rollout/low_traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

LowTraffic Of(const std::string& text, const std::string& zone = "UTC") {
  LowTraffic out;
  const auto windows = ReadLowTraffic("low-traffic", text);
  EXPECT_TRUE(windows.ok()) << windows.status();
  out.windows = *windows;
  EXPECT_TRUE(absl::LoadTimeZone(zone, &out.zone));
  return out;
}
// 2026-11-16 is a Monday.
absl::Time At(int day, int hour, int minute, const absl::TimeZone& zone = absl::UTCTimeZone()) {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 15 + day, hour, minute), zone);
}
constexpr int kMonday = 1, kFriday = 5, kSaturday = 6, kSunday = 7;

TEST(LowTraffic, WithoutWindowsIsAnyTime) {
  EXPECT_TRUE(LowTraffic{}.Includes(At(kMonday, 12, 0)));
  EXPECT_EQ(LowTraffic{}.Next(At(kMonday, 12, 0)), At(kMonday, 12, 0));
}

TEST(LowTraffic, IncludesItsBeginAndNotItsEnd) {
  const LowTraffic nights = Of("Mon-Fri 01:00-05:00");
  EXPECT_FALSE(nights.Includes(At(kMonday, 0, 59)));
  EXPECT_TRUE(nights.Includes(At(kMonday, 1, 0)));
  EXPECT_TRUE(nights.Includes(At(kFriday, 4, 59)));
  EXPECT_FALSE(nights.Includes(At(kFriday, 5, 0)));
  EXPECT_FALSE(nights.Includes(At(kSaturday, 2, 0)));
}

TEST(LowTraffic, OverMidnightBelongsToTheDayOnWhichItBegins) {
  const LowTraffic friday = Of("Fri 22:00-04:00");
  EXPECT_TRUE(friday.Includes(At(kFriday, 23, 0)));
  EXPECT_TRUE(friday.Includes(At(kSaturday, 3, 59)));
  EXPECT_FALSE(friday.Includes(At(kFriday, 3, 0)));
  EXPECT_FALSE(friday.Includes(At(kSaturday, 22, 0)));
  EXPECT_TRUE(Of("Sun 22:00-04:00").Includes(At(kMonday, 1, 0) + absl::Hours(7 * 24))) << "over the week's end too";
}

TEST(LowTraffic, DaysGoOverTheWeeksEndAndMayBeLeftOut) {
  const LowTraffic weekend = Of("Sat-Mon 00:00-24:00");
  EXPECT_TRUE(weekend.Includes(At(kSunday, 12, 0)));
  EXPECT_TRUE(weekend.Includes(At(kMonday, 23, 59)));
  EXPECT_FALSE(weekend.Includes(At(kFriday, 23, 59)));
  const LowTraffic any = Of(" 02:00-03:00 ,Sun 10:00-11:00");
  EXPECT_TRUE(any.Includes(At(kFriday, 2, 30)));
  EXPECT_TRUE(any.Includes(At(kSunday, 10, 30)));
  EXPECT_FALSE(any.Includes(At(kFriday, 10, 30)));
}

// In Berlin clocks were put forward from 02:00 to 03:00 on 2026-03-29, and back from 03:00 to 02:00 on 2026-10-25.
TEST(LowTraffic, FollowsTheClockOnTheWall) {
  const LowTraffic berlin = Of("01:00-05:00", "Europe/Berlin");
  EXPECT_TRUE(berlin.Includes(At(kMonday, 0, 30))) << "01:30 there";
  EXPECT_FALSE(berlin.Includes(At(kMonday, 4, 30)));
  const absl::Time spring = absl::FromCivil(absl::CivilSecond(2026, 3, 29, 1, 0), berlin.zone);
  const absl::Time autumn = absl::FromCivil(absl::CivilSecond(2026, 10, 25, 1, 0), berlin.zone);
  EXPECT_TRUE(berlin.Includes(spring + absl::Hours(3) - absl::Minutes(1)));
  EXPECT_FALSE(berlin.Includes(spring + absl::Hours(3))) << "three hours later it is 05:00";
  EXPECT_TRUE(berlin.Includes(autumn + absl::Hours(5) - absl::Minutes(1)));
  EXPECT_FALSE(berlin.Includes(autumn + absl::Hours(5)));
}

TEST(LowTraffic, TheNextOneIsTheFirstMinute) {
  const LowTraffic nights = Of("Mon 01:00-05:00");
  EXPECT_EQ(nights.Next(At(kMonday, 2, 0)), At(kMonday, 2, 0));
  EXPECT_EQ(nights.Next(At(kMonday, 5, 0)), At(kMonday, 1, 0) + absl::Hours(7 * 24));
  EXPECT_EQ(nights.Next(At(kMonday, 0, 59) + absl::Seconds(30)), At(kMonday, 1, 0));
}

TEST(LowTraffic, WhatIsNoneIsRefusedWhole) {
  for (const char* text :
       {"", ",", "Mon", "Mon 01:00", "Mon 01:00-", "Mon 1:00-5:00", "mon 01:00-05:00", "Mon-Fry 01:00-05:00",
        "Mon 01:00-05:00,", "Mon 01:00-01:00", "Mon 24:00-05:00", "Mon 01:00-24:01", "Mon 01:60-05:00",
        "Mon 01:00-05:00 UTC", "Mon 01:00–05:00", "Mon- 01:00-05:00", "a b c d"}) {
    const absl::Status status = ReadLowTraffic("low-traffic", text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), testing::StartsWith("low-traffic = ")) << text;
  }
}

}  // namespace
}  // namespace tune
