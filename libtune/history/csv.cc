#include "libtune/history/csv.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/csv_row.h"
#include "libtune/history/lines.h"
#include "libtune/history/long_history.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

absl::Status WalkRows(LineReader& lines, UseSample use) {
  const absl::StatusOr<bool> any = lines.Next();
  if (!any.ok()) return any.status();
  if (!*any || lines.line() != kCsvHeader) {
    const std::string header = *any ? std::string(lines.line().substr(0, 200)) : "";
    return lines.Error(NotAllowedText("header", absl::StrCat("\"", header, "\""), std::string(kCsvHeader)));
  }
  CsvGrouper grouper;
  CsvRow row;
  for (;;) {
    const absl::StatusOr<bool> more = lines.Next();
    if (!more.ok()) return more.status();
    if (!*more) break;
    if (lines.line().empty()) continue;
    if (auto status = ParseCsvRow(lines.line(), row); !status.ok()) return lines.Annotate(status);
    const absl::StatusOr<bool> ended = grouper.Add(row);
    if (!ended.ok()) return lines.Annotate(ended.status());
    if (!*ended) continue;
    if (auto status = use(grouper.finished()); !status.ok()) return lines.Annotate(status);
  }
  return grouper.End() ? lines.Annotate(use(grouper.finished())) : absl::OkStatus();
}

absl::Status Walk(const ByteSource& source, const Progress& progress, UseSample use) {
  absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(source, progress);
  return lines.ok() ? WalkRows(**lines, use) : lines.status();
}

class CsvReader : public HistoryReader {
 public:
  CsvReader(ByteSource source, std::optional<std::string> graph_json, const HistoryOptions& options)
      : source_(std::move(source)), file_{source_.name(), std::move(graph_json), options.job} {}

  std::string format() const override { return "csv"; }

  absl::StatusOr<HistoryOutline> Outline(const Progress& progress) override {
    return OutlineLong(file_, [&](UseSample use) { return Walk(source_, progress, use); });
  }

  absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) override {
    return ReadLong(graph, sink, [&](UseSample use) { return Walk(source_, progress, use); });
  }

 private:
  ByteSource source_;
  LongFile file_;
};

}  // namespace

std::unique_ptr<HistoryReader> MakeCsvReader(ByteSource source, std::optional<std::string> graph_json,
                                             const HistoryOptions& options) {
  return std::make_unique<CsvReader>(std::move(source), std::move(graph_json), options);
}

std::optional<std::string> FindGraphJson(const std::string& path) {
  const std::filesystem::path beside = std::filesystem::path(path).replace_filename("graph.json");
  std::error_code error;
  if (!std::filesystem::is_regular_file(beside, error)) return std::nullopt;
  return beside.string();
}

}  // namespace tune
