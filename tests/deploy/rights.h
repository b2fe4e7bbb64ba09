// What tuned's ServiceAccount may do, with each of service/deploy/overlays.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "service/kube/client.h"

namespace tune {

// A question to the API server's authorizer, and for each overlay whether it is to say yes.
struct Right {
  const char* verb;
  const char* group;     // empty: the core group
  const char* resource;  // "pods", "pods/exec"
  const char* ns;        // empty: all namespaces, or a resource of the cluster
  const char* name;      // empty: any
  bool advise, write, namespaced, namespaced_write;
};

// team-a is followed by all of them, team-c by those alone that follow all namespaces; tuned is its own.
extern const std::vector<Right> kRights;

bool IsIn(const Right& right, const std::string& overlay);

// Whether the account tuned:tuned may, by SubjectAccessReview.
bool MayTuned(KubeClient& admin, const Right& right);

// All that whoever asks may do in a namespace, by SelfSubjectRulesReview: "list flink.apache.org/flinkdeployments",
// "update coordination.k8s.io/leases tuned", "get /healthz". The test fails where the API server does not know all.
std::set<std::string> AllRights(KubeClient& client, const std::string& ns);

}  // namespace tune
