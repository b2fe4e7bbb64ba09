// What readers of the long format share, whichever file holds its rows.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/csv_row.h"
#include "libtune/history/history.h"

namespace tune {

// Calls its argument with every sample of a file, in the file's order, until one is refused.
using UseSample = absl::FunctionRef<absl::Status(CsvSample& sample)>;
using ForEachSample = absl::FunctionRef<absl::Status(UseSample use)>;

// A file of the long format, and what the reader was told about it.
struct LongFile {
  std::string name;                       // as messages name it
  std::optional<std::string> graph_json;  // path; nullopt: the vertices are those of the rows, without edges
  std::optional<std::string> job;         // HistoryOptions::job
};

// First pass. Samples of vertices that are not in graph.json are left out, with a warning. kInvalidArgument: no rows,
// another job, or what `for_each` returns.
absl::StatusOr<HistoryOutline> OutlineLong(const LongFile& file, ForEachSample for_each);

// Second pass: hands over all samples but those of vertices that `graph` does not have.
absl::Status ReadLong(const JobGraph& graph, SampleSink& sink, ForEachSample for_each);

}  // namespace tune
