// The place where something is wrong, and the checks that name it.
#pragma once

#include <cstdint>
#include <string>

#include "libtune/internal/not_allowed.h"

namespace tune {

// A place in a message, in proto field syntax: vertices["map-3"].bins[7].busy_s. Costs nothing until it is rendered.
// It points to its parent and its key, which must live longer: derive only from a named Path (the compiler insists).
class Path {
 public:
  Path() = default;  // the message itself
  explicit Path(const char* root) : field_(root) {}

  Path Field(const char* name) const& { return Path(this, name, nullptr, -1); }
  Path At(int64_t index) const& { return Path(this, nullptr, nullptr, index); }
  Path Key(const std::string& key) const& { return Path(this, nullptr, &key, -1); }
  Path Field(const char* name) const&& = delete;
  Path At(int64_t index) const&& = delete;
  Path Key(const std::string& key) const&& = delete;

  std::string Render() const;

 private:
  Path(const Path* parent, const char* field, const std::string* key, int64_t index)
      : parent_(parent), field_(field), key_(key), index_(index) {}

  const Path* parent_ = nullptr;
  const char* field_ = nullptr;
  const std::string* key_ = nullptr;
  int64_t index_ = -1;
};

// `text` in quotes, control characters escaped, cut to 100 bytes: for messages about what others wrote.
std::string Quoted(const std::string& text);

// `text` with every byte that is not UTF-8 replaced by U+FFFD, as Protobuf's strings must be UTF-8.
std::string Utf8(std::string text);

// Names `path` when there are more than `most` of something. False then.
bool CheckCount(const Path& path, int64_t count, int64_t most, Violations& violations);
// Names `path` when `value` is NaN or infinite, or (the second) outside [low, high].
void CheckFinite(const Path& path, double value, Violations& violations);
void CheckRange(const Path& path, double value, double low, double high, Violations& violations);
void CheckRange(const Path& path, int64_t value, int64_t low, int64_t high, Violations& violations);
void CheckNotEmpty(const Path& path, const std::string& value, Violations& violations);
// Names `path` as absent.
void AddAbsent(const Path& path, const char* allowed, Violations& violations);

// The largest count, or number of seconds, that is taken for one: a hundred 64-bit counters' worth. Below it sums,
// squares and quotients of amounts stay finite.
constexpr double kLargestAmount = 1e21;

void AddNotAmount(const Path& path, double value, Violations& violations);

// True for a number in [0, kLargestAmount].
inline bool IsAmount(double value) { return value >= 0 && value <= kLargestAmount; }
// Names `path` when `value` is none.
inline void CheckAmount(const Path& path, double value, Violations& violations) {
  if (!IsAmount(value)) AddNotAmount(path, value, violations);
}

}  // namespace tune
