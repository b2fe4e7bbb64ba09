// Why a plan is not put into force.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/job_state.h"
#include "service/cluster/quota.h"
#include "service/rollout/settings.h"
#include "tune/plan.h"
#include "tune/recommendation.h"

namespace tune {

enum class RefusalKind {
  kOff,          // tune.dev/mode is off, or absent
  kAdvise,       // tune.dev/mode is advise: a person has to ask
  kNothing,      // the plan changes nothing
  kPerson,       // somebody has to look at the job first
  kThin,         // what would change is estimated with little confidence
  kNoObject,     // the cluster does not have the job, or it is a FlinkSessionJob
  kUnreadable,   // its spec, or its tune.dev settings
  kStateless,    // it would start anew without its state
  kNotRunning,   // suspended, failed, finished, canceled, being deleted, not yet running
  kChanging,     // upgrading, restarting, rolling back, or a change is not taken up yet
  kRolledBack,   // the operator went back to the spec before: this one does not work
  kOtherScaler,  // the operator's autoscaler, or Flink's reactive mode, sets the parallelism
  kCheckpoints,  // they fail, and the change needs one
  kQuota,        // the namespace does not take the pods
  kPinned,       // it changes what tune.dev/pinned leaves to the owner
  kHighTraffic,  // an optional change outside of tune.dev/low-traffic
  // By what was done to the job before (history.h):
  kOpen,          // a change of it is not over
  kFailedBefore,  // the same values were rolled back, and that is not forgotten yet
  kFlapping,      // somebody put the values back that libtune replaced, twice
  kBudget,        // it was restarted often enough
  kPaused,        // somebody stopped all writing to it
};

// A person who asks for the change may say that such a reason does not matter.
constexpr RefusalKind kWaivable[] = {RefusalKind::kThin,         RefusalKind::kCheckpoints, RefusalKind::kStateless,
                                     RefusalKind::kFailedBefore, RefusalKind::kFlapping,    RefusalKind::kBudget};

struct Refusal {
  RefusalKind kind;
  std::string text;  // one sentence, with what to do

  bool waivable() const { return std::find(std::begin(kWaivable), std::end(kWaivable), kind) != std::end(kWaivable); }
};

// What is to be done, and to what. All of them outlive the call.
struct RolloutCase {
  const FlinkJob& job;
  const absl::StatusOr<JobSettings>& settings;  // SettingsForWriting()
  const SpecPatch& plan;
  const JobRecommendation& recommendation;
  const PlanFit& fit;
  bool by_person = false;  // somebody asked for it: mode and traffic do not matter
  absl::Time now;
};

// A change that a job cannot do without: it falls behind, or its processes lack something. Others are optional.
bool IsUrgent(const JobRecommendation& recommendation);

// Each reason against it, the weightiest first. Empty: go.
std::vector<Refusal> RefusalsOf(const RolloutCase& rollout);

// "stateless", for tables and metrics.
const char* Name(RefusalKind kind);

}  // namespace tune
