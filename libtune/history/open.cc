// OpenHistory(): which reader a file or folder needs.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/bytes.h"
#include "libtune/history/csv.h"
#include "libtune/history/flink_rest.h"
#include "libtune/history/gc_log/beside_history.h"
#include "libtune/history/history.h"
#include "libtune/history/parquet.h"
#include "libtune/history/producer_csv.h"
#include "libtune/history/prometheus_json.h"
#include "libtune/history/prometheus_text.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSniffed = size_t{64} << 10;  // bytes
constexpr std::array<const char*, 5> kFormats = {"flink-rest", "prometheus-text", "prometheus-json", "csv", "parquet"};

std::string Formats() { return absl::StrJoin(kFormats, ", "); }

// What a folder is searched for, in this order.
struct WellKnown {
  const char* name;
  const char* format;
};
constexpr std::array<WellKnown, 6> kWellKnown = {{
    {"rest.jsonl.gz", "flink-rest"},
    {"rest.jsonl", "flink-rest"},
    {"prometheus.txt.gz", "prometheus-text"},
    {"prometheus.txt", "prometheus-text"},
    {"history.csv.gz", "csv"},
    {"history.csv", "csv"},
}};

// Sets the edges of every outline from HistoryOptions::graph_file.
class WithGraphFile : public HistoryReader {
 public:
  WithGraphFile(std::unique_ptr<HistoryReader> reader, std::string graph_file)
      : reader_(std::move(reader)), graph_file_(std::move(graph_file)) {}

  std::string format() const override { return reader_->format(); }
  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    absl::StatusOr<HistoryOutline> outline = reader_->Outline(progress);
    if (!outline.ok()) return outline;
    if (auto status = ReadGraphFile(graph_file_, outline->graph); !status.ok()) return status;
    return outline;
  }
  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    return reader_->Read(graph, sink, progress);
  }

 private:
  std::unique_ptr<HistoryReader> reader_;
  std::string graph_file_;
};

// The format of a text that starts so; empty: none that is known.
std::string SniffJson(std::string_view start) {
  const auto has = [&](std::string_view key) { return start.find(key) != std::string_view::npos; };
  if (has("\"resultType\"") || has("\"metric\"")) return "prometheus-json";
  if (start[0] == '{' && has("\"t\"") && (has("\"vertices\"") || has("\"job\""))) return "flink-rest";
  if (has("\"status\"")) return "prometheus-json";
  return "";
}

// kInvalidArgument: a text in another encoding than plain UTF-8.
absl::Status CheckEncoding(const std::string& path) {
  const absl::StatusOr<std::string> start = ReadStart(ByteSource::File(path), 3);
  if (!start.ok()) return start.status();
  if (*start == "\xEF\xBB\xBF") return NotAllowed(path, "a text with a byte order mark", "UTF-8 without one");
  if (start->starts_with("\xFF\xFE") || start->starts_with("\xFE\xFF")) return NotAllowed(path, "UTF-16", "UTF-8");
  return absl::OkStatus();
}

absl::StatusOr<std::string> SniffFormat(const std::string& path) {
  if (auto status = CheckEncoding(path); !status.ok()) return status;
  const absl::StatusOr<std::string> bytes = ReadStart(ByteSource::File(path), kSniffed);
  if (!bytes.ok()) return bytes.status();
  const size_t first = bytes->find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is empty; allowed: a history in one of ", Formats()));
  }
  const std::string_view start = std::string_view(*bytes).substr(first);
  std::string format;
  if (start.starts_with("PAR1")) {
    format = "parquet";
  } else if (start[0] == '{' || start[0] == '[') {
    format = SniffJson(start);
  } else if (start.starts_with("time_ms,")) {
    format = "csv";
  } else if (start[0] == '#' || start.starts_with("flink_")) {
    format = "prometheus-text";
  }
  if (!format.empty()) return format;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": its first bytes are of no format that is known; allowed: ", Formats()));
}

std::optional<ByteSource> Producer(const std::string& path) {
  const std::optional<std::string> found = FindProducerCsv(path);
  return found ? std::optional(ByteSource::File(*found)) : std::nullopt;
}

absl::StatusOr<std::unique_ptr<HistoryReader>> MakeReader(const std::string& path, const std::string& format,
                                                          const HistoryOptions& options) {
  if (auto status = CheckEncoding(path); !status.ok()) return status;
  if (format == "flink-rest") return MakeFlinkRestReader(ByteSource::File(path), Producer(path), options);
  if (format == "prometheus-text") return MakePrometheusTextReader(ByteSource::File(path), Producer(path), options);
  if (format == "csv") return MakeCsvReader(ByteSource::File(path), FindGraphJson(path), options);
  if (format == "prometheus-json") return MakePrometheusJsonReader(path, options);
  return MakeParquetReader(path, options);
}

// Files of a folder with this ending, by name. graph.json and meta.json describe a history, and are none.
std::vector<std::string> FilesEnding(const fs::path& folder, std::string_view ending) {
  std::vector<std::string> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "graph.json" || name == "meta.json" || !entry.is_regular_file(error)) continue;
    if (name.ends_with(ending)) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The one file of a folder that holds a history; of several nobody can tell which is meant.
absl::StatusOr<std::string> OnlyFile(const std::string& folder, const std::vector<std::string>& files,
                                     const std::string& format) {
  if (files.size() == 1) return files[0];
  return absl::InvalidArgumentError(absl::StrCat(folder, " has several files of format ", format,
                                                 "; allowed: one, or the path of one: ", absl::StrJoin(files, ", ")));
}

absl::StatusOr<std::unique_ptr<HistoryReader>> OpenFolder(const std::string& folder, const HistoryOptions& options) {
  const auto wanted = [&](std::string_view format) { return !options.format || *options.format == format; };
  std::vector<std::string> looked_for;
  for (const WellKnown& known : kWellKnown) {
    if (!wanted(known.format)) continue;
    const fs::path path = fs::path(folder) / known.name;
    std::error_code error;
    if (fs::is_regular_file(path, error)) return MakeReader(path.string(), known.format, options);
    looked_for.push_back(known.name);
  }
  for (const auto& [ending, format] : {std::pair<const char*, const char*>{".parquet", "parquet"},
                                       {".json", "prometheus-json"},
                                       {".json.gz", "prometheus-json"}}) {
    if (!wanted(format)) continue;
    looked_for.push_back(absl::StrCat("*", ending));
    std::vector<std::string> files = FilesEnding(folder, ending);
    std::erase_if(files, [&](const std::string& file) {
      const absl::StatusOr<std::string> sniffed = SniffFormat(file);
      return !sniffed.ok() || *sniffed != format;
    });
    if (files.empty()) continue;
    const absl::StatusOr<std::string> file = OnlyFile(folder, files, format);
    if (!file.ok()) return file.status();
    return MakeReader(*file, format, options);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(folder, " has no history; looked for ", absl::StrJoin(looked_for, ", ")));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HistoryReader>> OpenHistory(const std::string& path, const HistoryOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::none) return CannotOpen(path, error.value());
  if (!fs::exists(status)) return absl::NotFoundError(absl::StrCat(path, ": no such file or folder"));
  if (options.format && std::find(kFormats.begin(), kFormats.end(), *options.format) == kFormats.end()) {
    return NotAllowed("format", *options.format, Formats());
  }
  absl::StatusOr<std::unique_ptr<HistoryReader>> reader = nullptr;
  if (fs::is_directory(status)) {
    reader = OpenFolder(path, options);
  } else if (!fs::is_regular_file(status)) {
    return NotAllowed(path, "a pipe, a socket or a device", "a file, which is read several times, or a folder");
  } else {
    const absl::StatusOr<std::string> format = options.format ? *options.format : SniffFormat(path);
    if (!format.ok()) return format.status();
    reader = MakeReader(path, *format, options);
  }
  if (!reader.ok()) return reader;
  std::vector<ProcessGcLog> logs = options.gc_logs;
  if (fs::is_directory(status)) {
    for (ProcessGcLog& log : FindGcLogs(path)) logs.push_back(std::move(log));
  }
  reader = WithGcLogs(*std::move(reader), std::move(logs));
  if (!options.graph_file) return reader;
  return std::make_unique<WithGraphFile>(*std::move(reader), *options.graph_file);
}

}  // namespace tune
