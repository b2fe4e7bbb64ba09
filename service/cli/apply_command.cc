#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"
#include "service/cli/change_end.h"
#include "service/cli/change_report.h"
#include "service/cli/confirm.h"
#include "service/cli/connect.h"
#include "service/cli/follow_change.h"
#include "service/cli/kept_job.h"
#include "service/cli/new_key.h"
#include "service/cli/plan_report.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

absl::StatusOr<v1::PlanResponse> AskPlan(Client& client, const v1::KeptJob& kept) {
  v1::PlanRequest request;
  *request.mutable_kept() = kept;
  v1::PlanResponse plan;
  if (absl::Status status = client.Call(&Client::Stub::Plan, request, plan); !status.ok()) return status;
  return plan;
}

// That the plan is for the spec that the user means, and that it is said which one that is.
absl::Status CheckGeneration(const ServiceArguments& a, const v1::PlanResponse& plan) {
  if (!plan.has_generation()) {
    return absl::FailedPreconditionError("the plan is for no spec in the cluster; tuned applies those that it follows");
  }
  if (!a.generation || *a.generation == plan.generation()) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("--generation = ", *a.generation, "; the spec is of generation ", plan.generation()));
}

absl::StatusOr<v1::ApplyResponse> Apply(const ServiceArguments& a, Client& client, const v1::KeptJob& kept,
                                        const v1::PlanResponse& plan) {
  v1::ApplyRequest request;
  *request.mutable_job() = kept.job();
  if (kept.has_policy()) *request.mutable_policy() = kept.policy();
  request.set_generation(plan.generation());
  request.set_plan_digest(plan.plan_digest());
  request.set_dry_run(a.dry_run);
  request.set_force(a.force);
  for (const std::string& kind : a.waive) request.add_waive(Utf8(kind));
  request.set_idempotency_key(NewKey());
  v1::ApplyResponse response;
  if (absl::Status status = client.Call(&Client::Stub::Apply, request, response); !status.ok()) return status;
  return response;
}

void PrintDryRun(const v1::Change& change) {
  std::printf("\ndry run: the API server would take it; nothing was changed\n");
  PrintFields(change);
}

void PrintApplied(const v1::Change& change, const std::string& job, bool waits) {
  std::printf("\n%s\n", StateSentence(change).c_str());
  PrintFields(change);
  std::printf("%s\n", GenerationsText(change).c_str());
  if (waits || IsOver(change.state())) return;
  std::printf("tune audit %s --change %s shows what becomes of it, tune rollback %s puts the values back\n",
              job.c_str(), absl::StrCat(change.id()).c_str(), job.c_str());
}

}  // namespace

int RunApply(const Arguments& a) {
  if (const absl::Status can = CheckCanAsk(a); !can.ok()) return Fail(can);
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  Client& client = *connected->client;
  const absl::StatusOr<v1::KeptJob> kept = KeptJobOf(a, connected->ns, /*without_evidence=*/true);
  if (!kept.ok()) return Fail(kept.status());
  const absl::StatusOr<v1::PlanResponse> plan = AskPlan(client, *kept);
  if (!plan.ok()) return Fail(plan.status());
  const absl::StatusOr<ReadPlan> read = ReadPlanOf(*plan);
  if (!read.ok()) return Fail(read.status());
  const bool is_json = a.format == OutputFormat::kJson;
  if (!is_json) PrintPlan(kept->job(), *plan, *read);
  if (auto status = CheckGeneration(a.service, *plan); !status.ok()) return FailChange(status, kept->job());
  if (read->patch.changes.empty()) return is_json ? PrintJson(v1::ApplyResponse()) : kExitOk;
  if (!IsConfirmed(a, "Apply?")) return SayNotDone();
  absl::StatusOr<v1::ApplyResponse> response = Apply(a.service, client, *kept, *plan);
  if (!response.ok()) return FailChange(response.status(), kept->job());
  if (a.service.dry_run) {
    if (is_json) return PrintJson(*response);
    PrintDryRun(response->change());
    return kExitOk;
  }
  if (!is_json) PrintApplied(response->change(), WordsOf(kept->job()), a.service.wait);
  if (const absl::Status status = WaitIfAsked(a, client, kept->job(), *response->mutable_change()); !status.ok()) {
    return Fail(status);
  }
  const int printed = is_json ? PrintJson(*response) : kExitOk;
  return printed == kExitOk ? ExitCodeOfApply(response->change()) : printed;
}

}  // namespace tune
