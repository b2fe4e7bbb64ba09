#include "service/patch/patcher.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libtune/plan/field_text.h"
#include "service/kube/api_status.h"
#include "service/patch/survival.h"

namespace tune {
namespace {

constexpr int kMostTries = 5;

absl::Status CheckSame(const PatchRequest& request, const LiveObject& live) {
  if (!request.uid.empty() && live.uid != request.uid) {
    return absl::AbortedError(absl::StrCat(request.ns, "/", request.name, " was deleted and made anew"));
  }
  if (live.generation == request.generation) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(request.ns, "/", request.name, " has changed since: generation ",
                                         live.generation, ", the plan is for ", request.generation));
}

std::vector<FieldBefore> ReadBefore(const PatchRequest& request, const LiveObject& live) {
  std::vector<FieldBefore> before;
  for (const WantedField& field : request.fields) {
    FieldBefore& was = before.emplace_back();
    was.path = field.path;
    if (const nlohmann::json* value = FindField(live.json, field.path)) was.value = *value;
    was.owners = OwnersOf(live, field.path, kFieldManager);
  }
  return before;
}

// "spec.job.parallelism is kubectl-create's"
absl::Status CheckOwners(const PatchRequest& request, const std::vector<FieldBefore>& before) {
  if (request.force) return absl::OkStatus();
  std::vector<std::string> foreign;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].owners.empty() || before[i].value == request.fields[i].value) continue;
    const auto name = [](std::string* text, const FieldOwner& owner) { absl::StrAppend(text, owner.manager, "'s"); };
    foreign.push_back(absl::StrCat(FieldText(before[i].path), " is ", absl::StrJoin(before[i].owners, " and ", name)));
  }
  if (foreign.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("others own what would change: ", absl::StrJoin(foreign, "; ")));
}

std::vector<FieldPath> PathsOf(const PatchRequest& request) {
  std::vector<FieldPath> paths;
  for (const WantedField& field : request.fields) paths.push_back(field.path);
  return paths;
}

// One look and one try. nullopt: the object changed in between, perhaps its status alone.
class Try {
 public:
  Try(KubeClient& client, const PatchRequest& request, const std::string& path, absl::Time deadline)
      : client_(client), request_(request), path_(path), deadline_(deadline) {}

  absl::StatusOr<std::optional<PatchResult>> Run() {
    const absl::StatusOr<std::string> text = client_.Get(path_, Left());
    if (!text.ok()) return text.status();
    const absl::StatusOr<LiveObject> live = ReadLiveObject(*text);
    if (!live.ok()) return live.status();
    if (auto status = CheckSame(request_, *live); !status.ok()) return status;
    PatchResult result;
    result.uid = live->uid;
    result.generation_before = live->generation;
    result.before = ReadBefore(request_, *live);
    if (auto status = CheckOwners(request_, result.before); !status.ok()) return status;
    const absl::StatusOr<std::string> body = ApplyBody(*live, request_.fields);
    if (!body.ok()) return body.status();
    absl::StatusOr<std::optional<LiveObject>> after = Apply(*body, /*dry_run=*/true);
    if (!after.ok()) return after.status();
    if (!*after) return std::nullopt;
    if (auto status = CheckOnlyChanges(*live, **after, PathsOf(request_)); !status.ok()) return status;
    result.generation_after = (*after)->generation;
    if (request_.dry_run) return result;
    if (request_.about_to) {
      if (auto status = request_.about_to(result); !status.ok()) return status;
    }
    after = Apply(*body, /*dry_run=*/false);
    if (!after.ok()) return after.status();
    if (!*after) return std::nullopt;
    result.generation_after = (*after)->generation;
    return result;
  }

 private:
  absl::Duration Left() const { return std::max(deadline_ - absl::Now(), absl::Milliseconds(1)); }

  absl::StatusOr<std::optional<LiveObject>> Apply(const std::string& body, bool dry_run) {
    const absl::StatusOr<std::string> text =
        client_.Apply(ApplyPath(path_, kFieldManager, request_.force, dry_run), body, Left());
    if (text.ok()) return ReadLiveObject(*text);
    if (!absl::IsAborted(text.status())) return text.status();
    if (ConflictsOf(text.status()).empty()) return std::nullopt;
    return absl::FailedPreconditionError(text.status().message());
  }

  KubeClient& client_;
  const PatchRequest& request_;
  const std::string& path_;
  const absl::Time deadline_;
};

}  // namespace

absl::StatusOr<PatchResult> Patch(KubeClient& client, const PatchRequest& request, absl::Duration timeout) {
  const absl::StatusOr<std::string> path = PathOf(request.resource, request.ns, request.name);
  if (!path.ok()) return path.status();
  const absl::Time deadline = absl::Now() + timeout;
  for (int tries = 0; tries < kMostTries; ++tries) {
    absl::StatusOr<std::optional<PatchResult>> result = Try(client, request, *path, deadline).Run();
    if (!result.ok()) return result.status();
    if (*result) return **std::move(result);
  }
  return absl::AbortedError(absl::StrCat(request.ns, "/", request.name, " changes faster than it can be patched"));
}

}  // namespace tune
