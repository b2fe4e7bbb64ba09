#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"
#include "service/cli/change_report.h"
#include "service/cli/connect.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

// What it takes to undo it: the words of a command line.
std::string ScopeWords(const v1::PolicyScope& scope) {
  if (scope.has_job()) return absl::StrCat("--job ", WordsOf(scope.job()));
  return scope.has_namespace_() ? absl::StrCat("-n ", Plain(scope.namespace_())) : "--everyone";
}

struct PauseAsked {
  ConnectedClient connected;
  v1::PolicyScope scope;
};

absl::StatusOr<PauseAsked> ReadAsked(const Arguments& a) {
  absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return connected.status();
  absl::StatusOr<v1::PolicyScope> scope = ScopeOf(a.service, connected->ns);
  if (!scope.ok()) return scope.status();
  return PauseAsked{*std::move(connected), *std::move(scope)};
}

}  // namespace

int RunPause(const Arguments& a) {
  const absl::StatusOr<PauseAsked> asked = ReadAsked(a);
  if (!asked.ok()) return Fail(asked.status());
  v1::PauseRequest request;
  *request.mutable_scope() = asked->scope;
  request.set_reason(Utf8(a.service.reason));
  v1::PauseResponse response;
  if (auto status = asked->connected.client->Call(&Client::Stub::Pause, request, response); !status.ok()) {
    return Fail(status);
  }
  if (a.format == OutputFormat::kJson) return PrintJson(response);
  std::printf("%s\nchanges that are under way are not taken back meanwhile; tune resume %s ends it\n",
              PauseText(response.pause()).c_str(), ScopeWords(asked->scope).c_str());
  return kExitOk;
}

int RunResume(const Arguments& a) {
  const absl::StatusOr<PauseAsked> asked = ReadAsked(a);
  if (!asked.ok()) return Fail(asked.status());
  v1::ResumeRequest request;
  *request.mutable_scope() = asked->scope;
  v1::ResumeResponse response;
  if (auto status = asked->connected.client->Call(&Client::Stub::Resume, request, response); !status.ok()) {
    return Fail(status);
  }
  if (a.format == OutputFormat::kJson) return PrintJson(response);
  if (response.pauses().empty()) {
    std::printf("nothing pauses %s\n", NameOf(asked->scope).c_str());
    return kExitOk;
  }
  std::printf("%s stays paused:\n", NameOf(asked->scope).c_str());
  for (const v1::Pause& pause : response.pauses()) {
    std::printf("  %s; tune resume %s ends that\n", PauseText(pause).c_str(), ScopeWords(pause.scope()).c_str());
  }
  return kExitOk;
}

}  // namespace tune
