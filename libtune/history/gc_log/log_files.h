// Which files a GC log consists of, and in which order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"

namespace tune {

struct LogFile {
  std::string name;
  std::string set;  // the name without what rotation and packing put behind it: files of one log share it
  std::function<absl::StatusOr<std::unique_ptr<ByteReader>>()> open;
};

struct LogFiles {
  std::vector<LogFile> files;         // oldest first
  std::vector<std::string> warnings;  // files that were left aside
};

// The parts of the log at `paths`; see ReadGcLog.
absl::StatusOr<LogFiles> FindLogFiles(const std::vector<std::string>& paths, const Progress& progress);

}  // namespace tune
