#include "libtune/history/producer_csv.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// The cell of a column; nullopt: the row is too short, or there is no such column.
std::optional<std::string_view> Cell(std::string_view row, int column) {
  if (column < 0) return std::nullopt;
  for (; column > 0; --column) {
    const size_t comma = row.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    row.remove_prefix(comma + 1);
  }
  return row.substr(0, row.find(','));
}

absl::Status TakeOffset(std::string_view row, int column, const std::string& name, std::optional<double>& offset) {
  const std::optional<std::string_view> cell = Cell(row, column);
  if (!cell || cell->empty()) return absl::OkStatus();
  const std::optional<double> value = ParseNumber(*cell);
  if (!value) return NotAllowed(name, absl::StrCat("\"", std::string(*cell), "\""), "a number, or nothing");
  if (std::isfinite(*value) && *value >= 0) offset = *value;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProducerCsv>> ProducerCsv::Open(const ByteSource& source, int32_t vertex) {
  absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source, nullptr);
  if (!lines.ok()) return lines.status();
  auto csv = std::unique_ptr<ProducerCsv>(new ProducerCsv(*std::move(lines), vertex));
  if (auto status = csv->ReadHeader(); !status.ok()) return status;
  if (auto status = csv->ReadRow(); !status.ok()) return status;
  return csv;
}

absl::Status ProducerCsv::ReadHeader() {
  const absl::StatusOr<bool> any = lines_->Next();
  if (!any.ok()) return any.status();
  const std::string_view header = *any ? lines_->line() : std::string_view();
  for (int column = 0; const auto name = Cell(header, column); ++column) {
    if (*name == "t_ms") time_column_ = column;
    if (*name == "end_offset") end_column_ = column;
    if (*name == "committed") committed_column_ = column;
  }
  if (time_column_ >= 0 && (end_column_ >= 0 || committed_column_ >= 0)) return absl::OkStatus();
  return lines_->Error(
      NotAllowedText("header", std::string(header.substr(0, 200)), "columns t_ms and end_offset or committed"));
}

absl::Status ProducerCsv::ReadRow() {
  next_.reset();
  for (;;) {
    const absl::StatusOr<bool> more = lines_->Next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (!lines_->line().empty()) break;
  }
  const std::string_view row = lines_->line();
  const std::string_view cell = Cell(row, time_column_).value_or("");
  const std::optional<int64_t> time = ParseInteger(cell);
  if (!time || !IsTimeMs(*time)) {
    return lines_->Error(NotAllowedText("t_ms", absl::StrCat("\"", std::string(cell), "\""), kTimeMsAllowed));
  }
  SourceSample sample;
  sample.time_ms = *time;
  sample.vertex = vertex_;
  for (const absl::Status& status : {TakeOffset(row, end_column_, "end_offset", sample.end_offset),
                                     TakeOffset(row, committed_column_, "committed", sample.committed_offset)}) {
    if (!status.ok()) return lines_->Annotate(status);
  }
  next_ = sample;
  return absl::OkStatus();
}

absl::Status ProducerCsv::DeliverUntil(int64_t time_ms, SampleSink& sink) {
  while (next_ && next_->time_ms <= time_ms) {
    if (auto status = sink.Add(*next_); !status.ok()) return lines_->Annotate(status);
    if (auto status = ReadRow(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ProducerCsv::DeliverRest(SampleSink& sink) {
  return DeliverUntil(std::numeric_limits<int64_t>::max(), sink);
}

std::optional<std::string> FindProducerCsv(const std::string& path) {
  const std::filesystem::path beside = std::filesystem::path(path).replace_filename("producer.csv");
  std::error_code error;
  if (!std::filesystem::is_regular_file(beside, error)) return std::nullopt;
  return beside.string();
}

}  // namespace tune
