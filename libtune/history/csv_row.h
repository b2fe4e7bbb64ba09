// Rows of history.csv -> samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/csv_names.h"
#include "tune/sample.h"

namespace tune {

struct CsvRow {
  int64_t time_ms = 0;
  CsvScope scope = CsvScope::kTask;
  std::string id;
  int32_t subtask = 0;     // kTask: >= -1; else 0
  int metric = 0;          // kTask: a TaskMetric; else its place in the scope's list, a job's state behind its fields
  std::string_view value;  // points into the line
};

// kInvalidArgument names the column, its value and what is allowed.
absl::Status ParseCsvRow(std::string_view line, CsvRow& row);

// One sample as the file has it; the samples of vertices are without the vertex's index.
struct CsvSample {
  CsvScope scope = CsvScope::kTask;
  std::string id;  // of the vertex or TaskManager; empty: the job's
  std::variant<TaskSample, ProcessSample, SourceSample, JobSample, ParallelismSample> sample;
};

// Puts consecutive rows of one time, scope, id and subtask together; a metric that comes again starts a new sample.
class CsvGrouper {
 public:
  // True: the row started a new sample, and finished() is the one before it. kInvalidArgument: the value.
  absl::StatusOr<bool> Add(const CsvRow& row);
  // The last sample, at the end.
  bool End();
  CsvSample& finished() { return finished_; }

 private:
  bool Continues(const CsvRow& row) const;
  void Start(const CsvRow& row);

  std::optional<CsvSample> current_;
  int64_t time_ms_ = 0;
  int32_t subtask_ = 0;
  uint64_t seen_ = 0;  // metrics of current_, one bit each
  CsvSample finished_;
};

}  // namespace tune
