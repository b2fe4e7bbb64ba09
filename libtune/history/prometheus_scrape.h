// Blocks of Prometheus text, one per scrape of one endpoint, put together to rounds over the whole cluster.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/flink_values.h"
#include "libtune/history/lines.h"
#include "libtune/history/prometheus_line.h"
#include "tune/sample.h"

namespace tune {

struct ScrapedTask {
  std::string name;  // as reported, characters other than letters and digits may be underscores
  std::string task_manager;
  std::string attempt_id;
  int64_t attempt = 0;
  bool has_pending_records = false;
  TaskSample sample{};                           // without the vertex's index
  std::map<std::string, double> source_reads{};  // by operator id: records that a source operator has read
};

// What one endpoint said.
struct Scrape {
  int64_t time_ms = 0;
  std::map<std::pair<std::string, int32_t>, ScrapedTask> tasks;        // by vertex id and subtask
  std::map<std::pair<ProcessRole, std::string>, JvmValues> processes;  // by role and Flink's resource id
  std::optional<JobSample> job;
  std::set<std::string> speakers;  // the processes that spoke: TaskManager ids, and "" for a JobManager
};

// Scrapes of different endpoints that belong together.
using Round = std::vector<Scrape>;

// A job that a history mentions.
struct SeenJob {
  std::string name;
  int64_t first_ms = 0, last_ms = 0;
};

// Reads the lines of one pass.
class ScrapeParser {
 public:
  // `job`: name or id; the samples of others are left out. `see_name` (may be null) is called with every metric name.
  ScrapeParser(std::optional<std::string> job, std::function<void(std::string_view)> see_name)
      : job_(std::move(job)), see_name_(std::move(see_name)) {}

  // Takes a line; true: the line started a new scrape, and finished() is the one before it.
  // kInvalidArgument: not a line of the format; a label that must be there is missing or wrong.
  absl::StatusOr<bool> Take(std::string_view line);
  // The last scrape, at the end.
  bool TakeEnd();
  Scrape& finished() { return finished_; }

  // By job id.
  const std::map<std::string, SeenJob>& jobs() const { return jobs_; }
  bool IsWanted(const std::string& id, const std::string& name) const;
  const ValueCounts& counts() const { return counts_; }

 private:
  absl::StatusOr<bool> TakeComment(std::string_view line);
  // `metric`: nullopt: an operator's numRecordsIn.
  absl::Status TakeTask(std::optional<TaskMetric> metric);
  absl::Status TakeJvm(ProcessRole role, const ProcessName& name);
  void TakeJobGauge(ProcessMetric gauge);
  void TakeJob(JobMetric metric);
  // Notes the line's job; true: it is a wanted one.
  bool SeeJob();
  // Where the line's values go; null: it is of an attempt that another one has followed.
  absl::StatusOr<ScrapedTask*> TaskOfLine();
  absl::StatusOr<const std::string*> NeedLabel(std::string_view label) const;
  const std::string& LabelOrEmpty(std::string_view label) const;

  std::optional<std::string> job_;
  std::function<void(std::string_view)> see_name_;
  PrometheusLine line_;
  std::optional<Scrape> current_;
  Scrape finished_;
  std::map<std::string, SeenJob> jobs_;
  ValueCounts counts_;
};

// A round ends when a process speaks for the second time, or after a minute.
class RoundGrouper {
 public:
  // True: a round is finished, in round().
  bool Add(Scrape scrape);
  // The last round, at the end.
  bool End();
  const Round& round() const { return finished_; }

 private:
  Round current_, finished_;
  std::set<std::string> speakers_;
};

// Tells parallelism from the subtasks seen.
class ParallelismTracker {
 public:
  struct Change {
    std::string vertex;
    int parallelism;
  };
  // The vertices that have another parallelism than in the round before, or were not there. Fewer subtasks count only
  // when the TaskManagers that had the others were heard, or have been silent for three rounds.
  std::vector<Change> Add(const Round& round);

 private:
  struct State {
    int parallelism = 0;
    int rounds_below = 0;
    std::set<std::string> task_managers;
  };
  std::map<std::string, State> vertices_;
};

}  // namespace tune
