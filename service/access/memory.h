// Answers that are remembered for a while, and not more of them than a number.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/time.h"

namespace tune {

// Thread-safe. Times come from the caller's clock, which may jump.
template <typename Key, typename Value>
class Memory {
 public:
  explicit Memory(size_t most) : most_(most) {}

  // nullopt: never known, too old, or known later than `now`.
  std::optional<Value> Get(const Key& key, absl::Time now) const {
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end() || now < it->second.since || now >= it->second.until) return std::nullopt;
    return it->second.value;
  }

  void Put(const Key& key, Value value, absl::Time now, absl::Duration keep) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= most_) {
      std::erase_if(entries_, [now](const auto& e) { return now < e.second.since || now >= e.second.until; });
      if (entries_.size() >= most_) entries_.clear();  // all of them are asked for again, once
    }
    entries_.insert_or_assign(key, Entry{std::move(value), now, now + keep});
  }

 private:
  struct Entry {
    Value value;
    absl::Time since, until;
  };
  const size_t most_;
  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace tune
