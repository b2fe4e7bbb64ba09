#include "libtune/history/traffic.h"

#include "gtest/gtest.h"

namespace tune {
namespace {

TrafficCounters In(double records) { return {records, std::nullopt, std::nullopt, std::nullopt}; }

TEST(TrafficMeterTest, CountsGrowthSinceTheFirstValue) {
  TrafficMeter meter;
  meter.Add(0, 0, In(100));
  meter.Add(0, 0, In(150));
  meter.Add(0, 1, In(1000));
  meter.Add(0, 1, In(1007));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 57);  // 50 + 7
  EXPECT_EQ(meter.Sums(1)[0].bytes_in, -1);    // never seen
}

TEST(TrafficMeterTest, CountsARestartedCounterFromZero) {
  TrafficMeter meter;
  for (const double records : {100.0, 200.0, 30.0, 40.0}) meter.Add(0, 0, In(records));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 140);  // 100 + 30 + 10
}

TEST(TrafficMeterTest, CountsSubtasksMadeByARescaleFromZero) {
  TrafficMeter meter;
  meter.Add(0, 0, In(1000));
  meter.Add(0, 0, In(1100));
  meter.Add(0, 0, In(20));
  meter.Add(0, 1, In(25));
  meter.Add(0, 2, In(15));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 160);  // 100 + 20 + 25 + 15
}

TEST(TrafficMeterTest, DoesNotCountWhatALateSeenSubtaskDidBefore) {
  TrafficMeter meter;
  meter.Add(0, 0, In(1000));
  meter.Add(0, 1, In(5000));  // another TaskManager, asked a moment later
  meter.Add(0, 1, In(5003));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 3);
}

TEST(TrafficMeterTest, RestartsAllCountersOfASubtaskTogether) {
  TrafficMeter meter;
  meter.Add(0, 0, {100, 10, std::nullopt, std::nullopt});
  meter.Add(0, 0, {50, 20, std::nullopt, std::nullopt});  // out outran its earlier value within one step
  EXPECT_EQ(meter.Sums(1)[0].records_in, 50);
  EXPECT_EQ(meter.Sums(1)[0].records_out, 20);
}

TEST(TrafficMeterTest, BridgesMissingValues) {
  TrafficMeter meter;
  meter.Add(0, 0, In(100));
  meter.Add(0, 0, TrafficCounters());
  meter.Add(0, 0, In(180));
  EXPECT_EQ(meter.Sums(1)[0].records_in, 80);
}

}  // namespace
}  // namespace tune
