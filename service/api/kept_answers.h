// What the service's methods answer about jobs that it keeps. No gRPC, no clock: `now` comes from the caller.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/access/reviews.h"
#include "service/jobs/change_log.h"
#include "service/jobs/cluster_facts.h"
#include "service/jobs/directory.h"
#include "service/jobs/job_book.h"
#include "service/jobs/judge.h"
#include "service/jobs/policy_book.h"
#include "tune/v1/service.pb.h"

namespace tune {

// Thread-safe. Errors: those in service.proto.
class KeptAnswers {
 public:
  // All of them outlive this.
  KeptAnswers(JobBook& jobs, PolicyBook& policies, Judge& judge, const Directory& directory, ClusterFacts& facts,
              ChangeLog& changes)
      : jobs_(jobs), policies_(policies), judge_(judge), directory_(directory), facts_(facts), changes_(changes) {}

  absl::Status Answer(const v1::GetRecommendationRequest& request, absl::Time now,
                      v1::GetRecommendationResponse& response) const;
  // Of a kept job alone.
  absl::Status Answer(const v1::ExplainRequest& request, absl::Time now, v1::ExplainResponse& response) const;
  // `also` is shown what the plan is made of.
  using ShowJudged = std::function<absl::Status(const JobKey&, const Judgement&)>;
  absl::Status Answer(const v1::PlanRequest& request, absl::Time now, v1::PlanResponse& response,
                      const ShowJudged& also = nullptr) const;
  absl::Status Answer(const v1::GetJobRequest& request, absl::Time now, v1::GetJobResponse& response) const;
  absl::Status Answer(const v1::ListJobsRequest& request, absl::Time now, v1::ListJobsResponse& response) const;
  absl::Status Answer(const v1::GetPolicyRequest& request, v1::GetPolicyResponse& response) const;
  absl::Status Answer(const v1::GetQuotaRequest& request, absl::Time now, v1::GetQuotaResponse& response) const;

  // `done` is called once, perhaps from another thread.
  using Done = std::function<void(const absl::Status&)>;
  void Push(const v1::PushSamplesRequest& request, absl::Time now, v1::PushSamplesResponse& response, Done done);
  void Put(const v1::PutPolicyRequest& request, const std::string& author, absl::Time now,
           v1::PutPolicyResponse& response, Done done);

  const Directory& directory() const { return directory_; }
  ChangeLog& changes() const { return changes_; }

 private:
  absl::Status Ask(const v1::KeptJob& kept, absl::Time now, const ShowJudged& use) const;

  JobBook& jobs_;
  PolicyBook& policies_;
  Judge& judge_;
  const Directory& directory_;
  ClusterFacts& facts_;
  ChangeLog& changes_;
};

// What a server says that keeps no jobs: kUnimplemented, and the flag that it needs.
absl::Status NothingKept();

// What a caller must be allowed, from the request. kInvalidArgument: names that cannot be.
absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const v1::JobRef& job, const char* place);
absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const std::string& ns, const char* place);
absl::StatusOr<std::optional<Wish>> WishFor(const char* verb, const v1::PolicyScope& scope);

}  // namespace tune
