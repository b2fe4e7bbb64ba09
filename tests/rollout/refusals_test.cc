#include "service/rollout/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'795'334'400);

// A job that runs and falls behind, in auto mode, and a plan for it: nothing stands in the way.
class Refusals : public testing::Test {
 protected:
  Refusals() {
    job_.key = {"team-a", "orders", JobKind::kDeployment};
    job_.spec.has_job = true;
    job_.upgrade_mode = UpgradeMode::kSavepoint;
    job_.generation = 3;
    job_.status.reconciled_generation = 3;
    job_.status.lifecycle = Lifecycle::kStable;
    job_.status.flink_state = FlinkState::kRunning;
    job_.status.job_manager = JobManagerState::kReady;
    settings_->mode = Mode::kAuto;
    Plan({"spec", "job", "parallelism"});
    plan_.restarts_job = true;
    recommendation_.action = Action::kRaise;
    recommendation_.timeliness = Timeliness::kDelayed;
    VertexRecommendation& vertex = recommendation_.vertices.emplace_back();
    vertex.now = 2;
    vertex.wanted = 3;
    vertex.confidence = Confidence::kMedium;
  }
  void Plan(std::vector<std::string> path) { plan_.changes.push_back({std::move(path), "2", "3", true, ""}); }
  void Find(FindingKind kind) { recommendation_.findings.emplace_back().kind = kind; }
  std::vector<Refusal> All() const {
    return RefusalsOf({job_, settings_, plan_, recommendation_, fit_, by_person_, kNow});
  }
  std::vector<RefusalKind> Kinds() const {
    std::vector<RefusalKind> kinds;
    for (const Refusal& refusal : All()) {
      kinds.push_back(refusal.kind);
      EXPECT_NE(refusal.text, "");
    }
    return kinds;
  }

  FlinkJob job_;
  absl::StatusOr<JobSettings> settings_ = JobSettings{};
  SpecPatch plan_;
  JobRecommendation recommendation_;
  PlanFit fit_;
  bool by_person_ = false;
};

TEST_F(Refusals, ThereAreNoneWhereAllIsWell) { EXPECT_THAT(Kinds(), IsEmpty()); }

TEST_F(Refusals, OfModesAreForThoseWhoWereNotAsked) {
  settings_->mode = Mode::kOff;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kOff));
  settings_->mode = Mode::kAdvise;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kAdvise));
  by_person_ = true;
  EXPECT_THAT(Kinds(), IsEmpty());
  settings_ = absl::InvalidArgumentError("annotations[\"tune.dev/mode\"] = \"auot\"");
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kUnreadable)) << "what the owner wants is not known";
}

TEST_F(Refusals, OfTheObject) {
  job_.error = absl::InvalidArgumentError("spec.flinkVersion = absent");
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kUnreadable));
  job_.error = absl::OkStatus();
  job_.spec.autoscaled = true;
  job_.spec.reactive = true;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kOtherScaler, RefusalKind::kOtherScaler));
}

TEST_F(Refusals, OfAJobThatIsNotRunning) {
  job_.suspended = true;
  job_.status.lifecycle = Lifecycle::kSuspended;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kNotRunning));
  job_.status.lifecycle = Lifecycle::kFailed;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kNotRunning));
  job_.status.lifecycle = Lifecycle::kUpgrading;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kChanging));
  job_.status.lifecycle = Lifecycle::kRolledBack;
  EXPECT_THAT(Kinds(), testing::Contains(RefusalKind::kRolledBack));
  job_.status.lifecycle = Lifecycle::kStable;
  job_.status.flink_state = FlinkState::kRestarting;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kChanging));
  job_.status.flink_state = FlinkState::kRunning;
  job_.generation = 4;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kChanging)) << "the operator is at 3";
  job_.deleting_since = kNow;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kNotRunning));
}

TEST_F(Refusals, OfAPlan) {
  plan_.changes.clear();
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kNothing));
  Plan({"spec", "job", "parallelism"});
  recommendation_.vertices[0].confidence = Confidence::kLow;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kThin));
  EXPECT_TRUE(All()[0].waivable());
  recommendation_.vertices[0].wanted = 2;
  EXPECT_THAT(Kinds(), IsEmpty()) << "it does not change";
  recommendation_.task_managers.action = Action::kLower;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kThin));
  recommendation_.task_managers.confidence = Confidence::kHigh;
  fit_ = {false, "requests.cpu of quota team-a: 12 of 10 cores", 3};
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kQuota));
  EXPECT_THAT(All()[0].text, HasSubstr("12 of 10 cores"));
  EXPECT_FALSE(All()[0].waivable());
}

TEST_F(Refusals, OfARestart) {
  Find(FindingKind::kCheckpointBound);
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kCheckpoints));
  plan_.restarts_job = false;
  EXPECT_THAT(Kinds(), IsEmpty()) << "in place";
  plan_.restarts_job = true;
  job_.upgrade_mode = UpgradeMode::kStateless;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kStateless)) << "it takes no checkpoint along";
  settings_->allow_stateless = true;
  EXPECT_THAT(Kinds(), IsEmpty());
}

TEST_F(Refusals, OfPinnedFields) {
  settings_->pinned = {Pin::kMemory};
  EXPECT_THAT(Kinds(), IsEmpty());
  for (const char* option : {"taskmanager.memory.managed.size", "jobmanager.memory.jvm-overhead.max",
                             "kubernetes.taskmanager.memory.limit-factor"}) {
    plan_.changes.clear();
    Plan({"spec", "flinkConfiguration", option});
    EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kPinned)) << option;
  }
  EXPECT_THAT(All()[0].text, HasSubstr(R"(["kubernetes.taskmanager.memory.limit-factor"])"));
  const std::pair<Pin, std::vector<std::string>> fields[] = {
      {Pin::kParallelism, {"spec", "job", "parallelism"}},
      {Pin::kParallelism, {"spec", "flinkConfiguration", "pipeline.jobvertex-parallelism-overrides"}},
      {Pin::kSlots, {"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"}},
      {Pin::kCpu, {"spec", "taskManager", "resource", "cpu"}},
      {Pin::kCpu, {"spec", "flinkConfiguration", "kubernetes.taskmanager.cpu.limit-factor"}},
      {Pin::kMemory, {"spec", "jobManager", "resource", "memory"}}};
  for (const auto& [pin, path] : fields) {
    plan_.changes.clear();
    Plan(path);
    settings_->pinned = {pin};
    EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kPinned)) << path.back();
    settings_->pinned.erase(pin);
    EXPECT_THAT(Kinds(), IsEmpty());
  }
}

TEST_F(Refusals, OptionalChangesWaitForLowTrafficAndUrgentOnesDoNot) {
  settings_->low_traffic.windows = *ReadLowTraffic("", "00:00-00:01");  // it is 08:00
  EXPECT_THAT(Kinds(), IsEmpty()) << "the job falls behind";
  recommendation_.timeliness = Timeliness::kOnTime;
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kHighTraffic));
  for (const FindingKind kind :
       {FindingKind::kHeapExhausted, FindingKind::kOomKilled, FindingKind::kGcBound, FindingKind::kThrottled}) {
    recommendation_.findings.clear();
    Find(kind);
    EXPECT_TRUE(IsUrgent(recommendation_));
  }
  recommendation_.action = Action::kLower;
  EXPECT_FALSE(IsUrgent(recommendation_));
  EXPECT_THAT(Kinds(), ElementsAre(RefusalKind::kHighTraffic));
  by_person_ = true;
  EXPECT_THAT(Kinds(), IsEmpty());
}

TEST_F(Refusals, APersonIsWantedFirst) {
  recommendation_.action = Action::kPerson;
  EXPECT_THAT(Kinds(), testing::Contains(RefusalKind::kPerson));
}

TEST(RefusalNames, AreOnesOwn) {
  std::set<std::string> names;
  for (int kind = 0; kind <= static_cast<int>(RefusalKind::kHighTraffic); ++kind) {
    names.insert(Name(static_cast<RefusalKind>(kind)));
  }
  EXPECT_EQ(names.size(), 16u);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace tune
