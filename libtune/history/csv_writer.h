// Writes a history as history.csv, so that any format can be converted. WriteGraphJson() (graph_json.h) goes with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/graph_json.h"
#include "libtune/history/history.h"

namespace tune {

class CsvWriter : public SampleSink {
 public:
  // gzip when `path` ends in ".gz", plain else. An existing file is replaced.
  static absl::StatusOr<std::unique_ptr<CsvWriter>> Create(const std::string& path, const JobGraph& graph);
  ~CsvWriter() override;

  // kInvalidArgument: a vertex that the graph does not have, an id with a line break, a value that is not a number
  // >= 0. A sample without any value has no rows; a job's sample always has its state.
  absl::Status Add(const TaskSample& sample) override;
  absl::Status Add(const ProcessSample& sample) override;
  absl::Status Add(const SourceSample& sample) override;
  absl::Status Add(const JobSample& sample) override;
  absl::Status Add(const ParallelismSample& sample) override;
  // Not a row: GC logs stay files of their own beside the history.
  absl::Status Add(const CollectionSample& sample) override;

  // To be called at the end; a file without it is cut off.
  absl::Status Close();

 private:
  struct File;
  CsvWriter(std::string path, std::unique_ptr<File> file, const JobGraph& graph);
  absl::StatusOr<std::string> VertexCell(int32_t vertex) const;
  absl::Status AddRow(const std::string& start, std::string_view metric, double value);
  absl::Status AddText(const std::string& text);
  absl::Status Flush();
  absl::Status Failed() const;

  std::string path_;
  std::unique_ptr<File> file_;
  JobGraph graph_;
  std::string buffer_;
};

}  // namespace tune
