// Reader of Prometheus' query answers as JSON: matrices (query_range, range selectors) and vectors. FORMATS.md says
// which series are read.
//
// The first pass finds where each series lies and never decodes what no one asked for; samples are decoded when they
// are wanted, block by block, and merged by time. Memory grows with the number of series, not of samples; a plain file
// is memory-mapped, and must not be changed while it is read.
#pragma once

#include <memory>
#include <string>

#include "libtune/history/bytes.h"
#include "libtune/history/history.h"

namespace tune {

std::unique_ptr<HistoryReader> MakePrometheusJsonReader(ByteSource source, const HistoryOptions& options);
inline std::unique_ptr<HistoryReader> MakePrometheusJsonReader(const std::string& path, const HistoryOptions& options) {
  return MakePrometheusJsonReader(ByteSource::File(path), options);
}

}  // namespace tune
