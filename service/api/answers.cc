#include "service/api/answers.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/patch_text.h"
#include "libtune/codec/plan_codec.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/spec_yaml.h"
#include "libtune/explain/tree.h"
#include "libtune/internal/path.h"
#include "service/api/job_input.h"
#include "service/api/status.h"
#include "tune/plan.h"
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

void Write(const v1::RecommendRequest& request, const Answered& answered, v1::JobRecommendation& out) {
  const EvidenceIn evidence = request.without_evidence() ? EvidenceIn::kNothing : EvidenceIn::kMessage;
  Write(answered.recommendation, answered.input.window, answered.input.policy, evidence, out);
}

absl::StatusOr<FlinkDeploymentSpec> ReadSpec(const v1::PlanRequest& request) {
  switch (request.spec_case()) {
    case v1::PlanRequest::kDeployment: {
      absl::StatusOr<FlinkDeploymentSpec> spec = FromProto(request.deployment());
      return spec.ok() ? spec : Within("deployment.", spec.status());
    }
    case v1::PlanRequest::kManifest: {
      absl::StatusOr<FlinkDeployment> read = ReadFlinkDeployment(request.manifest(), "manifest");
      if (!read.ok()) return read.status();
      return std::move(read->spec);
    }
    case v1::PlanRequest::SPEC_NOT_SET:
      break;
  }
  return NotAllowed("spec", "absent", "a deployment or a manifest");
}

}  // namespace

absl::Status Answer(const v1::RecommendRequest& request, v1::RecommendResponse& response) {
  const absl::StatusOr<Answered> answered = Ask(request);
  if (!answered.ok()) return answered.status();
  Write(request, *answered, *response.mutable_recommendation());
  return absl::OkStatus();
}

absl::Status Answer(const v1::ExplainRequest& request, v1::ExplainResponse& response) {
  const absl::StatusOr<Answered> answered = Ask(request.request());
  if (!answered.ok()) return Within("request.", answered.status());
  const JobGraph& graph = answered->input.window.graph;
  const int vertex = request.vertex().empty() ? -1 : FindVertex(graph, request.vertex());
  if (!request.vertex().empty() && vertex < 0) {
    return NotAllowed("vertex", Quoted(request.vertex()), absl::StrCat("one of ", VertexNames(graph)));
  }
  for (const Explanation& explanation : Explain(answered->recommendation, graph, vertex)) {
    v1::Explanation& out = *response.add_explanations();
    out.set_subject(Utf8(explanation.subject));
    out.set_summary(Utf8(explanation.summary));
    for (const std::string& finding : explanation.findings) out.add_findings(Utf8(finding));
    for (const ExplanationStep& step : explanation.steps) {
      v1::ExplanationStep& line = *out.add_steps();
      line.set_depth(step.depth);
      line.set_text(Utf8(step.text));
    }
  }
  return absl::OkStatus();
}

absl::Status Answer(const v1::PlanRequest& request, v1::PlanResponse& response) {
  const absl::StatusOr<FlinkDeploymentSpec> spec = ReadSpec(request);
  if (!spec.ok()) return spec.status();
  const absl::StatusOr<Answered> answered = Ask(request.request());
  if (!answered.ok()) return Within("request.", answered.status());
  const JobInput& input = answered->input;
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(*spec, input.window, answered->recommendation);
  if (!patch.ok()) return patch.status();
  Write(request.request(), *answered, *response.mutable_recommendation());
  *response.mutable_patch() = ToProto(*patch, ComputedFromOf(input.window, input.policy));
  if (patch->changes.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> yaml = PatchToYaml(*patch);
  if (!yaml.ok()) return yaml.status();
  response.set_patch_yaml(Utf8(*yaml));
  return absl::OkStatus();
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
