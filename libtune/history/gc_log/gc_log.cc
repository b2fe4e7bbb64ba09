#include "libtune/history/gc_log/gc_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/gc_log/line_feeder.h"
#include "libtune/history/gc_log/log_files.h"
#include "libtune/history/gc_log/log_lines.h"
#include "libtune/history/shown.h"

namespace tune {
namespace {

// What a file without a line of a collector is, for the message.
std::string WhatItIs(std::string_view first_line) {
  if (first_line.find("<verbosegc") != std::string_view::npos || first_line.starts_with("<?xml")) {
    return "verbose GC output of OpenJ9 in XML is not read";
  }
  return "no line of a garbage collector's log in it";
}

class GcLogReader {
 public:
  explicit GcLogReader(const CollectionSink& sink) : feeder_(outline_, sink) {}

  absl::Status ReadFile(const std::string& name, absl::StatusOr<std::unique_ptr<ByteReader>> bytes) {
    if (!bytes.ok()) return bytes.status();
    outline_.files.push_back(name);
    LogLines lines(*std::move(bytes));
    for (;;) {
      const absl::StatusOr<bool> more = lines.Next();
      if (!more.ok()) {
        if (outline_.lines == 0) return absl::Status(more.status().code(), Named(name, more.status()));
        outline_.cut_off = true;
        outline_.warnings.push_back(Named(name, more.status()));
        break;
      }
      if (!*more) break;
      if (outline_.lines == 0) first_line_ = lines.line().substr(0, 200);
      feeder_.Feed(lines.line());
    }
    if (lines.too_long() > 0) outline_.left_out[kTooLongLine] += lines.too_long();
    if (lines.binary() > 0) outline_.left_out[kBinaryLine] += lines.binary();
    return absl::OkStatus();
  }

  absl::StatusOr<GcLogOutline> Finish(const std::string& name) {
    feeder_.Finish();
    if (outline_.gc_lines == 0) {
      return absl::InvalidArgumentError(Shown(absl::StrCat(name, ": ", WhatItIs(first_line_), ", of ", outline_.lines,
                                                           " lines; allowed: a log of HotSpot's collectors")));
    }
    for (const auto& [why, count] : outline_.left_out) {
      outline_.warnings.push_back(absl::StrCat(count, " ", why, " left out"));
    }
    return std::move(outline_);
  }

  GcLogOutline& outline() { return outline_; }

 private:
  static std::string Named(const std::string& name, const absl::Status& status) {
    const std::string text(status.message());
    return Shown(text.starts_with(name) ? text : absl::StrCat(name, ": ", text));
  }

  GcLogOutline outline_;
  LineFeeder feeder_;
  std::string first_line_;
};

}  // namespace

absl::StatusOr<GcLogOutline> ReadGcLog(const std::vector<std::string>& paths, const CollectionSink& sink,
                                       const Progress& progress) {
  absl::StatusOr<LogFiles> log = FindLogFiles(paths, progress);
  if (!log.ok()) return log.status();
  GcLogReader reader(sink);
  reader.outline().warnings = log->warnings;
  for (const LogFile& file : log->files) {
    if (absl::Status status = reader.ReadFile(file.name, file.open()); !status.ok()) return status;
  }
  return reader.Finish(paths.front());
}

absl::StatusOr<GcLogOutline> ReadGcLog(const std::vector<ByteSource>& sources, const CollectionSink& sink) {
  if (sources.empty()) return absl::InvalidArgumentError("no source; allowed: at least one");
  GcLogReader reader(sink);
  for (const ByteSource& source : sources) {
    absl::Status status = reader.ReadFile(source.name(), ByteReader::Open(source, nullptr));
    if (!status.ok()) return status;
  }
  return reader.Finish(sources.front().name());
}

}  // namespace tune
