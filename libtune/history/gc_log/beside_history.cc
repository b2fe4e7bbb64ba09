#include "libtune/history/gc_log/beside_history.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/gc_log/gc_log.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJobManager = "jobmanager";
constexpr std::string_view kPrefix = "gc-", kLog = ".log";

// "tm1" of "gc-tm1.log.gz", "" of "gc.log.0"; nullopt: another file.
std::optional<std::string> IdOf(const std::string& name) {
  const size_t log = name.rfind(kLog);
  if (log == std::string::npos) return std::nullopt;
  // Behind ".log": nothing, ".gz", ".0", ".1.current", ".zip".
  if (log + kLog.size() < name.size() && name[log + kLog.size()] != '.') return std::nullopt;
  const std::string stem = name.substr(0, log);
  if (stem == "gc") return "";
  return stem.starts_with(kPrefix) ? std::optional(stem.substr(kPrefix.size())) : std::nullopt;
}

// Notes which TaskManagers a history has and when Flink last answered, and passes everything on.
class NoteProcesses : public SampleSink {
 public:
  explicit NoteProcesses(SampleSink& sink) : sink_(sink) {}
  absl::Status Add(const TaskSample& sample) override { return Answered(sample); }
  absl::Status Add(const ProcessSample& sample) override {
    if (sample.role == ProcessRole::kTaskManager && ids_.size() < 2 &&
        std::find(ids_.begin(), ids_.end(), sample.id) == ids_.end()) {
      ids_.push_back(sample.id);
    }
    return Answered(sample);
  }
  absl::Status Add(const SourceSample& sample) override { return sink_.Add(sample); }
  absl::Status Add(const JobSample& sample) override { return Answered(sample); }
  absl::Status Add(const ParallelismSample& sample) override { return sink_.Add(sample); }
  absl::Status Add(const CollectionSample& sample) override { return sink_.Add(sample); }

  // Empty: none, or several.
  std::string only() const { return ids_.size() == 1 ? ids_[0] : ""; }
  int64_t last_ms() const { return last_ms_; }

 private:
  template <typename Sample>
  absl::Status Answered(const Sample& sample) {
    last_ms_ = std::max(last_ms_, sample.time_ms);
    return sink_.Add(sample);
  }

  SampleSink& sink_;
  std::vector<std::string> ids_;  // two at most
  int64_t last_ms_ = 0;
};

class GcLogsBesideHistory : public HistoryReader {
 public:
  GcLogsBesideHistory(std::unique_ptr<HistoryReader> reader, std::vector<ProcessGcLog> logs)
      : reader_(std::move(reader)), logs_(std::move(logs)) {}

  std::string format() const override { return reader_->format(); }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    absl::StatusOr<HistoryOutline> outline = reader_->Outline(progress);
    if (!outline.ok()) return outline;
    for (const ProcessGcLog& log : logs_) {
      absl::StatusOr<GcLogOutline> seen = ReadGcLog(log.paths, [](const Collection&) {}, nullptr);
      if (!seen.ok()) return seen.status();
      const std::string& name = log.paths.front();
      if (!seen->first_ms) {
        outline->warnings.push_back(absl::StrCat(
            name,
            " left out: it has no dates; allowed: a log with them (-Xlog:…:time,uptime, -XX:+PrintGCDateStamps)"));
      }
      for (const std::string& warning : seen->warnings) outline->warnings.push_back(absl::StrCat(name, ": ", warning));
    }
    return outline;
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    NoteProcesses noted(sink);
    if (auto status = reader_->Read(graph, noted, progress); !status.ok()) return status;
    for (const ProcessGcLog& log : logs_) {
      const std::string& id = log.id.empty() ? noted.only() : log.id;
      if (auto status = ReadLog(log, id.empty() ? "taskmanager" : id, noted.last_ms(), sink); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadLog(const ProcessGcLog& log, const std::string& id, int64_t last_ms, SampleSink& sink) const {
    CollectionSample sample;
    sample.role = id == kJobManager ? ProcessRole::kJobManager : ProcessRole::kTaskManager;
    sample.id = id;
    absl::Status added;
    const absl::StatusOr<GcLogOutline> read = ReadGcLog(
        log.paths,
        [&](const Collection& collection) {
          if (!added.ok() || !collection.time_ms || *collection.time_ms > last_ms) return;
          sample.collection = collection;
          added = sink.Add(sample);
        },
        nullptr);
    return read.ok() ? added : read.status();
  }

  std::unique_ptr<HistoryReader> reader_;
  std::vector<ProcessGcLog> logs_;
};

}  // namespace

std::vector<ProcessGcLog> FindGcLogs(const std::string& folder) {
  std::map<std::string, std::vector<std::string>> by_id;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const auto id = IdOf(entry.path().filename().string());
    if (id && entry.is_regular_file(error)) by_id[*id].push_back(entry.path().string());
  }
  std::vector<ProcessGcLog> logs;
  for (auto& [id, paths] : by_id) {
    std::sort(paths.begin(), paths.end());
    logs.push_back({id, std::move(paths)});
  }
  return logs;
}

ProcessGcLog ParseGcLogArgument(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || fs::exists(text)) return {"", {text}};
  return {text.substr(0, equals), {text.substr(equals + 1)}};
}

std::unique_ptr<HistoryReader> WithGcLogs(std::unique_ptr<HistoryReader> reader, std::vector<ProcessGcLog> logs) {
  if (logs.empty()) return reader;
  return std::make_unique<GcLogsBesideHistory>(std::move(reader), std::move(logs));
}

}  // namespace tune
