// The jobs that the daemon keeps, put together: store, windows, policies, judge, and what is answered about them.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "service/api/change_answers.h"
#include "service/api/kept_answers.h"
#include "service/jobs/evaluator.h"
#include "service/server/followed_cluster.h"
#include "service/server/housekeeper.h"
#include "service/server/options.h"
#include "service/server/writing.h"
#include "service/store/store.h"

namespace tune {

// What is told of the jobs; each may be empty. Thread-safe.
struct KeepingListener {
  std::function<void(const JobKey& job, const v1::Decision& decision)> decided;
  std::function<void(const JobKey& job, const PredictionCheck& check)> checked;
  WritingListener writing;  // its `damaged` is told of all that is stored
};

class Keeping {
 public:
  // Reads what is stored. `cluster` nullptr: none is followed. `changes` and `cluster` outlive this.
  // Errors: the store's, Writing's; kInvalidArgument: the policy.
  static absl::StatusOr<std::unique_ptr<Keeping>> Open(const KeepingOptions& options, const WritingOptions& writing,
                                                       FollowedCluster* cluster, ChangeLog& changes,
                                                       const KeepingListener& listener);

  KeptAnswers& answers() { return *answers_; }
  ChangeAnswers* change_answers() { return change_answers_.get(); }  // nullptr: nothing is written
  const Writing* writing() const { return writing_.get(); }          // likewise
  const JobBook& jobs() const { return *jobs_; }
  StoreStats store_stats() const { return store_->stats(); }
  EvaluatorStats evaluator_stats() const { return evaluator_->stats(); }

 private:
  Keeping() = default;

  // In the order in which they are built.
  std::unique_ptr<Store> store_;
  std::unique_ptr<JobBook> jobs_;
  std::unique_ptr<PolicyBook> policies_;
  std::unique_ptr<ClusterFacts> facts_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<KeptAnswers> answers_;
  std::unique_ptr<Writing> writing_;  // nullptr: nothing is written
  std::unique_ptr<ChangeAnswers> change_answers_;
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

}  // namespace tune
