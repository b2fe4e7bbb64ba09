#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"
#include "service/cli/connect.h"
#include "service/cli/new_key.h"
#include "service/cli/print.h"
#include "service/cli/words.h"
#include "service/client/errors.h"

namespace tune {
namespace {

std::string StoredText(const v1::StoredPolicy& stored) {
  return absl::StrCat(Plain(stored.policy().name()), ", put for ", NameOf(stored.scope()), " at ",
                      TimeText(TimeOf(stored.time())), " UTC by ", Plain(stored.author()), ", revision ",
                      stored.revision());
}

absl::StatusOr<v1::GetPolicyResponse> Get(Client& client, const v1::PolicyScope& scope) {
  v1::GetPolicyRequest request;
  *request.mutable_scope() = scope;
  v1::GetPolicyResponse response;
  if (absl::Status status = client.Call(&Client::Stub::GetPolicy, request, response); !status.ok()) return status;
  return response;
}

std::string InForceText(const v1::PolicyScope& scope, const v1::GetPolicyResponse& response) {
  return absl::StrCat("in force for ", NameOf(scope), ": ",
                      response.has_stored() ? StoredText(response.stored())
                                            : absl::StrCat(Plain(response.policy().name()),
                                                           ", tuned's own or the owner's, as none was put"));
}

int RunGetPolicy(const Arguments& a, Client& client, const v1::PolicyScope& scope) {
  const absl::StatusOr<v1::GetPolicyResponse> response = Get(client, scope);
  if (!response.ok()) return Fail(response.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*response);
  std::string text;
  google::protobuf::TextFormat::PrintToString(response->policy(), &text);  // escapes what is no plain ASCII
  std::printf("# %s\n%s", InForceText(scope, *response).c_str(), text.c_str());
  return kExitOk;
}

absl::StatusOr<v1::PutPolicyResponse> Put(const Arguments& a, Client& client, const v1::PolicyScope& scope,
                                          const std::optional<v1::PolicyChoice>& policy) {
  v1::PutPolicyRequest request;
  *request.mutable_scope() = scope;
  if (policy) *request.mutable_policy() = *policy;
  request.set_idempotency_key(NewKey());
  if (a.service.if_revision) request.set_expected_revision(*a.service.if_revision);
  v1::PutPolicyResponse response;
  const absl::Status status = client.Call(&Client::Stub::PutPolicy, request, response);
  if (absl::IsAborted(status)) {
    return WithNextStep(status, "Look at it again with tune policy get, then give its revision with --if-revision");
  }
  if (!status.ok()) return status;
  return response;
}

int RunPutPolicy(const Arguments& a, Client& client, const v1::PolicyScope& scope) {
  const absl::StatusOr<std::optional<v1::PolicyChoice>> policy = PolicyChoiceOf(a.service);
  if (!policy.ok()) return Fail(policy.status());
  if (!*policy)
    return Fail(absl::InvalidArgumentError("which policy is not said: --policy NAME|FILE, --set FIELD=VALUE"));
  const absl::StatusOr<v1::PutPolicyResponse> response = Put(a, client, scope, *policy);
  if (!response.ok()) return Fail(response.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*response);
  std::printf("%s\n", StoredText(response->stored()).c_str());
  return kExitOk;
}

int RunRemovePolicy(const Arguments& a, Client& client, const v1::PolicyScope& scope) {
  const absl::StatusOr<v1::PutPolicyResponse> removed = Put(a, client, scope, std::nullopt);
  if (!removed.ok()) return Fail(removed.status());
  const absl::StatusOr<v1::GetPolicyResponse> response = Get(client, scope);
  if (!response.ok()) return Fail(response.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*response);
  std::printf("%s\n", InForceText(scope, *response).c_str());
  return kExitOk;
}

}  // namespace

int RunPolicy(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::PolicyScope> scope = ScopeOf(a.service, connected->ns);
  if (!scope.ok()) return Fail(scope.status());
  if (a.service.verb == "put") return RunPutPolicy(a, *connected->client, *scope);
  if (a.service.verb == "remove") return RunRemovePolicy(a, *connected->client, *scope);
  return RunGetPolicy(a, *connected->client, *scope);
}

}  // namespace tune
