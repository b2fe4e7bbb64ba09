#include "libtune/codec/limits_yaml.h"

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/yaml_reader.h"
#include "libtune/internal/path.h"
#include "libtune/pack/limits.h"
#include "tune/sizes.h"

namespace tune {
namespace {

using Kind = YamlNode::Kind;
constexpr char kVersion[] = "v1";

struct QuantityKind {
  bool thousandths;  // else whole
  int64_t least, most;
  const char* allowed;
};
// The most is what pack/ takes.
constexpr QuantityKind kCpu = {true, 0, 1'000'000'000, "a Kubernetes quantity in [0, 1e6] cores, as 500m, 2"};
constexpr QuantityKind kMemory = {false, 0, 1'000'000'000'000'000'000,
                                  "a Kubernetes quantity in [0, 1e18] bytes, as 1536Mi, 2Gi"};
constexpr QuantityKind kPods = {false, 0, std::numeric_limits<int>::max(), "a whole number in [0, 2^31)"};
constexpr QuantityKind kRatio = {true, 1000, 1'000'000, "a Kubernetes quantity in [1, 1000], as 2, 1500m"};

// Resources of a ResourceQuota by name; two of them have two.
constexpr struct {
  const char* name;
  QuotaResource resource;
  const QuantityKind& kind;
} kResources[] = {{"requests.cpu", QuotaResource::kCpuRequest, kCpu},
                  {"cpu", QuotaResource::kCpuRequest, kCpu},
                  {"limits.cpu", QuotaResource::kCpuLimit, kCpu},
                  {"requests.memory", QuotaResource::kMemoryRequest, kMemory},
                  {"memory", QuotaResource::kMemoryRequest, kMemory},
                  {"limits.memory", QuotaResource::kMemoryLimit, kMemory},
                  {"pods", QuotaResource::kPods, kPods},
                  {"count/pods", QuotaResource::kPods, kPods}};

template <typename T>
void TakeLarger(const std::optional<T>& value, std::optional<T>& into) {
  if (value && (!into || *value > *into)) into = value;
}
template <typename T>
void TakeSmaller(const std::optional<T>& value, std::optional<T>& into) {
  if (value && (!into || *value < *into)) into = value;
}

// How large a pod of a CU's shape it takes, in CU.
double Room(const LargestPod& node) {
  return std::min(PodCost(node.cpu.value_or(MilliCores()), Bytes(), std::nullopt),
                  PodCost(MilliCores(), node.memory.value_or(Bytes()), std::nullopt));
}

bool IsLarger(const LargestPod& a, const LargestPod& b) {
  if (Room(a) != Room(b)) return Room(a) > Room(b);
  return a.memory != b.memory ? a.memory > b.memory : a.cpu > b.cpu;
}

class Reader : YamlReader {
 public:
  Reader(const YamlDocuments& documents, const std::string& origin, ClusterLimits& out)
      : YamlReader(documents.tree, origin), documents_(documents), out_(out) {}

  absl::Status Read() {
    for (const int root : documents_.roots) ReadDocument(At(root));
    return violations_.ToStatus();
  }

 private:
  // Aliases may make a small text large: what is looked at counts, not what was written.
  bool MayVisit(const YamlNode& node) {
    if (too_large_) return false;
    visited_ += 1 + node.entries.size();
    too_large_ = visited_ > size_t{10} * limits::kYamlListNodes;
    if (too_large_) {
      Bad(node.line, "the objects", "too large with their aliases written out", "objects without aliases");
    }
    return !too_large_;
  }

  void ReadDocument(const YamlNode& root) {
    if (!MayVisit(root)) return;
    if (root.kind != Kind::kMap) return Bad(root.line, "the document", KindText(root), "an object of Kubernetes");
    std::string kind = Text(root, "kind", "kind");
    if (kind.empty()) return Bad(root.line, "kind", "absent", "List, ResourceQuota, LimitRange, Node or another");
    if (!absl::EndsWith(kind, "List")) return ReadObject(root, kind, Text(root, "apiVersion", "apiVersion"));
    const YamlNode* items = List(root, "items", "items");
    if (items == nullptr) return;
    kind = std::string(absl::StripSuffix(kind, "List"));
    for (const int index : items->items) ReadItem(At(index), kind);
  }

  // Items of a typed list (NodeList) need not repeat kind and version.
  void ReadItem(const YamlNode& item, const std::string& list_kind) {
    if (!MayVisit(item)) return;
    if (item.kind != Kind::kMap) return Bad(item.line, "items", KindText(item), "objects of Kubernetes");
    std::string kind = Text(item, "kind", "items.kind"), version = Text(item, "apiVersion", "items.apiVersion");
    if (kind.empty()) {
      if (list_kind.empty()) return Bad(item.line, "items.kind", "absent", "the object's kind");
      kind = list_kind;
      if (version.empty()) version = kVersion;
    }
    ReadObject(item, kind, version);
  }

  void ReadObject(const YamlNode& object, const std::string& kind, const std::string& version) {
    if (version != kVersion || (kind != "ResourceQuota" && kind != "LimitRange" && kind != "Node")) return;
    const YamlNode* metadata = Map(object, "metadata", kind + ".metadata");
    std::string name, ns;
    if (metadata != nullptr) {
      if (!MayVisit(*metadata)) return;
      name = Text(*metadata, "name", kind + ".metadata.name");
      ns = Text(*metadata, "namespace", kind + ".metadata.namespace");
    }
    path_ = absl::StrCat(kind, "[", Quoted(name), "]");
    if (kind == "Node") return ReadNode(object);
    if (!IsOurs(*(metadata != nullptr ? metadata : &object), ns)) return;
    if (kind == "ResourceQuota") return ReadQuota(object);
    ReadRange(object);
  }

  bool IsOurs(const YamlNode& metadata, const std::string& ns) {
    if (ns.empty() || ns == out_.ns) return true;
    if (!out_.ns.empty()) {
      if (out_.ns_found) {
        Bad(metadata.line, path_ + ".metadata.namespace", Quoted(ns),
            absl::StrCat(Quoted(out_.ns), ", as of the others, where the job's is not known"));
      }
      return false;
    }
    out_.ns = ns;
    out_.ns_found = true;
    return true;
  }

  // nullopt where it is absent, or wrong.
  std::optional<int64_t> Quantity(const YamlNode* map, const char* part, const char* name, const QuantityKind& kind) {
    const YamlNode* node = map == nullptr || !MayVisit(*map) ? nullptr : Field(*map, name);
    if (node == nullptr) return std::nullopt;
    if (node->kind == Kind::kScalar) {
      if (const auto value = Parse(node->scalar, kind); value && *value >= kind.least && *value <= kind.most) {
        return value;
      }
    }
    Bad(node->line, absl::StrCat(path_, ".", part, "[\"", name, "\"]"), KindText(*node), kind.allowed);
    return std::nullopt;
  }

  static std::optional<int64_t> Parse(const std::string& text, const QuantityKind& kind) {
    const auto value = [](const auto& parsed) {
      return parsed.ok() ? std::optional<int64_t>(parsed->value()) : std::nullopt;
    };
    return kind.thousandths ? value(ParseKubernetesCpu("", text)) : value(ParseKubernetesBytes("", text));
  }

  std::optional<MilliCores> Cpu(const YamlNode* map, const char* part) {
    const auto cpu = Quantity(map, part, "cpu", kCpu);
    return cpu ? std::optional<MilliCores>(*cpu) : std::nullopt;
  }
  std::optional<Bytes> Memory(const YamlNode* map, const char* part) {
    const auto memory = Quantity(map, part, "memory", kMemory);
    return memory ? std::optional<Bytes>(*memory) : std::nullopt;
  }
  std::optional<double> Ratio(const YamlNode* map, const char* name) {
    const auto ratio = Quantity(map, "spec.limits.maxLimitRequestRatio", name, kRatio);
    return ratio ? std::optional<double>(static_cast<double>(*ratio) / 1000) : std::nullopt;
  }

  static bool IsOfFlink(const std::string& scope) { return scope == "NotBestEffort" || scope == "NotTerminating"; }

  // Whether Flink's pods, which have requests and no deadline, are in all of its scopes.
  bool HoldsForFlink(const YamlNode& spec) {
    if (const YamlNode* scopes = List(spec, "scopes", path_ + ".spec.scopes")) {
      for (const int index : scopes->items) {
        if (!MayVisit(At(index)) || !IsOfFlink(At(index).scalar)) return false;
      }
    }
    const std::string path = path_ + ".spec.scopeSelector";
    const YamlNode* selector = Map(spec, "scopeSelector", path);
    const YamlNode* terms =
        selector == nullptr ? nullptr : List(*selector, "matchExpressions", path + ".matchExpressions");
    if (terms == nullptr) return true;
    for (const int index : terms->items) {
      if (!MayVisit(At(index)) || !IsOfFlink(Text(At(index), "scopeName", path + ".scopeName"))) return false;
    }
    return true;
  }

  void ReadQuota(const YamlNode& object) {
    const YamlNode* spec = Map(object, "spec", path_ + ".spec");
    const YamlNode* status = Map(object, "status", path_ + ".status");
    if (spec != nullptr && (!MayVisit(*spec) || !HoldsForFlink(*spec))) return;
    const YamlNode* hard = status == nullptr ? nullptr : Map(*status, "hard", path_ + ".status.hard");
    const YamlNode* used = status == nullptr ? nullptr : Map(*status, "used", path_ + ".status.used");
    const char* part = "status.hard";
    if (hard == nullptr) {
      hard = spec == nullptr ? nullptr : Map(*spec, "hard", path_ + ".spec.hard");
      used = nullptr;
      part = "spec.hard";
    }
    for (const auto& [name, resource, kind] : kResources) {
      const auto most = Quantity(hard, part, name, kind);
      const auto now = Quantity(used, "status.used", name, kind);
      if (most) out_.quota.push_back({resource, *most, now});
    }
  }

  void ReadRange(const YamlNode& object) {
    const YamlNode* spec = Map(object, "spec", path_ + ".spec");
    if (spec == nullptr || !MayVisit(*spec)) return;
    const YamlNode* list = List(*spec, "limits", path_ + ".spec.limits");
    if (list == nullptr) return;
    for (const int index : list->items) {
      const YamlNode& limit = At(index);
      if (!MayVisit(limit)) return;
      if (limit.kind != Kind::kMap) {
        Bad(limit.line, path_ + ".spec.limits", KindText(limit), "a list of maps");
        continue;
      }
      const std::string type = Text(limit, "type", path_ + ".spec.limits.type");
      if (type == "Container" || type == "Pod") ReadLimit(limit);
    }
  }

  void ReadLimit(const YamlNode& limit) {
    LimitRange& range = out_.range;
    const YamlNode* min = Map(limit, "min", path_ + ".spec.limits.min");
    const YamlNode* max = Map(limit, "max", path_ + ".spec.limits.max");
    const YamlNode* ratios = Map(limit, "maxLimitRequestRatio", path_ + ".spec.limits.maxLimitRequestRatio");
    TakeLarger(Cpu(min, "spec.limits.min"), range.min_cpu);
    TakeLarger(Memory(min, "spec.limits.min"), range.min_memory);
    TakeSmaller(Cpu(max, "spec.limits.max"), range.max_cpu);
    TakeSmaller(Memory(max, "spec.limits.max"), range.max_memory);
    TakeSmaller(Ratio(ratios, "cpu"), range.max_cpu_ratio);
    TakeSmaller(Ratio(ratios, "memory"), range.max_memory_ratio);
  }

  bool IsReady(const YamlNode& status) {
    const YamlNode* conditions = List(status, "conditions", path_ + ".status.conditions");
    if (conditions == nullptr) return true;
    for (const int index : conditions->items) {
      const YamlNode& condition = At(index);
      if (!MayVisit(condition)) return false;
      if (Text(condition, "type", path_ + ".status.conditions.type") != "Ready") continue;
      return Text(condition, "status", path_ + ".status.conditions.status") == "True";
    }
    return true;
  }

  bool IsSchedulable(const YamlNode& spec) {
    if (Text(spec, "unschedulable", path_ + ".spec.unschedulable") == "true") return false;
    const YamlNode* taints = List(spec, "taints", path_ + ".spec.taints");
    if (taints == nullptr) return true;
    for (const int index : taints->items) {
      const YamlNode& taint = At(index);
      if (!MayVisit(taint)) return false;
      const std::string key = Text(taint, "key", path_ + ".spec.taints.key");
      const std::string effect = Text(taint, "effect", path_ + ".spec.taints.effect");
      const bool system = absl::StartsWith(key, "node.kubernetes.io/") ||
                          key == "node-role.kubernetes.io/control-plane" || key == "node-role.kubernetes.io/master";
      if (system && (effect == "NoSchedule" || effect == "NoExecute")) return false;
    }
    return true;
  }

  void ReadNode(const YamlNode& object) {
    const YamlNode* spec = Map(object, "spec", path_ + ".spec");
    const YamlNode* status = Map(object, "status", path_ + ".status");
    if (status == nullptr || !MayVisit(*status) || !IsReady(*status)) return;
    if (spec != nullptr && (!MayVisit(*spec) || !IsSchedulable(*spec))) return;
    const YamlNode* allocatable = Map(*status, "allocatable", path_ + ".status.allocatable");
    const LargestPod node{Cpu(allocatable, "status.allocatable"), Memory(allocatable, "status.allocatable")};
    if (node.cpu && node.memory && IsLarger(node, out_.node)) out_.node = node;
  }

  const YamlDocuments& documents_;
  ClusterLimits& out_;
  std::string path_;  // of the object that is read: ResourceQuota["team"]
  size_t visited_ = 0;
  bool too_large_ = false;
};

}  // namespace

absl::Status ReadClusterLimits(const std::string& yaml, const std::string& origin, ClusterLimits& limits) {
  const absl::StatusOr<YamlDocuments> documents = ParseYamlDocuments(yaml, origin);
  if (!documents.ok()) return documents.status();
  return Reader(*documents, origin, limits).Read();
}

}  // namespace tune
