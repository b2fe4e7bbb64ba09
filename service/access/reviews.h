// What the cluster says of a caller: who he is, and whether he may.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/access/caller.h"
#include "service/kube/client.h"

namespace tune {

// What a caller wants to do with jobs of a namespace, in the API server's words.
struct Wish {
  std::string verb;      // "get", "list", "watch", "update"
  std::string resource;  // "flinkdeployments", "flinksessionjobs", of the group flink.apache.org
  std::string ns;        // empty: in all namespaces
  std::string name;      // empty: all of them
  auto operator<=>(const Wish&) const = default;
};

// "may not update flinkdeployments in namespace "team-a"": what follows the user's name.
std::string TextOf(const Wish& wish);

// Each asks the API server and waits for it, `timeout` at most. Errors of both: the client's, as kUnavailable; an
// answer that cannot be understood is that too.

// By TokenReview. `audience`: whom the token must be for; empty: for the API server.
// kUnauthenticated: the cluster does not know the token.
absl::StatusOr<Caller> ReviewToken(KubeClient& client, const std::string& token, const std::string& audience,
                                   absl::Duration timeout);

// By SubjectAccessReview. kPermissionDenied: he may not.
absl::Status ReviewAccess(KubeClient& client, const Caller& caller, const Wish& wish, absl::Duration timeout);

}  // namespace tune
