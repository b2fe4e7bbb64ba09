#include "service/cli/plan_report.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/cli/recommendation_report.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/plan_codec.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/explain/text.h"
#include "libtune/plan/field_text.h"
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
    if (!change.before.empty())
      std::printf("%s\n", Paint(Colour::kRed, absl::StrCat("-", Plain(change.before))).c_str());
    if (!change.after.empty())
      std::printf("%s\n", Paint(Colour::kGreen, absl::StrCat("+", Plain(change.after))).c_str());
  }
}

void PrintRefusals(const v1::PlanResponse& plan) {
  if (plan.refusals().empty()) return;
  std::printf("%s\n", Paint(Colour::kYellow, "tuned would not apply it by itself:").c_str());
  for (const v1::Refusal& refusal : plan.refusals()) {
    const std::string waive =
        refusal.is_waivable() ? absl::StrCat(" (tune apply --waive ", refusal.kind(), " lets it pass)") : "";
    std::printf("  [%s] %s\n", Plain(refusal.kind()).c_str(), Plain(absl::StrCat(refusal.text(), waive)).c_str());
  }
}

}  // namespace

absl::StatusOr<ReadPlan> ReadPlanOf(const v1::PlanResponse& plan) {
  absl::StatusOr<DecodedPatch> patch = FromProto(plan.patch());
  if (!patch.ok()) return BadAnswer("patch", patch.status());
  absl::StatusOr<DecodedRecommendation> recommendation = FromProto(plan.recommendation());
  if (!recommendation.ok()) return BadAnswer("recommendation", recommendation.status());
  return ReadPlan{std::move(patch->patch), std::move(recommendation->recommendation)};
}

std::string FitText(const v1::PlanResponse& plan) {
  if (!plan.has_fit()) return "";
  const v1::PlanFit& fit = plan.fit();
  const std::string most = fit.has_task_managers() ? absl::StrCat("; of TaskManagers of this size it takes ",
                                                                  fit.task_managers(), " at most")
                                                   : "";
  if (fit.fits()) return absl::StrCat("the namespace takes the pods", most);
  return absl::StrCat("the namespace does not take the pods: ", Plain(fit.cap()), most);
}

void PrintPlan(const v1::JobRef& job, const v1::PlanResponse& plan, const ReadPlan& read) {
  const SpecPatch& patch = read.patch;
  const JobRecommendation& recommendation = read.recommendation;
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
  if (!patch.changes.empty()) PrintRefusals(plan);
  PrintAge(ClusterOf(plan));
}

}  // namespace tune
