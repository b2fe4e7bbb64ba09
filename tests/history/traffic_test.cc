#include "libtune/history/traffic.h"

#include "gtest/gtest.h"

namespace tune {
namespace {

TrafficCounters In(double records) { return {records, std::nullopt, std::nullopt, std::nullopt}; }

// 150 and 1007 are all that the two subtasks counted since their run began, before the history too.
TEST(TrafficMeterTest, SumsWhatTheRunCounted) {
  TrafficMeter meter;
  meter.Add(0, 0, In(100));
  meter.Add(0, 0, In(150));
  meter.Add(0, 1, In(1000));
  meter.Add(0, 1, In(1007));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 1157);
  EXPECT_EQ(meter.Sums(1)[0].bytes_in, -1);  // never seen
}

// The history begins while 400 records wait between the two; when it ends, 40 do. Growth alone, 600 and 960, would not
// tell that the one feeds the other.
TEST(TrafficMeterTest, KeepsTwoSidesOfAnEdgeTogether) {
  TrafficMeter meter;
  meter.Add(0, 0, {std::nullopt, 10'000, std::nullopt, std::nullopt});
  meter.Add(1, 0, In(9'600));
  meter.Add(0, 0, {std::nullopt, 10'600, std::nullopt, std::nullopt});
  meter.Add(1, 0, In(10'560));
  EXPECT_EQ(meter.Sums(2)[0].records_out, 10'600);
  EXPECT_EQ(meter.Sums(2)[1].records_in, 10'560);
}

TEST(TrafficMeterTest, CountsARestartedCounterFromZero) {
  TrafficMeter meter;
  for (const double records : {100.0, 200.0, 30.0, 40.0}) meter.Add(0, 0, In(records));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 240);  // 200 + 40
}

TEST(TrafficMeterTest, CountsSubtasksMadeByARescale) {
  TrafficMeter meter;
  meter.Add(0, 0, In(1000));
  meter.Add(0, 0, In(1100));
  meter.Add(0, 0, In(20));
  meter.Add(0, 1, In(25));
  meter.Add(0, 2, In(15));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 1160);  // 1100 + 20 + 25 + 15
}

TEST(TrafficMeterTest, RestartsAllCountersOfASubtaskTogether) {
  TrafficMeter meter;
  meter.Add(0, 0, {100, 10, std::nullopt, std::nullopt});
  meter.Add(0, 0, {50, 20, std::nullopt, std::nullopt});  // out outran its earlier value within one step
  EXPECT_EQ(meter.Sums(1)[0].records_in, 150);
  EXPECT_EQ(meter.Sums(1)[0].records_out, 30);
}

TEST(TrafficMeterTest, BridgesMissingValues) {
  TrafficMeter meter;
  meter.Add(0, 0, In(100));
  meter.Add(0, 0, TrafficCounters());
  meter.Add(0, 0, In(180));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 180);
}

}  // namespace
}  // namespace tune
