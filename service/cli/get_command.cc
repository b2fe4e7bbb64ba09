#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/explanation_report.h"
#include "libtune/cli/terminal.h"
#include "service/cli/connect.h"
#include "service/cli/job_report.h"
#include "service/cli/kept_job.h"
#include "service/cli/print.h"

namespace tune {
namespace {

constexpr int kMostDepth = 3;  // of a step

void Print(const v1::Explanation& message) {
  Explanation explanation;
  explanation.subject = Plain(message.subject());
  explanation.summary = Plain(message.summary());
  for (const std::string& finding : message.findings()) explanation.findings.push_back(Plain(finding));
  for (const v1::ExplanationStep& step : message.steps()) {
    explanation.steps.push_back({std::clamp(step.depth(), 0, kMostDepth), Plain(step.text())});
  }
  PrintExplanation(explanation);
}

absl::Status PrintExplanations(Client& client, const v1::KeptJob& kept, const std::string& vertex) {
  v1::ExplainRequest request;
  *request.mutable_kept() = kept;
  request.set_vertex(Utf8(vertex));
  v1::ExplainResponse response;
  if (absl::Status status = client.Call(&Client::Stub::Explain, request, response); !status.ok()) return status;
  std::printf("\n");
  for (const v1::Explanation& explanation : response.explanations()) Print(explanation);
  return absl::OkStatus();
}

// The job and, where samples of it are kept or a policy is tried, what it needs.
absl::StatusOr<v1::GetRecommendationResponse> Ask(Client& client, const v1::KeptJob& kept) {
  v1::GetJobRequest ask_job;
  *ask_job.mutable_job() = kept.job();
  v1::GetJobResponse job;
  if (absl::Status status = client.Call(&Client::Stub::GetJob, ask_job, job); !status.ok()) return status;
  v1::GetRecommendationResponse answer;
  if (job.job().has_samples() || kept.has_policy()) {
    v1::GetRecommendationRequest request;
    *request.mutable_kept() = kept;
    if (absl::Status status = client.Call(&Client::Stub::GetRecommendation, request, answer); !status.ok()) {
      return status;
    }
    return answer;
  }
  *answer.mutable_job() = job.job();
  if (job.has_cluster()) *answer.mutable_cluster() = job.cluster();
  return answer;
}

}  // namespace

int RunGet(const Arguments& a) {
  const bool is_json = a.format == OutputFormat::kJson;
  if (is_json && !a.vertex.empty()) {
    return Fail(NotAllowed("--vertex", Quoted(a.vertex), "absent with --json, which has the evidence of all"));
  }
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::KeptJob> kept = KeptJobOf(a, connected->ns, !(is_json && a.service.explain));
  if (!kept.ok()) return Fail(kept.status());
  const absl::StatusOr<v1::GetRecommendationResponse> answer = Ask(*connected->client, *kept);
  if (!answer.ok()) return Fail(answer.status());
  if (is_json) return PrintJson(*answer);
  PrintJob(answer->job());
  absl::Status status;
  if (a.service.explain) {
    status = PrintExplanations(*connected->client, *kept, a.vertex);
  } else if (answer->has_recommendation()) {
    std::printf("\n");
    status = PrintRecommendation(answer->recommendation());
  }
  PrintAge(ClusterOf(*answer));
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace tune
