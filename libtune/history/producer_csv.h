// producer.csv beside a recording: offsets of the log that the job reads, as any client of the log sees them.
//
// Only the columns t_ms, end_offset and committed are looked at; a recording may hold the truth in others.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/history.h"
#include "libtune/history/lines.h"

namespace tune {

class ProducerCsv {
 public:
  // kInvalidArgument: no header with t_ms and end_offset or committed.
  static absl::StatusOr<std::unique_ptr<ProducerCsv>> Open(const ByteSource& source, int32_t vertex);

  // Hands over the rows up to and with `time_ms` that were not handed over yet, in the file's order.
  // kInvalidArgument: file, line and column of a wrong value. An empty or negative offset is absent.
  absl::Status DeliverUntil(int64_t time_ms, SampleSink& sink);
  absl::Status DeliverRest(SampleSink& sink);

 private:
  ProducerCsv(std::unique_ptr<LineReader> lines, int32_t vertex) : lines_(std::move(lines)), vertex_(vertex) {}
  absl::Status ReadHeader();
  absl::Status ReadRow();

  std::unique_ptr<LineReader> lines_;
  int32_t vertex_;
  int time_column_ = -1, end_column_ = -1, committed_column_ = -1;
  std::optional<SourceSample> next_;
};

// The producer.csv in the folder of `path`; nullopt: there is none.
std::optional<std::string> FindProducerCsv(const std::string& path);

}  // namespace tune
