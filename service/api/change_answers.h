// What the service's methods answer about changes of jobs' specs. No gRPC.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/api/kept_answers.h"
#include "service/rollout/change_book.h"
#include "service/rollout/pause_book.h"
#include "service/rollout/planner.h"
#include "service/rollout/rollout.h"
#include "tune/v1/service.pb.h"

namespace tune {

// Thread-safe. Each waits for disk or cluster: not for threads that read requests. Errors: those in service.proto.
class ChangeAnswers {
 public:
  // All of them outlive this.
  ChangeAnswers(const Planner& planner, Rollout& rollout, const ChangeBook& changes, PauseBook& pauses)
      : planner_(planner), rollout_(rollout), changes_(changes), pauses_(pauses) {}

  // `author`: who calls.
  absl::Status Answer(const v1::ApplyRequest& request, const std::string& author, v1::ApplyResponse& response);
  absl::Status Answer(const v1::RollbackRequest& request, const std::string& author, v1::RollbackResponse& response);
  absl::Status Answer(const v1::ListDecisionsRequest& request, v1::ListDecisionsResponse& response) const;
  absl::Status Answer(const v1::PauseRequest& request, const std::string& author, absl::Time now,
                      v1::PauseResponse& response);
  absl::Status Answer(const v1::ResumeRequest& request, absl::Time now, v1::ResumeResponse& response);

  // What `kept` answers, and why a plan of a spec in the cluster would not be put into force by itself.
  absl::Status Answer(const KeptAnswers& kept, const v1::PlanRequest& request, absl::Time now,
                      v1::PlanResponse& response) const;

 private:
  const Planner& planner_;
  Rollout& rollout_;
  const ChangeBook& changes_;
  PauseBook& pauses_;
};

// What a server says that does not write: kUnimplemented, and the flag that it needs.
absl::Status NothingWritten();

}  // namespace tune
