#include "libtune/history/csv_row.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/numbers.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

absl::Status Wrong(const char* column, std::string_view value, const std::string& allowed) {
  return NotAllowed(column, absl::StrCat("\"", std::string(value.substr(0, 80)), "\""), allowed);
}

// Cuts the next cell, and the comma behind it (`comma`: there was one), off `rest`. A cell in quotes may hold commas,
// and quotes twice. False: a quote is not closed, or something stands behind it.
bool TakeCell(std::string_view& rest, std::string& unquoted, std::string_view& cell, bool& comma) {
  if (!rest.starts_with('"')) {
    cell = rest.substr(0, rest.find(','));
    rest.remove_prefix(cell.size());
  } else {
    size_t i = 1;
    for (; i < rest.size(); ++i) {
      if (rest[i] == '"' && !rest.substr(i + 1).starts_with('"')) break;
      if (rest[i] == '"') ++i;
      unquoted += rest[i];
    }
    if (i >= rest.size()) return false;
    rest.remove_prefix(i + 1);
    cell = unquoted;
  }
  comma = rest.starts_with(',');
  if (!comma) return rest.empty();
  rest.remove_prefix(1);
  return true;
}

absl::Status TakeSubtask(std::string_view text, CsvRow& row) {
  if (row.scope != CsvScope::kTask) {
    row.subtask = 0;
    return text.empty() ? absl::OkStatus() : Wrong("subtask", text, "nothing, but for scope task");
  }
  const std::optional<int64_t> subtask = ParseInteger(text);
  if (!subtask || *subtask < TaskSample::kWholeVertex || *subtask >= kMaxParallelism) {
    return Wrong("subtask", text,
                 absl::StrCat("a whole number in [0, ", kMaxParallelism, "), or -1: the whole vertex"));
  }
  row.subtask = static_cast<int32_t>(*subtask);
  return absl::OkStatus();
}

absl::StatusOr<double> Amount(const CsvRow& row) {
  const std::optional<double> value = ParseNumber(row.value);
  if (value && std::isfinite(*value) && *value >= 0) return *value;
  return Wrong("value", row.value, "a number >= 0");
}

template <typename Sample, size_t count>
int PlaceOf(const std::array<CsvField<Sample>, count>& fields, std::string_view name) {
  for (size_t i = 0; i < count; ++i) {
    if (fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

// -1: the scope has no such metric.
int FindMetric(CsvScope scope, std::string_view name) {
  switch (scope) {
    case CsvScope::kTask: {
      const std::optional<TaskMetric> metric = FindCsvTaskMetric(name);
      return metric ? static_cast<int>(*metric) : -1;
    }
    case CsvScope::kTaskManager:
    case CsvScope::kJobManager: {
      const std::optional<ProcessMetric> metric = FindCsvProcessMetric(name);
      return metric ? static_cast<int>(*metric) : -1;
    }
    case CsvScope::kSource:
      return PlaceOf(kCsvSourceFields, name);
    case CsvScope::kJob:
      return name == kCsvState ? kCsvStatePlace : PlaceOf(kCsvJobFields, name);
    case CsvScope::kParallelism:
      return name == kCsvParallelism ? 0 : -1;
  }
  return -1;
}

template <typename Sample, size_t count>
std::string Names(const std::array<CsvField<Sample>, count>& fields) {
  return absl::StrJoin(fields, ", ", [](std::string* out, const CsvField<Sample>& field) {
    absl::StrAppend(out, std::string(field.name));
  });
}

template <typename Metric>
std::string Names(int count, const char* (*name_of)(Metric)) {
  std::string names;
  for (int i = 0; i < count; ++i) absl::StrAppend(&names, i > 0 ? ", " : "", name_of(static_cast<Metric>(i)));
  return names;
}

// Which metrics a scope has, for messages.
std::string MetricNames(CsvScope scope) {
  switch (scope) {
    case CsvScope::kTaskManager:
    case CsvScope::kJobManager:
      return Names(kProcessMetricCount, ProcessMetricName);
    case CsvScope::kSource:
      return Names(kCsvSourceFields);
    case CsvScope::kJob:
      return absl::StrCat(std::string(kCsvState), ", ", Names(kCsvJobFields));
    case CsvScope::kParallelism:
      return std::string(kCsvParallelism);
    case CsvScope::kTask:
      break;
  }
  return Names(kTaskMetricCount, TaskMetricName);
}

template <typename Sample, size_t count>
absl::Status SetField(const std::array<CsvField<Sample>, count>& fields, const CsvRow& row, Sample& sample) {
  const absl::StatusOr<double> value = Amount(row);
  if (value.ok()) sample.*fields[static_cast<size_t>(row.metric)].field = *value;
  return value.status();
}

absl::Status Set(const CsvRow& row, TaskSample& sample) {
  const absl::StatusOr<double> value = Amount(row);
  if (value.ok()) sample.Set(static_cast<TaskMetric>(row.metric), *value);
  return value.status();
}

absl::Status Set(const CsvRow& row, ProcessSample& sample) {
  const absl::StatusOr<double> value = Amount(row);
  if (value.ok()) sample.Set(static_cast<ProcessMetric>(row.metric), *value);
  return value.status();
}

absl::Status Set(const CsvRow& row, SourceSample& sample) { return SetField(kCsvSourceFields, row, sample); }

absl::Status Set(const CsvRow& row, JobSample& sample) {
  if (row.metric != kCsvStatePlace) return SetField(kCsvJobFields, row, sample);
  for (const auto& [word, state] : kCsvStates) {
    if (word != row.value) continue;
    sample.state = state;
    return absl::OkStatus();
  }
  return Wrong("value", row.value, "running, not_running, unknown");
}

absl::Status Set(const CsvRow& row, ParallelismSample& sample) {
  const std::optional<int64_t> value = ParseInteger(row.value);
  if (!value || *value < 1 || *value > kMaxParallelism) {
    return Wrong("value", row.value, absl::StrCat("a whole number in [1, ", kMaxParallelism, "]"));
  }
  sample.parallelism = static_cast<int32_t>(*value);
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseCsvRow(std::string_view line, CsvRow& row) {
  constexpr int kCells = 6;
  std::string_view cells[kCells];
  std::string unquoted[kCells];
  std::string_view rest = line;
  for (int i = 0; i < kCells; ++i) {
    // The last cells are never quoted, so that they may point into the line.
    if (i > 2 && rest.starts_with('"')) return Wrong("row", line, "quotes around the id only");
    bool comma = false;
    if (!TakeCell(rest, unquoted[i], cells[i], comma) || comma != (i + 1 < kCells)) {
      return Wrong("row", line, std::string(kCsvHeader));
    }
  }
  const std::optional<int64_t> time = ParseInteger(cells[0]);
  if (!time || !IsTimeMs(*time)) return Wrong("time_ms", cells[0], kTimeMsAllowed);
  const std::optional<CsvScope> scope = FindCsvScope(cells[1]);
  if (!scope)
    return Wrong("scope", cells[1],
                 absl::StrJoin(kCsvScopes, ", ", [](std::string* out, std::string_view word) { *out += word; }));
  row.time_ms = *time;
  row.scope = *scope;
  row.id = std::string(cells[2]);
  if (row.id.empty() != (row.scope == CsvScope::kJob)) {
    return Wrong("id", row.id, "the id of a vertex or a process; nothing for scope job");
  }
  row.metric = FindMetric(row.scope, cells[4]);
  if (row.metric < 0) return Wrong("metric", cells[4], MetricNames(row.scope));
  row.value = cells[5];
  return TakeSubtask(cells[3], row);
}

bool CsvGrouper::Continues(const CsvRow& row) const {
  return current_ && row.time_ms == time_ms_ && row.scope == current_->scope && row.subtask == subtask_ &&
         row.id == current_->id;
}

void CsvGrouper::Start(const CsvRow& row) {
  current_.emplace();
  current_->scope = row.scope;
  current_->id = row.id;
  time_ms_ = row.time_ms;
  subtask_ = row.subtask;
  seen_ = 0;
  switch (row.scope) {
    case CsvScope::kTask: {
      TaskSample sample{};
      sample.subtask = row.subtask;
      current_->sample = sample;
      break;
    }
    case CsvScope::kTaskManager:
    case CsvScope::kJobManager: {
      ProcessSample sample{};
      sample.role = row.scope == CsvScope::kTaskManager ? ProcessRole::kTaskManager : ProcessRole::kJobManager;
      sample.id = row.id;
      current_->sample = std::move(sample);
      break;
    }
    case CsvScope::kSource:
      current_->sample = SourceSample();
      break;
    case CsvScope::kJob:
      current_->sample = JobSample();
      break;
    case CsvScope::kParallelism:
      current_->sample = ParallelismSample();
      break;
  }
  std::visit([&](auto& sample) { sample.time_ms = row.time_ms; }, current_->sample);
}

absl::StatusOr<bool> CsvGrouper::Add(const CsvRow& row) {
  const uint64_t bit = uint64_t{1} << row.metric;
  bool ended = false;
  if (!Continues(row) || (seen_ & bit) != 0) {
    ended = End();
    Start(row);
  }
  seen_ |= bit;
  const absl::Status status = std::visit([&](auto& sample) { return Set(row, sample); }, current_->sample);
  if (!status.ok()) return status;
  return ended;
}

bool CsvGrouper::End() {
  if (!current_) return false;
  finished_ = *std::move(current_);
  current_.reset();
  return true;
}

}  // namespace tune
