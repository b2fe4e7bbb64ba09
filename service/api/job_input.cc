#include "service/api/job_input.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/policy_text.h"
#include "libtune/codec/samples_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/internal/path.h"
#include "service/jobs/feed.h"
#include "service/violations.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

absl::StatusOr<JobWindow> ReadHistory(const v1::JobHistory& history) {
  const absl::StatusOr<JobGraph> graph = FromProto(history.graph());
  if (!graph.ok()) return Within("history.graph.", graph.status());
  const absl::StatusOr<JobFacts> facts = FromProto(history.facts());
  if (!facts.ok()) return Within("history.facts.", facts.status());
  const absl::StatusOr<WindowOptions> options = FromProto(history.options());
  if (!options.ok()) return Within("history.options.", options.status());
  const absl::StatusOr<SampleBatch> samples = FromProto(history.samples());
  if (!samples.ok()) return Within("history.samples.", samples.status());
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(*graph, *facts, *options);
  if (!builder.ok()) return Within("history.", builder.status());
  absl::Status fed;
  Feed(*samples, *builder, [&fed](const std::string& place, const absl::Status& why) {
    fed = Within(absl::StrCat("history.samples.", place).c_str(), why);
    return false;
  });
  if (!fed.ok()) return fed;
  if (auto status = SetSourceRates(history.source_rates(), *graph, *builder); !status.ok()) {
    return Within("history.", status);
  }
  return builder->Window();
}

absl::StatusOr<JobWindow> ReadWindow(const v1::RecommendRequest& request) {
  switch (request.job_case()) {
    case v1::RecommendRequest::kWindow: {
      absl::StatusOr<JobWindow> window = FromProto(request.window());
      if (!window.ok()) return Within("window.", window.status());
      return window;
    }
    case v1::RecommendRequest::kHistory:
      return ReadHistory(request.history());
    case v1::RecommendRequest::JOB_NOT_SET:
      break;
  }
  return NotAllowed("job", "absent", "a window or a history");
}

}  // namespace

absl::StatusOr<TuningPolicy> ReadPolicy(const v1::PolicyChoice& choice) {
  const std::vector<std::string> sets(choice.sets().begin(), choice.sets().end());
  if (choice.has_policy()) {
    if (!choice.name().empty()) return NotAllowed("policy.name", Quoted(choice.name()), "empty beside a policy");
    absl::StatusOr<TuningPolicy> policy = PolicyWithSets(choice.policy(), sets);
    return policy.ok() ? policy : Within("policy.", policy.status());
  }
  const std::vector<std::string> names = PolicyNames();
  const std::string name = choice.name().empty() ? names.front() : choice.name();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return NotAllowed("policy.name", Quoted(name), absl::StrJoin(names, ", "));
  }
  absl::StatusOr<TuningPolicy> policy = LoadPolicy(name, sets);
  return policy.ok() ? policy : Within("policy.", policy.status());
}

absl::StatusOr<JobInput> ReadJob(const v1::RecommendRequest& request) {
  absl::StatusOr<JobWindow> window = ReadWindow(request);
  if (!window.ok()) return window.status();
  absl::StatusOr<TuningPolicy> policy = ReadPolicy(request.policy());
  if (!policy.ok()) return policy.status();
  return JobInput{*std::move(window), *std::move(policy)};
}

}  // namespace tune
