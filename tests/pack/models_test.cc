#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "libtune/pack/cpu_model.h"
#include "libtune/pack/live_model.h"

namespace tune {
namespace {

constexpr double kFlink = 10;

LiveModel Fit(std::vector<LiveObservation> observations) { return FitLive(observations, kFlink).value(); }

struct Row {
  const char* name;
  double slots, share, low, high;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

// One layout: 100 alive with 2 of 8 slots. 10 of them are Flink's; of the other 90 nothing is known.
class OneLayout : public testing::TestWithParam<Row> {};
TEST_P(OneLayout, GrowsWithSlotsOrStateAndNeverShrinks) {
  const LiveModel model = Fit({{100, 100, 2, 8, 0}});
  const LiveInterval live = LiveAt(model, GetParam().slots, GetParam().share);
  EXPECT_NEAR(live.high, GetParam().high, 1e-6);
  EXPECT_NEAR(live.low, GetParam().low, 1e-6);
}
INSTANTIATE_TEST_SUITE_P(Live, OneLayout,
                         testing::Values(Row{"Itself", 2, 0.25, 100, 100},                          //
                                         Row{"HalfTheParallelism", 2, 0.5, 100, 10 + 2 * 90},       // all is state
                                         Row{"TwiceTheParallelism", 2, 0.125, 10 + 90 / 2.0, 100},  // none is
                                         Row{"TwiceTheSlots", 4, 0.5, 100, 10 + 2 * 90},
                                         Row{"HalfTheSlots", 1, 0.125, 10 + 90 / 2.0, 100},
                                         Row{"AllInOne", 8, 1, 100, 10 + 4 * 90}),
                         [](const auto& row) { return std::string(row.param.name); });

// 100 at a quarter of the state, 140 at half of it, 2 slots each: state = 40 / 0.25 = 160, fixed + 2 per_slot = 60.
TEST(LiveModel, TwoParallelismsTellTheState) {
  const LiveModel model = Fit({{100, 100, 2, 8, 0}, {140, 140, 2, 4, 0}});
  EXPECT_EQ(model.tolerance, 0);
  EXPECT_NEAR(LiveAt(model, 2, 0.125).high, 60 + 20, 1e-6);
  EXPECT_NEAR(LiveAt(model, 2, 1).high, 60 + 160, 1e-6);
  // fixed 10 and per_slot 25, or fixed 60 and per_slot 0.
  EXPECT_NEAR(LiveAt(model, 4, 0.5).high, 10 + 100 + 80, 1e-6);
  EXPECT_NEAR(LiveAt(model, 4, 0.5).low, 60 + 80, 1e-6);
}

// Where 140 is only an upper bound, less state is possible, and more is not.
TEST(LiveModel, ABoundCapsAndProvesNothingElse) {
  const LiveModel model = Fit({{100, 100, 2, 8, 0}, {140, 0, 2, 4, 0}});
  EXPECT_NEAR(LiveAt(model, 2, 1).high, 60 + 160, 1e-6);
  EXPECT_NEAR(LiveAt(model, 2, 1).low, 100, 1e-6);
}

// 20 + 15 s + 200 x.
TEST(LiveModel, ThreeLayoutsTellAll) {
  const LiveModel model = Fit({{100, 100, 2, 8, 0}, {150, 150, 2, 4, 0}, {180, 180, 4, 8, 0}});
  const LiveInterval live = LiveAt(model, 6, 0.5);
  EXPECT_NEAR(live.high, 20 + 90 + 100, 1e-6);
  EXPECT_NEAR(live.low, 20 + 90 + 100, 1e-6);
  EXPECT_FALSE(live.known_at);
  EXPECT_TRUE(LiveAt(model, 4, 0.5).known_at);
}

TEST(LiveModel, ContradictingReadingsAreAllCovered) {
  const LiveModel model = Fit({{100, 100, 2, 8, 0}, {80, 80, 2, 4, 0}});
  EXPECT_GT(model.tolerance, 0);
  EXPECT_GE(LiveAt(model, 2, 0.25).high, 100 - 1e-6);
  EXPECT_GE(LiveAt(model, 2, 0.5).high, 80 - 1e-6);
}

TEST(LiveModel, RefusesByName) {
  const auto model = FitLive(std::vector<LiveObservation>{{100, 0, 4, 2, 0}});
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(std::string(model.status().message()), "live[0].all_slots = 2; allowed: [slots, 2^20]");
}

std::vector<LiveObservation> AnyObservations() {
  std::vector<LiveObservation> observations;
  const int count = *rc::gen::inRange(1, 13);
  for (int i = 0; i < count; ++i) {
    LiveObservation o;
    o.all_slots = *rc::gen::inRange(1, 50);
    o.slots = *rc::gen::inRange(1, static_cast<int>(o.all_slots) + 1);
    o.bytes = *rc::gen::inRange(1, 10000);
    o.low = *rc::gen::element(0.0, 0.5, 0.9, 1.0) * o.bytes;
    o.weight_s = *rc::gen::inRange(0, 5);
    observations.push_back(o);
  }
  return observations;
}

RC_GTEST_PROP(LiveModelProperty, CoversWhatItWasFittedOn, ()) {
  const LiveModel model = FitLive(AnyObservations(), kFlink).value();
  for (const LiveObservation& o : model.observed) {
    RC_ASSERT(LiveAt(model, o.slots, o.slots / o.all_slots).high >= o.bytes * (1 - 1e-6));
  }
}

// Halving the parallelism doubles a TaskManager's share of the state: no agreeing terms have more then.
RC_GTEST_PROP(LiveModelProperty, TwiceTheShareHoldsTwiceTheState, ()) {
  const LiveModel model = FitLive(AnyObservations(), kFlink).value();
  const double slots = *rc::gen::inRange(1, 50), share = *rc::gen::inRange(1, 50) / 100.0;
  const double high = LiveAt(model, slots, 2 * share).high;
  RC_ASSERT(high >= LiveAt(model, slots, share).high * (1 - 1e-12));
  RC_ASSERT(LiveAt(model, slots + 1, share).high >= LiveAt(model, slots, share).high * (1 - 1e-12));
  for (const LiveTerms& terms : model.corners) {
    RC_ASSERT(high >= (terms.At(slots, share) + terms.state * share) * (1 - 1e-12));
  }
}

// total = 0.5 * n + 1.2: 3.2 at 4 and 2.2 at 2.
TEST(CpuModel, TwoNumbersOfTaskManagersTellWhatAProcessTakes) {
  const CpuModel model = FitCpu(std::vector<CpuObservation>{{3.2, 4, 1.2, 1}, {2.2, 2, 1.1, 1}}).value();
  EXPECT_FALSE(model.assumed);
  EXPECT_NEAR(model.fixed, 0.5, 1e-9);
  EXPECT_NEAR(model.work, 1.2, 1e-9);
  EXPECT_NEAR(CoresAt(model, 0.25), 0.5 + 1.2 * 0.25 * 1.2, 1e-9);
  EXPECT_NEAR(CoresAt(model, 1), 0.5 + 1.2, 1e-9);
}

TEST(CpuModel, OneNumberTakesTheUsual) {
  const CpuModel model = FitCpu(std::vector<CpuObservation>{{2, 4, 1, 1}}).value();
  EXPECT_TRUE(model.assumed);
  EXPECT_NEAR(model.work, 2 - 4 * 0.03, 1e-9);
}

// More processes with less use in all: nothing is fixed. 2 and 1 cores, mean 1.5.
TEST(CpuModel, NothingIsBelowZero) {
  const CpuModel model = FitCpu(std::vector<CpuObservation>{{2, 2, 1, 1}, {1, 4, 1, 1}}).value();
  EXPECT_EQ(model.fixed, 0);
  EXPECT_NEAR(model.work, 1.5, 1e-9);
}

TEST(AskCpu, FollowsTheBandAndStarts) {
  EXPECT_EQ(AskCpu(0.65, {}, {}).request, MilliCores(1000));
  const CpuAsked small = AskCpu(0.065, {}, {});
  EXPECT_EQ(small.request, MilliCores(100));
  EXPECT_DOUBLE_EQ(small.limit_factor, 5);  // 500 / 100
  LimitRange range;
  range.max_cpu_ratio = 2;
  const CpuAsked raised = AskCpu(0.065, {}, range);  // 500 / 2
  EXPECT_EQ(raised.request, MilliCores(250));
  EXPECT_DOUBLE_EQ(raised.limit_factor, 2);
  EXPECT_FALSE(raised.capped);
}

RC_GTEST_PROP(AskCpuProperty, KeepsTheRatioAndNeverAsksLessForMore, ()) {
  LimitRange range;
  range.max_cpu_ratio = *rc::gen::inRange(100, 500) / 100.0;
  CpuWish wish;
  wish.limit_factor = *rc::gen::inRange(100, 500) / 100.0;
  const double cores = *rc::gen::inRange(0, 3000) / 1000.0;
  const CpuAsked asked = AskCpu(cores, wish, range);
  const auto pod = ContainerOf(Bytes(1 << 30), asked.request, 1, asked.limit_factor);
  RC_ASSERT(pod.ok());
  RC_ASSERT(static_cast<double>(pod->cpu_limit.value()) <=
            *range.max_cpu_ratio * static_cast<double>(pod->cpu_request.value()) + 1e-6);
  RC_ASSERT(AskCpu(cores + 0.01, wish, range).request >= asked.request);
}

}  // namespace
}  // namespace tune
