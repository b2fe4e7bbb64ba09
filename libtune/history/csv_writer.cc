#include "libtune/history/csv_writer.h"

#include <zlib.h>

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libtune/history/csv_names.h"
#include "libtune/history/numbers.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr size_t kBuffer = size_t{256} << 10;

// An id as a cell: in quotes where it needs them.
absl::StatusOr<std::string> IdCell(const std::string& id) {
  if (id.empty() || id.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
    return NotAllowed("id", absl::StrCat("\"", id, "\""), "a text without line breaks and NUL");
  }
  if (id.find_first_of(",\"") == std::string::npos) return id;
  return absl::StrCat("\"", absl::StrReplaceAll(id, {{"\"", "\"\""}}), "\"");
}

// A row up to its metric.
std::string RowStart(int64_t time_ms, CsvScope scope, const std::string& id, const std::string& subtask) {
  return absl::StrCat(time_ms, ",", std::string(CsvScopeName(scope)), ",", id, ",", subtask, ",");
}

}  // namespace

struct CsvWriter::File {
  explicit File(gzFile opened) : gz(opened) {}
  ~File() {
    if (gz != nullptr) gzclose(gz);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  gzFile gz;
};

CsvWriter::CsvWriter(std::string path, std::unique_ptr<File> file, const JobGraph& graph)
    : path_(std::move(path)),
      file_(std::move(file)),
      graph_(graph),
      buffer_(absl::StrCat(std::string(kCsvHeader), "\n")) {}

CsvWriter::~CsvWriter() = default;

absl::StatusOr<std::unique_ptr<CsvWriter>> CsvWriter::Create(const std::string& path, const JobGraph& graph) {
  // "T": as it is, without gzip.
  gzFile gz = gzopen(path.c_str(), path.ends_with(".gz") ? "wb6" : "wbT");
  if (gz == nullptr) return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  return std::unique_ptr<CsvWriter>(new CsvWriter(path, std::make_unique<File>(gz), graph));
}

absl::Status CsvWriter::Failed() const { return absl::UnavailableError(absl::StrCat(path_, ": cannot be written")); }

absl::Status CsvWriter::Flush() {
  if (file_->gz == nullptr) return absl::FailedPreconditionError(absl::StrCat(path_, " is closed"));
  if (!buffer_.empty() && gzwrite(file_->gz, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0)
    return Failed();
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status CsvWriter::Close() {
  if (auto status = Flush(); !status.ok()) return status;
  return gzclose(std::exchange(file_->gz, nullptr)) == Z_OK ? absl::OkStatus() : Failed();
}

absl::Status CsvWriter::AddText(const std::string& text) {
  buffer_ += text;
  return buffer_.size() >= kBuffer ? Flush() : absl::OkStatus();
}

absl::Status CsvWriter::AddRow(const std::string& start, std::string_view metric, double value) {
  if (!std::isfinite(value) || value < 0) return NotAllowed(std::string(metric), FormatNumber(value), "a number >= 0");
  return AddText(absl::StrCat(start, std::string(metric), ",", FormatNumber(value), "\n"));
}

absl::StatusOr<std::string> CsvWriter::VertexCell(int32_t vertex) const {
  if (vertex >= 0 && static_cast<size_t>(vertex) < graph_.vertices.size()) {
    return IdCell(graph_.vertices[static_cast<size_t>(vertex)].id);
  }
  return NotAllowed("vertex", absl::StrCat(vertex), absl::StrCat("[0, ", graph_.vertices.size(), ")"));
}

absl::Status CsvWriter::Add(const TaskSample& sample) {
  const absl::StatusOr<std::string> id = VertexCell(sample.vertex);
  if (!id.ok()) return id.status();
  const std::string start = RowStart(sample.time_ms, CsvScope::kTask, *id, absl::StrCat(sample.subtask));
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const TaskMetric metric = static_cast<TaskMetric>(i);
    if (!sample.Has(metric)) continue;
    if (auto status = AddRow(start, TaskMetricName(metric), *sample.Get(metric)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CsvWriter::Add(const ProcessSample& sample) {
  const absl::StatusOr<std::string> id = IdCell(sample.id);
  if (!id.ok()) return id.status();
  const CsvScope scope = sample.role == ProcessRole::kTaskManager ? CsvScope::kTaskManager : CsvScope::kJobManager;
  const std::string start = RowStart(sample.time_ms, scope, *id, "");
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const ProcessMetric metric = static_cast<ProcessMetric>(i);
    if (!sample.Has(metric)) continue;
    if (auto status = AddRow(start, ProcessMetricName(metric), *sample.Get(metric)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CsvWriter::Add(const SourceSample& sample) {
  const absl::StatusOr<std::string> id = VertexCell(sample.vertex);
  if (!id.ok()) return id.status();
  const std::string start = RowStart(sample.time_ms, CsvScope::kSource, *id, "");
  for (const auto& [name, field] : kCsvSourceFields) {
    if (!(sample.*field)) continue;
    if (auto status = AddRow(start, name, *(sample.*field)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CsvWriter::Add(const JobSample& sample) {
  const std::string start = RowStart(sample.time_ms, CsvScope::kJob, "", "");
  for (const auto& [word, state] : kCsvStates) {
    if (state != sample.state) continue;
    auto status = AddText(absl::StrCat(start, std::string(kCsvState), ",", std::string(word), "\n"));
    if (!status.ok()) return status;
  }
  for (const auto& [name, field] : kCsvJobFields) {
    if (!(sample.*field)) continue;
    if (auto status = AddRow(start, name, *(sample.*field)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CsvWriter::Add(const ParallelismSample& sample) {
  const absl::StatusOr<std::string> id = VertexCell(sample.vertex);
  if (!id.ok()) return id.status();
  return AddRow(RowStart(sample.time_ms, CsvScope::kParallelism, *id, ""), kCsvParallelism, sample.parallelism);
}

absl::Status CsvWriter::Add(const CollectionSample&) { return absl::OkStatus(); }

}  // namespace tune
