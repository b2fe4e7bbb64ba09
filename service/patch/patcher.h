// Writes fields of one object at the API server: those that are asked for, of the object that was looked at, or
// nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/kube/client.h"
#include "service/kube/resource.h"
#include "service/patch/apply_body.h"
#include "service/patch/field_owners.h"

namespace tune {

// A field as it was before, and who else owned it then.
struct FieldBefore {
  FieldPath path;
  std::optional<nlohmann::json> value;  // nullopt: it was not there
  std::vector<FieldOwner> owners;       // but libtune
};

struct PatchResult {
  std::string uid;  // of the object
  int64_t generation_before = 0;
  int64_t generation_after = 0;     // as before: the spec did not change. Of a dry run: what it would be
  std::vector<FieldBefore> before;  // as the request's fields
};

struct PatchRequest {
  KubeResource resource;
  std::string ns, name;
  std::string uid;         // of the object that was looked at; empty: any of this name
  int64_t generation = 0;  // of its spec
  std::vector<WantedField> fields;
  bool force = false;    // take fields that others own
  bool dry_run = false;  // store nothing
  // Asked last, each time before something is stored; what it is given is the dry run's. Not OK: nothing is stored, and
  // that is the answer. May be empty.
  std::function<absl::Status(const PatchResult&)> about_to;
};

// Three requests: the object, a dry run, and the apply itself; more where its status changed meanwhile.
//
// The dry run must have changed the fields that were asked for and nothing else (survival.h).
// kAborted: the object is another one, its spec changed, or it changed again and again. kFailedPrecondition: another
// manager owns a field whose value would change, which is named, and `force` is not set; or something else would
// change. kInvalidArgument: the API server refuses the values. Others are KubeClient's. Of kUnavailable,
// kDeadlineExceeded and kCancelled it is not known whether the patch was taken.
absl::StatusOr<PatchResult> Patch(KubeClient& client, const PatchRequest& request, absl::Duration timeout);

}  // namespace tune
