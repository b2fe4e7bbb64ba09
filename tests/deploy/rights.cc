#include "tests/deploy/rights.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr char kReviews[] = "/apis/authorization.k8s.io/v1/";
constexpr absl::Duration kTime = absl::Seconds(30);
constexpr char kFlink[] = "flink.apache.org", kLeases[] = "coordination.k8s.io", kEvents[] = "events.k8s.io";
constexpr char kRbac[] = "rbac.authorization.k8s.io";
constexpr bool y = true, n = false;

json Post(KubeClient& client, const std::string& kind, const std::string& plural, const json& spec) {
  const json review = {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", kind}, {"spec", spec}};
  const auto answer = client.Post(absl::StrCat(kReviews, plural), review.dump(), kTime);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return json::parse(answer.value_or("{}"));
}

// Each of `list`, or nothing once.
std::vector<std::string> Each(const json& rule, const char* list) {
  return rule.value(list, std::vector<std::string>{""});
}

}  // namespace

// clang-format off
const std::vector<Right> kRights = {
    // verb, group, resource, namespace, name                        advise write namespaced namespaced-write
    {"list", kFlink, "flinkdeployments", "team-a", "",                        y, y, y, y},
    {"watch", kFlink, "flinkdeployments", "team-a", "",                       y, y, y, y},
    {"get", kFlink, "flinkdeployments", "team-a", "orders",                   n, y, n, y},
    {"patch", kFlink, "flinkdeployments", "team-a", "orders",                 n, y, n, y},
    {"patch", kFlink, "flinkdeployments/status", "team-a", "orders",          n, n, n, n},
    {"update", kFlink, "flinkdeployments", "team-a", "orders",                n, n, n, n},
    {"create", kFlink, "flinkdeployments", "team-a", "",                      n, n, n, n},
    {"delete", kFlink, "flinkdeployments", "team-a", "orders",                n, n, n, n},
    {"deletecollection", kFlink, "flinkdeployments", "team-a", "",            n, n, n, n},
    {"list", kFlink, "flinksessionjobs", "team-a", "",                        y, y, y, y},
    {"watch", kFlink, "flinksessionjobs", "team-a", "",                       y, y, y, y},
    {"patch", kFlink, "flinksessionjobs", "team-a", "orders",                 n, n, n, n},
    {"list", "", "pods", "team-a", "",                                        y, y, y, y},
    {"watch", "", "pods", "team-a", "",                                       y, y, y, y},
    {"get", "", "pods/log", "team-a", "orders",                               n, n, n, n},
    {"create", "", "pods/exec", "team-a", "orders",                           n, n, n, n},
    {"create", "", "pods", "team-a", "",                                      n, n, n, n},
    {"delete", "", "pods", "team-a", "orders",                                n, n, n, n},
    {"list", "", "resourcequotas", "team-a", "",                              y, y, y, y},
    {"list", "", "limitranges", "team-a", "",                                 y, y, y, y},
    {"update", "", "resourcequotas", "team-a", "team",                        n, n, n, n},
    {"create", kEvents, "events", "team-a", "",                               n, y, n, y},
    {"patch", kEvents, "events", "team-a", "orders.1",                        n, y, n, y},
    {"update", kEvents, "events", "team-a", "orders.1",                       n, n, n, n},
    {"delete", kEvents, "events", "team-a", "orders.1",                       n, n, n, n},
    {"create", "", "events", "team-a", "",                                    n, n, n, n},
    // A namespace that only two follow.
    {"list", kFlink, "flinkdeployments", "team-c", "",                        y, y, n, n},
    {"list", "", "pods", "team-c", "",                                        y, y, n, n},
    {"get", kFlink, "flinkdeployments", "team-c", "orders",                   n, y, n, n},
    {"patch", kFlink, "flinkdeployments", "team-c", "orders",                 n, y, n, n},
    {"create", kEvents, "events", "team-c", "",                               n, y, n, n},
    {"patch", kFlink, "flinkdeployments", "tuned", "orders",                  n, y, n, n},
    // All namespaces at once.
    {"list", kFlink, "flinkdeployments", "", "",                              y, y, n, n},
    {"list", "", "pods", "", "",                                              y, y, n, n},
    {"list", "", "namespaces", "", "",                                        y, y, n, n},
    {"watch", "", "namespaces", "", "",                                       y, y, n, n},
    {"patch", "", "namespaces", "", "team-a",                                 n, n, n, n},
    // One daemon writes: a Lease of its own namespace, by its name.
    {"create", kLeases, "leases", "tuned", "",                                n, y, n, y},
    {"get", kLeases, "leases", "tuned", "tuned",                              n, y, n, y},
    {"update", kLeases, "leases", "tuned", "tuned",                           n, y, n, y},
    {"delete", kLeases, "leases", "tuned", "tuned",                           n, n, n, n},
    {"update", kLeases, "leases", "tuned", "another",                         n, n, n, n},
    {"list", kLeases, "leases", "tuned", "",                                  n, n, n, n},
    {"create", kLeases, "leases", "team-a", "",                               n, n, n, n},
    {"update", kLeases, "leases", "team-a", "tuned",                          n, n, n, n},
    {"update", kLeases, "leases", "kube-system", "kube-scheduler",            n, n, n, n},
    // Who calls.
    {"create", "authentication.k8s.io", "tokenreviews", "", "",               y, y, y, y},
    {"create", "authorization.k8s.io", "subjectaccessreviews", "", "",        y, y, y, y},
    // Never.
    {"get", "", "secrets", "tuned", "tuned-tls",                              n, n, n, n},
    {"list", "", "secrets", "team-a", "",                                     n, n, n, n},
    {"list", "", "secrets", "", "",                                           n, n, n, n},
    {"get", "", "configmaps", "team-a", "",                                   n, n, n, n},
    {"patch", "apps", "deployments", "tuned", "tuned",                        n, n, n, n},
    {"patch", "apps", "deployments", "team-a", "orders",                      n, n, n, n},
    {"create", "", "serviceaccounts/token", "tuned", "tuned",                 n, n, n, n},
    {"impersonate", "", "serviceaccounts", "tuned", "tuned",                  n, n, n, n},
    {"impersonate", "", "users", "", "",                                      n, n, n, n},
    {"bind", kRbac, "clusterroles", "", "cluster-admin",                      n, n, n, n},
    {"escalate", kRbac, "roles", "tuned", "",                                 n, n, n, n},
    {"create", kRbac, "rolebindings", "tuned", "",                            n, n, n, n},
};
// clang-format on

bool IsIn(const Right& right, const std::string& overlay) {
  if (overlay == "advise") return right.advise;
  if (overlay == "write") return right.write;
  return overlay == "namespaced" ? right.namespaced : right.namespaced_write;
}

bool MayTuned(KubeClient& admin, const Right& right) {
  const std::vector<std::string> parts = absl::StrSplit(right.resource, '/');
  const json spec = {{"user", "system:serviceaccount:tuned:tuned"},
                     {"groups", {"system:serviceaccounts", "system:serviceaccounts:tuned", "system:authenticated"}},
                     {"resourceAttributes",
                      {{"verb", right.verb},
                       {"group", right.group},
                       {"resource", parts.front()},
                       {"subresource", parts.size() > 1 ? parts.back() : ""},
                       {"namespace", right.ns},
                       {"name", right.name}}}};
  return Post(admin, "SubjectAccessReview", "subjectaccessreviews", spec)["status"].value("allowed", false);
}

std::set<std::string> AllRights(KubeClient& client, const std::string& ns) {
  const json status =
      Post(client, "SelfSubjectRulesReview", "selfsubjectrulesreviews", {{"namespace", ns}}).value("status", json{});
  EXPECT_FALSE(status.value("incomplete", true)) << status;
  std::set<std::string> rights;
  for (const json& rule : status.value("resourceRules", json::array())) {
    for (const std::string& verb : Each(rule, "verbs")) {
      for (const std::string& group : Each(rule, "apiGroups")) {
        for (const std::string& resource : Each(rule, "resources")) {
          for (const std::string& name : Each(rule, "resourceNames")) {
            rights.insert(absl::StrCat(verb, " ", group, "/", resource, name.empty() ? "" : " ", name));
          }
        }
      }
    }
  }
  for (const json& rule : status.value("nonResourceRules", json::array())) {
    for (const std::string& verb : Each(rule, "verbs")) {
      for (const std::string& url : Each(rule, "nonResourceURLs")) rights.insert(absl::StrCat(verb, " ", url));
    }
  }
  return rights;
}

}  // namespace tune
