#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/cost_report.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/cli/yaml_text.h"
#include "libtune/explain/text.h"
#include "libtune/graph/slots.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/size/job_pods.h"
#include "libtune/size/task_manager_needs.h"
#include "tune/recommend.h"

namespace tune {
namespace {

void TakeFacts(const JobWindow& window, CostReport& report) {
  const JobFacts& facts = window.facts;
  report.job = facts.job_name.empty() ? "job" : facts.job_name;
  if (facts.flink_major > 0) report.flink = absl::StrCat(facts.flink_major, ".", facts.flink_minor);
  report.slots = SlotsOf(window.graph);
}

// The spec alone: its slots are its parallelism.
absl::StatusOr<CostReport> CostOfSpec(const Arguments& a) {
  const absl::StatusOr<TuningPolicy> policy = LoadPolicyArgument(a);
  if (!policy.ok()) return policy.status();
  const absl::StatusOr<FlinkDeployment> spec = LoadSpec(a.spec);
  if (!spec.ok()) return spec.status();
  const bool counted = spec->spec.job_parallelism > 0 || spec->facts.task_manager.replicas > 0;
  if (spec->spec.has_job && !counted) {
    return NotAllowed(absl::StrCat(a.spec, ": spec.job.parallelism"), "absent", "a whole number >= 1; or a history");
  }
  const absl::StatusOr<ClusterLimits> limits = LoadLimits(a, spec->spec.ns);
  if (!limits.ok()) return limits.status();
  const JobWindow window = WindowOf(spec->facts, spec->spec.job_parallelism);
  absl::StatusOr<JobPods> pods = PresentPods(window);
  if (!pods.ok()) return pods.status();
  const absl::StatusOr<PodsTaken> taken = TakenBy(window);
  if (!taken.ok()) return taken.status();
  CostReport report;
  TakeFacts(window, report);
  report.spec_broken = BrokenLimits(*pods, LimitsFor(*limits, *taken));
  report.slots_from = "spec.job.parallelism";
  report.price = PriceOf(*policy);
  report.spec = *std::move(pods);
  return report;
}

// With histories: the slots are those of the job that was seen, and a recommendation stands beside.
absl::StatusOr<CostReport> CostOfJob(const Arguments& a) {
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return job.status();
  for (const std::string& warning : job->outline.warnings) PrintWarning(warning);
  const JobWindow& window = job->Window();
  const absl::StatusOr<JobRecommendation> recommendation = Recommend(window, job->policy);
  if (!recommendation.ok()) return recommendation.status();
  absl::StatusOr<JobPods> pods = PresentPods(window), wanted = WantedPods(window, *recommendation);
  if (!pods.ok()) return pods.status();
  if (!wanted.ok()) return wanted.status();
  CostReport report;
  TakeFacts(window, report);
  report.spec_broken = BrokenLimits(*pods, window.facts.limits);
  report.recommended_broken = BrokenLimits(*wanted, window.facts.limits);
  report.slots_from = "history";
  report.price = PriceOf(job->policy);
  report.spec = *std::move(pods);
  report.recommended = *std::move(wanted);
  report.answer = Name(recommendation->action);
  return report;
}

}  // namespace

int RunCost(const Arguments& a) {
  const absl::StatusOr<CostReport> report = a.histories.empty() ? CostOfSpec(a) : CostOfJob(a);
  if (!report.ok()) return Fail(report.status());
  const std::string text = a.format == OutputFormat::kTable  ? CostTable(*report)
                           : a.format == OutputFormat::kJson ? CostJson(*report)
                                                             : JsonToYaml(CostJson(*report));
  std::fputs(text.c_str(), stdout);
  return kExitOk;
}

}  // namespace tune
