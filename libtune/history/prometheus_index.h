// Where every series of a Prometheus answer lies, and what it is about.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/history.h"
#include "libtune/history/prometheus_series.h"

namespace tune {

struct PrometheusSeries {
  uint32_t subject = 0;
  uint32_t slot = 0;  // ascending within a subject
  uint8_t metric = 0;
  bool additive = false;
  int64_t first_ms = 0, last_ms = 0;
  int64_t attempt = 0;
  std::string_view labels;  // the "metric" object, for messages
  std::string_view pairs;   // samples, for PointDecoder; not empty
};

// A subtask, a TaskManager, the job, or a source's log, and its series.
struct PrometheusSubject {
  SubjectKind kind = SubjectKind::kTask;
  std::string id;  // of the vertex or TaskManager; empty: the job, the log of the only source
  int32_t subtask = 0;
  size_t begin = 0, end = 0;  // of PrometheusIndex::series
};

// A job that the answer mentions.
struct PrometheusJob {
  std::string id, name;
  int64_t first_ms = 0, last_ms = 0;
};

struct PrometheusIndex {
  std::vector<PrometheusSubject> subjects;
  // By subject, then slot; within a slot the one that is right when two overlap comes first: that which began later,
  // then the later attempt.
  std::vector<PrometheusSeries> series;
  std::vector<std::string> vertices;                // ids, as first seen
  std::map<std::string, std::string> vertex_names;  // by id
  std::vector<PrometheusJob> jobs;                  // the chosen ones: one job, submitted once or several times
  std::vector<ParallelismSample> parallelism;       // in time order; vertex: index into `vertices`
  std::map<std::string, int> log_topics;            // partitions by topic
  int64_t step_ms = 0;                              // the usual time between two samples; 0: not known
  std::vector<std::string> warnings;
};

// `see_name` is called with the metric name of every series. `job`: as HistoryOptions::job.
// kInvalidArgument: not such an answer, or a query that failed; names the byte, and what is allowed.
absl::StatusOr<PrometheusIndex> IndexPrometheusJson(std::string_view text, const std::optional<std::string>& job,
                                                    const std::function<void(std::string_view)>& see_name);

// The labels cut short, and the byte of `text` that a message is about.
std::string DescribeSeries(const PrometheusSeries& series);

}  // namespace tune
