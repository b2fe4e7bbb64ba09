// WindowBuilder: what holds for any history.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "absl/strings/match.h"
#include "tests/window/builder_feed.h"

namespace tune {
namespace {

struct Polls {
  std::vector<double> times;  // seconds, rising, the largest step below three times the smallest
  std::vector<Counters> counters;
};

// Steps between 4 and 11.9 s: none is a gap, whatever the usual one is taken to be.
Polls AnyPolls() {
  Polls polls;
  double t = *rc::gen::inRange(0, 120'000) / 1000.0;
  Counters c;
  const int count = *rc::gen::inRange(2, 60);
  for (int i = 0; i < count; ++i) {
    polls.times.push_back(t);
    polls.counters.push_back(c);
    const double step = *rc::gen::inRange(4000, 11'900) / 1000.0, busy = *rc::gen::inRange(0, 101) / 100.0;
    t += step;
    c.in += *rc::gen::inRange(0, 100'000);
    c.out += *rc::gen::inRange(0, 100'000);
    c.busy_ms += busy * step * 1000;
    c.idle_ms += (1 - busy) * step * 1000;
  }
  return polls;
}

RC_GTEST_PROP(BinsProperty, HoldTheCountersGrowthWhateverTheSampleTimes, ()) {
  const Polls polls = AnyPolls();
  WindowOptions options;
  options.bin = absl::Milliseconds(*rc::gen::inRange(1000, 70'000));
  WindowBuilder builder = MustCreate(SourceToMap(1, 1), options);
  for (size_t i = 0; i < polls.times.size(); ++i) {
    RC_ASSERT(builder.Add(Answer(polls.times[i], kMap, 0, polls.counters[i])).ok());
  }
  const Bin total = Total(MapOf(builder));
  const Counters& last = polls.counters.back();
  const double seconds = static_cast<double>(FeedMs(polls.times.back()) - FeedMs(polls.times.front())) / 1000;
  RC_ASSERT(std::abs(total.records_in - last.in) <= 1e-6 * (1 + last.in));
  RC_ASSERT(std::abs(total.records_out - last.out) <= 1e-6 * (1 + last.out));
  RC_ASSERT(std::abs(total.busy_s - last.busy_ms / 1000) <= 1e-6 * (1 + last.busy_ms));
  RC_ASSERT(std::abs(total.covered_s - seconds) <= 1e-6);
  for (const Bin& bin : MapOf(builder).bins) {
    RC_ASSERT(bin.covered_s <= absl::ToDoubleSeconds(options.bin) + 1e-6);
    RC_ASSERT(bin.warm_s <= bin.covered_s + 1e-6);
  }
}

// Polling twice as often changes no bin by more than what one step may have been uneven.
RC_GTEST_PROP(BinsProperty, OfASteadyLoadDoNotDependOnThePolls, ()) {
  const Polls polls = AnyPolls();
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (const double t : polls.times) {
    RC_ASSERT(
        builder.Add(Answer(t, kMap, 0, Steady(static_cast<double>(FeedMs(t) - kFeedStartMs) / 1000, 10, 0.5))).ok());
  }
  for (const Bin& bin : MapOf(builder).bins) {
    RC_ASSERT(std::abs(bin.records_in - 10 * bin.covered_s) < 1e-6);
    RC_ASSERT(std::abs(bin.busy_s - 0.5 * bin.task_s) < 1e-6);
  }
}

double AnyAmount() {
  const double mantissa = *rc::gen::inRange(0, 1'000'000);
  return *rc::gen::element(0.0, mantissa, mantissa * 1e3, mantissa * 1e9);
}

// A sample of anything that the door lets in: times jump back and forth, counters rise, fall or are missing.
template <typename F>
void AnyAmounts(F set) {
  if (*rc::gen::inRange(0, 4) != 0) set(AnyAmount());
}

absl::Status AddAnything(WindowBuilder& builder) {
  const int64_t time_ms = kFeedStartMs + *rc::gen::inRange(0, 3'000'000);
  switch (*rc::gen::inRange(0, 8)) {
    case 0: {
      SourceSample sample{time_ms, kSource, {}, {}};
      AnyAmounts([&](double v) { sample.end_offset = v; });
      AnyAmounts([&](double v) { sample.committed_offset = v; });
      return builder.Add(sample);
    }
    case 1: {
      ProcessSample sample{};
      sample.time_ms = time_ms;
      sample.id = *rc::gen::element<std::string>("tm1", "tm2");
      AnyAmounts([&](double v) { sample.Set(ProcessMetric::kCpuTimeNs, v); });
      AnyAmounts([&](double v) { sample.Set(ProcessMetric::kGcTimeMs, v); });
      AnyAmounts([&](double v) { sample.Set(ProcessMetric::kSlots, v); });
      return builder.Add(sample);
    }
    case 2: {
      JobSample sample;
      sample.time_ms = time_ms;
      sample.state = *rc::gen::element(JobState::kUnknown, JobState::kRunning, JobState::kNotRunning);
      AnyAmounts([&](double v) { sample.restarts = v; });
      AnyAmounts([&](double v) { sample.failed_checkpoints = v; });
      return builder.Add(sample);
    }
    case 3:
      return builder.Add(ParallelismSample{time_ms, *rc::gen::element(kSource, kMap), *rc::gen::inRange(1, 6)});
    default: {
      TaskSample sample;
      sample.time_ms = time_ms;
      sample.vertex = *rc::gen::element(kSource, kMap);
      sample.subtask = *rc::gen::inRange(-1, 6);
      for (int m = 0; m < kTaskMetricCount; ++m) {
        const auto metric = static_cast<TaskMetric>(m);
        const bool share = metric == TaskMetric::kInPoolUsage || metric == TaskMetric::kOutPoolUsage;
        const bool per_second = metric == TaskMetric::kBusyRate || metric == TaskMetric::kBackPressuredRate;
        AnyAmounts([&](double v) { sample.Set(metric, share ? v / 1e15 : per_second ? v / 1e12 : v); });
      }
      return builder.Add(sample);
    }
  }
}

RC_GTEST_PROP(AnyHistory, MakesAWindowThatCheckWindowAccepts, ()) {
  WindowOptions options;
  options.bin = absl::Seconds(10);
  options.horizon = absl::Minutes(10);
  WindowBuilder builder = MustCreate(SourceToMap(1, 2), options);
  const int count = *rc::gen::inRange(0, 80);
  for (int i = 0; i < count; ++i) {
    // A jump of more than the horizon is refused, and a whole vertex beside its subtasks; nothing else is.
    const absl::Status added = AddAnything(builder);
    RC_ASSERT(added.ok() || absl::StrContains(added.message(), "a horizon after the last sample") ||
              absl::StrContains(added.message(), "as its samples before"));
    const absl::Status checked = CheckWindow(builder.Window());
    if (!checked.ok()) RC_FAIL(std::string(checked.message()));
  }
}

// Busy time that fell by half of the time that passed is neither jitter nor to be counted as minus 30 s.
TEST(AnyHistory, WithBusyTimeFarBehindMakesAWindowThatCheckWindowAccepts) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  MustAdd(builder, Answer(0, kMap, 0, {0, 0, 60'000, 0, 0}));
  MustAdd(builder, Answer(60, kMap, 0, {0, 0, 30'000, 60'000, 0}));
  EXPECT_TRUE(CheckWindow(builder.Window()).ok()) << CheckWindow(builder.Window());
}

// Counters so large that their squares overflow are no counters of any job.
TEST(AnyHistory, WithAbsurdCountersIsRefusedOrMakesAFiniteWindow) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  for (double t = 0; t <= 120; t += 10) {
    const absl::Status ignored = builder.Add(Answer(t, kMap, 0, {1e305 * t, 0, 500 * t, 500 * t, 0}));
    (void)ignored;
  }
  EXPECT_TRUE(CheckWindow(builder.Window()).ok()) << CheckWindow(builder.Window());
}

}  // namespace
}  // namespace tune
