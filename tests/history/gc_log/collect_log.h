// Reads GC logs at hand in tests.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/history/gc_log/gc_log.h"

namespace tune {

struct ReadLog {
  absl::Status status;
  GcLogOutline outline;
  std::vector<Collection> collections;

  std::vector<Collection> Of(CollectionKind kind) const {
    std::vector<Collection> found;
    for (const Collection& c : collections) {
      if (c.kind == kind) found.push_back(c);
    }
    return found;
  }
};

inline ReadLog ReadLogText(const std::string& text) {
  ReadLog log;
  const auto outline =
      ReadGcLog({ByteSource::Memory("gc.log", text)}, [&log](const Collection& c) { log.collections.push_back(c); });
  log.status = outline.status();
  if (outline.ok()) log.outline = *outline;
  return log;
}

inline ReadLog ReadLogFiles(const std::vector<std::string>& paths) {
  ReadLog log;
  const auto outline = ReadGcLog(paths, [&log](const Collection& c) { log.collections.push_back(c); }, nullptr);
  log.status = outline.status();
  if (outline.ok()) log.outline = *outline;
  return log;
}

constexpr int64_t kKib = 1 << 10, kMib = 1 << 20;

inline std::string SizeText(const std::optional<Bytes>& size) {
  return size ? absl::StrCat(size->value() / kKib, "K") : "-";
}
// "75K->41K(92K)", "-" for what is not told.
inline std::string SpaceText(const SpaceChange& space) {
  return absl::StrCat(SizeText(space.before), "->", SizeText(space.after), "(", SizeText(space.capacity), ")");
}
// All of a collection but its times, for comparing.
inline std::string CollectionText(const Collection& c) {
  return absl::StrCat(static_cast<int>(c.kind), " ", c.number.value_or(-1), " ", c.name, " [", c.cause, "] ", c.failure,
                      " ", c.pause_s, " ", c.concurrent_s, " heap ", SpaceText(c.heap), " young ", SpaceText(c.young),
                      " old ", SpaceText(c.old), " humongous ", SpaceText(c.humongous), " meta ",
                      SpaceText(c.metaspace), " live ", SizeText(c.marked_live));
}

}  // namespace tune
