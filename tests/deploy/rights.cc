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
constexpr bool kY = true, kN = false;

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
    // verb, group, resource, namespace, name          advise, write, namespaced, namespaced-write
    {"list", kFlink, "flinkdeployments", "team-a", "",                        kY, kY, kY, kY},
    {"watch", kFlink, "flinkdeployments", "team-a", "",                       kY, kY, kY, kY},
    {"get", kFlink, "flinkdeployments", "team-a", "orders",                   kN, kY, kN, kY},
    {"patch", kFlink, "flinkdeployments", "team-a", "orders",                 kN, kY, kN, kY},
    {"patch", kFlink, "flinkdeployments/status", "team-a", "orders",          kN, kN, kN, kN},
    {"update", kFlink, "flinkdeployments", "team-a", "orders",                kN, kN, kN, kN},
    {"create", kFlink, "flinkdeployments", "team-a", "",                      kN, kN, kN, kN},
    {"delete", kFlink, "flinkdeployments", "team-a", "orders",                kN, kN, kN, kN},
    {"deletecollection", kFlink, "flinkdeployments", "team-a", "",            kN, kN, kN, kN},
    {"list", kFlink, "flinksessionjobs", "team-a", "",                        kY, kY, kY, kY},
    {"watch", kFlink, "flinksessionjobs", "team-a", "",                       kY, kY, kY, kY},
    {"patch", kFlink, "flinksessionjobs", "team-a", "orders",                 kN, kN, kN, kN},
    {"list", "", "pods", "team-a", "",                                        kY, kY, kY, kY},
    {"watch", "", "pods", "team-a", "",                                       kY, kY, kY, kY},
    {"get", "", "pods/log", "team-a", "orders",                               kN, kN, kN, kN},
    {"create", "", "pods/exec", "team-a", "orders",                           kN, kN, kN, kN},
    {"create", "", "pods", "team-a", "",                                      kN, kN, kN, kN},
    {"delete", "", "pods", "team-a", "orders",                                kN, kN, kN, kN},
    {"list", "", "resourcequotas", "team-a", "",                              kY, kY, kY, kY},
    {"list", "", "limitranges", "team-a", "",                                 kY, kY, kY, kY},
    {"update", "", "resourcequotas", "team-a", "team",                        kN, kN, kN, kN},
    {"create", kEvents, "events", "team-a", "",                               kN, kY, kN, kY},
    {"patch", kEvents, "events", "team-a", "orders.1",                        kN, kY, kN, kY},
    {"update", kEvents, "events", "team-a", "orders.1",                       kN, kN, kN, kN},
    {"delete", kEvents, "events", "team-a", "orders.1",                       kN, kN, kN, kN},
    {"create", "", "events", "team-a", "",                                    kN, kN, kN, kN},
    // A namespace that only two follow.
    {"list", kFlink, "flinkdeployments", "team-c", "",                        kY, kY, kN, kN},
    {"list", "", "pods", "team-c", "",                                        kY, kY, kN, kN},
    {"get", kFlink, "flinkdeployments", "team-c", "orders",                   kN, kY, kN, kN},
    {"patch", kFlink, "flinkdeployments", "team-c", "orders",                 kN, kY, kN, kN},
    {"create", kEvents, "events", "team-c", "",                               kN, kY, kN, kN},
    {"patch", kFlink, "flinkdeployments", "tuned", "orders",                  kN, kY, kN, kN},
    // All namespaces at once.
    {"list", kFlink, "flinkdeployments", "", "",                              kY, kY, kN, kN},
    {"list", "", "pods", "", "",                                              kY, kY, kN, kN},
    {"list", "", "namespaces", "", "",                                        kY, kY, kN, kN},
    {"watch", "", "namespaces", "", "",                                       kY, kY, kN, kN},
    {"list", "", "namespaces", "", "team-a",                                  kY, kY, kY, kY},
    {"watch", "", "namespaces", "", "team-b",                                 kY, kY, kY, kY},
    {"list", "", "namespaces", "", "team-c",                                  kY, kY, kN, kN},
    {"patch", "", "namespaces", "", "team-a",                                 kN, kN, kN, kN},
    // One daemon writes: a Lease of its own namespace, by its name.
    {"create", kLeases, "leases", "tuned", "",                                kN, kY, kN, kY},
    {"get", kLeases, "leases", "tuned", "tuned",                              kN, kY, kN, kY},
    {"update", kLeases, "leases", "tuned", "tuned",                           kN, kY, kN, kY},
    {"delete", kLeases, "leases", "tuned", "tuned",                           kN, kN, kN, kN},
    {"update", kLeases, "leases", "tuned", "another",                         kN, kN, kN, kN},
    {"list", kLeases, "leases", "tuned", "",                                  kN, kN, kN, kN},
    {"create", kLeases, "leases", "team-a", "",                               kN, kN, kN, kN},
    {"update", kLeases, "leases", "team-a", "tuned",                          kN, kN, kN, kN},
    {"update", kLeases, "leases", "kube-system", "kube-scheduler",            kN, kN, kN, kN},
    // Who calls.
    {"create", "authentication.k8s.io", "tokenreviews", "", "",               kY, kY, kY, kY},
    {"create", "authorization.k8s.io", "subjectaccessreviews", "", "",        kY, kY, kY, kY},
    // Never.
    {"get", "", "secrets", "tuned", "tuned-tls",                              kN, kN, kN, kN},
    {"list", "", "secrets", "team-a", "",                                     kN, kN, kN, kN},
    {"list", "", "secrets", "", "",                                           kN, kN, kN, kN},
    {"get", "", "configmaps", "team-a", "",                                   kN, kN, kN, kN},
    {"patch", "apps", "deployments", "tuned", "tuned",                        kN, kN, kN, kN},
    {"patch", "apps", "deployments", "team-a", "orders",                      kN, kN, kN, kN},
    {"create", "", "serviceaccounts/token", "tuned", "tuned",                 kN, kN, kN, kN},
    {"impersonate", "", "serviceaccounts", "tuned", "tuned",                  kN, kN, kN, kN},
    {"impersonate", "", "users", "", "",                                      kN, kN, kN, kN},
    {"bind", kRbac, "clusterroles", "", "cluster-admin",                      kN, kN, kN, kN},
    {"escalate", kRbac, "roles", "tuned", "",                                 kN, kN, kN, kN},
    {"create", kRbac, "rolebindings", "tuned", "",                            kN, kN, kN, kN},
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
