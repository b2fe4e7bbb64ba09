// Upgrades as an operator 1.7.0 showed them on a real cluster, looked at each second as the roll-out does.
#include <string>
#include <vector>

#include "tests/rollout/watched_job.h"

namespace tune {
namespace {

using enum FlinkState;
using testing::ElementsAre;
using testing::HasSubstr;

// What the object said from a second on. A lifecycle that is not said any more stays until the next line.
struct Line {
  double second;
  Lifecycle lifecycle;
  FlinkState flink;
  JobManagerState job_manager;
  bool taken_up = true;
  std::string failure = "";
};

constexpr auto kReady = JobManagerState::kReady;
constexpr auto kMissing = JobManagerState::kMissing;
constexpr auto kDeploying = JobManagerState::kDeploying;
constexpr auto kNotReady = JobManagerState::kDeployedNotReady;

class WatchReplay : public WatchedJob {
 protected:
  // Verdicts but kWait, with their seconds, until one ends it or `until`. The first look is at `first`.
  std::vector<std::string> Replay(const std::vector<Line>& lines, double first, int until) {
    std::vector<std::string> seen;
    for (double second = first; second <= until; second += 1) {
      for (const Line& line : lines) {
        if (line.second > second) break;
        Be(line.lifecycle, line.flink, line.job_manager);
        TakeUp(line.taken_up ? job_.generation : job_.generation - 1);
        job_.status.failure = line.failure;
      }
      JobLook look = {At(second), &job_, {}, "", std::nullopt};
      for (const PodDeath& death : deaths_) {
        if (death.time <= At(second)) look.deaths.push_back(death);
      }
      const WatchStep step = watch_->Look(change_, look);
      if (step.verdict == WatchVerdict::kWait) continue;
      seen.push_back(testing::PrintToString(step.verdict) + " " + std::to_string(static_cast<int>(second)));
      why_ = step.why;
      if (step.verdict != WatchVerdict::kRuns) break;
      *change_.mutable_running() = ToProto(At(second));
    }
    return seen;
  }

  std::string why_;
};

std::vector<Line> SizePatch() {
  return {
      {0, Lifecycle::kStable, kRunning, kReady, false},       {3.69, Lifecycle::kUpgrading, kFinished, kMissing},
      {5.11, Lifecycle::kDeployed, kReconciling, kDeploying}, {19.51, Lifecycle::kDeployed, kReconciling, kNotReady},
      {20.97, Lifecycle::kDeployed, kInitializing, kReady},   {31.27, Lifecycle::kDeployed, kCreated, kReady},
      {41.54, Lifecycle::kStable, kRunning, kReady}};
}

TEST_F(WatchReplay, ASizePatchRunsOnceAndIsStableThen) {
  for (const double first : {0.05, 0.3, 0.6, 0.7, 0.95}) {
    watch_.emplace(WatchLimits{});
    change_.clear_running();
    const int runs = first > 0.54 ? 41 : 42;  // the first look at or after 41.54
    EXPECT_THAT(Replay(SizePatch(), first, 2000),
                ElementsAre("kRuns " + std::to_string(runs), "kStable " + std::to_string(runs + 600)));
  }
}

// One of four such upgrades: the old Deployment was still going when the new one was made.
TEST_F(WatchReplay, AConflictThatTheOperatorGetsOverIsNotSeen) {
  std::vector<Line> lines = {
      {0, Lifecycle::kStable, kRunning, kReady, false},
      {2.54, Lifecycle::kUpgrading, kFinished, kMissing},
      {3.06, Lifecycle::kUpgrading, kFinished, kMissing, true, "Could not create Kubernetes cluster \"demo\"."},
      {3.21, Lifecycle::kUpgrading, kFinished, kMissing},
      {3.58, Lifecycle::kDeployed, kReconciling, kDeploying},
      {46.90, Lifecycle::kDeployed, kReconciling, kNotReady},
      {48.17, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(lines, 0.1, 2000), ElementsAre("kRuns 49", "kStable 649")) << "the look at 3.1 shows the error";
}

// The job of the same upgrade then took more memory than it had.
TEST_F(WatchReplay, AnOomKillIsAnsweredWithinASecond) {
  Dies(62.50, "demo-taskmanager-1-1", "OOMKilled");
  const std::vector<Line> lines = {{0, Lifecycle::kStable, kRunning, kReady, false},
                                   {2.54, Lifecycle::kUpgrading, kFinished, kMissing},
                                   {3.58, Lifecycle::kDeployed, kReconciling, kDeploying},
                                   {48.17, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(lines, 0.4, 2000), ElementsAre("kRuns 48", "kGoBack 63"));
  EXPECT_THAT(why_, HasSubstr("demo-taskmanager-1-1"));
}

// "600m": the operator tries again after 1-2, 5, 8, 12, 17, 26 s, each time half as long again.
TEST_F(WatchReplay, TooLittleMemoryIsAnsweredAfterTwoMinutes) {
  std::vector<Line> lines = {{0, Lifecycle::kStable, kRunning, kReady, false},
                             {2.58, Lifecycle::kUpgrading, kFinished, kMissing}};
  const std::string error = "TaskManager memory configuration failed: Sum of configured Framework Heap Memory …";
  for (const double second : {3.01, 4.68, 10.06, 17.95, 29.8, 47.2, 73.4, 112.9}) {
    lines.push_back({second - 0.1, Lifecycle::kUpgrading, kFinished, kMissing});
    lines.push_back({second, Lifecycle::kUpgrading, kFinished, kMissing, true, error});
  }
  EXPECT_THAT(Replay(lines, 0.95, 2000), ElementsAre("kGoBack 123")) << "first seen at 3.95, though not at 4.95";
  EXPECT_EQ(why_, "the upgrade fails: " + error);
}

TEST_F(WatchReplay, WhatIsNoSizeIsAnsweredAfterTwoMinutes) {
  const std::vector<Line> lines = {
      {0, Lifecycle::kStable, kRunning, kReady, false},
      {0.25, Lifecycle::kStable, kRunning, kReady, false, "TaskManager resource memory parse error: Character J …"}};
  EXPECT_THAT(Replay(lines, 0.5, 2000), ElementsAre("kGoBack 120"));
  EXPECT_THAT(why_, HasSubstr("the operator refuses the spec"));
}

TEST_F(WatchReplay, PodsThatFindNoNodeAreAnsweredAtTheDeadline) {
  const std::vector<Line> lines = {{0, Lifecycle::kStable, kRunning, kReady, false},
                                   {3.4, Lifecycle::kUpgrading, kFinished, kMissing},
                                   {8, Lifecycle::kDeployed, kReconciling, kDeploying},
                                   {35.05, Lifecycle::kDeployed, kCreated, kReady}};
  EXPECT_THAT(Replay(lines, 0.5, 2000), ElementsAre("kGoBack 600"));
}

TEST_F(WatchReplay, TheOperatorsOwnRollbackIsAnsweredWhenItIsDone) {
  const std::string conflict = "Could not create Kubernetes cluster \"demo\".";
  const std::vector<Line> lines = {{0, Lifecycle::kStable, kRunning, kReady, false},
                                   {3.38, Lifecycle::kUpgrading, kFinished, kMissing},
                                   {3.91, Lifecycle::kDeployed, kReconciling, kDeploying},
                                   {34.91, Lifecycle::kDeployed, kCreated, kReady},
                                   {47.21, Lifecycle::kRollingBack, kFinished, kMissing},
                                   {47.66, Lifecycle::kRollingBack, kFinished, kMissing, true, conflict},
                                   {47.82, Lifecycle::kRollingBack, kFinished, kMissing},
                                   {81, Lifecycle::kRolledBack, kRunning, kReady}};
  EXPECT_THAT(Replay(lines, 0.7, 2000), ElementsAre("kGoBack 81"));
}

// With the operator's slow settings and full buffers the savepoint takes 70 s, during which the old job is shown.
TEST_F(WatchReplay, ASavepointThatTakesLongIsWaitedFor) {
  const std::vector<Line> lines = {{0, Lifecycle::kDeployed, kRunning, kReady, false},
                                   {0.22, Lifecycle::kStable, kRunning, kReady, false},
                                   {71.46, Lifecycle::kUpgrading, kFinished, kReady},
                                   {74.08, Lifecycle::kUpgrading, kFinished, kMissing},
                                   {74.52, Lifecycle::kDeployed, kReconciling, kDeploying},
                                   {97.21, Lifecycle::kDeployed, kCreated, kReady},
                                   {158, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(lines, 0.5, 2000), ElementsAre("kRuns 158", "kStable 758"));
}

// The adaptive scheduler waited until 30 s after its last rescaling; no process was replaced.
TEST_F(WatchReplay, ARescalingInPlaceRunsWhenTheOperatorSaysSo) {
  change_.set_restarts_job(false);
  const std::vector<Line> lines = {{0, Lifecycle::kStable, kRunning, kReady, false},
                                   {0.52, Lifecycle::kUpgrading, kRunning, kReady},
                                   {21.19, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(lines, 0.4, 2000), ElementsAre("kRuns 21", "kStable 621"));
}

// From 600m and from pods without a node: the error from before stays for a moment.
TEST_F(WatchReplay, GoingBackEndsWithTheValuesBefore) {
  GoesBackSince(0);
  const std::vector<Line> from_600m = {{0, Lifecycle::kUpgrading, kFinished, kMissing, false, "memory configuration"},
                                       {0.20, Lifecycle::kUpgrading, kFinished, kMissing},
                                       {0.63, Lifecycle::kDeployed, kReconciling, kDeploying},
                                       {24.74, Lifecycle::kDeployed, kCreated, kReady},
                                       {35.05, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(from_600m, 0.1, 2000), ElementsAre("kIsBack 35"));
  const std::vector<Line> from_pending = {{0, Lifecycle::kDeployed, kCreated, kReady, false},
                                          {2.35, Lifecycle::kUpgrading, kFinished, kMissing},
                                          {2.81, Lifecycle::kUpgrading, kFinished, kMissing, true, "Could not create"},
                                          {2.97, Lifecycle::kUpgrading, kFinished, kMissing},
                                          {3.32, Lifecycle::kDeployed, kReconciling, kDeploying},
                                          {38.67, Lifecycle::kDeployed, kReconciling, kNotReady},
                                          {39.96, Lifecycle::kStable, kRunning, kReady}};
  EXPECT_THAT(Replay(from_pending, 0.9, 2000), ElementsAre("kIsBack 40"));
}

}  // namespace
}  // namespace tune
