#include "libtune/history/parquet.h"

#include <arrow/api.h>
#include <arrow/io/api.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/csv.h"
#include "libtune/history/csv_row.h"
#include "libtune/history/long_history.h"
#include "libtune/history/numbers.h"
#include "libtune/history/parquet_columns.h"
#include "libtune/history/shown.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr int64_t kBatchRows = 64 * 1024;

void AppendQuoted(std::string_view text, std::string& line) {
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

// A job's state is a word in history.csv; here it is 1 for running, 0 for not running, -1 for unknown.
std::string ValueText(std::string_view metric, double value) {
  if (metric != kCsvState) return FormatNumber(value);
  return value == 1 ? "running" : value == 0 ? "not_running" : value == -1 ? "unknown" : FormatNumber(value);
}

// Row `row` as history.csv would have it, so that one parser checks both. kInvalidArgument: a value is missing.
absl::Status AppendLine(const LongBatch& batch, int64_t row, std::string& line) {
  const auto missing = [](const char* column) { return NotAllowed(column, "null", "a value"); };
  if (batch.time_ms->IsNull(row)) return missing("time_ms");
  if (batch.scope.IsNull(row)) return missing("scope");
  if (batch.metric.IsNull(row)) return missing("metric");
  if (batch.value->IsNull(row)) return missing("value");
  const std::string_view scope = batch.scope.At(row), metric = batch.metric.At(row);
  line.clear();
  absl::StrAppend(&line, batch.time_ms->Value(row), ",");
  line.append(scope).append(",");
  if (!batch.id.IsNull(row) && !batch.id.At(row).empty()) AppendQuoted(batch.id.At(row), line);
  line += ',';
  if (!batch.subtask->IsNull(row)) absl::StrAppend(&line, batch.subtask->Value(row));
  line.append(",").append(metric).append(",").append(ValueText(metric, batch.value->Value(row)));
  return absl::OkStatus();
}

absl::Status FromArrow(const arrow::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not Parquet that can be read: ", status.message()));
}

class ParquetReader : public HistoryReader {
 public:
  ParquetReader(const std::string& path, std::optional<std::string> graph_json, const HistoryOptions& options)
      : path_(path), file_{path, std::move(graph_json), options.job} {}

  std::string format() const override { return "parquet"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    return OutlineLong(file_, [&](UseSample use) { return Walk(progress, use); });
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    return ReadLong(graph, sink, [&](UseSample use) { return Walk(progress, use); });
  }

 private:
  // Parquet throws for some kinds of damage; nothing thrown gets past here.
  absl::Status Walk(const Progress& progress, UseSample use) const {
    try {
      return WalkRows(progress, use);
    } catch (const std::exception& error) {
      return absl::InvalidArgumentError(absl::StrCat(path_, ": not Parquet that can be read: ", error.what()));
    }
  }

  absl::Status WalkRows(const Progress& progress, UseSample use) const {
    std::unique_ptr<parquet::arrow::FileReader> file;
    std::unique_ptr<arrow::RecordBatchReader> batches;
    if (auto status = Open(file, batches); !status.ok()) return Annotate("", status);
    const int64_t rows = file->parquet_reader()->metadata()->num_rows();
    std::error_code error;
    const auto bytes = static_cast<double>(std::filesystem::file_size(path_, error));
    CsvGrouper grouper;
    CsvRow row;
    std::string line;
    int64_t done = 0;
    for (;;) {
      std::shared_ptr<arrow::RecordBatch> record_batch;
      if (auto status = FromArrow(batches->ReadNext(&record_batch)); !status.ok()) return Annotate("", status);
      if (record_batch == nullptr) break;
      // Arrow decodes damaged columns into arrays whose indices point outside their dictionaries.
      if (auto status = FromArrow(record_batch->ValidateFull()); !status.ok()) return Annotate("", status);
      const LongBatch batch(*record_batch);
      for (int64_t i = 0; i < record_batch->num_rows(); ++i) {
        auto status = AppendLine(batch, i, line);
        if (status.ok()) status = ParseCsvRow(line, row);
        if (!status.ok()) return Annotate(absl::StrCat(" row ", done + i + 1), status);
        const absl::StatusOr<bool> ended = grouper.Add(row);
        status = ended.status();
        if (status.ok() && *ended) status = use(grouper.finished());
        if (!status.ok()) return Annotate(absl::StrCat(" row ", done + i + 1), status);
      }
      done += record_batch->num_rows();
      if (progress) {
        const double share = static_cast<double>(done) / static_cast<double>(std::max<int64_t>(rows, 1));
        progress(static_cast<int64_t>(bytes * share), static_cast<int64_t>(bytes));
      }
    }
    return grouper.End() ? Annotate(absl::StrCat(" row ", done), use(grouper.finished())) : absl::OkStatus();
  }

  absl::Status Open(std::unique_ptr<parquet::arrow::FileReader>& file,
                    std::unique_ptr<arrow::RecordBatchReader>& batches) const {
    auto input = arrow::io::ReadableFile::Open(path_);
    if (!input.ok()) return FromArrow(input.status());
    parquet::ArrowReaderProperties properties(/*use_threads=*/false);
    properties.set_batch_size(kBatchRows);
    parquet::arrow::FileReaderBuilder builder;
    if (auto status = FromArrow(builder.Open(*input)); !status.ok()) return status;
    builder.properties(properties);
    if (auto status = FromArrow(builder.Build(&file)); !status.ok()) return status;
    std::shared_ptr<arrow::Schema> schema;
    if (auto status = FromArrow(file->GetSchema(&schema)); !status.ok()) return status;
    const absl::StatusOr<std::vector<int>> columns = FindLongColumns(*schema);
    if (!columns.ok()) return columns.status();
    std::vector<int> row_groups(static_cast<size_t>(file->num_row_groups()));
    for (size_t i = 0; i < row_groups.size(); ++i) row_groups[i] = static_cast<int>(i);
    auto reader = file->GetRecordBatchReader(row_groups, *columns);
    if (!reader.ok()) return FromArrow(reader.status());
    batches = *std::move(reader);
    return absl::OkStatus();
  }

  absl::Status Annotate(const std::string& where, const absl::Status& status) const {
    if (status.ok()) return status;
    return absl::Status(status.code(), Shown(absl::StrCat(path_, where, ": ", std::string(status.message()))));
  }

  std::string path_;
  LongFile file_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HistoryReader>> MakeParquetReader(const std::string& path,
                                                                 const HistoryOptions& options) {
  return std::make_unique<ParquetReader>(path, FindGraphJson(path), options);
}

}  // namespace tune
