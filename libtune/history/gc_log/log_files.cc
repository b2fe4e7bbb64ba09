#include "libtune/history/gc_log/log_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/gc_log/line_feeder.h"
#include "libtune/history/gc_log/log_lines.h"
#include "libtune/history/gc_log/zip_bytes.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

// gc.log for logs/gc.log.3.current.gz.
std::string SetName(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  const auto strip = [&name](const std::string& end) {
    if (!name.ends_with(end)) return false;
    name.resize(name.size() - end.size());
    return true;
  };
  const auto strip_number = [&name] {
    const size_t dot = name.find_last_not_of("0123456789");
    if (dot == std::string::npos || dot + 1 == name.size() || name[dot] != '.' || dot == 0) return false;
    name.resize(dot);
    return true;
  };
  while (strip(".gz") || strip(".zip") || strip(".current") || strip_number()) {
  }
  return name;
}

LogFile FileAt(const std::string& path, const Progress& progress) {
  return {path, SetName(path), [path, progress] { return ByteReader::Open(ByteSource::File(path), progress); }};
}

// What the beginning of a file tells.
struct Beginning {
  bool is_gc_log = false;
  std::optional<int64_t> time_ms;
  std::optional<double> uptime_s;
};

Beginning ReadBeginning(const LogFile& file) {
  constexpr int kMostLines = 20'000;
  Beginning beginning;
  absl::StatusOr<std::unique_ptr<ByteReader>> bytes = file.open();
  if (!bytes.ok()) return beginning;
  GcLogOutline outline;
  const CollectionSink sink;
  LineFeeder feeder(outline, sink);
  LogLines lines(*std::move(bytes));
  for (int i = 0; i < kMostLines; ++i) {
    const absl::StatusOr<bool> more = lines.Next();
    if (!more.ok() || !*more) break;
    feeder.Feed(lines.line());
    if (outline.gc_lines > 0 && (outline.first_ms || outline.first_uptime_s)) break;
  }
  beginning.is_gc_log = outline.gc_lines > 0;
  beginning.time_ms = outline.first_ms;
  beginning.uptime_s = outline.first_uptime_s;
  return beginning;
}

// Parts in one folder or archive must be of one log: which of several is meant, nobody can tell.
absl::Status CheckOneSet(const std::string& where, const std::vector<LogFile>& files) {
  std::set<std::string> names;
  for (const LogFile& file : files) names.insert(file.set);
  if (names.size() <= 1) return absl::OkStatus();
  constexpr size_t kMostShown = 5;
  std::vector<std::string> shown(names.begin(), names.end());
  if (shown.size() > kMostShown) shown.resize(kMostShown);
  return absl::InvalidArgumentError(absl::StrCat(where, " holds ", names.size(), " GC logs (",
                                                 absl::StrJoin(shown, ", "), names.size() > kMostShown ? ", …" : "",
                                                 "); allowed: one, or the files of one by name"));
}

// Keeps those that are GC logs.
absl::StatusOr<LogFiles> OnlyLogs(const std::string& where, std::vector<LogFile> files) {
  LogFiles kept;
  for (LogFile& file : files) {
    if (ReadBeginning(file).is_gc_log) {
      kept.files.push_back(std::move(file));
    } else {
      kept.warnings.push_back(absl::StrCat(file.name, " is no GC log and was not read"));
    }
  }
  if (kept.files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": no GC log in it, of ", files.size(), " files"));
  }
  if (absl::Status status = CheckOneSet(where, kept.files); !status.ok()) return status;
  return kept;
}

absl::StatusOr<LogFiles> OfZip(const std::string& path) {
  const absl::StatusOr<std::vector<std::string>> entries = ZipEntries(path);
  if (!entries.ok()) return entries.status();
  std::vector<LogFile> files;
  for (const std::string& entry : *entries) {
    files.push_back(
        {absl::StrCat(path, ":", entry), SetName(entry), [path, entry] { return OpenZipEntry(path, entry); }});
  }
  if (files.size() == 1) return LogFiles{std::move(files), {}};
  return OnlyLogs(path, std::move(files));
}

absl::StatusOr<LogFiles> OfFolder(const std::string& path, const Progress& progress) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code of_entry;
    if (it->is_regular_file(of_entry)) names.push_back(it->path().string());
  }
  if (error) return CannotOpen(path, error.value());
  std::sort(names.begin(), names.end());
  std::vector<LogFile> files;
  for (const std::string& name : names) {
    if (!IsZip(name)) {
      files.push_back(FileAt(name, progress));
      continue;
    }
    absl::StatusOr<LogFiles> inside = OfZip(name);
    if (!inside.ok()) continue;
    for (LogFile& file : inside->files) {
      file.set = SetName(name);  // gc.log.1.zip holds a part of gc.log
      files.push_back(std::move(file));
    }
  }
  return OnlyLogs(path, std::move(files));
}

// By the dates in them, or by the JVM's own clock where not all have dates. As they are, where some have neither.
void SortByTime(LogFiles& log) {
  std::vector<std::pair<Beginning, LogFile>> parts;
  bool dates = true, uptimes = true;
  for (LogFile& file : log.files) {
    const Beginning beginning = ReadBeginning(file);
    dates = dates && beginning.time_ms.has_value();
    uptimes = uptimes && beginning.uptime_s.has_value();
    parts.emplace_back(beginning, std::move(file));
  }
  if (dates) {
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return *a.first.time_ms < *b.first.time_ms; });
  } else if (uptimes) {
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return *a.first.uptime_s < *b.first.uptime_s; });
  } else {
    log.warnings.emplace_back("no times in the log: its files are taken in the order given");
  }
  log.files.clear();
  for (auto& [beginning, file] : parts) log.files.push_back(std::move(file));
}

}  // namespace

absl::StatusOr<LogFiles> FindLogFiles(const std::vector<std::string>& paths, const Progress& progress) {
  if (paths.empty()) return absl::InvalidArgumentError("no path; allowed: at least one");
  LogFiles log;
  for (const std::string& path : paths) {
    if (path == "-") {
      if (paths.size() > 1) return absl::InvalidArgumentError("- beside other paths; allowed: standard input alone");
      log.files.push_back(FileAt("/dev/stdin", progress));
      return log;
    }
    std::error_code error;
    const bool folder = fs::is_directory(path, error);
    absl::StatusOr<LogFiles> part = folder        ? OfFolder(path, progress)
                                    : IsZip(path) ? OfZip(path)
                                                  : LogFiles{{FileAt(path, progress)}, {}};
    if (!part.ok()) return part.status();
    for (LogFile& file : part->files) log.files.push_back(std::move(file));
    log.warnings.insert(log.warnings.end(), part->warnings.begin(), part->warnings.end());
  }
  if (log.files.size() > 1) SortByTime(log);
  return log;
}

}  // namespace tune
