// The words of history.csv. FORMATS.md describes the format.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "tune/sample.h"

namespace tune {

constexpr std::string_view kCsvHeader = "time_ms,scope,id,subtask,metric,value";

enum class CsvScope { kTask, kTaskManager, kJobManager, kSource, kJob, kParallelism };
constexpr std::array<std::string_view, 6> kCsvScopes = {"task",   "task_manager", "job_manager",
                                                        "source", "job",          "parallelism"};

std::optional<CsvScope> FindCsvScope(std::string_view word);
constexpr std::string_view CsvScopeName(CsvScope scope) { return kCsvScopes[static_cast<size_t>(scope)]; }

std::optional<TaskMetric> FindCsvTaskMetric(std::string_view word);
std::optional<ProcessMetric> FindCsvProcessMetric(std::string_view word);

template <typename Sample>
struct CsvField {
  std::string_view name;
  std::optional<double> Sample::* field;
};

constexpr std::array<CsvField<SourceSample>, 2> kCsvSourceFields = {{
    {"end_offset", &SourceSample::end_offset},
    {"committed_offset", &SourceSample::committed_offset},
}};
constexpr std::array<CsvField<JobSample>, 4> kCsvJobFields = {{
    {"restarts", &JobSample::restarts},
    {"completed_checkpoints", &JobSample::completed_checkpoints},
    {"failed_checkpoints", &JobSample::failed_checkpoints},
    {"last_checkpoint_ms", &JobSample::last_checkpoint_ms},
}};
constexpr std::string_view kCsvState = "state";  // of a job; its value is a word
constexpr int kCsvStatePlace = static_cast<int>(kCsvJobFields.size());
constexpr std::array<std::pair<std::string_view, JobState>, 3> kCsvStates = {{
    {"unknown", JobState::kUnknown},
    {"running", JobState::kRunning},
    {"not_running", JobState::kNotRunning},
}};
constexpr std::string_view kCsvParallelism = "parallelism";

}  // namespace tune
