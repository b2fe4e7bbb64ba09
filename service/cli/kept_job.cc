#include "service/cli/kept_job.h"

#include <utility>

#include "libtune/cli/recommendation_report.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/recommendation_codec.h"
#include "service/cli/connect.h"
#include "service/cli/print.h"

namespace tune {

absl::StatusOr<v1::KeptJob> KeptJobOf(const Arguments& a, const std::string& ns, bool without_evidence) {
  absl::StatusOr<v1::JobRef> job = JobOf(a.service, ns);
  if (!job.ok()) return job.status();
  absl::StatusOr<std::optional<v1::PolicyChoice>> policy = PolicyChoiceOf(a.service);
  if (!policy.ok()) return policy.status();
  v1::KeptJob kept;
  *kept.mutable_job() = *std::move(job);
  if (*policy) *kept.mutable_policy() = **std::move(policy);
  kept.set_without_evidence(without_evidence);
  return kept;
}

absl::Status PrintRecommendation(const v1::JobRecommendation& recommendation) {
  const absl::StatusOr<DecodedRecommendation> read = FromProto(recommendation);
  if (!read.ok()) return BadAnswer("recommendation", read.status());
  RecommendationTexts texts;
  texts.job = Plain(read->computed_from.job_name.empty() ? "job" : read->computed_from.job_name);
  texts.first = read->computed_from.window_start;
  texts.seen = absl::Trunc(read->computed_from.window_length, absl::Seconds(1));
  texts.policy = Plain(read->computed_from.policy_name);
  for (size_t v = 0; v < read->vertex_ids.size(); ++v) {
    texts.vertices.push_back(Plain(read->vertex_names[v].empty() ? read->vertex_ids[v] : read->vertex_names[v]));
  }
  for (const std::string& message : read->messages) texts.findings.push_back(Plain(message));
  PrintRecommendation(read->recommendation, texts);
  return absl::OkStatus();
}

}  // namespace tune
