// Pods as a real API server showed them when their processes died.
#include "service/rollout/pod_deaths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = PodChange::Kind;

absl::Time At(double seconds) { return absl::FromUnixSeconds(1'795'334'400) + absl::Seconds(seconds); }

class Deaths : public testing::Test {
 protected:
  static JobPod Running() {
    JobPod pod;
    pod.cluster = "demo";
    pod.phase = PodPhase::kRunning;
    pod.ready = true;
    return pod;
  }
  // Its container has ended; of a TaskManager the pod's phase stays Running for a second.
  static JobPod Ended(const std::string& reason) {
    JobPod pod = Running();
    pod.ready = false;
    pod.reason = reason;
    return pod;
  }
  static JobPod Restarted(int64_t restarts, const std::string& reason) {
    JobPod pod = Running();
    pod.role = PodRole::kJobManager;
    pod.restarts = restarts;
    pod.reason = reason;  // of the one before
    return pod;
  }
  void Note(double seconds, const std::string& name, const JobPod& pod, Kind kind = Kind::kModified) {
    deaths_.Note({kind, "team-a", name, std::make_shared<JobPod>(pod)}, At(seconds));
  }
  void Gone(double seconds, const std::string& name) {
    deaths_.Note({Kind::kDeleted, "team-a", name, nullptr}, At(seconds));
  }
  // "demo-taskmanager-1-1 OOMKilled"
  std::vector<std::string> All(double since = 0) const {
    std::vector<std::string> all;
    for (const PodDeath& death : deaths_.Since("team-a", "demo", At(since))) {
      all.push_back(absl::StrCat(death.pod, " ", death.reason));
      EXPECT_EQ(death.is_oom, death.reason == "OOMKilled");
    }
    return all;
  }

  PodDeaths deaths_;
};

// Killed at 62.50, deleted by Flink 30 ms later, gone after two seconds; its restart count stays 0.
TEST_F(Deaths, AnOomKilledTaskManagerIsOne) {
  Note(28.12, "tm-1", Ended(""), Kind::kAdded);
  Note(29.44, "tm-1", Running());
  JobPod pod = Ended("OOMKilled");
  Note(62.50, "tm-1", pod);
  pod.deleting = true;
  Note(62.53, "tm-1", pod);
  pod.phase = PodPhase::kFailed;
  Note(63.58, "tm-1", pod);
  Gone(64.53, "tm-1");
  EXPECT_THAT(All(), ElementsAre("tm-1 OOMKilled"));
  const PodDeath death = deaths_.Since("team-a", "demo", At(0)).front();
  EXPECT_EQ(death.time, At(62.50));
  EXPECT_EQ(death.role, PodRole::kTaskManager);
  EXPECT_THAT(All(62.50), SizeIs(1));
  EXPECT_THAT(All(62.51), IsEmpty());
}

// The same of a process that ends with an error: when the pod's phase is Failed, it is being deleted already.
TEST_F(Deaths, ACrashedTaskManagerIsOne) {
  Note(1, "tm-1", Running(), Kind::kAdded);
  JobPod pod = Ended("Error");
  Note(2, "tm-1", pod);
  pod.deleting = true;
  Note(2.03, "tm-1", pod);
  pod.phase = PodPhase::kFailed;
  Note(3.1, "tm-1", pod);
  EXPECT_THAT(All(), ElementsAre("tm-1 Error"));
}

TEST_F(Deaths, APodThatFailedIsOne) {
  Note(1, "tm-1", Running(), Kind::kAdded);
  JobPod pod = Ended("Evicted");
  pod.phase = PodPhase::kFailed;
  Note(2, "tm-1", pod);
  pod = Ended("");
  pod.phase = PodPhase::kFailed;
  Note(3, "tm-2", Running(), Kind::kAdded);
  Note(4, "tm-2", pod);
  EXPECT_THAT(All(), ElementsAre("tm-1 Evicted", "tm-2 Error"));
}

TEST_F(Deaths, PodsThatTheClusterTakesAwayAreNone) {
  JobPod pod = Running();
  pod.node = "node-1";
  Note(1, "tm-1", pod, Kind::kAdded);
  Note(1, "tm-2", pod, Kind::kAdded);
  pod.ready = false;
  pod.reason = "Error";
  pod.disrupted = true;
  Note(2, "tm-1", pod);
  pod.phase = PodPhase::kFailed;
  Note(3, "tm-1", pod);
  EXPECT_THAT(All(), IsEmpty());
  pod.disrupted = false;
  Note(4, "tm-2", pod);
  EXPECT_THAT(All(), ElementsAre("tm-2 Error"));
  EXPECT_EQ(deaths_.Since("team-a", "demo", At(0)).front().node, "node-1");
}

// Exit 143 of those that are stopped; those that Flink, dying, asks for end with ContainerStatusUnknown.
TEST_F(Deaths, PodsThatAreBeingDeletedAreNone) {
  JobPod pod = Running();
  Note(0.1, "tm-1", pod, Kind::kAdded);
  pod.deleting = true;
  Note(0.41, "tm-1", pod);
  pod = Ended("Error");
  pod.deleting = true;
  pod.phase = PodPhase::kFailed;
  Note(1.32, "tm-1", pod);
  Gone(1.77, "tm-1");
  pod = Ended("ContainerCreating");
  pod.phase = PodPhase::kPending;
  Note(1.45, "tm-4", pod, Kind::kAdded);
  pod.deleting = true;
  Note(2.34, "tm-4", pod);
  pod.reason = "ContainerStatusUnknown";
  pod.phase = PodPhase::kFailed;
  Note(4.33, "tm-4", pod);
  Gone(4.34, "tm-4");
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(Deaths, PodsThatWaitAreNone) {
  for (const char* reason : {"Unschedulable", "ContainerCreating", "ImagePullBackOff", ""}) {
    JobPod pod = Ended(reason);
    pod.phase = PodPhase::kPending;
    Note(1, reason, pod, Kind::kAdded);
    Note(2, reason, pod);
  }
  EXPECT_THAT(All(), IsEmpty());
}

// The JobManager's pod stays, and its container is started again.
TEST_F(Deaths, EachRestartOfAJobManagerIsOne) {
  Note(1, "jm", Restarted(0, ""), Kind::kAdded);
  Note(2, "jm", Restarted(1, "Error"));
  Note(3, "jm", Restarted(1, "Error"));
  EXPECT_THAT(All(), ElementsAre("jm Error"));
  JobPod pod = Restarted(1, "CrashLoopBackOff");
  pod.ready = false;
  Note(4, "jm", pod);
  EXPECT_THAT(All(), SizeIs(1));
  Note(5, "jm", Restarted(2, "OOMKilled"));
  EXPECT_THAT(All(), ElementsAre("jm Error", "jm OOMKilled"));
  EXPECT_EQ(deaths_.Since("team-a", "demo", At(5))[0].role, PodRole::kJobManager);
}

TEST_F(Deaths, AContainerThatEndedAndIsStartedAgainDiedOnce) {
  for (const std::string reason : {"OOMKilled", "Error"}) {
    Note(1, reason, Restarted(0, ""), Kind::kAdded);
    JobPod pod = Restarted(0, reason);
    pod.ready = false;
    Note(2, reason, pod);
    Note(3, reason, Restarted(1, reason));
    EXPECT_EQ(All().size(), reason == "OOMKilled" ? 1u : 2u) << reason;
  }
  Note(4, "Error", Restarted(2, "Error"));
  EXPECT_THAT(All(), ElementsAre("OOMKilled OOMKilled", "Error Error", "Error Error"));
}

TEST_F(Deaths, WhatAFirstListShowsAreNone) {
  Note(1, "jm", Restarted(7, "OOMKilled"), Kind::kAdded);
  Note(2, "jm", Restarted(7, "OOMKilled"));
  JobPod pod = Ended("Evicted");
  pod.phase = PodPhase::kFailed;
  Note(1, "old", pod, Kind::kAdded);
  Note(2, "old", pod);
  EXPECT_THAT(All(), IsEmpty());
  Note(3, "jm", Restarted(8, "Error"));
  EXPECT_THAT(All(), ElementsAre("jm Error"));
}

TEST_F(Deaths, AnotherPodOfTheSameNameDiesItsOwnDeath) {
  Note(1, "tm-1", Running(), Kind::kAdded);
  Note(2, "tm-1", Ended("OOMKilled"));
  Gone(3, "tm-1");
  Note(4, "tm-1", Running(), Kind::kAdded);
  Note(5, "tm-1", Ended("OOMKilled"));
  EXPECT_THAT(All(), SizeIs(2));
  // After a list that was made anew it is the same object, modified.
  Note(6, "tm-1", Running());
  Note(7, "tm-1", Ended("Error"));
  EXPECT_THAT(All(), SizeIs(3));
  Note(8, "jm", Restarted(4, "Error"), Kind::kAdded);
  Note(9, "jm", Restarted(0, ""));
  Note(10, "jm", Restarted(1, "Error"));
  EXPECT_THAT(All(), SizeIs(4));
}

TEST_F(Deaths, AreOfACluster) {
  JobPod pod = Ended("OOMKilled");
  Note(1, "a", pod);
  pod.cluster = "other";
  Note(2, "b", pod);
  EXPECT_THAT(All(), SizeIs(1));
  EXPECT_THAT(deaths_.Since("team-a", "other", At(0)), SizeIs(1));
  EXPECT_THAT(deaths_.Since("team-b", "demo", At(0)), IsEmpty());
}

TEST_F(Deaths, GoAnHourBeforeTheLastOne) {
  Note(0, "a", Ended("Error"));
  Note(3600, "b", Ended("Error"));
  EXPECT_THAT(All(), SizeIs(2));
  Note(3601, "c", Ended("Error"));
  EXPECT_THAT(All(), ElementsAre("b Error", "c Error"));
}

TEST_F(Deaths, TheLastHundredOfAClusterAreKnown) {
  for (int i = 0; i < 103; ++i) Note(i, absl::StrCat("tm-", i), Ended("Error"));
  EXPECT_THAT(All(), SizeIs(PodDeaths::kMostOfCluster));
  EXPECT_EQ(All().front(), "tm-3 Error");
}

// Those whose last death is the longest ago go.
TEST_F(Deaths, ClustersHaveALimit) {
  for (size_t i = 0; i < PodDeaths::kMostClusters + 5; ++i) {
    JobPod pod = Ended("Error");
    pod.cluster = absl::StrCat("c", i);
    Note(static_cast<double>(i) / 100, absl::StrCat("tm-", i), pod);
  }
  size_t known = 0;
  for (size_t i = 0; i < PodDeaths::kMostClusters + 5; ++i) {
    known += deaths_.Since("team-a", absl::StrCat("c", i), At(0)).size();
  }
  EXPECT_EQ(known, PodDeaths::kMostClusters);
  EXPECT_THAT(deaths_.Since("team-a", "c4", At(0)), IsEmpty());
  EXPECT_THAT(deaths_.Since("team-a", "c5", At(0)), SizeIs(1));
}

}  // namespace
}  // namespace tune
