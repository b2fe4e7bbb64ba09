#include "libtune/codec/limits_yaml.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/codec/limits.h"

namespace tune {
namespace {

using testing::HasSubstr;

// As `kubectl get resourcequota,limitrange,nodes -o yaml` prints it, shortened.
constexpr char kCluster[] = R"(apiVersion: v1
items:
- apiVersion: v1
  kind: ResourceQuota
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","kind":"ResourceQuota","spec":{"hard":{"pods":"50"}}}
    creationTimestamp: "2025-11-03T09:12:44Z"
    name: team
    namespace: shop
    resourceVersion: "812345"
  spec:
    hard: {limits.memory: 200Gi, pods: "50", requests.cpu: "40", requests.memory: 160Gi}
  status:
    hard:
      limits.memory: 200Gi
      pods: "50"
      requests.cpu: "40"
      requests.memory: 160Gi
    used:
      limits.memory: 120Gi
      pods: "21"
      requests.cpu: 30500m
      requests.memory: 96Gi
- apiVersion: v1
  kind: LimitRange
  metadata:
    name: containers
    namespace: shop
  spec:
    limits:
    - default: {cpu: 500m, memory: 512Mi}
      defaultRequest: {cpu: 100m, memory: 256Mi}
      max: {cpu: "8", memory: 32Gi}
      maxLimitRequestRatio: {cpu: "4", memory: "1.5"}
      min: {cpu: 50m, memory: 64Mi}
      type: Container
    - max: {storage: 50Gi}
      type: PersistentVolumeClaim
- apiVersion: v1
  kind: Node
  metadata:
    labels: {kubernetes.io/os: linux}
    name: worker-1
  spec:
    podCIDR: 10.244.1.0/24
  status:
    addresses: [{address: 10.0.0.4, type: InternalIP}]
    allocatable: {cpu: 7910m, ephemeral-storage: "95551679124", hugepages-2Mi: "0", memory: 29186492Ki, pods: "110"}
    capacity: {cpu: "8", memory: 32880572Ki, pods: "110"}
    conditions:
    - {type: MemoryPressure, status: "False"}
    - {type: Ready, status: "True"}
kind: List
metadata:
  resourceVersion: ""
)";

ClusterLimits Read(const std::string& yaml, const std::string& ns = "") {
  ClusterLimits limits;
  limits.ns = ns;
  const absl::Status read = ReadClusterLimits(yaml, "limits.yaml", limits);
  EXPECT_TRUE(read.ok()) << read;
  return limits;
}
PodLimits Limits(const std::string& yaml, const PodsTaken& taken = {}) { return LimitsFor(Read(yaml), taken); }
std::string ErrorOf(const std::string& yaml, const std::string& ns = "") {
  ClusterLimits limits;
  limits.ns = ns;
  return std::string(ReadClusterLimits(yaml, "limits.yaml", limits).message());
}

std::string Quota(const std::string& status, const std::string& spec = "{}", const std::string& ns = "shop") {
  return absl::StrCat("---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: team, namespace: ", ns,
                      "}\nspec: ", spec, "\nstatus: ", status, "\n");
}
std::string Range(const std::string& limits) {
  return absl::StrCat("---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: range}\nspec: {limits: ", limits, "}\n");
}
std::string Node(const std::string& allocatable, const std::string& spec = "{}",
                 const std::string& conditions = "[{type: Ready, status: \"True\"}]") {
  return absl::StrCat("---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: ", spec,
                      "\nstatus: {allocatable: ", allocatable, ", conditions: ", conditions, "}\n");
}
constexpr Bytes Gib(int64_t gib) { return Bytes(gib << 30); }

TEST(LimitsYamlTest, ReadsWhatKubectlPrints) {
  const PodLimits limits = Limits(kCluster);
  EXPECT_EQ(limits.quota.cpu_request, MilliCores(9500));  // 40 - 30.5 cores
  EXPECT_EQ(limits.quota.memory_request, Gib(64));        // 160 - 96
  EXPECT_EQ(limits.quota.memory_limit, Gib(80));          // 200 - 120
  EXPECT_EQ(limits.quota.cpu_limit, std::nullopt);
  EXPECT_EQ(limits.quota.pods, 29);  // 50 - 21
  EXPECT_EQ(limits.range.min_cpu, MilliCores(50));
  EXPECT_EQ(limits.range.max_cpu, MilliCores(8000));
  EXPECT_EQ(limits.range.min_memory, Bytes(64 << 20));
  EXPECT_EQ(limits.range.max_memory, Gib(32));
  EXPECT_EQ(limits.range.max_cpu_ratio, 4);
  EXPECT_EQ(limits.range.max_memory_ratio, 1.5);
  EXPECT_EQ(limits.node.cpu, MilliCores(7910));
  EXPECT_EQ(limits.node.memory, Bytes(int64_t{29186492} * 1024));
  EXPECT_EQ(Read(kCluster).ns, "shop");
}

TEST(LimitsYamlTest, ReadsTheNameOfTheQuotaAndTheDefaultsOfContainers) {
  const ClusterLimits limits = Read(kCluster);
  ASSERT_FALSE(limits.quota.empty());
  EXPECT_EQ(limits.quota[0].quota, "team");
  EXPECT_EQ(limits.defaults.cpu_request, MilliCores(100));
  EXPECT_EQ(limits.defaults.cpu_limit, MilliCores(500));
  EXPECT_EQ(limits.defaults.memory_request, Bytes(256 << 20));
  EXPECT_EQ(limits.defaults.memory_limit, Bytes(512 << 20));
}

TEST(LimitsYamlTest, WhatOtherJobsAreAboutToTakeIsTakenOff) {
  PodsTaken own, in_flight;
  own.cpu_request = MilliCores(4000);
  in_flight.cpu_request = MilliCores(6000);
  EXPECT_EQ(LimitsFor(Read(kCluster), own, in_flight).quota.cpu_request, MilliCores(7500));  // 40 - (30.5 - 4) - 6
  in_flight.cpu_request = MilliCores(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(LimitsFor(Read(kCluster), own, in_flight).quota.cpu_request, MilliCores(0));
}

TEST(LimitsYamlTest, ATreeWithoutLinesNamesTheFieldAlone) {
  YamlTree tree = *ParseYaml("{metadata: {name: team}, spec: {hard: {pods: many}}}", "");
  for (YamlNode& node : tree.nodes) node.line = 0;
  ClusterLimits limits;
  EXPECT_EQ(ReadClusterObject(LimitsKind::kResourceQuota, tree, "", limits).message(),
            "ResourceQuota[\"team\"].spec.hard[\"pods\"] = \"many\"; allowed: a whole number in [0, 2^31)");
}

TEST(LimitsYamlTest, TheQuotaGetsBackWhatTheJobTakes) {
  PodsTaken taken;
  taken.cpu_request = MilliCores(10000);
  taken.memory_request = Gib(20);
  taken.memory_limit = Gib(30);
  taken.pods = 4;
  const PodLimits limits = Limits(kCluster, taken);
  EXPECT_EQ(limits.quota.cpu_request, MilliCores(19500));  // 40 - (30.5 - 10)
  EXPECT_EQ(limits.quota.memory_request, Gib(84));         // 160 - (96 - 20)
  EXPECT_EQ(limits.quota.memory_limit, Gib(110));          // 200 - (120 - 30)
  EXPECT_EQ(limits.quota.pods, 33);                        // 50 - (21 - 4)
}

TEST(LimitsYamlTest, NoMoreIsGivenBackThanIsUsed) {
  PodsTaken taken;
  taken.pods = 30;
  EXPECT_EQ(Limits(Quota("{hard: {pods: 10}, used: {pods: 8}}"), taken).quota.pods, 10);  // 10 - max(0, 8 - 30)
  EXPECT_EQ(Limits(Quota("{hard: {pods: 10}}"), taken).quota.pods, 10) << "what is used is not told";
  taken.pods = 1;
  EXPECT_EQ(Limits(Quota("{hard: {pods: 10}, used: {pods: 14}}"), taken).quota.pods, 0) << "lowered below its use";
}

TEST(LimitsYamlTest, OfSeveralQuotasAndOfBothNamesTheSmallestCounts) {
  const std::string quotas =
      Quota("{hard: {cpu: 10, requests.cpu: \"8\", pods: 20, count/pods: 15}, used: {cpu: 4, requests.cpu: 4}}") +
      Quota("{hard: {requests.cpu: 5, memory: 6Gi, limits.cpu: 12}, used: {requests.cpu: 2, memory: 1Gi}}");
  const PodLimits limits = Limits(quotas);
  EXPECT_EQ(limits.quota.cpu_request, MilliCores(3000));  // min(10 - 4, 8 - 4, 5 - 2)
  EXPECT_EQ(limits.quota.cpu_limit, MilliCores(12000));
  EXPECT_EQ(limits.quota.memory_request, Gib(5));
  EXPECT_EQ(limits.quota.pods, 15);
}

TEST(LimitsYamlTest, WithoutAStatusTheSpecCounts) {
  const PodLimits limits =
      Limits("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}\nspec: {hard: {requests.cpu: 4}}\n");
  EXPECT_EQ(limits.quota.cpu_request, MilliCores(4000));
}

TEST(LimitsYamlTest, QuotasOfOtherScopesAreLeftOut) {
  const auto pods = [](const std::string& spec) { return Limits(Quota("{hard: {pods: 3}}", spec)).quota.pods; };
  EXPECT_EQ(pods("{scopes: [NotTerminating, NotBestEffort]}"), 3);
  EXPECT_EQ(pods("{scopes: [BestEffort]}"), std::nullopt);
  EXPECT_EQ(pods("{scopes: [NotTerminating, Terminating]}"), std::nullopt);
  EXPECT_EQ(pods("{scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}}"),
            std::nullopt);
  EXPECT_EQ(pods("{scopeSelector: {matchExpressions: [{scopeName: NotBestEffort, operator: Exists}]}}"), 3);
}

TEST(LimitsYamlTest, OtherNamespacesAreLeftOut) {
  const std::string two = Quota("{hard: {pods: 3}}", "{}", "shop") + Quota("{hard: {pods: 1}}", "{}", "bank");
  EXPECT_EQ(LimitsFor(Read(two, "shop"), {}).quota.pods, 3);
  EXPECT_EQ(LimitsFor(Read(two, "other"), {}).quota.pods, std::nullopt);
  EXPECT_THAT(ErrorOf(two), HasSubstr("limits.yaml line 10: ResourceQuota[\"team\"].metadata.namespace = \"bank\"; "
                                      "allowed: \"shop\""));
  ClusterLimits files;  // the same over two files
  ASSERT_TRUE(ReadClusterLimits(Quota("{}", "{}", "shop"), "a", files).ok());
  EXPECT_FALSE(ReadClusterLimits(Quota("{}", "{}", "bank"), "b", files).ok());
}

TEST(LimitsYamlTest, OfSeveralLimitRangesTheStrictestCounts) {
  const PodLimits limits = Limits(
      Range("[{type: Container, min: {cpu: 100m, memory: 1Gi}, max: {cpu: 4}, maxLimitRequestRatio: {cpu: 3}}, "
            "{type: Pod, max: {cpu: 2, memory: 10Gi}}]") +
      Range("[{type: Container, min: {cpu: 200m, memory: 64Mi}, max: {cpu: 3}, maxLimitRequestRatio: {cpu: 1500m}}]"));
  EXPECT_EQ(limits.range.min_cpu, MilliCores(200));
  EXPECT_EQ(limits.range.min_memory, Gib(1));
  EXPECT_EQ(limits.range.max_cpu, MilliCores(2000));
  EXPECT_EQ(limits.range.max_memory, Gib(10));
  EXPECT_EQ(limits.range.max_cpu_ratio, 1.5);
  EXPECT_EQ(limits.range.max_memory_ratio, std::nullopt);
}

TEST(LimitsYamlTest, TheNodeWithTheMostRoomForABalancedPodCounts) {
  // In CU (1/4 core, 2 GiB): min(128, 4) = 4; min(16, 8) = 8; min(16, 32) = 16; min(64, 16) = 16, of less memory.
  const PodLimits limits = Limits(Node("{cpu: 32, memory: 8Gi}") + Node("{cpu: 4, memory: 16Gi}") +
                                  Node("{cpu: 4, memory: 64Gi}") + Node("{cpu: 16, memory: 32Gi}"));
  EXPECT_EQ(limits.node.cpu, MilliCores(4000));
  EXPECT_EQ(limits.node.memory, Gib(64));
}

TEST(LimitsYamlTest, NodesThatTakeNoPodsAreLeftOut) {
  const std::string large = "{cpu: 64, memory: 256Gi}", small = Node("{cpu: 4, memory: 8Gi}");
  const auto taint = [](const std::string& key, const std::string& effect) {
    return absl::StrCat("{taints: [{key: ", key, ", effect: ", effect, "}]}");
  };
  for (const std::string& node :
       {Node(large, "{unschedulable: true}"), Node(large, "{}", "[{type: Ready, status: \"False\"}]"),
        Node(large, "{}", "[{type: Ready, status: Unknown}]"),
        Node(large, taint("node-role.kubernetes.io/control-plane", "NoSchedule")),
        Node(large, taint("node.kubernetes.io/disk-pressure", "NoSchedule"))}) {
    EXPECT_EQ(Limits(small + node).node.cpu, MilliCores(4000)) << node;
  }
  for (const std::string& node : {Node(large, taint("dedicated", "NoSchedule")), Node(large, "{}", "[]"),
                                  Node(large, taint("node-role.kubernetes.io/control-plane", "PreferNoSchedule"))}) {
    EXPECT_EQ(Limits(small + node).node.cpu, MilliCores(64000)) << node;
  }
  EXPECT_EQ(Limits(Node("{cpu: 4}") + "---\napiVersion: v1\nkind: Node\n").node.cpu, std::nullopt);
}

TEST(LimitsYamlTest, OtherKindsAreLeftOutAndTypedListsRead) {
  const PodLimits limits = Limits(R"(apiVersion: v1
kind: NodeList
items: [{metadata: {name: a}, status: {allocatable: {cpu: 2, memory: 4Gi}}}]
---
apiVersion: metrics.k8s.io/v1beta1
kind: Node
status: {allocatable: lots}
---
---
apiVersion: v1
kind: Secret
data: [1, {2: 3}]
)");
  EXPECT_EQ(limits.node.cpu, MilliCores(2000));
  EXPECT_EQ(Limits("").node.cpu, std::nullopt);
  EXPECT_EQ(Limits(R"({"apiVersion": "v1", "kind": "List", "items": []})").quota.pods, std::nullopt);
}

TEST(LimitsYamlTest, WrongValuesAreNamedWithLineAndField) {
  EXPECT_EQ(ErrorOf(Quota("{hard: {pods: many}}")),
            "limits.yaml line 6: ResourceQuota[\"team\"].status.hard[\"pods\"] = \"many\"; allowed: a whole number in "
            "[0, 2^31)");
  EXPECT_THAT(ErrorOf(Quota("{hard: {pods: 3e9}}")), HasSubstr("[\"pods\"] = \"3e9\"; "));
  EXPECT_THAT(ErrorOf(Quota("{hard: {cpu: -1}}")), HasSubstr("[\"cpu\"] = \"-1\"; allowed: a Kubernetes quantity"));
  EXPECT_THAT(ErrorOf(Quota("{hard: {cpu: 1}, used: {cpu: [1]}}")), HasSubstr("status.used[\"cpu\"] = a list; "));
  EXPECT_THAT(ErrorOf(Quota("{hard: {limits.memory: 8GB}}")), HasSubstr("[\"limits.memory\"] = \"8GB\"; "));
  EXPECT_THAT(ErrorOf(Quota("{hard: {requests.memory: 99999999999999999999}}")), HasSubstr("[0, 1e18] bytes"));
  EXPECT_THAT(ErrorOf(Quota("[hard]")), HasSubstr("ResourceQuota[\"team\"].status = a list; allowed: a map"));
  EXPECT_THAT(ErrorOf(Quota("{}", "{scopes: NotBestEffort}")), HasSubstr(".spec.scopes = \"NotBestEffort\"; "));
  EXPECT_THAT(ErrorOf(Range("{}")), HasSubstr("LimitRange[\"range\"].spec.limits = a map; allowed: a list"));
  EXPECT_THAT(ErrorOf(Range("[7]")), HasSubstr("LimitRange[\"range\"].spec.limits = \"7\"; allowed: a list of maps"));
  EXPECT_THAT(ErrorOf(Range("[{type: Container, maxLimitRequestRatio: {cpu: 0.5}}]")),
              HasSubstr("maxLimitRequestRatio[\"cpu\"] = \"0.5\"; allowed: a Kubernetes quantity in [1, 1000]"));
  EXPECT_THAT(ErrorOf(Node("{cpu: fast, memory: 1Gi}")),
              HasSubstr("Node[\"n\"].status.allocatable[\"cpu\"] = \"fast\""));
  EXPECT_THAT(ErrorOf("- a\n"), HasSubstr("limits.yaml line 1: the document = a list; "));
  EXPECT_THAT(ErrorOf("items: []\n"), HasSubstr("line 1: kind = absent; "));
  EXPECT_THAT(ErrorOf("kind: List\nitems: [{metadata: {}}]\n"), HasSubstr("line 2: items.kind = absent; "));
  EXPECT_THAT(ErrorOf("kind: List\nitems: [3]\n"), HasSubstr("line 2: items = \"3\"; "));
  EXPECT_THAT(ErrorOf("kind: [List\n"), HasSubstr("not YAML"));
}

TEST(LimitsYamlTest, AliasesAreReadButCannotMakeASmallTextLarge) {
  EXPECT_EQ(Limits(absl::StrCat("kind: List\nitems:\n- &n {apiVersion: v1, kind: Node, status: {allocatable: {cpu: 2, ",
                                "memory: 4Gi}}}\n- *n\n"))
                .node.cpu,
            MilliCores(2000));
  std::string junk = "kind: List\nitems:\n- &a {apiVersion: v1, kind: Secret", many;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&junk, ", k", i, ": 1");
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&many, "- *a\n");
  EXPECT_THAT(ErrorOf(absl::StrCat(junk, "}\n", many)), HasSubstr("too large with their aliases written out"));
}

TEST(LimitsYamlTest, HugeAndDeepTextsAreRefused) {
  EXPECT_THAT(ErrorOf(std::string(limits::kYamlListBytes + 1, ' ')), HasSubstr("allowed: at most 16777216"));
  EXPECT_THAT(ErrorOf(absl::StrCat("kind: ", std::string(200, '['), std::string(200, ']'))),
              HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace tune
