#include <cstdio>
#include <string>

#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/patch_text.h"
#include "service/cli/connect.h"
#include "service/cli/kept_job.h"
#include "service/cli/plan_report.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

// The patch alone, for kubectl; what is to be said goes to standard error.
int PrintYaml(const v1::PlanResponse& plan, const SpecPatch& patch) {
  if (patch.changes.empty()) {
    PrintWarning("nothing to change");
    return kExitOk;
  }
  const absl::StatusOr<std::string> yaml = PatchToYaml(patch);
  if (!yaml.ok()) return Fail(BadAnswer("patch", yaml.status()));
  std::fputs(yaml->c_str(), stdout);
  if (plan.has_fit() && !plan.fit().fits()) PrintWarning(FitText(plan));
  if (const std::string age = AgeWarning(ClusterOf(plan)); !age.empty()) PrintWarning(age);
  return kExitOk;
}

absl::StatusOr<v1::PlanRequest> RequestOf(const Arguments& a, const std::string& ns) {
  absl::StatusOr<v1::KeptJob> kept = KeptJobOf(a, ns, /*without_evidence=*/true);
  if (!kept.ok()) return kept.status();
  v1::PlanRequest request;
  *request.mutable_kept() = *std::move(kept);
  if (a.spec.empty()) return request;
  const absl::StatusOr<std::string> manifest = ReadTextFile(a.spec);
  if (!manifest.ok()) return manifest.status();
  request.set_manifest(Utf8(*manifest));
  return request;
}

}  // namespace

int RunPlan(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::PlanRequest> request = RequestOf(a, connected->ns);
  if (!request.ok()) return Fail(request.status());
  v1::PlanResponse plan;
  if (absl::Status status = connected->client->Call(&Client::Stub::Plan, *request, plan); !status.ok()) {
    return Fail(status);
  }
  if (a.format == OutputFormat::kJson) return PrintJson(plan);
  const absl::StatusOr<ReadPlan> read = ReadPlanOf(plan);
  if (!read.ok()) return Fail(read.status());
  if (a.format == OutputFormat::kYaml) return PrintYaml(plan, read->patch);
  PrintPlan(request->kept().job(), plan, *read);
  return kExitOk;
}

}  // namespace tune
