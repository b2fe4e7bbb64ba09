// What the service's methods answer: a request read, the engine asked, the answer written. No gRPC, no clock, no state.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tune/v1/service.pb.h"

namespace tune {

// Errors of each: kInvalidArgument with the request's fields; of the plan also kFailedPrecondition.
absl::Status Answer(const v1::RecommendRequest& request, v1::RecommendResponse& response);
// The same as the response's bytes; answers what is to be done.
absl::StatusOr<v1::Action> Answer(const v1::RecommendRequest& request, std::string& response);
absl::Status Answer(const v1::ExplainRequest& request, v1::ExplainResponse& response);
absl::Status Answer(const v1::PlanRequest& request, v1::PlanResponse& response);

// One of several, into an empty result: its error is a part of it.
void AnswerOne(const v1::RecommendRequest& request, int64_t index, v1::RecommendResult& result);

constexpr int kMostInBatch = 10'000;
// `go_on` is asked before each job; not OK: no more are answered, and that is the status.
absl::Status Answer(const v1::RecommendBatchRequest& request, const std::function<absl::Status()>& go_on,
                    v1::RecommendBatchResponse& response);

}  // namespace tune
