// Judges kept jobs by the policies in force, and remembers what was decided.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/jobs/cluster_facts.h"
#include "service/jobs/job_book.h"
#include "service/jobs/policy_book.h"
#include "service/jobs/predictions.h"
#include "service/jobs/under_way.h"
#include "service/store/store.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/v1/jobs.pb.h"
#include "tune/window.h"

namespace tune {

// One job, judged. Valid during the call that it is given to.
struct Judgement {
  const JobWindow& window;
  const TuningPolicy& policy;
  const JobRecommendation& recommendation;
};

// Thread-safe.
class Judge {
 public:
  // What is told; each may be empty.
  struct Listener {
    // A decision that differs from the one before, once it is on disk. Called from the store's thread.
    std::function<void(const JobKey& job, const v1::Decision& decision)> decided;
    // A change that was decided has been made: the time per record that was predicted, and what it is.
    std::function<void(const JobKey& job, const PredictionCheck& check)> checked;
  };
  // The shipped policy that a job's owner asks for; empty: none. What was put for the job alone beats it, it beats what
  // was put for more.
  using OwnersPolicy = std::function<std::string(const JobKey& job)>;

  // All of them outlive this.
  Judge(JobBook& jobs, const PolicyBook& policies, Store& store, ClusterFacts& cluster, Listener listener,
        OwnersPolicy owners_policy = nullptr);
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // Judges the job by its window as it is now. The facts are the cluster's, else those pushed. A session cluster is
  // judged over the windows of its jobs; of a session job the parallelism alone, since its processes are its cluster's.
  // `policy` nullptr: the one in force; then what was found is the job's decision if it differs from the last.
  // kNotFound: no window is kept; kFailedPrecondition: the job's spec contradicts itself. Else what `use` returns.
  absl::Status Ask(const JobKey& job, const TuningPolicy* policy, absl::Time now,
                   const std::function<absl::Status(const Judgement&)>& use);

  // What the job is judged by where nobody says otherwise.
  struct JobPolicy {
    TuningPolicy policy;
    bool is_owners = false;  // as the job's owner asks; else as PolicyBook has it
  };
  JobPolicy PolicyFor(const JobKey& job) const;

  // What was decided of a job that is no longer kept leaves memory.
  void Forget(const JobKey& job);
  // nullopt: none yet.
  std::optional<v1::Decision> Last(const JobKey& job);

 private:
  struct Known {
    std::mutex mutex;
    bool loaded = false;
    v1::Decision decision;                 // id 0: none yet
    v1::JobRecommendation recommendation;  // without its evidence
    bool has_recommendation = false;
    Predictions predictions;
  };

  absl::Status WithWindow(const JobKey& job, const std::optional<JobFacts>& facts,
                          const std::function<absl::Status(const JobWindow&)>& use) const;
  std::shared_ptr<Known> KnownOf(const JobKey& job);
  void Load(const JobKey& job, Known& known);
  void Decide(const JobKey& job, const Judgement& judged, absl::Time now);
  void CannotDecide(const JobKey& job, const absl::Status& why, const std::string& policy_name, absl::Time now);
  void Recorded(const JobKey& job, v1::Decision decision, const absl::StatusOr<int64_t>& id, Known& known);
  void Record(const JobKey& job, v1::Decision decision, std::optional<v1::JobRecommendation> recommendation,
              absl::Time now);

  JobBook& jobs_;
  const PolicyBook& policies_;
  Store& store_;
  ClusterFacts& cluster_;
  const Listener listener_;
  const OwnersPolicy owners_policy_;
  std::mutex mutex_;
  std::map<JobKey, std::shared_ptr<Known>> known_;
  UnderWay under_way_;  // decisions that the store has; goes first
};

}  // namespace tune
