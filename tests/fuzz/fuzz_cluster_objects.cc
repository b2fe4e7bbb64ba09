// Any JSON as any object of the cluster: something is known of it or an error says why not, in one line for people, and
// a namespace that holds it can be counted.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "service/cluster/job_state.h"
#include "service/cluster/quota.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckJob(const tune::FlinkJob& job) {
  Check(job.error.ok() || !job.error.message().empty());
  Check(job.error.message().size() <= tune::kMostErrorBytes);
  Check(job.status.failure.size() <= tune::kMostReasonBytes);
  const std::string text = tune::StateOf(job, absl::FromUnixSeconds(1'763'812'980)).text;
  Check(!text.empty() && text.find('\n') == std::string::npos);
  const auto deployment = job.Deployment();
  Check(deployment.ok() == (job.error.ok() && job.key.kind == tune::JobKind::kDeployment));
  if (!deployment.ok()) return;
  for (const auto& [key, value] : deployment->spec.flink_configuration) Check(tune::FlinkOptions::Keeps(key));
  for (const std::string& url : {job.spec.ingress_url, job.spec.rest_url}) {
    Check(url.empty() || url.rfind("http", 0) == 0);
    Check(url.find_first_of(" \n\"<>'\\`") == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (parser.parse(text).get(object) != simdjson::SUCCESS) return 0;
  const auto job = std::make_shared<const tune::FlinkJob>(tune::ReduceDeployment(object));
  const auto session_job = std::make_shared<const tune::FlinkJob>(tune::ReduceSessionJob(object));
  CheckJob(*job);
  CheckJob(*session_job);
  const auto pod = std::make_shared<const tune::JobPod>(tune::ReducePod(object));
  tune::ReduceNamespace(object);
  tune::NamespaceUse use;
  for (const tune::LimitsObject& limits : {tune::ReduceResourceQuota(object), tune::ReduceLimitRange(object)}) {
    Check(limits.error.ok() || !limits.error.message().empty());
    tune::AddLimits(limits, use);
  }
  tune::CountJobs({job}, {session_job}, {pod}, use);
  const tune::PodLimits left = tune::LeftFor(use, job->key.name), other = tune::LeftFor(use, "");
  Check(!left.quota.pods || (*left.quota.pods >= 0 && *other.quota.pods >= 0));
  const auto deployment = job->Deployment();
  if (!deployment.ok()) return 0;
  const auto pods = tune::PresentPods(tune::WindowOf(deployment->facts, job->parallelism));
  if (!pods.ok()) return 0;
  const tune::PlanFit fit = tune::FitPlan(use, *job, {*pods, *pods, true});
  Check(fit.fits == fit.cap.empty());
  Check(fit.task_managers.value_or(0) >= 0);
  return 0;
}
