#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/recommendation_report.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/patch_text.h"
#include "libtune/codec/plan_codec.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/explain/text.h"
#include "libtune/plan/field_text.h"
#include "service/cli/connect.h"
#include "service/cli/kept_job.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

void PrintDiff(const v1::PlanResponse& plan, const SpecPatch& patch) {
  const std::string generation = plan.has_generation() ? absl::StrCat(" (generation ", plan.generation(), ")") : "";
  std::printf("%s\n",
              Paint(Colour::kBold, Plain(absl::StrCat("--- ", patch.kind, " ", patch.name, generation))).c_str());
  std::printf("%s\n",
              Paint(Colour::kBold, Plain(absl::StrCat("+++ ", patch.kind, " ", patch.name, " as planned"))).c_str());
  for (const SpecChange& change : patch.changes) {
    std::printf(
        "%s\n",
        Paint(Colour::kBlue, absl::StrCat("@@ ", Plain(FieldText(change.path)), " @@ ", Plain(change.reason))).c_str());
    if (!change.before.empty()) std::printf("%s\n", Paint(Colour::kRed, "-" + Plain(change.before)).c_str());
    if (!change.after.empty()) std::printf("%s\n", Paint(Colour::kGreen, "+" + Plain(change.after)).c_str());
  }
}

// Whether the namespace takes the pods; empty: nobody can tell.
std::string FitText(const v1::PlanResponse& plan) {
  if (!plan.has_fit()) return "";
  const v1::PlanFit& fit = plan.fit();
  const std::string most = fit.has_task_managers() ? absl::StrCat("; of TaskManagers of this size it takes ",
                                                                  fit.task_managers(), " at most")
                                                   : "";
  if (fit.fits()) return absl::StrCat("the namespace takes the pods", most);
  return absl::StrCat("the namespace does not take the pods: ", Plain(fit.cap()), most);
}

void PrintPlan(const v1::JobRef& job, const v1::PlanResponse& plan, const SpecPatch& patch,
               const JobRecommendation& recommendation) {
  std::printf("%s: %s; parallelism %s, slots %s\n\n", Paint(Colour::kBold, NameOf(job)).c_str(),
              PaintAction(recommendation.action, Name(recommendation.action)).c_str(),
              Change(recommendation.parallelism_now, recommendation.parallelism_wanted).c_str(),
              Change(recommendation.slots_now, recommendation.slots_wanted).c_str());
  if (patch.changes.empty()) {
    std::printf("nothing to change\n");
  } else {
    PrintDiff(plan, patch);
    std::printf("\n%s\n", patch.restarts_job ? "the change restarts the job" : "the change needs no restart");
    const std::string fit = FitText(plan);
    if (!fit.empty()) std::printf("%s\n", Paint(plan.fit().fits() ? Colour::kGreen : Colour::kRed, fit).c_str());
  }
  for (const std::string& note : patch.notes) std::printf("note: %s\n", Plain(note).c_str());
  PrintAge(ClusterOf(plan));
}

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
  const absl::StatusOr<DecodedPatch> patch = FromProto(plan.patch());
  if (!patch.ok()) return Fail(BadAnswer("patch", patch.status()));
  if (a.format == OutputFormat::kYaml) return PrintYaml(plan, patch->patch);
  const absl::StatusOr<DecodedRecommendation> recommendation = FromProto(plan.recommendation());
  if (!recommendation.ok()) return Fail(BadAnswer("recommendation", recommendation.status()));
  PrintPlan(request->kept().job(), plan, patch->patch, recommendation->recommendation);
  return kExitOk;
}

}  // namespace tune
