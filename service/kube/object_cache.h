// Objects of one kind, reduced to what their user needs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/kube/reflector.h"

namespace tune {

struct ObjectChange {
  enum class Kind { kAdded, kModified, kDeleted };
  Kind kind;
  std::string ns, name;
};

// Reading is thread-safe, and never waits for the server.
template <typename Value>
class ObjectCache final : public ObjectSink {
 public:
  // What is kept of an object. It gets whatever somebody wrote into the cluster, and has a value for that too.
  using Reduce = std::function<Value(simdjson::dom::element object)>;
  // Told of each change, in order, once the cache shows it, with what is kept now; nullptr: it is gone. What holds the
  // cache up is to be brief.
  using Listener = std::function<void(const ObjectChange&, const std::shared_ptr<const Value>&)>;
  struct Object {
    std::string ns, name;
    std::shared_ptr<const Value> value;
  };

  // `listener` may be empty.
  ObjectCache(Reduce reduce, Listener listener) : reduce_(std::move(reduce)), listener_(std::move(listener)) {}

  // nullptr: there is none of that name.
  std::shared_ptr<const Value> Find(const std::string& ns, const std::string& name) const {
    const std::shared_lock lock(mutex_);
    const auto it = entries_.find(Key(ns, name));
    return it == entries_.end() ? nullptr : it->second.value;
  }

  // At most `most` objects in the order of (ns, name), from the first one behind that of `after`, which need not exist;
  // empty names: from the first one on.
  std::vector<Object> List(const std::string& after_ns, const std::string& after_name, size_t most) const {
    std::vector<Object> objects;
    const std::shared_lock lock(mutex_);
    for (auto it = entries_.upper_bound(Key(after_ns, after_name)); it != entries_.end() && objects.size() < most;
         ++it) {
      objects.push_back({it->first.first, it->first.second, it->second.value});
    }
    return objects;
  }

  size_t size() const {
    const std::shared_lock lock(mutex_);
    return entries_.size();
  }

  void BeginList() override { ++generation_; }

  void Put(const ObjectMeta& meta, simdjson::dom::element object) override {
    const auto it = entries_.find(Key(meta.ns, meta.name));  // only this thread writes
    const bool is_new = it == entries_.end();
    if (!is_new && it->second.resource_version == meta.resource_version) {
      it->second.generation = generation_;
      return;
    }
    const auto value = std::make_shared<const Value>(reduce_(object));
    Entry entry = {value, meta.resource_version, generation_};
    {
      const std::unique_lock lock(mutex_);
      if (is_new) {
        entries_.emplace(std::pair(meta.ns, meta.name), std::move(entry));
      } else {
        std::swap(it->second, entry);
      }
    }
    Tell({is_new ? ObjectChange::Kind::kAdded : ObjectChange::Kind::kModified, meta.ns, meta.name}, value);
  }

  void Remove(const ObjectMeta& meta) override {
    const auto it = entries_.find(Key(meta.ns, meta.name));
    if (it != entries_.end()) Erase(it);
  }

  void EndList() override {
    for (auto it = entries_.begin(); it != entries_.end();) {
      it = it->second.generation == generation_ ? std::next(it) : Erase(it);
    }
  }

 private:
  using Key = std::pair<std::string_view, std::string_view>;
  struct Entry {
    std::shared_ptr<const Value> value;
    std::string resource_version;
    uint64_t generation = 0;  // of the list that it was last in, or that came before the watch; the writer's own
  };
  struct Less {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const { return a < b; }
  };
  using Entries = std::map<std::pair<std::string, std::string>, Entry, Less>;

  typename Entries::iterator Erase(typename Entries::iterator it) {
    typename Entries::node_type node;
    const auto next = std::next(it);
    {
      const std::unique_lock lock(mutex_);
      node = entries_.extract(it);
    }
    Tell({ObjectChange::Kind::kDeleted, node.key().first, node.key().second}, nullptr);
    return next;
  }

  void Tell(const ObjectChange& change, const std::shared_ptr<const Value>& value) const {
    if (listener_) listener_(change, value);
  }

  const Reduce reduce_;
  const Listener listener_;
  mutable std::shared_mutex mutex_;  // held for writing, and for reading by other threads than the writer
  Entries entries_;
  uint64_t generation_ = 0;
};

}  // namespace tune
