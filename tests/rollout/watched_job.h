// A change and its job, looked at as time goes by. Nothing of a cluster.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "libtune/codec/door.h"
#include "service/rollout/measures.h"
#include "service/rollout/watch.h"

namespace tune {

// The change is of generation 3, by libtune 4; written at second 0. Limits are the service's: 10 min to run, 10 min to
// settle, stuck after 2 min, 3 crashes.
class WatchedJob : public testing::Test {
 protected:
  WatchedJob() {
    job_.key = {"team-a", "demo", JobKind::kDeployment};
    job_.uid = "u1";
    job_.spec.has_job = true;
    job_.generation = 4;
    job_.status.reconciled_generation = 3;
    change_.set_id(7);
    change_.set_uid("u1");
    change_.set_state(v1::CHANGE_STATE_WATCHED);
    change_.set_restarts_job(true);
    change_.set_generation_before(3);
    change_.set_generation_after(4);
    *change_.mutable_applied() = ToProto(At(0));
    Be(Lifecycle::kStable, FlinkState::kRunning, JobManagerState::kReady);
  }

  static absl::Time At(double seconds) { return absl::FromUnixSeconds(1'795'334'400) + absl::Seconds(seconds); }

  void Be(Lifecycle lifecycle, FlinkState flink, JobManagerState job_manager) {
    job_.status.lifecycle = lifecycle;
    job_.status.flink_state = flink;
    job_.status.job_manager = job_manager;
  }
  void BeRunning() { Be(Lifecycle::kStable, FlinkState::kRunning, JobManagerState::kReady); }
  // As between the old processes and the new ones.
  void BeUpgrading() { Be(Lifecycle::kUpgrading, FlinkState::kFinished, JobManagerState::kMissing); }
  void TakeUp(int64_t generation = 4) { job_.status.reconciled_generation = generation; }
  // It was seen running with the change at that second.
  void HasRunSince(double seconds) {
    TakeUp();
    *change_.mutable_running() = ToProto(At(seconds));
  }
  void GoesBackSince(double seconds) {
    change_.set_state(v1::CHANGE_STATE_GOING_BACK);
    change_.set_generation_back(5);
    *change_.mutable_went_back() = ToProto(At(seconds));
    job_.generation = 5;
  }
  void Dies(double seconds, const std::string& pod, const std::string& reason = "Error", const std::string& node = "") {
    deaths_.push_back({At(seconds), pod, reason, node, PodRole::kTaskManager, reason == "OOMKilled"});
  }
  void Measure(const char* name, double before, double predicted) {
    v1::ChangeMeasure& measure = *change_.add_measures();
    measure.set_name(name);
    measure.set_before(before);
    measure.set_predicted(predicted);
  }
  // An urgent change that gave each of the TaskManager's slots more memory.
  void GaveMoreMemory() {
    change_.set_is_urgent(true);
    Measure(kTaskManagerMib, 1200, 1600);
    Measure(kTaskManagerSlots, 2, 2);
  }

  WatchStep LookAt(double seconds) { return watch_->Look(change_, {At(seconds), &job_, deaths_, pending_, lag_}); }
  WatchVerdict VerdictAt(double seconds) { return LookAt(seconds).verdict; }
  // A look each second, from one to the other.
  void ExpectNothing(int from, int to) {
    for (int second = from; second <= to; ++second) {
      const WatchStep step = LookAt(second);
      ASSERT_EQ(step.verdict, WatchVerdict::kWait) << "second " << second << ": " << step.why;
    }
  }

  FlinkJob job_;
  v1::Change change_;
  std::vector<PodDeath> deaths_;
  std::string pending_;
  std::optional<LagView> lag_;
  std::optional<Watch> watch_{WatchLimits{}};
};

inline void PrintTo(WatchVerdict verdict, std::ostream* out) {
  constexpr const char* kNames[] = {"kWait",   "kRuns",      "kStable",    "kGoBack",
                                    "kIsBack", "kLookAgain", "kOvertaken", "kFailed"};
  *out << kNames[static_cast<int>(verdict)];
}

}  // namespace tune
