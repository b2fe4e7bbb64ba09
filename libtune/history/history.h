// Recorded history -> samples. One reader per format; all of them stream, so memory does not grow with the file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tune/job_graph.h"
#include "tune/sample.h"
#include "tune/window.h"

namespace tune {

// What the samples of a history are about: found by a first pass over it.
struct HistoryOutline {
  JobGraph graph;  // edges may be missing; then graph/infer.h finds them from `traffic`
  JobFacts facts;
  // Records and bytes that crossed each vertex's border over the history, as graph.vertices; negative: not known.
  struct Traffic {
    double records_in = -1, records_out = -1, bytes_in = -1, bytes_out = -1;
  };
  std::vector<Traffic> traffic;
  int64_t first_ms = 0, last_ms = 0;
  int64_t samples = 0;                 // task samples
  std::set<std::string> metrics_seen;  // names as the history has them, for `tune inspect`
  std::vector<std::string> warnings;   // lines left out, and why
};

// Takes samples in time order. An error stops the reading and is returned with file and line added.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  virtual absl::Status Add(const TaskSample& sample) = 0;
  virtual absl::Status Add(const ProcessSample& sample) = 0;
  virtual absl::Status Add(const SourceSample& sample) = 0;
  virtual absl::Status Add(const JobSample& sample) = 0;
  virtual absl::Status Add(const ParallelismSample& sample) = 0;
  virtual absl::Status Add(const CollectionSample& sample) = 0;
};

// Called now and then with bytes read and bytes in all (0: not known).
using Progress = std::function<void(int64_t done, int64_t total)>;

class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  // "flink-rest", "prometheus-text", "prometheus-json", "csv", "parquet".
  virtual std::string format() const = 0;
  // First pass: vertices, edges if the history has them, span. kInvalidArgument: file, line or field, value, allowed.
  virtual absl::StatusOr<HistoryOutline> Outline(const Progress& progress) = 0;
  // Second pass, vertex indices as in `graph` (which may be the outline's with edges added). Samples of vertices that
  // `graph` does not have are left out.
  virtual absl::Status Read(const JobGraph& graph, SampleSink& sink, const Progress& progress) = 0;
};

// The GC log of one process.
struct ProcessGcLog {
  std::string id;  // Flink's resource id; "jobmanager" for the JobManager; empty: of the only TaskManager
  std::vector<std::string> paths;  // a rotated log has several
};

struct HistoryOptions {
  std::optional<std::string> format;      // nullopt: told from name and first bytes
  std::optional<std::string> graph_file;  // Flink's plan JSON (GET /jobs/ID/plan) with the edges
  std::optional<std::string> job;         // name or id, where a history holds several jobs
  std::vector<ProcessGcLog> gc_logs;      // besides those found in the history's folder
};

// A reader for a file or a folder (a recording: rest.jsonl.gz, else prometheus.txt.gz, with producer.csv beside it; a
// dataset: history.csv.gz with graph.json beside it). gzip is seen from the first bytes.
// kNotFound: no such path; kInvalidArgument: nothing readable in it, with what was looked for.
absl::StatusOr<std::unique_ptr<HistoryReader>> OpenHistory(const std::string& path, const HistoryOptions& options);

// Reads the file of Flink's plan JSON into edges (and names) of `graph`.
absl::Status ReadGraphFile(const std::string& path, JobGraph& graph);

}  // namespace tune
