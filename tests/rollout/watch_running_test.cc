// A job that runs with its change, and one that goes back.
#include "tests/rollout/watched_job.h"

namespace tune {
namespace {

using testing::HasSubstr;

// It runs since second 40: settled at 640, its lag tells something from 160 on.
class WatchRunning : public WatchedJob {
 protected:
  WatchRunning() { HasRunSince(40); }
};

TEST_F(WatchRunning, IsStableWhenItHasSettled) {
  EXPECT_EQ(VerdictAt(41), WatchVerdict::kWait);
  EXPECT_EQ(VerdictAt(639.9), WatchVerdict::kWait);
  const WatchStep step = LookAt(640);
  EXPECT_EQ(step.verdict, WatchVerdict::kStable);
  EXPECT_EQ(step.why, "ran for 10m as planned");
}

TEST_F(WatchRunning, ThatStopsHasTwoMinutes) {
  ExpectNothing(41, 100);
  Be(Lifecycle::kStable, FlinkState::kReconciling, JobManagerState::kDeploying);
  ExpectNothing(101, 220);
  EXPECT_EQ(VerdictAt(221), WatchVerdict::kGoBack) << "101 + 120";
}

TEST_F(WatchRunning, ThatIsDownAtTheEndIsWaitedFor) {
  ExpectNothing(41, 600);
  Be(Lifecycle::kStable, FlinkState::kReconciling, JobManagerState::kDeploying);
  ExpectNothing(601, 690);
  BeRunning();
  EXPECT_EQ(VerdictAt(691), WatchVerdict::kStable);
}

TEST_F(WatchRunning, ThreeRestartsAreACrashLoop) {
  ExpectNothing(41, 50);
  for (int i = 0; i < 2; ++i) {
    Be(Lifecycle::kStable, FlinkState::kRestarting, JobManagerState::kReady);
    ExpectNothing(51 + 10 * i, 52 + 10 * i);
    Be(Lifecycle::kStable, FlinkState::kCreated, JobManagerState::kReady);
    ExpectNothing(53 + 10 * i, 54 + 10 * i);
    BeRunning();
    ExpectNothing(55 + 10 * i, 60 + 10 * i);
  }
  Be(Lifecycle::kStable, FlinkState::kFailing, JobManagerState::kReady);
  const WatchStep step = LookAt(71);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "crash loop: the job restarted 3 times");
}

// After a TaskManager was killed the operator said RUNNING or CREATED, never RESTARTING: it looks each 10 s, and
// restarting took 2 s.
TEST_F(WatchRunning, RestartsThatTheOperatorMissedAreSeenByWhatComesAfter) {
  ExpectNothing(41, 50);
  for (const int second : {51, 61}) {
    Be(Lifecycle::kStable, FlinkState::kCreated, JobManagerState::kReady);
    ExpectNothing(second, second);
    BeRunning();
    ExpectNothing(second + 1, second + 1);
  }
  Be(Lifecycle::kStable, FlinkState::kCreated, JobManagerState::kReady);
  EXPECT_EQ(LookAt(71).why, "crash loop: the job restarted 3 times");
}

// RESTARTING, CREATED, RESTARTING: a restart of which the job did not come up.
TEST_F(WatchRunning, RestartsWithoutARunBetweenCountToo) {
  ExpectNothing(41, 50);
  for (int second = 51; second < 55; ++second) {
    const bool odd = second % 2 == 1;
    Be(Lifecycle::kStable, odd ? FlinkState::kRestarting : FlinkState::kCreated, JobManagerState::kReady);
    ExpectNothing(second, second);
  }
  Be(Lifecycle::kStable, FlinkState::kRestarting, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(55), WatchVerdict::kGoBack);
}

TEST_F(WatchRunning, DeathsSinceTheNewProcessesAreThereCount) {
  ExpectNothing(41, 41);
  Dies(40.9, "before", "OOMKilled");
  ExpectNothing(42, 42);
  Dies(41, "demo-taskmanager-1-3", "OOMKilled");
  EXPECT_EQ(VerdictAt(43), WatchVerdict::kGoBack);
}

TEST_F(WatchRunning, ThatIsOomKilledInSpiteOfMoreMemoryFails) {
  ExpectNothing(41, 41);
  Dies(62, "demo-taskmanager-1-1", "OOMKilled");
  GaveMoreMemory();
  EXPECT_EQ(VerdictAt(63), WatchVerdict::kFailed);
  change_.set_is_urgent(false);
  EXPECT_EQ(VerdictAt(64), WatchVerdict::kGoBack) << "nothing was amiss before";
}

TEST_F(WatchRunning, ThatTheOperatorRolledBackGoesBackWhateverItsMemory) {
  GaveMoreMemory();
  Be(Lifecycle::kRolledBack, FlinkState::kRunning, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(81), WatchVerdict::kGoBack);
}

TEST_F(WatchRunning, ThatHasEndedIsOvertaken) {
  ExpectNothing(41, 100);
  for (const FlinkState ended : {FlinkState::kFinished, FlinkState::kCanceled}) {
    Be(Lifecycle::kStable, ended, JobManagerState::kReady);
    EXPECT_EQ(VerdictAt(101), WatchVerdict::kWait);
    ExpectNothing(102, 220);
    EXPECT_EQ(VerdictAt(221), WatchVerdict::kOvertaken) << "going back would start it again";
    BeRunning();
    EXPECT_EQ(VerdictAt(100), WatchVerdict::kWait);
  }
}

TEST_F(WatchRunning, ThatFallsBehindGoesBackBeforeItHasSettled) {
  lag_ = LagView{5000, 0.25, true, 1.0};
  const WatchStep step = LookAt(520);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(
      step.why,
      "it falls behind: what waits grows by 25 % of what comes, and a source, or a subtask of it, has no time left");
  change_.set_was_delayed(true);
  EXPECT_EQ(VerdictAt(520), WatchVerdict::kWait) << "it did before, too";
  lag_->grows = false;
  change_.set_was_delayed(false);
  EXPECT_EQ(VerdictAt(520), WatchVerdict::kWait);
}

TEST_F(WatchRunning, WhoseLogIsNotKnownIsJudgedByItsSourcesTime) {
  lag_ = LagView{std::nullopt, std::nullopt, false, 0.9};
  change_.set_held_back_before(0.5);
  EXPECT_EQ(VerdictAt(639), WatchVerdict::kWait) << "it may be catching up";
  const WatchStep step = LookAt(640);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "its sources are held back for 90 % of the time; before it was 50 %");
  lag_->held_back = 0.89;
  EXPECT_EQ(VerdictAt(640), WatchVerdict::kStable);
  lag_->held_back.reset();
  EXPECT_EQ(VerdictAt(640), WatchVerdict::kStable) << "not measured";
  lag_->held_back = 1;
  change_.set_held_back_before(0.51);
  EXPECT_EQ(VerdictAt(640), WatchVerdict::kStable) << "it had little time before, too";
  change_.clear_held_back_before();
  EXPECT_EQ(VerdictAt(640), WatchVerdict::kStable) << "not known how it was";
}

// A log that is known with a few bins only: the job may well be working off what waited.
TEST_F(WatchRunning, WhoseLogIsKnownIsJudgedByThatAlone) {
  lag_ = LagView{100, std::nullopt, false, 1.0};
  change_.set_held_back_before(0.2);
  EXPECT_EQ(VerdictAt(640), WatchVerdict::kStable);
}

TEST(LagFrom, IsAFifthOfSettlingLater) {
  const absl::Time running = absl::UnixEpoch();
  EXPECT_EQ(LagFrom(running, {}), running + absl::Minutes(2));
}

TEST(LessMemoryBefore, IsByTaskManagerAndBySlot) {
  const auto less = [](double mib_before, double mib, double slots_before, double slots) {
    v1::Change change;
    const auto add = [&](const char* name, double before, double predicted) {
      v1::ChangeMeasure& measure = *change.add_measures();
      measure.set_name(name);
      if (before > 0) measure.set_before(before);
      if (predicted > 0) measure.set_predicted(predicted);
    };
    add(kTaskManagerMib, mib_before, mib);
    add(kTaskManagerSlots, slots_before, slots);
    return LessMemoryBefore(change);
  };
  EXPECT_TRUE(less(1200, 1600, 2, 2));
  EXPECT_FALSE(less(1200, 1200, 2, 2));
  EXPECT_FALSE(less(1600, 1200, 2, 2));
  EXPECT_FALSE(less(1200, 1600, 2, 3)) << "600 and 533 a slot";
  EXPECT_TRUE(less(1200, 2000, 2, 3)) << "600 and 667";
  EXPECT_FALSE(less(1200, 1100, 2, 1)) << "1,100 a slot, but there is less";
  EXPECT_TRUE(less(1200, 1600, 0, 2)) << "slots not known";
  EXPECT_FALSE(less(0, 1600, 2, 2));
  EXPECT_FALSE(less(1200, 0, 2, 2));
  EXPECT_FALSE(LessMemoryBefore({}));
}

class WatchGoingBack : public WatchedJob {
 protected:
  WatchGoingBack() {
    HasRunSince(40);
    GoesBackSince(100);
  }
};

TEST_F(WatchGoingBack, IsBackWhenItRunsWithTheValuesBefore) {
  EXPECT_EQ(VerdictAt(101), WatchVerdict::kWait) << "STABLE and RUNNING with the change";
  TakeUp(5);
  BeUpgrading();
  EXPECT_EQ(VerdictAt(103), WatchVerdict::kWait);
  BeRunning();
  EXPECT_EQ(VerdictAt(139), WatchVerdict::kIsBack);
}

TEST_F(WatchGoingBack, FromRolledBackByTheOperator) {
  Be(Lifecycle::kRolledBack, FlinkState::kRunning, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(101), WatchVerdict::kWait);
  TakeUp(5);
  EXPECT_EQ(VerdictAt(110), WatchVerdict::kWait) << "ROLLED_BACK is not STABLE";
  BeRunning();
  EXPECT_EQ(VerdictAt(139), WatchVerdict::kIsBack);
}

TEST_F(WatchGoingBack, ThatWasNeverTakenUpIsBackAtTheDeadline) {
  TakeUp(3);
  job_.status.failure = "TaskManager resource memory parse error";
  ExpectNothing(101, 699);
  const WatchStep step = LookAt(700);
  EXPECT_EQ(step.verdict, WatchVerdict::kIsBack) << "it runs as before all the while";
  EXPECT_EQ(step.why, "the operator never took the change up");
}

TEST_F(WatchGoingBack, ThatDoesNotRunEitherFailsAtTheDeadline) {
  TakeUp(5);
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(699.9), WatchVerdict::kWait);
  const WatchStep step = LookAt(700);
  EXPECT_EQ(step.verdict, WatchVerdict::kFailed);
  EXPECT_THAT(step.why, HasSubstr("it does not run with the values before either"));
}

TEST_F(WatchGoingBack, ThatTheOperatorLeavesWithTheChangeFails) {
  EXPECT_EQ(VerdictAt(700), WatchVerdict::kFailed) << "4 is taken up, 5 is not";
}

TEST_F(WatchGoingBack, DeathsAndErrorsDoNotEndIt) {
  Dies(101, "a", "OOMKilled");
  job_.status.failure = "x";
  TakeUp(5);
  BeUpgrading();
  ExpectNothing(101, 400);
}

TEST_F(WatchGoingBack, OfAJobThatItsOwnerSuspendedOrThatEndedIsBack) {
  TakeUp(5);
  Be(Lifecycle::kStable, FlinkState::kFinished, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(699), WatchVerdict::kWait);
  EXPECT_EQ(LookAt(700).why, "the job has ended");
  EXPECT_EQ(VerdictAt(700), WatchVerdict::kIsBack);
  job_.suspended = true;
  EXPECT_EQ(VerdictAt(101), WatchVerdict::kIsBack) << "they are in the spec, and nothing is to be seen of them";
}

TEST_F(WatchGoingBack, OfAJobThatGoesIsOvertaken) {
  job_.deleting_since = At(101);
  EXPECT_EQ(VerdictAt(101), WatchVerdict::kOvertaken);
}

}  // namespace
}  // namespace tune
