#include "service/rollout/lag_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/support/steady_job.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

constexpr double kBinSeconds = 60, kRate = 100;  // records/s
constexpr double kOfBin = kRate * kBinSeconds;   // 6,000 records
const absl::Time kStart = absl::FromUnixSeconds(1'795'334'400);

// Adds a source whose log waits with `lag` at the end of each bin; it is busy for `used` of its time.
void AddSource(JobWindow& window, const std::vector<double>& lag, double used) {
  window.start = kStart;
  window.bin = absl::Seconds(kBinSeconds);
  window.length = static_cast<double>(lag.size()) * window.bin;
  SourceWindow& source = window.sources.emplace_back();
  source.vertex = static_cast<int>(window.vertices.size());
  source.kind = DemandKind::kOffsets;
  source.lag_records = lag.empty() ? 0 : lag.back();
  VertexWindow& vertex = window.vertices.emplace_back();
  window.graph.vertices.emplace_back().id = absl::StrCat("source-", source.vertex);
  for (const double records : lag) {
    source.bins.push_back({kBinSeconds, kOfBin, records});
    Bin& bin = vertex.bins.emplace_back();
    bin.covered_s = kBinSeconds;
    bin.task_s = 2 * kBinSeconds;  // of two subtasks
    bin.busy_s = used * bin.task_s / 2;
    bin.backpressured_s = used * bin.task_s / 2;
  }
}

JobWindow WindowOf(const std::vector<double>& lag, double used) {
  JobWindow window;
  AddSource(window, lag, used);
  return window;
}

// `first`, and `step` more with each bin.
std::vector<double> Line(int bins, double first, double step) {
  std::vector<double> lag;
  for (int i = 0; i < bins; ++i) lag.push_back(first + i * step);
  return lag;
}

void AddTasks(const SampleBatch& batch, WindowBuilder& builder) {
  for (const TaskSample& sample : batch.tasks) ASSERT_TRUE(builder.Add(sample).ok());
}

LagView LookAt(const JobWindow& window) { return LookAtLag(window, absl::InfinitePast()); }

TEST(LagView, ASaturatedSourceWhoseLogGrowsFallsBehind) {
  const LagView view = LookAt(WindowOf(Line(10, 1000, 1500), 1));
  EXPECT_TRUE(view.grows);
  EXPECT_DOUBLE_EQ(*view.growth, 0.25);  // 1,500 of 6,000
  EXPECT_DOUBLE_EQ(*view.behind, 14'500);
  EXPECT_DOUBLE_EQ(*view.held_back, 1);
}

TEST(LagView, ASourceThatHasTimeLeftDoesNot) {
  EXPECT_FALSE(LookAt(WindowOf(Line(10, 1000, 1500), 0.89)).grows);
  EXPECT_TRUE(LookAt(WindowOf(Line(10, 1000, 1500), 0.9)).grows);
}

// One of two subtasks is held back for 95 % of its time, the other one is idle: 48 % of them both.
TEST(LagView, OneSubtaskWithoutTimeIsEnoughWhereFlinkTellsWhatWaits) {
  JobWindow window = WindowOf(Line(10, 1000, 600), 0.48);
  const auto subtask = [](double busy_s, double backpressured_s) {
    SubtaskWindow s;
    s.covered_s = 600;
    s.busy_s = busy_s;
    s.backpressured_s = backpressured_s;
    return s;
  };
  window.vertices[0].subtasks = {subtask(6, 0), subtask(20, 550)};
  EXPECT_FALSE(LookAt(window).grows) << "offsets of commits";
  window.sources[0].kind = DemandKind::kLag;
  EXPECT_TRUE(LookAt(window).grows);
  window.vertices[0].subtasks[1] = subtask(20, 510);  // 88 %
  EXPECT_FALSE(LookAt(window).grows);
  window.vertices[0].subtasks[1] = {};
  EXPECT_FALSE(LookAt(window).grows) << "not seen in this run";
}

TEST(LagView, GrowthByLessThanThreePercentIsNone) {
  EXPECT_FALSE(LookAt(WindowOf(Line(10, 0, 170), 1)).grows);  // 2.8 % of 6,000
  EXPECT_TRUE(LookAt(WindowOf(Line(10, 0, 190), 1)).grows);   // 3.2 %
}

// Offsets are committed each three minutes: what waits rises by all that is produced, and falls back.
TEST(LagView, CommitsEachFewMinutesAreNoGrowth) {
  std::vector<double> lag;
  for (int i = 0; i < 12; ++i) lag.push_back(kOfBin * (i % 3));
  EXPECT_FALSE(LookAt(WindowOf(lag, 0.3)).grows);
  EXPECT_FALSE(LookAt(WindowOf(lag, 1)).grows);
  EXPECT_FALSE(LookAt(WindowOf(Line(10, 0, kOfBin), 0.3)).grows) << "not committed at all, and it reads on";
}

TEST(LagView, CatchingUpShrinks) {
  const LagView view = LookAt(WindowOf(Line(10, 60'000, -3000), 1));
  EXPECT_FALSE(view.grows);
  EXPECT_DOUBLE_EQ(*view.growth, -0.5);
}

TEST(LagView, SixBinsAreTheFewest) {
  EXPECT_TRUE(LookAt(WindowOf(Line(6, 0, 3000), 1)).grows);
  const LagView few = LookAt(WindowOf(Line(5, 0, 3000), 1));
  EXPECT_FALSE(few.grows);
  EXPECT_EQ(few.growth, std::nullopt);
  EXPECT_DOUBLE_EQ(*few.behind, 12'000);
  JobWindow window = WindowOf(Line(10, 0, 3000), 1);
  for (size_t i = 0; i < 5; ++i) window.sources[0].bins[2 * i].covered_s = 0;
  EXPECT_EQ(LookAt(window).growth, std::nullopt) << "five with data";
}

TEST(LagView, OfALogThatIsNotKnownOnlyTheSourcesTimeIs) {
  JobWindow window = WindowOf(Line(10, 0, 3000), 0.7);
  window.sources[0].bins.clear();
  window.sources[0].lag_records.reset();
  const LagView view = LookAt(window);
  EXPECT_EQ(view.behind, std::nullopt);
  EXPECT_EQ(view.growth, std::nullopt);
  EXPECT_FALSE(view.grows);
  EXPECT_DOUBLE_EQ(*view.held_back, 0.7);
}

// End offsets without committed ones: what the log grew by is known, and what waits is not.
TEST(LagView, OfALogOfWhichNothingIsCommittedNothingIsKnown) {
  JobWindow window = WindowOf(Line(10, 0, 0), 1);
  window.sources[0].lag_records.reset();
  EXPECT_EQ(LookAt(window).behind, std::nullopt);
  EXPECT_EQ(LookAt(window).growth, std::nullopt);
}

TEST(LagView, OfNothingIsNothing) {
  const LagView none = LookAt({});
  EXPECT_EQ(none.behind, std::nullopt);
  EXPECT_EQ(none.held_back, std::nullopt);
  JobWindow window = WindowOf(Line(10, 0, 0), 1);
  for (DemandBin& bin : window.sources[0].bins) bin.records = 0;
  for (Bin& bin : window.vertices[0].bins) bin.task_s = 0;
  const LagView idle = LookAt(window);
  EXPECT_EQ(idle.growth, std::nullopt) << "nothing is produced";
  EXPECT_EQ(idle.held_back, std::nullopt);
  EXPECT_DOUBLE_EQ(*idle.behind, 0);
}

TEST(LagView, TheWorstSourceCounts) {
  JobWindow window = WindowOf(Line(10, 1000, -100), 0.2);
  AddSource(window, Line(10, 0, 3000), 1);
  AddSource(window, Line(10, 500, 0), 0.5);
  const LagView view = LookAt(window);
  EXPECT_TRUE(view.grows);
  EXPECT_DOUBLE_EQ(*view.growth, 0.5);
  EXPECT_DOUBLE_EQ(*view.behind, 100 + 27'000 + 500);
  EXPECT_DOUBLE_EQ(*view.held_back, 1);
  // What waits grows in one that has time left, and another has none.
  JobWindow other = WindowOf(Line(10, 0, 3000), 0.5);
  AddSource(other, Line(10, 500, 0), 1);
  EXPECT_FALSE(LookAt(other).grows);
}

TEST(LagView, BinsBeforeAreLeftOut) {
  std::vector<double> lag = Line(10, 0, 3000);
  for (const double records : Line(10, 30'000, -3000)) lag.push_back(records);
  JobWindow window = WindowOf(lag, 1);
  for (size_t i = 0; i < 10; ++i) window.vertices[0].bins[i].busy_s = window.vertices[0].bins[i].backpressured_s = 0;
  EXPECT_DOUBLE_EQ(*LookAtLag(window, kStart + absl::Minutes(10)).growth, -0.5);
  EXPECT_DOUBLE_EQ(*LookAtLag(window, kStart + absl::Minutes(10)).held_back, 1);
  EXPECT_DOUBLE_EQ(*LookAtLag(window, kStart + absl::Minutes(9) + absl::Seconds(1)).held_back, 1) << "within bin 9";
  window.vertices[0].bins[14].busy_s = window.vertices[0].bins[14].backpressured_s = 0;
  EXPECT_DOUBLE_EQ(*LookAtLag(window, kStart + absl::Minutes(10)).held_back, 1) << "of bins 15 to 19, the later half";
  EXPECT_NEAR(*LookAtLag(window, kStart + absl::Minutes(9)).held_back, 5.0 / 6, 1e-12) << "of bins 14 to 19";
  EXPECT_EQ(LookAtLag(window, kStart + absl::Minutes(15)).growth, std::nullopt) << "five bins";
}

TEST(LagView, FromTheWindowsEndOnThereIsNothing) {
  const JobWindow window = WindowOf(Line(10, 0, 3000), 1);
  EXPECT_EQ(LookAtLag(window, kStart + absl::Minutes(10)).behind, std::nullopt);
  EXPECT_EQ(LookAtLag(window, kStart + absl::Hours(1)).behind, std::nullopt);
  EXPECT_EQ(LookAtLag(window, absl::InfiniteFuture()).behind, std::nullopt);
}

// Twenty minutes with one subtask, of which 900 records/s at 2 ms keep 1.8 busy; then, restarted, with three.
// Its counters fell: it runs anew, with as many subtasks as before. Each record takes a millisecond now: 900/s go in.
TEST(LagView, ThePresentBeginsWithTheLastStart) {
  SteadyJob drowns(0.002), carries(0.001);
  const SampleBatch before = drowns.Run(kStart, absl::Minutes(20), 900, 1);
  for (const double minutes : {0.4, 0.9, 2.0, 10.0, 30.0}) {
    WindowBuilder builder = *WindowBuilder::Create(drowns.graph(), {}, {});
    AddTasks(before, builder);
    SteadyJob fresh = carries;
    AddTasks(fresh.Run(kStart + absl::Minutes(20.5), absl::Minutes(minutes), 900, 1), builder);  // warm from 21 on
    const LagView now = LookAtPresent(builder.Window());
    if (minutes < 0.5) {
      EXPECT_EQ(now.held_back, std::nullopt) << minutes;
    } else {
      EXPECT_NEAR(now.held_back.value_or(1), 0.01, 1e-3) << minutes;
    }
  }
}

TEST(LagView, ThePresentKnowsNothingOfTheRunBefore) {
  SteadyJob drowns(0.002), carries(0.002);
  JobGraph graph = drowns.graph();
  WindowBuilder builder = *WindowBuilder::Create(graph, {}, {});
  AddTasks(drowns.Run(kStart, absl::Minutes(20), 900, 1), builder);
  const LagView before = LookAtPresent(builder.Window());
  EXPECT_TRUE(before.grows);
  EXPECT_GE(before.held_back.value_or(0), kNoTime);
  const absl::Time restarted = kStart + absl::Minutes(21);
  for (int vertex = 0; vertex < 2; ++vertex) {
    ASSERT_TRUE(builder.Add(ParallelismSample{absl::ToUnixMillis(restarted), vertex, 3}).ok());
  }
  AddTasks(carries.Run(restarted, absl::Minutes(20), 900, 3), builder);
  const LagView after = LookAtPresent(builder.Window());
  EXPECT_FALSE(after.grows);
  EXPECT_NEAR(after.held_back.value_or(1), 0.01, 1e-3);  // the source is busy for a hundredth of its time
}

// A source that has no time left and yet keeps up: of its log there is noise alone, as large as what comes in a bin.
TEST(LagView, NoiseIsTakenForGrowthAtMostOnceInTwoHundredTimes) {
  std::mt19937_64 random(20261122);
  std::normal_distribution<double> noise(5 * kOfBin, kOfBin);
  int grows = 0;
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> lag(static_cast<size_t>(6 + i % 11));
    for (double& records : lag) records = noise(random);
    if (LookAt(WindowOf(lag, 1)).grows) ++grows;
  }
  EXPECT_LE(grows, 10);
}

// Six to sixteen minutes of a job whose log is noisy in one of five ways.
class NoisyLag {
 public:
  explicit NoisyLag(int seed) : seed_(seed) {}
  void OfAHealthyJobDoesNotGrow();
  void OfAJobThatFallsBehindGrows();

 private:
  enum Kind { kGauss, kHeavyTails, kSawTooth, kWaves, kWandering, kKinds };

  double Uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  double Gauss(double deviation) { return std::normal_distribution<double>(0, deviation)(random_); }

  // `size`: of the noise, records.
  std::vector<double> Noise(int bins, double size) {
    const auto kind = static_cast<Kind>(seed_ % kKinds);
    const double period = Uniform(2, 5), phase = Uniform(0, period);
    std::vector<double> noise;
    double wander = 0;
    for (int i = 0; i < bins; ++i) {
      const double turn = std::fmod(i + phase, period) / period;
      wander = 0.5 * wander + Gauss(size);
      noise.push_back(kind == kGauss        ? Gauss(size)
                      : kind == kHeavyTails ? size * std::clamp(std::cauchy_distribution<double>()(random_), -8.0, 8.0)
                      : kind == kSawTooth   ? 2 * size * turn
                      : kind == kWaves      ? size * std::sin(2 * M_PI * turn)
                                            : wander);
    }
    return noise;
  }
  std::vector<double> Plus(std::vector<double> lag, double size) {
    const std::vector<double> noise = Noise(static_cast<int>(lag.size()), size);
    for (size_t i = 0; i < lag.size(); ++i) lag[i] = std::max(0.0, lag[i] + noise[i]);
    return lag;
  }

  const int seed_;
  std::mt19937_64 random_{static_cast<uint64_t>(seed_)};
};

void NoisyLag::OfAHealthyJobDoesNotGrow() {
  const int bins = 6 + seed_ % 11;
  const double size = Uniform(0.02, 1) * kOfBin;
  // Time left, as a job has that keeps up; whatever its log looks like.
  EXPECT_FALSE(LookAt(WindowOf(Plus(Line(bins, Uniform(0, 5) * kOfBin, 0), size), Uniform(0.05, 0.89))).grows);
  // Working off what waited takes all of its time, and what waits shrinks by a tenth of what comes at least.
  const double rate = Uniform(0.1, 1) * kOfBin;
  EXPECT_FALSE(LookAt(WindowOf(Plus(Line(bins, bins * rate, -rate), 0.3 * size), 1)).grows);
  // Committed each few minutes, by a source that reads on.
  std::vector<double> committed;
  const int every = 2 + seed_ % 9;
  for (int i = 0; i < bins; ++i) committed.push_back(kOfBin * (i % every));
  EXPECT_FALSE(LookAt(WindowOf(Plus(committed, 0.1 * size), Uniform(0.05, 0.89))).grows);
}

void NoisyLag::OfAJobThatFallsBehindGrows() {
  const int bins = 10 + seed_ % 7;
  const double growth = Uniform(0.1, 1) * kOfBin;
  const LagView view = LookAt(WindowOf(Plus(Line(bins, 2 * kOfBin, growth), 0.25 * growth), Uniform(0.9, 1)));
  EXPECT_TRUE(view.grows) << bins << " bins, grows by " << growth / kOfBin << ", seen " << *view.growth;
}

TEST(NoisyLags, OfAHealthyJobDoesNotGrow) {
  for (int seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    NoisyLag(seed).OfAHealthyJobDoesNotGrow();
  }
}

TEST(NoisyLags, OfAJobThatFallsBehindGrows) {
  for (int seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    NoisyLag(seed).OfAJobThatFallsBehindGrows();
  }
}

}  // namespace
}  // namespace tune
