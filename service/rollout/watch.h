// What became of a change, by what is seen of the job afterwards. No clock, no cluster: looks are given to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/job_state.h"
#include "service/rollout/lag_view.h"
#include "service/rollout/pod_deaths.h"
#include "tune/v1/changes.pb.h"

namespace tune {

struct WatchLimits {
  absl::Duration restart = absl::Minutes(10);  // until the job must run with the change; > 0
  absl::Duration settle = absl::Minutes(10);   // then it is looked at for so long; > 0
  // An error of the operator that stays for so long, or a job that runs no more for so long, has failed; > 0. One that
  // is seen once is none: operators try again. Across a longer break between two looks nothing stays.
  absl::Duration stuck = absl::Minutes(2);
  int crashes = 3;  // processes that died, or restarts of the job, that make a crash loop; >= 1
};

// One look at the job.
struct JobLook {
  absl::Time now;
  const FlinkJob* job = nullptr;  // nullptr: there is none any more
  std::vector<PodDeath> deaths;   // since the change was applied
  std::string pending;            // why pods wait: "Unschedulable"; empty: none does
  std::optional<LagView> lag;     // since LagFrom(); nullopt: nothing was pushed
};

enum class WatchVerdict {
  kWait,       // nothing to do
  kRuns,       // it runs with the change for the first time
  kStable,     // over: as planned
  kGoBack,     // the values before are to be written again
  kIsBack,     // over: they are in force
  kLookAgain,  // its spec is another one by now: what of the change is still there has to be looked up
  kOvertaken,  // over: the job is gone, was suspended, or has ended: how it does with the change is not to be seen
  kFailed,     // over: going back is no way out
};

struct WatchStep {
  WatchVerdict verdict = WatchVerdict::kWait;
  std::string why;  // one line
};

// Of one change. It remembers what only several looks tell; made anew after a restart it sees less for a while.
class Watch {
 public:
  explicit Watch(const WatchLimits& limits) : limits_(limits) {}

  // `change` is WATCHED or GOING_BACK, with its values in the cluster.
  WatchStep Look(const v1::Change& change, const JobLook& look);

 private:
  struct Trouble {
    std::string why;
    bool for_want = false;  // its processes may lack something: then less of it is no way out
  };
  // The operator has taken up the spec. Where it does not tell the generation: the job was seen to stop since, or had
  // the time to.
  bool TakenUp(const FlinkJob& job, int64_t generation) const;
  bool IsUp(const FlinkJob& job, int64_t generation) const;
  void Remember(const v1::Change& change, const JobLook& look, int64_t generation);
  WatchStep LookAtUpgrade(const v1::Change& change, const JobLook& look);
  WatchStep LookAtRunning(const v1::Change& change, const JobLook& look);
  WatchStep LookAtGoingBack(const v1::Change& change, const JobLook& look);
  std::optional<Trouble> Broken(const v1::Change& change, const JobLook& look) const;
  static WatchStep EndOf(const v1::Change& change, const Trouble& trouble);
  bool ShowsErrorSince(absl::Time now, absl::Duration least) const;

  const WatchLimits limits_;
  std::optional<absl::Time> last_look_;
  std::optional<absl::Time> deployed_;     // since when processes are of the new spec
  std::optional<absl::Time> error_since_;  // that the operator shows, as good as without a break
  std::optional<absl::Time> error_last_;   // when it was seen last
  std::optional<absl::Time> down_since_;   // after it ran: since when it does not
  int restarts_ = 0;                       // of the job by Flink, since it ran
  std::optional<JobPhase> last_phase_;
  bool moved_ = false;
};

// From when on what waits in the sources' logs tells something: a part of `settle` later than `running`.
absl::Time LagFrom(absl::Time running, const WatchLimits& limits);

// The change gave a TaskManager more memory, and more for each of its slots.
bool LessMemoryBefore(const v1::Change& change);

}  // namespace tune
