// GC logs that belong to a history: their collections become samples of its processes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/history.h"

namespace tune {

// The logs in a folder: gc-ID.log, gzip or zip, rotated ones with their numbers behind; gc.log without an id.
std::vector<ProcessGcLog> FindGcLogs(const std::string& folder);

// "tm1=gc.log" or "gc.log".
ProcessGcLog ParseGcLogArgument(const std::string& text);

// `reader`, and the collections of `logs` after its samples; those after Flink's last answer are left out. A log
// without dates cannot be laid beside a history: left out, with a warning.
std::unique_ptr<HistoryReader> WithGcLogs(std::unique_ptr<HistoryReader> reader, std::vector<ProcessGcLog> logs);

}  // namespace tune
