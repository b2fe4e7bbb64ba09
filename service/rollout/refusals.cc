#include "service/rollout/refusals.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/plan/field_text.h"

namespace tune {
namespace {

bool Has(const JobRecommendation& recommendation, FindingKind kind) {
  return std::any_of(recommendation.findings.begin(), recommendation.findings.end(),
                     [kind](const Finding& finding) { return finding.kind == kind; });
}

bool Changes(const ProcessRecommendation& role) {
  return role.action == Action::kRaise || role.action == Action::kLower;
}

bool IsThin(const JobRecommendation& recommendation) {
  const bool vertices =
      std::any_of(recommendation.vertices.begin(), recommendation.vertices.end(),
                  [](const VertexRecommendation& v) { return v.wanted != v.now && v.confidence == Confidence::kLow; });
  const auto thin = [](const ProcessRecommendation& role) {
    return Changes(role) && role.confidence == Confidence::kLow;
  };
  return vertices || thin(recommendation.task_managers) || thin(recommendation.job_manager);
}

// What a field of a plan is about.
std::optional<Pin> PinOf(const std::vector<std::string>& path) {
  const std::string& name = path.back();
  if (name == "parallelism" || name == "pipeline.jobvertex-parallelism-overrides") return Pin::kParallelism;
  if (name == "taskmanager.numberOfTaskSlots") return Pin::kSlots;
  if (name == "cpu" || absl::EndsWith(name, ".cpu.limit-factor")) return Pin::kCpu;
  const bool memory =
      name == "memory" || absl::EndsWith(name, ".memory.limit-factor") || absl::StrContains(name, "manager.memory.");
  return memory ? std::optional(Pin::kMemory) : std::nullopt;
}

class Look {
 public:
  explicit Look(const RolloutCase& rollout) : case_(rollout), job_(rollout.job) {}

  std::vector<Refusal> Find() {
    LookAtObject();
    LookAtState();
    LookAtPlan();
    if (case_.settings.ok()) LookAtSettings(*case_.settings);
    return std::move(refusals_);
  }

 private:
  void Refuse(RefusalKind kind, std::string text) { refusals_.push_back({kind, std::move(text)}); }

  void LookAtObject() {
    if (job_.key.kind == JobKind::kSessionJob) {
      Refuse(RefusalKind::kNoObject, "a FlinkSessionJob has no processes of its own: its session cluster is changed");
    }
    if (!job_.error.ok()) Refuse(RefusalKind::kUnreadable, std::string(job_.error.message()));
    if (!case_.settings.ok()) Refuse(RefusalKind::kUnreadable, std::string(case_.settings.status().message()));
    if (job_.spec.autoscaled) {
      Refuse(RefusalKind::kOtherScaler,
             "the operator's autoscaler sets the parallelism: turn off job.autoscaler.enabled first");
    }
    if (job_.spec.reactive) {
      Refuse(RefusalKind::kOtherScaler,
             "scheduler-mode is reactive: the job takes whatever slots there are, and no parallelism is set");
    }
  }

  void LookAtState() {
    const LiveState state = StateOf(job_, case_.now);
    if (state.rolled_back) {
      Refuse(RefusalKind::kRolledBack, absl::StrCat(state.text, ": the present spec does not work; mend it first"));
    }
    switch (state.phase) {
      case JobPhase::kRunning:
        if (job_.change_pending()) {
          Refuse(RefusalKind::kChanging, "the operator has not taken up the present spec yet");
        }
        return;
      case JobPhase::kUpgrading:
      case JobPhase::kRollingBack:
      case JobPhase::kRestarting:
      case JobPhase::kStarting:
        return Refuse(RefusalKind::kChanging, state.text);
      default:
        return Refuse(RefusalKind::kNotRunning, state.text);
    }
  }

  void LookAtPlan() {
    if (case_.recommendation.action == Action::kPerson) {
      Refuse(RefusalKind::kPerson, "somebody has to look at the job first; its findings say at what");
    }
    if (case_.plan.changes.empty()) return Refuse(RefusalKind::kNothing, "nothing would change");
    if (IsThin(case_.recommendation)) {
      Refuse(RefusalKind::kThin, "too little was measured to be sure of what would change");
    }
    if (!case_.fit.fits) {
      Refuse(RefusalKind::kQuota, absl::StrCat("the namespace does not take the pods: ", case_.fit.cap));
    }
    if (!case_.plan.restarts_job) return;
    if (Has(case_.recommendation, FindingKind::kCheckpointBound) && job_.upgrade_mode != UpgradeMode::kStateless) {
      Refuse(RefusalKind::kCheckpoints, "checkpoints fail, and the change restarts the job from one");
    }
    const bool stateless = job_.spec.has_job && job_.upgrade_mode == UpgradeMode::kStateless;
    if (stateless && !(case_.settings.ok() && case_.settings->allow_stateless)) {
      Refuse(RefusalKind::kStateless,
             "upgradeMode is stateless: the job would lose its state; tune.dev/allow-stateless: \"true\" lets it");
    }
  }

  void LookAtSettings(const JobSettings& settings) {
    for (const SpecChange& change : case_.plan.changes) {
      const std::optional<Pin> pin = PinOf(change.path);
      if (pin && settings.pinned.contains(*pin)) {
        Refuse(RefusalKind::kPinned, absl::StrCat("tune.dev/pinned leaves ", FieldText(change.path), " to the owner"));
        break;
      }
    }
    if (case_.by_person) return;
    if (settings.mode == Mode::kOff) Refuse(RefusalKind::kOff, "tune.dev/mode is off");
    if (settings.mode == Mode::kAdvise) Refuse(RefusalKind::kAdvise, "tune.dev/mode is advise: a person has to ask");
    if (!IsUrgent(case_.recommendation) && !settings.low_traffic.Includes(case_.now)) {
      Refuse(RefusalKind::kHighTraffic, "an optional change waits for tune.dev/low-traffic");
    }
  }

  const RolloutCase& case_;
  const FlinkJob& job_;
  std::vector<Refusal> refusals_;
};

}  // namespace

bool IsUrgent(const JobRecommendation& recommendation) {
  if (recommendation.action != Action::kRaise) return false;
  return recommendation.timeliness == Timeliness::kDelayed || Has(recommendation, FindingKind::kHeapExhausted) ||
         Has(recommendation, FindingKind::kOomKilled) || Has(recommendation, FindingKind::kGcBound) ||
         Has(recommendation, FindingKind::kThrottled);
}

std::vector<Refusal> RefusalsOf(const RolloutCase& rollout) { return Look(rollout).Find(); }

const char* Name(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kOff:
      return "off";
    case RefusalKind::kAdvise:
      return "advise";
    case RefusalKind::kNothing:
      return "nothing";
    case RefusalKind::kPerson:
      return "person";
    case RefusalKind::kThin:
      return "thin";
    case RefusalKind::kNoObject:
      return "no-object";
    case RefusalKind::kUnreadable:
      return "unreadable";
    case RefusalKind::kStateless:
      return "stateless";
    case RefusalKind::kNotRunning:
      return "not-running";
    case RefusalKind::kChanging:
      return "changing";
    case RefusalKind::kRolledBack:
      return "rolled-back";
    case RefusalKind::kOtherScaler:
      return "other-scaler";
    case RefusalKind::kCheckpoints:
      return "checkpoints";
    case RefusalKind::kQuota:
      return "quota";
    case RefusalKind::kPinned:
      return "pinned";
    case RefusalKind::kHighTraffic:
      return "high-traffic";
    case RefusalKind::kOpen:
      return "open";
    case RefusalKind::kFailedBefore:
      return "failed-before";
    case RefusalKind::kFlapping:
      return "flapping";
    case RefusalKind::kBudget:
      return "budget";
    case RefusalKind::kPaused:
      return "paused";
  }
  return "";
}

}  // namespace tune
