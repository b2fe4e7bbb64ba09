#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "service/cli/change_report.h"
#include "service/cli/connect.h"
#include "service/cli/list_decisions.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

absl::StatusOr<v1::ListDecisionsRequest> RequestOf(const ServiceArguments& a, const std::string& ns) {
  v1::ListDecisionsRequest request;
  if (!a.job.empty()) {
    absl::StatusOr<v1::JobRef> job = JobOf(a, ns);
    if (!job.ok()) return job.status();
    *request.mutable_job() = *std::move(job);
  } else if (!a.all_namespaces) {
    request.set_namespace_(Utf8(ns));
  }
  request.set_only_open(a.only_open);
  if (a.change) request.set_change(*a.change);
  return request;
}

std::string NoneText(const v1::ListDecisionsRequest& request) {
  const std::string what = request.has_change() ? absl::StrCat("no change ", request.change()) : "no changes";
  const std::string open = request.only_open() ? " that are not over" : "";
  if (request.has_job()) return absl::StrCat(what, open, " of ", NameOf(request.job()));
  if (request.namespace_().empty()) return what + open;
  return absl::StrCat(what, open, " in namespace ", Plain(request.namespace_()), "; -A looks in all");
}

void PrintDetails(const v1::ListDecisionsResponse& decisions) {
  const char* between = "";
  for (const v1::Change& change : decisions.changes()) {
    std::printf("%s", between);
    PrintChange(change);
    between = "\n";
  }
}

void PrintTable(const v1::ListDecisionsResponse& decisions) {
  Table table(ChangeHeadings());
  for (const v1::Change& change : decisions.changes()) table.AddRow(ChangeCells(change));
  PrintLines(table.Render());
}

}  // namespace

int RunAudit(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::ListDecisionsRequest> request = RequestOf(a.service, connected->ns);
  if (!request.ok()) return Fail(request.status());
  const absl::StatusOr<v1::ListDecisionsResponse> decisions =
      ListDecisions(*connected->client, *request, a.service.most_changes);
  if (!decisions.ok()) return Fail(decisions.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*decisions);
  for (const v1::Pause& pause : decisions->pauses()) {
    std::printf("%s\n", Paint(Colour::kYellow, PauseText(pause)).c_str());
  }
  if (!decisions->pauses().empty()) std::printf("\n");
  if (decisions->changes().empty()) {
    std::printf("%s\n", NoneText(*request).c_str());
  } else if (a.service.details || a.service.change) {
    PrintDetails(*decisions);
  } else {
    PrintTable(*decisions);
  }
  if (!decisions->next_page_token().empty()) std::printf("\nthere are more; --limit shows them\n");
  return kExitOk;
}

}  // namespace tune
