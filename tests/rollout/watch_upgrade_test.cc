// From the moment that a change was written until its job runs with it.
#include "tests/rollout/watched_job.h"

namespace tune {
namespace {

using testing::HasSubstr;

class WatchUpgrade : public WatchedJob {};

TEST_F(WatchUpgrade, RunsOnceTheSpecIsTakenUpAndStableAndRunning) {
  EXPECT_EQ(VerdictAt(1), WatchVerdict::kWait) << "of generation 3";
  TakeUp();
  BeUpgrading();
  EXPECT_EQ(VerdictAt(4), WatchVerdict::kWait);
  Be(Lifecycle::kDeployed, FlinkState::kRunning, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(5), WatchVerdict::kWait) << "the operator may still roll back";
  Be(Lifecycle::kStable, FlinkState::kCreated, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(6), WatchVerdict::kWait);
  BeRunning();
  EXPECT_EQ(VerdictAt(7), WatchVerdict::kRuns);
}

TEST_F(WatchUpgrade, WithoutAGenerationTheOldRunIsNotTheNewOne) {
  job_.status.reconciled_generation.reset();
  EXPECT_EQ(VerdictAt(1), WatchVerdict::kWait) << "STABLE and RUNNING as before";
  BeUpgrading();
  EXPECT_EQ(VerdictAt(2), WatchVerdict::kWait);
  BeRunning();
  EXPECT_EQ(VerdictAt(3), WatchVerdict::kRuns);
}

// A daemon that started over does not see the upgrade: at the end of 600 s it is taken for done.
TEST_F(WatchUpgrade, WithoutAGenerationAJobThatRunsIsNeverTakenBackForThat) {
  job_.status.reconciled_generation.reset();
  EXPECT_EQ(VerdictAt(599), WatchVerdict::kWait);
  EXPECT_EQ(VerdictAt(600), WatchVerdict::kRuns);
}

TEST_F(WatchUpgrade, ThatIsNotTakenUpFailsAtTheDeadline) {
  EXPECT_EQ(VerdictAt(599.9), WatchVerdict::kWait);
  const WatchStep step = LookAt(600);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "the operator did not take it up within 10m");
}

TEST_F(WatchUpgrade, ThatDoesNotRunFailsAtTheDeadlineAndSaysWhy) {
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  pending_ = "Unschedulable";
  ExpectNothing(1, 599);
  const WatchStep step = LookAt(600);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "the job does not run after 10m: starting; pods wait: Unschedulable");
}

TEST_F(WatchUpgrade, ThatRunsAtTheDeadlineIsInTime) {
  TakeUp();
  EXPECT_EQ(VerdictAt(600), WatchVerdict::kRuns);
}

// 3 of 12 upgrades: "Could not create Kubernetes cluster", gone after 0.15 s.
TEST_F(WatchUpgrade, AnErrorThatIsSeenOnceIsNone) {
  TakeUp();
  BeUpgrading();
  job_.status.failure = "Could not create Kubernetes cluster \"demo\".";
  EXPECT_EQ(VerdictAt(3), WatchVerdict::kWait);
  job_.status.failure.clear();
  ExpectNothing(4, 200);  // 120 s after it was seen, and more
}

// The error of 600m is emptied for 50 to 100 ms at each try, after 1-2, 5, 8, 12, 17, 26 s: some looks miss it.
TEST_F(WatchUpgrade, AnErrorThatComesAndGoesIsOne) {
  TakeUp();
  BeUpgrading();
  const std::string error = "TaskManager memory configuration failed";
  for (int second = 3; second < 123; ++second) {
    const bool tries = second == 5 || second == 10 || second == 18 || second == 30 || second == 47 || second == 73;
    job_.status.failure = tries ? "" : error;
    ASSERT_EQ(VerdictAt(second), WatchVerdict::kWait) << second;
  }
  job_.status.failure.clear();
  const WatchStep step = LookAt(123);  // 3 + 120
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "the upgrade fails: its error comes and goes");
}

TEST_F(WatchUpgrade, AnErrorIsForgottenAfterAQuarterOfStuck) {
  TakeUp();
  BeUpgrading();
  job_.status.failure = "x";
  EXPECT_EQ(VerdictAt(3), WatchVerdict::kWait);
  job_.status.failure.clear();
  ExpectNothing(4, 33);  // 3 + 30: not yet
  job_.status.failure = "x";
  EXPECT_EQ(VerdictAt(34), WatchVerdict::kWait);
  EXPECT_EQ(VerdictAt(124), WatchVerdict::kGoBack) << "since 3, not since 34: there was no break of more than 30 s";
}

TEST_F(WatchUpgrade, ASpecThatIsRefusedBesideARunningJob) {
  ExpectNothing(0, 0);
  job_.status.failure = "TaskManager resource memory parse error";
  ExpectNothing(1, 120);
  const WatchStep step = LookAt(121);  // 1 + 120
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "the operator refuses the spec: TaskManager resource memory parse error");
}

TEST_F(WatchUpgrade, NothingIsHeldForTrueAcrossALongBreakBetweenLooks) {
  TakeUp();
  BeUpgrading();
  job_.status.failure = "x";
  EXPECT_EQ(VerdictAt(3), WatchVerdict::kWait);
  EXPECT_EQ(VerdictAt(203), WatchVerdict::kWait) << "seen twice, 200 s apart";
  ExpectNothing(204, 322);
  EXPECT_EQ(VerdictAt(323), WatchVerdict::kGoBack);
}

TEST_F(WatchUpgrade, ThatTheOperatorRolledBack) {
  TakeUp();
  Be(Lifecycle::kRollingBack, FlinkState::kFinished, JobManagerState::kMissing);
  EXPECT_EQ(VerdictAt(47), WatchVerdict::kWait);
  Be(Lifecycle::kRolledBack, FlinkState::kRunning, JobManagerState::kReady);
  const WatchStep step = LookAt(81);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_THAT(step.why, HasSubstr("the operator went back by itself"));
}

TEST_F(WatchUpgrade, ThatFailed) {
  Be(Lifecycle::kStable, FlinkState::kFailed, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(1), WatchVerdict::kWait) << "not by the change: it is not taken up";
  TakeUp();
  EXPECT_EQ(VerdictAt(2), WatchVerdict::kGoBack);
  Be(Lifecycle::kFailed, FlinkState::kUnknown, JobManagerState::kUnknown);
  EXPECT_EQ(VerdictAt(3), WatchVerdict::kGoBack);
}

TEST_F(WatchUpgrade, PodsThatGoWithTheOldSpecDoNotCount) {
  ExpectNothing(0, 1);
  for (int i = 0; i < 5; ++i) Dies(1.3, "demo-taskmanager-1-" + std::to_string(i));
  Dies(1.5, "demo-taskmanager-1-9", "OOMKilled");
  TakeUp();
  BeUpgrading();
  ExpectNothing(2, 4);
  Dies(4.2, "demo-taskmanager-1-10", "OOMKilled");
  Be(Lifecycle::kDeployed, FlinkState::kReconciling, JobManagerState::kDeploying);
  ExpectNothing(5, 20);
}

TEST_F(WatchUpgrade, PodsOfAnUpgradeThatBeganAnewDoNotCount) {
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(5, 5);
  BeUpgrading();
  Dies(6, "demo-taskmanager-1-1", "OOMKilled");
  ExpectNothing(6, 7);
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(8, 20);
}

TEST_F(WatchUpgrade, OneOomKillOfTheNewProcessesIsEnough) {
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(5, 20);
  Dies(20.5, "demo-taskmanager-1-1", "OOMKilled");
  const WatchStep step = LookAt(21);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "pod demo-taskmanager-1-1 was killed for its memory (OOMKilled)");
}

TEST_F(WatchUpgrade, AnOomKillInSpiteOfMoreMemoryIsNotCuredByLess) {
  GaveMoreMemory();
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(5, 5);
  Dies(6, "demo-taskmanager-1-1", "OOMKilled");
  const WatchStep step = LookAt(6);
  EXPECT_EQ(step.verdict, WatchVerdict::kFailed) << "before it ever ran, as later";
  EXPECT_THAT(step.why, HasSubstr("with less memory before it was no better"));
}

// An upgrade that the operator itself gave up may be for want of room for the memory.
TEST_F(WatchUpgrade, ThatFailsWithMoreMemoryGoesBack) {
  GaveMoreMemory();
  TakeUp();
  Be(Lifecycle::kRolledBack, FlinkState::kRunning, JobManagerState::kReady);
  EXPECT_EQ(VerdictAt(81), WatchVerdict::kGoBack);
  Be(Lifecycle::kFailed, FlinkState::kUnknown, JobManagerState::kError);
  EXPECT_EQ(VerdictAt(82), WatchVerdict::kGoBack);
}

TEST_F(WatchUpgrade, ThreeProcessesThatDieAreACrashLoop) {
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(5, 5);
  Dies(6, "a");
  Dies(7, "b");
  ExpectNothing(7, 7);
  Dies(8, "c", "StartError");
  const WatchStep step = LookAt(8);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "crash loop: 3 processes died, the last one c (StartError)");
}

TEST_F(WatchUpgrade, PodsThatDieWithTheirNodeAreNoCrashLoop) {
  TakeUp();
  Be(Lifecycle::kDeployed, FlinkState::kCreated, JobManagerState::kReady);
  ExpectNothing(5, 5);
  for (int i = 0; i < 8; ++i) Dies(6 + 0.2 * i, "tm-1-" + std::to_string(i), "Error", "node-1");
  Dies(9, "tm-1-9", "Error", "node-2");
  ExpectNothing(10, 10);
  Dies(15.9, "tm-2-1", "Error", "node-1");
  ExpectNothing(16, 16);
  Dies(16, "tm-2-2", "Error", "node-1");  // ten seconds after the first one there
  const WatchStep step = LookAt(17);
  EXPECT_EQ(step.verdict, WatchVerdict::kGoBack);
  EXPECT_EQ(step.why, "crash loop: 3 processes died, the last one tm-2-2 (Error)");
}

TEST_F(WatchUpgrade, OfAJobThatIsGoneOrGoesIsOvertaken) {
  const auto why = [&](const FlinkJob* job) { return watch_->Look(change_, {At(1), job, {}, "", std::nullopt}); };
  EXPECT_EQ(why(nullptr).verdict, WatchVerdict::kOvertaken);
  EXPECT_EQ(why(nullptr).why, "the job was deleted");
  FlinkJob other = job_;
  other.uid = "u2";
  EXPECT_EQ(why(&other).why, "the job was deleted and made anew");
  job_.deleting_since = At(1);
  EXPECT_EQ(LookAt(700).verdict, WatchVerdict::kOvertaken) << "nothing is written to what goes";
}

TEST_F(WatchUpgrade, OfAJobThatItsOwnerSuspendedIsNotTakenBack) {
  job_.suspended = true;
  TakeUp();
  Be(Lifecycle::kSuspended, FlinkState::kFinished, JobManagerState::kMissing);
  EXPECT_EQ(VerdictAt(700), WatchVerdict::kOvertaken);
}

TEST_F(WatchUpgrade, OfAJobThatHasEndedIsNotTakenBack) {
  TakeUp();
  Be(Lifecycle::kStable, FlinkState::kFinished, JobManagerState::kReady);
  ExpectNothing(1, 599);
  const WatchStep step = LookAt(600);
  EXPECT_EQ(step.verdict, WatchVerdict::kOvertaken);
  EXPECT_EQ(step.why, "the job has ended: finished");
}

TEST_F(WatchUpgrade, ALaterSpecIsLookedUp) {
  job_.generation = 5;
  EXPECT_EQ(VerdictAt(1), WatchVerdict::kLookAgain);
  GoesBackSince(10);
  EXPECT_EQ(VerdictAt(11), WatchVerdict::kWait);
  job_.generation = 6;
  EXPECT_EQ(VerdictAt(12), WatchVerdict::kLookAgain);
}

}  // namespace
}  // namespace tune
