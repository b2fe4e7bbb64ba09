// service/deploy at a real API server: that it is taken, and what the account then may and may not.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "service/cluster/cluster_view.h"
#include "tests/deploy/deployed.h"
#include "tests/deploy/rights.h"

namespace tune {
namespace {

class DeployApi : public Deployed {
 protected:
  // What of the table is not so. RBAC is known a little after it was written.
  std::string Differences(const std::string& overlay) const {
    std::string wrong;
    Eventually([&] {
      wrong.clear();
      for (const Right& right : kRights) {
        const bool want = IsIn(right, overlay);
        if (MayTuned(*admin_, right) == want) continue;
        absl::StrAppend(&wrong, overlay, want ? " may not " : " may ", right.verb, " ", right.group, "/",
                        right.resource, " ", right.name, " in ", right.ns, "\n");
      }
      return wrong.empty();
    });
    return wrong;
  }
  // Each object of an overlay as it is there; the generation counts changes of its spec.
  std::string Generations(const std::string& overlay) const {
    return server_->Kubectl({"get", "--kustomize", "service/deploy/overlays/" + overlay,
                             "--output=jsonpath={range .items[*]}{.kind} {.metadata.uid} {.metadata.generation}{end}"});
  }
  void Check(const std::string& overlay) const {
    Deploy(overlay);
    const std::string once = Generations(overlay);
    EXPECT_EQ(server_->Kubectl({"diff", "--kustomize", "service/deploy/overlays/" + overlay}), "");
    Deploy(overlay);
    EXPECT_EQ(Generations(overlay), once);
    EXPECT_EQ(Differences(overlay), "");
  }
  // Of the account in `ns`, beyond what every account may.
  std::set<std::string> OwnRights(const std::string& ns) const {
    std::set<std::string> own = AllRights(*Tuned(), ns);
    for (const std::string& right : AllRights(*ClientOf(Token("team-a", "default")), ns)) own.erase(right);
    return own;
  }
};

const std::set<std::string> kAsks = {"create authentication.k8s.io/tokenreviews",
                                     "create authorization.k8s.io/subjectaccessreviews"};
const std::set<std::string> kReadsInNamespace = {"list flink.apache.org/flinkdeployments",
                                                 "watch flink.apache.org/flinkdeployments",
                                                 "list flink.apache.org/flinksessionjobs",
                                                 "watch flink.apache.org/flinksessionjobs",
                                                 "list /pods",
                                                 "watch /pods",
                                                 "list /resourcequotas",
                                                 "watch /resourcequotas",
                                                 "list /limitranges",
                                                 "watch /limitranges"};
const std::set<std::string> kReadsNamespaces = {"list /namespaces", "watch /namespaces"};
const std::set<std::string> kReadsNamespacesByName = {"list /namespaces team-a", "watch /namespaces team-a",
                                                      "list /namespaces team-b", "watch /namespaces team-b"};
const std::set<std::string> kWrites = {"get flink.apache.org/flinkdeployments",
                                       "patch flink.apache.org/flinkdeployments", "create events.k8s.io/events",
                                       "patch events.k8s.io/events"};
const std::set<std::string> kLease = {"create coordination.k8s.io/leases", "get coordination.k8s.io/leases tuned",
                                      "update coordination.k8s.io/leases tuned"};

std::set<std::string> All(const std::vector<std::set<std::string>>& parts) {
  std::set<std::string> all;
  for (const std::set<std::string>& part : parts) all.insert(part.begin(), part.end());
  return all;
}

TEST_F(DeployApi, AdviseReadsEverywhereAndWritesNowhere) {
  Check("advise");
  for (const char* ns : {"team-a", "team-c", "tuned", "kube-system"}) {
    EXPECT_EQ(OwnRights(ns), All({kAsks, kReadsInNamespace, kReadsNamespaces})) << ns;
  }
}

TEST_F(DeployApi, WritePatchesJobsEverywhereAndHasOneLease) {
  Check("write");
  const auto everywhere = All({kAsks, kReadsInNamespace, kReadsNamespaces, kWrites});
  for (const char* ns : {"team-a", "team-c", "kube-system"}) EXPECT_EQ(OwnRights(ns), everywhere) << ns;
  EXPECT_EQ(OwnRights("tuned"), All({everywhere, kLease}));
}

TEST_F(DeployApi, NamespacedReadsItsNamespacesAlone) {
  Check("namespaced");
  const auto everywhere = All({kAsks, kReadsNamespacesByName});
  for (const char* ns : {"team-a", "team-b"}) EXPECT_EQ(OwnRights(ns), All({everywhere, kReadsInNamespace})) << ns;
  for (const char* ns : {"team-c", "tuned", "kube-system"}) EXPECT_EQ(OwnRights(ns), everywhere) << ns;
}

TEST_F(DeployApi, NamespacedWritePatchesInItsNamespacesAlone) {
  Check("namespaced-write");
  const auto everywhere = All({kAsks, kReadsNamespacesByName});
  for (const char* ns : {"team-a", "team-b"}) {
    EXPECT_EQ(OwnRights(ns), All({everywhere, kReadsInNamespace, kWrites})) << ns;
  }
  for (const char* ns : {"team-c", "kube-system"}) EXPECT_EQ(OwnRights(ns), everywhere) << ns;
  EXPECT_EQ(OwnRights("tuned"), All({everywhere, kLease}));
}

TEST_F(DeployApi, NamespacedFollowsEachKindAndTheSettingsOfItsNamespaces) {
  Deploy("namespaced");
  server_->Kubectl({"annotate", "--overwrite", "namespace", "team-b", "tune.dev/mode=advise"});
  ClusterViewOptions options;
  options.namespaces = {"team-a", "team-b"};
  options.informers.most_wait = absl::Seconds(1);
  const auto tuned = Tuned();
  const auto view = ClusterView::Start(*tuned, options);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_TRUE(Eventually([&] {
    const std::vector<KindState> kinds = (*view)->States();
    return std::all_of(kinds.begin(), kinds.end(), [](const KindState& kind) { return kind.synced; });
  }));
  const auto settings = [&view] { return (*view)->FindNamespace("team-b")->annotations; };
  EXPECT_THAT(settings(), testing::ElementsAre(testing::Pair("tune.dev/mode", "advise")));
  server_->Kubectl({"annotate", "--overwrite", "namespace", "team-b", "tune.dev/mode=off"});
  EXPECT_TRUE(Eventually([&] { return settings().at(0).second == "off"; }));
  EXPECT_NE((*view)->FindNamespace("team-a"), nullptr);
  EXPECT_EQ((*view)->FindNamespace("team-c"), nullptr);
}

// Its namespace takes hardened pods alone, and a pod that were not would never be made.
TEST_F(DeployApi, ThePodIsTakenUnderTheRestrictedStandard) {
  Deploy("advise");
  const std::string of_tuned = "--selector=app.kubernetes.io/name=tuned";
  EXPECT_TRUE(Eventually([&] {
    return !server_->Kubectl({"--namespace", "tuned", "get", "pods", of_tuned, "--output=name"}).empty();
  })) << server_->Kubectl({"--namespace", "tuned", "get", "events"});
  const auto refused = admin_->Post("/api/v1/namespaces/tuned/pods",
                                    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
                                        "spec":{"containers":[{"name":"c","image":"i"}]}})",
                                    absl::Seconds(30));
  EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << refused.status();
}

}  // namespace
}  // namespace tune
