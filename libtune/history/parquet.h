// Reader of history.parquet: the rows of history.csv as columns, graph.json beside it. FORMATS.md describes both.
//
// Read batch by batch: memory holds one batch of rows, whatever the file's size.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libtune/history/history.h"

namespace tune {

// kUnimplemented: built without LIBTUNE_WITH_PARQUET.
absl::StatusOr<std::unique_ptr<HistoryReader>> MakeParquetReader(const std::string& path,
                                                                 const HistoryOptions& options);

}  // namespace tune
