#include <cstdio>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"
#include "service/cli/change_end.h"
#include "service/cli/change_report.h"
#include "service/cli/confirm.h"
#include "service/cli/connect.h"
#include "service/cli/follow_change.h"
#include "service/cli/list_decisions.h"
#include "service/cli/new_key.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

constexpr int kMostLookedAt = 1000;  // changes of the job, the latest first

bool IsInForce(v1::ChangeState state) {
  return state == v1::CHANGE_STATE_APPLYING || state == v1::CHANGE_STATE_WATCHED || state == v1::CHANGE_STATE_STABLE ||
         state == v1::CHANGE_STATE_FAILED;
}

// The last one in force that nobody asked for to take another back, and that was not taken back. nullptr: there is
// none.
const v1::Change* LastInForce(const v1::ListDecisionsResponse& decisions) {
  std::set<int64_t> taken_back;
  for (const v1::Change& change : decisions.changes()) {  // the latest first
    if (!IsInForce(change.state())) continue;
    if (change.takes_back() != 0) {
      taken_back.insert(change.takes_back());
    } else if (!taken_back.contains(change.id())) {
      return &change;
    }
  }
  return nullptr;
}

// The one that the user means.
absl::StatusOr<v1::Change> Find(const ServiceArguments& a, Client& client, const v1::JobRef& job) {
  v1::ListDecisionsRequest request;
  *request.mutable_job() = job;
  if (a.change) request.set_change(*a.change);
  absl::StatusOr<v1::ListDecisionsResponse> decisions = ListDecisions(client, request, a.change ? 1 : kMostLookedAt);
  if (!decisions.ok()) return decisions.status();
  if (a.change) {
    if (!decisions->changes().empty() && decisions->changes(0).id() == *a.change) return decisions->changes(0);
    return absl::NotFoundError(absl::StrCat("tuned keeps no change ", *a.change, " of ", NameOf(job), "; tune audit ",
                                            WordsOf(job), " lists them"));
  }
  if (const v1::Change* last = LastInForce(*decisions)) return *last;
  return absl::NotFoundError(absl::StrCat("no change of ", NameOf(job),
                                          " is in force that could be taken back; tune audit ", WordsOf(job),
                                          " shows what was done"));
}

void PrintWhatComesBack(const v1::Change& change) {
  std::printf("%s\n", StateSentence(change).c_str());
  if (change.has_begun()) {
    std::printf("made at %s UTC by %s\n", TimeText(TimeOf(change.begun())).c_str(), Plain(change.author()).c_str());
  }
  std::printf("taking it back:\n");
  PrintFieldsBack(change);
  if (change.restarts_job()) std::printf("that restarts the job\n");
}

absl::StatusOr<v1::RollbackResponse> Rollback(Client& client, const v1::JobRef& job, int64_t change) {
  v1::RollbackRequest request;
  *request.mutable_job() = job;
  request.set_change(change);
  request.set_idempotency_key(NewKey());
  v1::RollbackResponse response;
  if (absl::Status status = client.Call(&Client::Stub::Rollback, request, response); !status.ok()) return status;
  return response;
}

void PrintBegun(const v1::Change& change, const std::string& job, bool waits) {
  std::printf("\n%s\n", StateSentence(change).c_str());
  if (change.takes_back() != 0) PrintFields(change);
  if (waits || IsOver(change.state())) return;
  std::printf("tune audit %s --change %s shows what becomes of it\n", job.c_str(), absl::StrCat(change.id()).c_str());
}

}  // namespace

int RunRollback(const Arguments& a) {
  if (const absl::Status can = CheckCanAsk(a); !can.ok()) return Fail(can);
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  Client& client = *connected->client;
  const absl::StatusOr<v1::JobRef> job = JobOf(a.service, connected->ns);
  if (!job.ok()) return Fail(job.status());
  const absl::StatusOr<v1::Change> change = Find(a.service, client, *job);
  if (!change.ok()) return Fail(change.status());
  const bool is_json = a.format == OutputFormat::kJson;
  if (!is_json) PrintWhatComesBack(*change);
  if (!IsConfirmed(a, "Take it back?")) return SayNotDone();
  absl::StatusOr<v1::RollbackResponse> response = Rollback(client, *job, change->id());
  if (!response.ok()) return FailChange(response.status(), *job);
  if (!is_json) PrintBegun(response->change(), WordsOf(*job), a.service.wait);
  if (const absl::Status status = WaitIfAsked(a, client, *job, *response->mutable_change()); !status.ok()) {
    return Fail(status);
  }
  const int printed = is_json ? PrintJson(*response) : kExitOk;
  return printed == kExitOk ? ExitCodeOfRollback(response->change()) : printed;
}

}  // namespace tune
