#include "service/api/write_answers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/patch_text.h"
#include "libtune/codec/plan_codec.h"
#include "libtune/codec/spec_yaml.h"
#include "libtune/explain/tree.h"
#include "libtune/internal/path.h"
#include "service/violations.h"

namespace tune {

absl::Status WriteExplanations(const JobRecommendation& recommendation, const JobGraph& graph,
                               const std::string& vertex, v1::ExplainResponse& response) {
  const int index = vertex.empty() ? -1 : FindVertex(graph, vertex);
  if (!vertex.empty() && index < 0) {
    return NotAllowed("vertex", Quoted(vertex), absl::StrCat("one of ", VertexNames(graph)));
  }
  for (const Explanation& explanation : Explain(recommendation, graph, index)) {
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

absl::Status WritePlan(const FlinkDeploymentSpec& spec, const JobWindow& window, const TuningPolicy& policy,
                       const JobRecommendation& recommendation, v1::PlanResponse& response) {
  const absl::StatusOr<SpecPatch> patch = PlanFlinkDeployment(spec, window, recommendation);
  if (!patch.ok()) return patch.status();
  *response.mutable_patch() = ToProto(*patch, ComputedFromOf(window, policy));
  if (patch->changes.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> yaml = PatchToYaml(*patch);
  if (!yaml.ok()) return yaml.status();
  response.set_patch_yaml(Utf8(*yaml));
  return absl::OkStatus();
}

}  // namespace tune
