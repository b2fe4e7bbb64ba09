#include "service/api/answers.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/recommendation_enums.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/api/job_input.h"
#include "service/api/status.h"
#include "service/api/write_answers.h"
#include "service/violations.h"
#include "tune/recommend.h"

namespace tune {
namespace {

struct Answered {
  JobInput input;
  JobRecommendation recommendation;
};

absl::StatusOr<Answered> Ask(const v1::RecommendRequest& request) {
  absl::StatusOr<JobInput> input = ReadJob(request);
  if (!input.ok()) return input.status();
  absl::StatusOr<JobRecommendation> answer = Recommend(input->window, input->policy);
  // What a window built of samples may still lack was checked; its spec's options are refused here.
  if (!answer.ok()) return Within(request.has_window() ? "window." : "history.", answer.status());
  return Answered{*std::move(input), *std::move(answer)};
}

EvidenceIn EvidenceOf(const v1::RecommendRequest& request) {
  return request.without_evidence() ? EvidenceIn::kNothing : EvidenceIn::kMessage;
}

void Write(const v1::RecommendRequest& request, const Answered& answered, v1::JobRecommendation& out) {
  Write(answered.recommendation, answered.input.window, answered.input.policy, EvidenceOf(request), out);
}

}  // namespace

absl::Status Answer(const v1::RecommendRequest& request, v1::RecommendResponse& response) {
  const absl::StatusOr<Answered> answered = Ask(request);
  if (!answered.ok()) return answered.status();
  Write(request, *answered, *response.mutable_recommendation());
  return absl::OkStatus();
}

absl::StatusOr<v1::Action> Answer(const v1::RecommendRequest& request, std::string& response) {
  const absl::StatusOr<Answered> answered = Ask(request);
  if (!answered.ok()) return answered.status();
  const JobInput& input = answered->input;
  std::string recommendation;
  AppendBytes(answered->recommendation, input.window, input.policy, EvidenceOf(request), recommendation);
  response = AsField(v1::RecommendResponse::kRecommendationFieldNumber, recommendation);
  return ToWire(kActions, answered->recommendation.action);
}

absl::Status Answer(const v1::ExplainRequest& request, v1::ExplainResponse& response) {
  const absl::StatusOr<Answered> answered = Ask(request.request());
  if (!answered.ok()) return Within("request.", answered.status());
  return WriteExplanations(answered->recommendation, answered->input.window.graph, request.vertex(), response);
}

absl::Status Answer(const v1::PlanRequest& request, v1::PlanResponse& response) {
  const absl::StatusOr<FlinkDeploymentSpec> spec = ReadSpec(request);
  if (!spec.ok()) return spec.status();
  const absl::StatusOr<Answered> answered = Ask(request.request());
  if (!answered.ok()) return Within("request.", answered.status());
  Write(request.request(), *answered, *response.mutable_recommendation());
  return WritePlan(*spec, answered->input.window, answered->input.policy, answered->recommendation, response);
}

void AnswerOne(const v1::RecommendRequest& request, int64_t index, v1::RecommendResult& result) {
  result.set_index(index);
  const absl::StatusOr<Answered> answered = Ask(request);
  if (answered.ok()) {
    Write(request, *answered, *result.mutable_recommendation());
  } else {
    *result.mutable_error() = ToProto(answered.status());
  }
}

absl::Status Answer(const v1::RecommendBatchRequest& request, const std::function<absl::Status()>& go_on,
                    v1::RecommendBatchResponse& response) {
  if (request.requests_size() > kMostInBatch) {
    return NotAllowed("requests", absl::StrCat(request.requests_size(), " entries"),
                      absl::StrCat("at most ", kMostInBatch));
  }
  for (int i = 0; i < request.requests_size(); ++i) {
    if (auto status = go_on(); !status.ok()) return status;
    AnswerOne(request.requests(i), i, *response.add_results());
  }
  return absl::OkStatus();
}

}  // namespace tune
