#include "libtune/codec/limits_yaml.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libtune/codec/kube_amount.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/yaml_reader.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

using Kind = YamlNode::Kind;
constexpr char kVersion[] = "v1";

// Resources of a ResourceQuota by name; two of them have two.
constexpr struct {
  const char* name;
  QuotaResource resource;
  const AmountKind& kind;
} kResources[] = {{"requests.cpu", QuotaResource::kCpuRequest, kCpuAmount},
                  {"cpu", QuotaResource::kCpuRequest, kCpuAmount},
                  {"limits.cpu", QuotaResource::kCpuLimit, kCpuAmount},
                  {"requests.memory", QuotaResource::kMemoryRequest, kMemoryAmount},
                  {"memory", QuotaResource::kMemoryRequest, kMemoryAmount},
                  {"limits.memory", QuotaResource::kMemoryLimit, kMemoryAmount},
                  {"pods", QuotaResource::kPods, kPodsAmount},
                  {"count/pods", QuotaResource::kPods, kPodsAmount}};

constexpr const char* kKindNames[] = {"ResourceQuota", "LimitRange", "Node"};  // by LimitsKind

const char* NameOf(LimitsKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::optional<LimitsKind> KindOf(const std::string& name) {
  for (const auto kind : {LimitsKind::kResourceQuota, LimitsKind::kLimitRange, LimitsKind::kNode}) {
    if (name == NameOf(kind)) return kind;
  }
  return std::nullopt;
}

class Reader : YamlReader {
 public:
  Reader(const YamlTree& tree, const std::string& origin, ClusterLimits& out) : YamlReader(tree, origin), out_(out) {}

  absl::Status Read(const std::vector<int>& documents) {
    for (const int root : documents) ReadDocument(At(root));
    return violations_.ToStatus();
  }

  absl::Status ReadOne(LimitsKind kind) {
    if (tree_.root < 0) return NotAllowed(Place(0, "the object"), "empty", NameOf(kind));
    const YamlNode& object = At(tree_.root);
    if (object.kind != Kind::kMap) return NotAllowed(Place(object.line, "the object"), KindText(object), NameOf(kind));
    ReadObject(object, kind);
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
    if (!absl::EndsWith(kind, "List")) return ReadIfLimits(root, kind, Text(root, "apiVersion", "apiVersion"));
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
    ReadIfLimits(item, kind, version);
  }

  void ReadIfLimits(const YamlNode& object, const std::string& kind_name, const std::string& version) {
    const std::optional<LimitsKind> kind = KindOf(kind_name);
    if (version == kVersion && kind) ReadObject(object, *kind);
  }

  void ReadObject(const YamlNode& object, LimitsKind kind) {
    const std::string prefix = NameOf(kind);
    const YamlNode* metadata = Map(object, "metadata", prefix + ".metadata");
    name_.clear();
    std::string ns;
    if (metadata != nullptr) {
      if (!MayVisit(*metadata)) return;
      name_ = Text(*metadata, "name", prefix + ".metadata.name");
      ns = Text(*metadata, "namespace", prefix + ".metadata.namespace");
    }
    path_ = absl::StrCat(prefix, "[", Quoted(name_), "]");
    if (kind == LimitsKind::kNode) return ReadNode(object);
    if (!IsOurs(*(metadata != nullptr ? metadata : &object), ns)) return;
    if (kind == LimitsKind::kResourceQuota) return ReadQuota(object);
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
  std::optional<int64_t> Quantity(const YamlNode* map, const char* part, const char* name, const AmountKind& kind) {
    const YamlNode* node = map == nullptr || !MayVisit(*map) ? nullptr : Field(*map, name);
    if (node == nullptr) return std::nullopt;
    const auto amount = node->kind == Kind::kScalar ? ParseAmount(node->scalar, kind) : std::nullopt;
    if (amount) return amount;
    Bad(node->line, absl::StrCat(path_, ".", part, "[\"", name, "\"]"), KindText(*node), kind.allowed);
    return std::nullopt;
  }

  std::optional<MilliCores> Cpu(const YamlNode* map, const char* part) {
    const auto cpu = Quantity(map, part, "cpu", kCpuAmount);
    return cpu ? std::optional<MilliCores>(*cpu) : std::nullopt;
  }
  std::optional<Bytes> Memory(const YamlNode* map, const char* part) {
    const auto memory = Quantity(map, part, "memory", kMemoryAmount);
    return memory ? std::optional<Bytes>(*memory) : std::nullopt;
  }
  std::optional<double> Ratio(const YamlNode* map, const char* name) {
    const auto ratio = Quantity(map, "spec.limits.maxLimitRequestRatio", name, kRatioAmount);
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
      if (most) out_.quota.push_back({resource, *most, now, name_});
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
      if (type == "Container") ReadDefaults(limit);
    }
  }

  void ReadLimit(const YamlNode& limit) {
    const YamlNode* min = Map(limit, "min", path_ + ".spec.limits.min");
    const YamlNode* max = Map(limit, "max", path_ + ".spec.limits.max");
    const YamlNode* ratios = Map(limit, "maxLimitRequestRatio", path_ + ".spec.limits.maxLimitRequestRatio");
    ClusterLimits says;
    says.range = {Cpu(min, "spec.limits.min"),    Cpu(max, "spec.limits.max"), Memory(min, "spec.limits.min"),
                  Memory(max, "spec.limits.max"), Ratio(ratios, "cpu"),        Ratio(ratios, "memory")};
    Add(says, out_);
  }

  void ReadDefaults(const YamlNode& limit) {
    const YamlNode* limits = Map(limit, "default", path_ + ".spec.limits.default");
    const YamlNode* requests = Map(limit, "defaultRequest", path_ + ".spec.limits.defaultRequest");
    ClusterLimits says;
    says.defaults = {Cpu(requests, "spec.limits.defaultRequest"), Cpu(limits, "spec.limits.default"),
                     Memory(requests, "spec.limits.defaultRequest"), Memory(limits, "spec.limits.default")};
    Add(says, out_);
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
    ClusterLimits says;
    says.node = {Cpu(allocatable, "status.allocatable"), Memory(allocatable, "status.allocatable")};
    Add(says, out_);
  }

  ClusterLimits& out_;
  std::string name_, path_;  // of the object that is read: team, ResourceQuota["team"]
  size_t visited_ = 0;
  bool too_large_ = false;
};

}  // namespace

absl::Status ReadClusterLimits(const std::string& yaml, const std::string& origin, ClusterLimits& limits) {
  const absl::StatusOr<YamlDocuments> documents = ParseYamlDocuments(yaml, origin);
  if (!documents.ok()) return documents.status();
  return Reader(documents->tree, origin, limits).Read(documents->roots);
}

absl::Status ReadClusterObject(LimitsKind kind, const YamlTree& object, const std::string& origin,
                               ClusterLimits& limits) {
  return Reader(object, origin, limits).ReadOne(kind);
}

}  // namespace tune
