#include "libtune/estimate/fluid_queue.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace tune {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

struct Replay {
  const char* name;
  std::vector<RateSpan> series;  // bins of 60 s
  double capacity;
  double longest_delay_s, worst_s, end_backlog;
};
void PrintTo(const Replay& c, std::ostream* out) { *out << c.name; }

class ReplayQueueTest : public testing::TestWithParam<Replay> {};

TEST_P(ReplayQueueTest, MatchesHandCalculation) {
  const Replay& c = GetParam();
  const QueueReplay replay = ReplayQueue(c.series, 60, c.capacity);
  EXPECT_DOUBLE_EQ(replay.longest_delay_s, c.longest_delay_s);
  EXPECT_DOUBLE_EQ(replay.worst_s, c.worst_s);
  EXPECT_DOUBLE_EQ(replay.end_backlog, c.end_backlog);
}

INSTANTIATE_TEST_SUITE_P(
    Series, ReplayQueueTest,
    testing::Values(
        Replay{"NothingArrives", {}, 100, 0, 0, 0},
        Replay{"BelowCapacityNothingWaits", {{50, 60}, {100, 60}}, 100, 0, 0, 0},
        // 50 * 60 = 3000 records wait at 60 s and, as nothing drains, still at 120 s: 3000 / 100, at the first of them.
        Replay{"FirstOfEqualDelaysIsTheWorst", {{150, 60}, {100, 60}}, 100, 30, 60, 3000},
        Replay{"BacklogDrainsAfterwards", {{150, 60}, {60, 60}}, 100, 30, 60, 600},                   // 3000 - 2400
        Replay{"BacklogsAddUp", {{150, 60}, {120, 60}}, 100, 42, 120, 4200},                          // 3000 + 1200
        Replay{"IdleTimeIsNotSavedUp", {{50, 60}, {120, 60}}, 100, 12, 120, 1200},                    // 20 * 60
        Replay{"UnseenBinsNeitherFillNorDrain", {{160, 60}, {0, 0}, {130, 60}}, 100, 54, 180, 5400},  // 3600 + 1800
        Replay{"PartlySeenBinsCountWhole", {{160, 30}}, 100, 36, 60, 3600},  // 60 * 60, not * 30
        Replay{"WithoutCapacityItTakesForever", {{1, 60}}, 0, kForever, 60, 60},
        Replay{"WithoutCapacityNothingMayArrive", {{0, 60}}, 0, 0, 0, 0}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace tune
