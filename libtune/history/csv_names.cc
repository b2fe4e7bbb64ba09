#include "libtune/history/csv_names.h"

#include "libtune/ingest/check_sample.h"

namespace tune {

std::optional<CsvScope> FindCsvScope(std::string_view word) {
  for (size_t i = 0; i < kCsvScopes.size(); ++i) {
    if (kCsvScopes[i] == word) return static_cast<CsvScope>(i);
  }
  return std::nullopt;
}

std::optional<TaskMetric> FindCsvTaskMetric(std::string_view word) {
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const TaskMetric metric = static_cast<TaskMetric>(i);
    if (TaskMetricName(metric) == word) return metric;
  }
  return std::nullopt;
}

std::optional<ProcessMetric> FindCsvProcessMetric(std::string_view word) {
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const ProcessMetric metric = static_cast<ProcessMetric>(i);
    if (ProcessMetricName(metric) == word) return metric;
  }
  return std::nullopt;
}

}  // namespace tune
