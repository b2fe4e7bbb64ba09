// The daemon's log: one JSON object a line, for machines first.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <utility>

namespace tune {

// Thread-safe: a line is one write. Values are texts that callers chose too: they are escaped, and cut to 1,000 bytes.
class Log {
 public:
  enum class Level { kDebug, kInfo, kWarning, kError };
  using Field = std::pair<const char*, std::string>;

  explicit Log(Level least = Level::kInfo, std::FILE* out = stderr) : least_(least), out_(out) {}

  // {"time":"…","level":"info","event":"listening","address":"127.0.0.1:7070"}
  void Write(Level level, const char* event, std::initializer_list<Field> fields) const;
  bool Takes(Level level) const { return level >= least_; }

 private:
  Level least_;
  std::FILE* out_;
};

}  // namespace tune
