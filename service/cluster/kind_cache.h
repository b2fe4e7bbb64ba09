// The objects of one kind in all namespaces, or in some: an informer for each. Of the kind of namespaces: all, or some.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "service/kube/informer.h"

namespace tune {

struct KindState {
  std::string kind;                // "flinkdeployments"
  bool synced = false;             // listed in each of the namespaces since the start
  bool refused = false;            // somewhere the server says that it may not be listed, or that there is no such kind
  absl::Duration age;              // since the server's last word, the longest; infinite: there was none
  absl::Status error;              // the first that holds now; OK: it follows
  size_t objects = 0;              // that are known
  int64_t lists = 0, watches = 0;  // begun since the start
};

template <typename Value>
class KindCache {
 public:
  using Cache = ObjectCache<Value>;
  using Object = typename Cache::Object;

  // `options` are those of each informer but for the namespace. An empty list: all namespaces.
  // kInvalidArgument: options.
  static absl::StatusOr<std::unique_ptr<KindCache>> Start(KubeClient& client, const ReflectorOptions& options,
                                                          std::vector<std::string> namespaces,
                                                          const typename Cache::Reduce& reduce,
                                                          const typename Cache::Listener& listener = nullptr) {
    auto cache = std::make_unique<KindCache>();
    cache->kind_ = options.resource.plural;
    std::sort(namespaces.begin(), namespaces.end());
    namespaces.erase(std::unique(namespaces.begin(), namespaces.end()), namespaces.end());
    if (namespaces.empty()) namespaces.emplace_back();
    for (const std::string& ns : namespaces) {
      ReflectorOptions part = options;
      (options.resource.plural == "namespaces" ? part.name : part.ns) = ns;
      auto informer = Informer<Value>::Start(client, std::move(part), reduce, listener);
      if (!informer.ok()) return informer.status();
      cache->parts_.push_back({ns, *std::move(informer)});
    }
    return cache;
  }

  // nullptr: there is none of that name.
  std::shared_ptr<const Value> Find(const std::string& ns, const std::string& name) const {
    const Part* part = PartOf(ns);
    return part == nullptr ? nullptr : part->informer->cache().Find(ns, name);
  }

  // Of the kind of namespaces. nullptr: there is none of that name.
  std::shared_ptr<const Value> FindNamespace(const std::string& ns) const {
    const Part* part = PartOf(ns);
    return part == nullptr ? nullptr : part->informer->cache().Find("", ns);
  }

  // As ObjectCache::List().
  std::vector<Object> List(const std::string& after_ns, const std::string& after_name, size_t most) const {
    std::vector<Object> objects;
    for (const Part& part : parts_) {
      if (!part.ns.empty() && part.ns < after_ns) continue;
      auto more = part.informer->cache().List(after_ns, after_name, most - objects.size());
      std::move(more.begin(), more.end(), std::back_inserter(objects));
      if (objects.size() >= most) break;
    }
    return objects;
  }

  // Of one namespace, in the order of names, from the first one behind `after_name`.
  std::vector<Object> ListOf(const std::string& ns, std::string after_name, size_t most) const {
    const Part* part = PartOf(ns);
    std::vector<Object> objects;
    if (part == nullptr) return objects;
    constexpr size_t kChunk = 256;  // a namespace is small beside the cluster
    for (bool more = true; more;) {
      auto chunk = part->informer->cache().List(ns, after_name, std::min(kChunk, most - objects.size()));
      const auto end = std::find_if(chunk.begin(), chunk.end(), [&ns](const Object& o) { return o.ns != ns; });
      more = end == chunk.end() && chunk.size() == kChunk;
      std::move(chunk.begin(), end, std::back_inserter(objects));
      if (more) after_name = objects.back().name;
    }
    return objects;
  }

  KindState state() const {
    KindState all;
    all.kind = kind_;
    all.synced = true;
    for (const Part& part : parts_) {
      const ReflectorState state = part.informer->state();
      all.synced = all.synced && state.synced;
      all.refused = all.refused || absl::IsPermissionDenied(state.error) || absl::IsNotFound(state.error);
      all.age = std::max(all.age, state.age);
      all.error.Update(state.error);
      all.objects += part.informer->cache().size();
      all.lists += state.lists;
      all.watches += state.watches;
    }
    return all;
  }

  // Each namespace was listed, or the server said that it cannot be.
  bool Settled() const {
    return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) {
      const ReflectorState state = part.informer->state();
      return state.synced || absl::IsPermissionDenied(state.error) || absl::IsNotFound(state.error);
    });
  }

 private:
  struct Part {
    std::string ns;  // empty: all
    std::unique_ptr<Informer<Value>> informer;
  };

  // nullptr: it is not followed.
  const Part* PartOf(const std::string& ns) const {
    if (parts_.front().ns.empty()) return &parts_.front();
    const auto it = std::lower_bound(parts_.begin(), parts_.end(), ns,
                                     [](const Part& part, const std::string& wanted) { return part.ns < wanted; });
    return it == parts_.end() || it->ns != ns ? nullptr : &*it;
  }

  std::string kind_;
  std::vector<Part> parts_;  // in the order of namespaces
};

}  // namespace tune
